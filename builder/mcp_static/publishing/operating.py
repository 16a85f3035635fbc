"""What an operator decides in a comment: the same acts as by command, committed to a protected main.

Carried out for accounts that may write, from a comment that was never edited. An act is named by its
comment's time and words, so that running it twice does nothing twice.
"""

import time
from collections.abc import Callable
from typing import Final

from mcp_static.forges.event import Event
from mcp_static.forges.registry_forge import IssueComment, RegistryForge
from mcp_static.git.remotes import fetch_commits
from mcp_static.git.repository import Repository, has_commit, read_settings_text
from mcp_static.git.trees import blob_at
from mcp_static.model.errors import CommandRefusedError, InputError, ServiceError, UsageError
from mcp_static.model.moderation import BLOCK_LISTS
from mcp_static.moderation.decisions import Decision, Grounds
from mcp_static.moderation.places import parse_place
from mcp_static.moderation.settings import block, freeze, thaw, unblock
from mcp_static.moderation.takedowns import restore, take_down
from mcp_static.moderation.ticking import ended_quarantines, tick_message
from mcp_static.publishing.commands import OperatorCommand
from mcp_static.publishing.sweeping import PASSAGES
from mcp_static.reports.markdown import escaped

_ATTEMPTS: Final = 5
_TICK: Final = f"{PASSAGES}tick"


def carry_out(
    command: OperatorCommand,
    comment: IssueComment,
    event: Event,
    clone: Repository,
    registry: RegistryForge,
) -> str:
    """Commit what an operator decided, and start the deploy; gives the answer, in Markdown.

    Raises CommandRefusedError for who may not, and for what cannot be decided.
    """
    author = comment.author
    if not registry.may_write(author):
        raise CommandRefusedError(
            f"`{registry.command_sign}{command.act}` is for operators of the registry."
        )
    if comment.is_edited:
        raise CommandRefusedError("A comment that was edited decides nothing; write a new one.")
    why = Grounds(command.reason, f"{author.login} ({author.id})", comment.written_at)
    for _ in range(_ATTEMPTS):
        main = registry.head_of(registry.default_branch)
        if main is None:
            raise CommandRefusedError(f"There is no branch {escaped(registry.default_branch)}.")
        if not has_commit(clone, main):
            fetch_commits(clone, event.clone_url, [main], registry.git_access)
        made = _decided(command, why, clone, main, registry)
        passage = f"{PASSAGES}act-{comment.id.replace('/', '-')}"
        if blob_at(clone, main, made.entry.path) is not None:
            registry.remove_branch(passage)
            return f"That is done already: {escaped(made.entry.subject)}."
        files: dict[str, bytes | None] = {**made.written, **dict.fromkeys(made.removed)}
        commit = registry.create_commit(main, files, made.message)
        if registry.land(main, commit, passage):
            registry.remove_branch(passage)
            registry.start_deploy()
            what = f"{made.entry.act.value} {made.entry.subject}"
            return f"✅ {escaped(what)} is committed as {commit}; the next deploy shows it."
    raise ServiceError("main moved at each attempt.", "Say it again.")


def tick_on(registry: RegistryForge, clone: Repository) -> list[str]:
    """Commit nothing but the time to main if a quarantine has ended, and deploy; gives what was in it.

    `clone` has main as it was when it was made; a main that moved since needs no such commit. Raises
    what RegistryForge raises.
    """
    main = registry.head_of(registry.default_branch)
    if main is None or not has_commit(clone, main):
        return []
    ended = ended_quarantines(clone, main, int(time.time()))
    if ended and registry.land(main, registry.create_commit(main, {}, tick_message(ended)), _TICK):
        registry.remove_branch(_TICK)
        registry.start_deploy()
    return ended


def _decided(
    command: OperatorCommand, why: Grounds, clone: Repository, main: str, registry: RegistryForge
) -> Decision:
    acts: dict[str, Callable[[], Decision]] = {
        "takedown": lambda: take_down(clone, main, parse_place(command.subject), why),
        "restore": lambda: restore(clone, main, parse_place(command.subject), why),
        "freeze": lambda: freeze(read_settings_text(clone, main), why),
        "thaw": lambda: thaw(read_settings_text(clone, main), why),
        "block": lambda: _blocked(command, why, clone, main, registry),
        "unblock": lambda: _blocked(command, why, clone, main, registry),
    }
    try:
        return acts[command.act]()
    except (InputError, UsageError) as error:
        raise CommandRefusedError(f"{escaped(error.message)} {escaped(error.fix)}") from None


def _blocked(
    command: OperatorCommand, why: Grounds, clone: Repository, main: str, registry: RegistryForge
) -> Decision:
    """A change of what is blocked; an account may be named by its login."""
    value = command.subject
    if command.kind == "account" and "/" not in value:
        account = registry.account(value.removeprefix("@"))
        if account is None:
            raise CommandRefusedError(f"There is no account {escaped(value)}.")
        value = str(account.id)
    change = block if command.act == "block" else unblock
    return change(read_settings_text(clone, main), BLOCK_LISTS[command.kind], value, why)
