"""Who brought a head commit, confirmed over the API by numeric id."""

from mcp_static.forges.forge import Account
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.events import Event
from mcp_static.forges.github.repository import Pull
from mcp_static.git.commits import trailer_of
from mcp_static.git.repository import Repository
from mcp_static.publishing.commands import PublishCommand, StatusCommand, parse_commands

TRAILER = "Requested-in"
"""The commit trailer by which the bot names the comment that asked for a commit."""


def requester_of(event: Event, pull: Pull, repository: Repository, github: GitHub) -> Account | None:
    """The account behind the head of a pull request; None when nobody can be confirmed.

    In this order: the event's sender, if the event is the opening or the push that brought this very
    head; who pushed it, by the activity of the head's repository; and where that is the bot, in the
    registry's own repository, whoever asked the bot for it.
    """
    if event.brings_head and event.head == pull.head:
        account = github.account(event.sender.login)
        if account is not None and account.id == event.sender.id and _brings_it_here(pull, account):
            return account
    if not pull.head_repository:
        return None
    pusher = github.pusher(pull.head_repository, pull.head_branch, pull.head)
    is_ours = pull.head_repository.lower() == event.repository.lower()
    if is_ours and pusher is not None and pusher.id == github.me().id == pull.author.id:
        return _asker(event, pull, repository, github)
    account = github.account(pusher.login) if pusher is not None else None
    if pusher is None or account is None or not pusher.id == account.id == pull.author.id:
        return None  # what was pushed to a branch of one's own is not brought here by another
    return account


def _brings_it_here(pull: Pull, account: Account) -> bool:
    """Whether a push is meant for this pull request, and is not just work on a branch of one's own
    from which somebody else has opened one."""
    owner = pull.head_repository.partition("/")[0]
    return account.id == pull.author.id or owner.lower() != account.login.lower()


def _asker(event: Event, pull: Pull, repository: Repository, github: GitHub) -> Account | None:
    """Whoever wrote the comment that a commit of the bot's names."""
    number = trailer_of(repository, pull.head, TRAILER)
    if not number.isdecimal() or len(number) > 20:
        return None
    comment = github.comment(event.repository, int(number))
    if comment is None or not any(
        isinstance(command, PublishCommand | StatusCommand) for command in parse_commands(comment.body)
    ):
        return None
    account = github.account(comment.author.login)
    return account if account is not None and account.id == comment.author.id else None
