"""The report of a check, posted by a part that reads nothing of the pull request itself.

What waits does so from a comment of its own, which nobody edits: the forge's clock tells when it was
written, and everybody who watches the pull request could see it from then on. In the same way each
new set of holds has a comment of its own, so that an approval covers what its writer could see.
"""

import hashlib
import json
from typing import Final

from mcp_static.check.moderation import LIMIT
from mcp_static.forges.registry_forge import RegistryForge
from mcp_static.publishing.handover import Handover
from mcp_static.reports.findings import Finding, Level
from mcp_static.reports.markdown import escaped, report_markdown

_COUNTING: Final = frozenset({LIMIT})
"""Holds whose messages have a number that changes from hour to hour."""

_MAX_SHOWN: Final = 20
_MAX_TITLE: Final = 200
_MAX_SENTENCE: Final = 400


def post_report(registry: RegistryForge, handover: Handover) -> None:
    """Post the report in the one comment of ours, with the words that somebody can say next."""
    footer = f"Checked {handover.head} against {handover.base}."
    text = report_markdown(handover.report.report(), footer)
    word, again = _next_word(handover), f"{registry.command_sign}check"
    if handover.level is Level.UNKNOWN:
        text += f"\n\nA new push is checked again, and so is this head with the comment `{again}`."
    if word:
        text += f"\n\n{word}\n\n```\n{registry.command_sign}{_word(handover)} {handover.head}\n```"
    registry.comments.post(handover.pull_request, "check", text)
    number, head = handover.pull_request, handover.head
    if handover.is_waiting:
        waits = f"⏳ {head} waits from here on, as the report tells: its proof is new to the name."
        registry.comments.say_once(number, _held_mark(head), waits, registry.reopened_at(number))
    holds = holds_mark(handover)
    if holds and holds != _shown_holds(registry, handover):
        registry.comments.say(number, holds, _holds_text(handover))


def held_since(registry: RegistryForge, number: int, head: str) -> int | None:
    """When a head was first shown to wait, in seconds since 1970; None if it was not yet.

    Days in which the pull request was closed are no days of waiting: they begin again with the next
    report once it is open again.
    """
    return registry.comments.said_at(number, _held_mark(head), registry.reopened_at(number))


def _held_mark(head: str) -> str:
    return f"held:{head}"


def holds_prefix(head: str) -> str:
    """What the marks of the comments begin with that show what a head is held for."""
    return f"holds:{head}:"


def holds_mark(handover: Handover) -> str | None:
    """The mark of the comment that shows what a publish is held for; None for one that is not held.

    It is another one as soon as something is added to that, or is no longer there. Empty if the report
    does not tell, being too long.
    """
    if not handover.is_publish or handover.level is not Level.HELD:
        return None
    holds = [
        [title, finding.id, finding.path, "" if finding.id in _COUNTING else finding.message]
        for title, finding in _holds(handover)
    ]
    digest = hashlib.sha256(json.dumps(sorted(holds)).encode()).hexdigest()
    return f"{holds_prefix(handover.head)}{digest[:32]}" if holds else ""


def _holds(handover: Handover) -> list[tuple[str, Finding]]:
    """What a head is held for, each with the title of the section that it is in."""
    return [
        (section.title, finding)
        for section in handover.report.report().sections
        for finding in section.findings
        if finding.level is Level.HELD
    ]


def _shown_holds(registry: RegistryForge, handover: Handover) -> str | None:
    """The mark of the newest comment that shows what a head is held for."""
    marks = map(registry.comments.mark_of, registry.comments.of(handover.pull_request))
    prefix = holds_prefix(handover.head)
    return next((mark for mark in reversed([*marks]) if mark and mark.startswith(prefix)), None)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


def _holds_text(handover: Handover) -> str:
    holds = _holds(handover)
    lines = [
        f"- {escaped(_cut(title, _MAX_TITLE))}: {escaped(_cut(hold.sentence, _MAX_SENTENCE))}"
        for title, hold in holds[:_MAX_SHOWN]
    ]
    if len(holds) > _MAX_SHOWN:
        lines.append(f"- and {len(holds) - _MAX_SHOWN} more, which the report lists")
    listed = "\n".join(lines)
    return (
        f"⏸️ {handover.head} is held for this:\n\n{listed}\n\n"
        "An approval counts if it was written after this comment."
    )


def post_failure(registry: RegistryForge, number: int, head: str | None) -> None:
    """Tell the author of a pull request that its check ended without a result.

    Nothing is said about a `head` that is no longer the pull request's: its next one has a report.
    """
    if head is not None and registry.pull(number).head != head:
        return
    again = f"{registry.command_sign}check"
    text = f"❔ The check ended without a result. Comment `{again}` to run it again."
    registry.comments.post(number, "check", text)


def _word(handover: Handover) -> str:
    is_merge = handover.is_publish and handover.level is Level.PASSED
    return "merge" if is_merge else "approve"


def _next_word(handover: Handover) -> str:
    """What a comment can do from here, if it can do anything."""
    if not handover.is_publish:
        return "It has to be reviewed. A maintainer who has done so lets it in with this comment:"
    if handover.level is Level.HELD:
        return "It is held. An operator ends the hold with this comment:"
    if handover.level is Level.PASSED:
        return "Where the registry leaves merging to people, a maintainer merges it with this comment:"
    return ""
