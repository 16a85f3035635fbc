"""The rules as a page of documentation, `docs/rules.md`."""

from collections.abc import Sequence
from typing import Final

from mcp_static.rules import RECORD_RULES, RULES
from mcp_static.rules.file import FILE_RULES
from mcp_static.rules.official import OFFICIAL_RULES
from mcp_static.rules.pull_request import CHANGE_RULES
from mcp_static.rules.rule import Rule
from mcp_static.rules.uniqueness import SNAPSHOT_RULES

_OPENING: Final = """\
# Rules

<!-- Written by `make docs` from builder/mcp_static/rules; change the rules, not this page. -->

`mcp-static validate` and the check of a pull request hold a `server.json` against these
{count} rules and report every problem at once.

A *structural* rule holds at every build: an entry that breaks it is left out, since it could not be
served safely. A *publish* rule holds for what is new; what was merged under yesterday's rules stays
served when a rule grows stricter. An *authoring* rule holds for what its author brings; what another
registry serves already is mirrored and imported in spite of it. An *error* keeps a record out, a
*warning* does not.
"""


def rules_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join(
        [
            _OPENING.format(count=len(RULES)),
            *_section("The file", FILE_RULES),
            *_section("The record", RECORD_RULES),
            *_section("The record in its registry", SNAPSHOT_RULES),
            *_pull_requests(),
            *_official(),
        ]
    )


def _pull_requests() -> list[str]:
    lines = [
        "## A pull request",
        "",
        f"The check of a pull request holds {len(CHANGE_RULES)} more rules, over what it changes.",
        "",
    ]
    for rule in CHANGE_RULES:
        lines += [f"### `{rule.id}`", "", rule.requirement, "", rule.fix, ""]
    return lines


def _official() -> list[str]:
    lines = [
        "## The official registry",
        "",
        (
            f"By {len(OFFICIAL_RULES)} more rules, `mcp-static validate --official` warns of what "
            "version 1.6.0 of the official registry refuses and this one accepts."
        ),
        "",
    ]
    for rule in OFFICIAL_RULES:
        lines += [f"### `{rule.id}`", "", rule.requirement, "", rule.fix, ""]
    return lines


def _section(title: str, rules: Sequence[Rule]) -> list[str]:
    lines = [f"## {title}", ""]
    for rule in rules:
        lines += [
            f"### `{rule.id}`",
            "",
            rule.requirement,
            "",
            f"*{rule.applies.value.capitalize()} rule, {rule.level.value}.* {rule.fix}",
            "",
        ]
    return lines
