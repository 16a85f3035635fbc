"""What `block` and `unblock` have in common: what can be blocked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
from pydantic import ValidationError

from mcp_static.cli.operator_options import carry_out
from mcp_static.git.repository import open_repository, read_settings_text
from mcp_static.model.errors import UsageError
from mcp_static.model.faults import fault_in_words
from mcp_static.model.moderation import BLOCK_LISTS, BlockList, BlockSettings
from mcp_static.moderation.decisions import Decision, Grounds, grounds

_FORMS: Final = {
    "account": "Write it as github.com/account/1001; `affected-by` and reports print such ids.",
    "repository": "Write it as github.com/repository/555; a server's page names it so.",
    "namespace": "Write it as com.example, or com.example.* for all below it as well.",
    "key": "Write the 16 characters that `keygen` and reports print.",
    "host": "Write it as example.net, in lowercase and without https://.",
}
_OPTIONS: Final = (
    click.option("--account", metavar="ID", help="Such as github.com/account/1001."),
    click.option("--repository", metavar="ID", help="Such as github.com/repository/555."),
    click.option("--namespace", metavar="PATTERN", help="com.example, or com.example.* for all below."),
    click.option("--key", metavar="FINGERPRINT", help="A key, as `keygen` and reports print it."),
    click.option("--host", metavar="HOST", help="A host of remotes and packages, with all below it."),
)


def blockable(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what is blocked."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen(given: dict[str, str | None]) -> tuple[BlockList, str]:
    """The one list and value that options name; raises UsageError for none and for several."""
    named = [(BLOCK_LISTS[option], value) for option, value in given.items() if value is not None]
    if len(named) != 1:
        options = ", ".join(f"--{option}" for option in BLOCK_LISTS)
        raise UsageError(f"Exactly one of {options} is needed.", "Give one.")
    listed, value = named[0]
    try:
        BlockSettings.model_validate({listed: [value]})
    except ValidationError as error:
        option = next(option for option, name in BLOCK_LISTS.items() if name == listed)
        reason = fault_in_words(error.errors()[0])
        raise UsageError(f"--{option}: {reason}.", _FORMS[option]) from None
    return listed, value


def change_settings(
    repo: Path, reason: str, by: str | None, change: Callable[[str, Grounds], Decision], then: str
) -> None:
    """Commit a change of the settings that a clone has."""
    with open_repository(repo) as repository:
        text = read_settings_text(repository, "HEAD")
        carry_out(repository, change(text, grounds(repository, reason, by)), then)
