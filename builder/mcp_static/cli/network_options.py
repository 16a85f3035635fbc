"""From which network a command asks: what `registry.toml` says of it."""

from pathlib import Path
from typing import Final

import click

from mcp_static.model.errors import InputError
from mcp_static.settings import SETTINGS_FILE, Settings, parse_settings
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
    return read_settings_file(file).network


def read_settings_file(path: Path) -> Settings:
    """The settings of a file; raises InputError for one that cannot be read."""
    fix = "Give a registry.toml."
    try:
        return parse_settings(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", fix) from None
    except UnicodeError:
        raise InputError(f"{path} is not UTF-8.", fix) from None
