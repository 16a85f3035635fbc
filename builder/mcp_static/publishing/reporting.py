"""The report of a check, posted by a part that reads nothing of the pull request itself.

What waits does so from a comment of its own, which nobody edits: the forge's clock tells when it was
written, and everybody who watches the pull request could see it from then on.
"""

from mcp_static.forges.registry_forge import RegistryForge
from mcp_static.publishing.handover import Handover
from mcp_static.reports.findings import Level
from mcp_static.reports.markdown import report_markdown


def post_report(registry: RegistryForge, handover: Handover) -> None:
    """Post the report in the one comment of ours, with the words that somebody can say next."""
    footer = f"Checked {handover.head} against {handover.base}."
    text = report_markdown(handover.report.report(), footer)
    word = _next_word(handover)
    if word:
        text += f"\n\n{word}\n\n```\n{registry.command_sign}{_word(handover)} {handover.head}\n```"
    registry.comments.post(handover.pull_request, "check", text)
    if handover.is_waiting:
        waits = (
            f"{handover.head} waits from here on, as the report tells: its proof is new to the name."
        )
        registry.comments.say_once(handover.pull_request, _held_mark(handover.head), f"⏳ {waits}")


def held_since(registry: RegistryForge, number: int, head: str) -> int | None:
    """When a head was first shown to wait, in seconds since 1970; None if it was not yet."""
    return registry.comments.said_at(number, _held_mark(head))


def _held_mark(head: str) -> str:
    return f"held:{head}"


def post_failure(registry: RegistryForge, number: int) -> None:
    """Tell the author of a pull request that its check ended without a result."""
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
