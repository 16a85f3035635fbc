"""What authors' commands have in common."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from mcp_static.cli.network_options import read_settings_file
from mcp_static.model.errors import UsageError
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
_PROPOSAL: Final = (
    REGISTRY,
    KEY,
    click.option("--dry-run", is_flag=True, help="Try the proofs from here, send nothing."),
    click.option("--no-check", is_flag=True, help="Send it without trying the proofs from here."),
    click.option(
        "--wait",
        is_flag=True,
        help="Wait for packages that their registries do not show yet, then follow the pull request "
        "until it is merged.",
    ),
    click.option(
        "--remote",
        metavar="URL",
        help="Push a branch to this Git remote; a person goes on from there.",
    ),
    SETTINGS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalOptions:
    """Where and how something is proposed to a registry, as the command line says."""

    registry: str | None
    key_file: Path | None
    remote: str | None
    settings_file: Path | None
    dry_run: bool
    no_check: bool
    wait: bool

    def __post_init__(self) -> None:
        """Raise UsageError for options that need the registry's forge, next to `--remote`."""
        if self.remote is not None and (self.wait or self.dry_run):
            raise UsageError(
                "--remote pushes a branch and asks no forge; --wait and --dry-run cannot go with it.",
                "Leave them out, or leave out --remote.",
            )


def proposal_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of what is proposed; they arrive as the keyword argument `how`."""

    @wraps(command)
    def with_options(**given: Any) -> None:
        how = ProposalOptions(**{one.name: given.pop(one.name) for one in fields(ProposalOptions)})
        command(how=how, **given)

    decorated: Callable[..., None] = with_options
    for option in reversed(_PROPOSAL):
        decorated = option(decorated)
    return decorated


def settings_of(path: Path | None, fallback: str | None = None) -> Settings:
    """The settings of a file; else those of a registry's text, less where they would let it lead us.

    Raises InputError.
    """
    if path is None:
        found = parse_settings(fallback or "")
        usual = Settings.model_validate({})
        return found.model_copy(update={"network": usual.network, "dns": usual.dns})
    return read_settings_file(path)
