"""What authors' commands have in common."""

from pathlib import Path
from typing import Final

import click

from mcp_static.model.errors import InputError, UsageError
from mcp_static.settings import Settings, parse_settings

REGISTRY: Final = click.option(
    "--registry",
    metavar="URL",
    help="The registry's address, as clients are given it; $MCP_STATIC_REGISTRY unless given.",
)
SETTINGS: Final = click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="MCP_STATIC_SETTINGS",
    help="A registry.toml whose resolvers and networks to use, in place of the usual ones.",
)
KEY: Final = click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The domain's private key, to sign with.",
)
DRY_RUN: Final = click.option("--dry-run", is_flag=True, help="Try the proofs from here, send nothing.")
NO_CHECK: Final = click.option(
    "--no-check", is_flag=True, help="Send it without trying the proofs from here."
)
WAIT: Final = click.option("--wait", is_flag=True, help="Follow the pull request until it is merged.")
REMOTE: Final = click.option(
    "--remote", metavar="URL", help="Push a branch to this Git remote; a person goes on from there."
)


def require_no_remote(remote: str | None, *, wait: bool, dry_run: bool) -> None:
    """Raise UsageError for options that need the registry's forge, next to `--remote`."""
    if remote is not None and (wait or dry_run):
        raise UsageError(
            "--remote pushes a branch and asks no forge, so --wait and --dry-run cannot go with it.",
            "Leave them out, or leave out --remote.",
        )


def settings_of(path: Path | None, fallback: str | None = None) -> Settings:
    """The settings of a file; else those of a registry's text, less where they would let it lead us.

    Raises InputError.
    """
    if path is None:
        found = parse_settings(fallback or "")
        usual = Settings.model_validate({})
        return found.model_copy(update={"network": usual.network, "dns": usual.dns})
    try:
        return parse_settings(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.", "Give a registry.toml.") from None
