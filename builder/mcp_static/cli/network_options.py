"""From which network a command asks: what `registry.toml` says of it."""

from pathlib import Path
from typing import Final

import click

from mcp_static.model.errors import InputError
from mcp_static.settings import SETTINGS_FILE, parse_settings
from mcp_static.settings.network import NetworkSettings

NETWORK: Final = click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="MCP_STATIC_SETTINGS",
    help="A registry.toml whose [network] to use; the one in this folder unless given.",
)


def network_of(path: Path | None) -> NetworkSettings:
    """The `[network]` of a file, else of the `registry.toml` in this folder, else the usual one.

    Raises InputError.
    """
    file = path or Path(SETTINGS_FILE)
    if path is None and not file.is_file():
        return NetworkSettings()
    try:
        return parse_settings(file.read_text(encoding="utf-8-sig")).network
    except (OSError, UnicodeError) as error:
        raise InputError(f"{file} cannot be read: {error}.", "Give a registry.toml.") from None
