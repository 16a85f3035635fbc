"""A comment that asks for something: the one that an event is about, and the answer to what failed."""

from mcp_static.forges.event import Event
from mcp_static.forges.registry_forge import IssueComment, RegistryForge
from mcp_static.model.errors import CommandRefusedError, RegistryError, ServiceError
from mcp_static.reports.markdown import escaped


def new_comment(event: Event, registry: RegistryForge) -> IssueComment | str:
    """The comment of an event, as the forge has it now; or why there is nothing to do."""
    if event.comment is None or event.number is None or event.action != "created":
        return "This is not a new comment; nothing to do."
    comment = registry.comment(event.comment)
    if comment is None or comment.issue != event.number:
        return "The comment is gone; nothing to do."
    if comment.author.id == registry.me().id:
        return "The comment is the bot's own; nothing to do."
    return comment


def refusal(error: RegistryError) -> str:
    """What the writer of a command is told that ended in an error, in Markdown."""
    if isinstance(error, CommandRefusedError):
        return str(error)
    if isinstance(error, ServiceError):
        return f"❔ {escaped(error.message)}. Please ask again in a while."
    return f"❌ {escaped(error.message)} {escaped(error.fix)}".rstrip()
