"""What people said about the head of a pull request: words that name the bytes they are about.

A word counts if its comment was never edited, names the head in full, and was written after that
head came to this very pull request, by the forge's clock. An approval of what is held was also written
after the comment that shows what it is held for. What the registry itself writes is nobody's
word, as it quotes people. So nobody can be led to approve one thing and find
another merged, and nothing written about an earlier head is carried over.
"""

from dataclasses import dataclass
from itertools import islice
from typing import Final

from mcp_static.forges.forge import Account
from mcp_static.forges.registry_forge import Pull, RegistryForge
from mcp_static.model.forge_ids import ForgeId
from mcp_static.publishing.commands import HeadCommand, HeadWord, parse_commands
from mcp_static.publishing.reporting import holds_prefix

_MAX_COMMENTS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Words:
    """Who said what about one head; `approvers` and `mergers` may write to the registry."""

    confirmers: tuple[Account, ...] = ()
    approvers: tuple[Account, ...] = ()
    mergers: tuple[Account, ...] = ()


def words_about(registry: RegistryForge, pull: Pull, holds: str | None = None) -> Words:
    """The words about the head that a pull request has now.

    None count while the forge does not say when that head arrived. `holds` is the mark of the comment
    that shows what the head is held for, None if it is not held: approvals count if that comment is the
    newest of its kind, and they were written after it. Raises what RegistryForge raises.
    """
    said = _said(registry, pull, holds)
    return Words(
        confirmers=tuple(said["confirm"].values()),
        approvers=_writers(registry, said["approve"]),
        mergers=_writers(registry, said["merge"]),
    )


def confirmers_of(registry: RegistryForge, pull: Pull) -> tuple[Account, ...]:
    """Who has confirmed the head that a pull request has now; needs no more rights than to read."""
    return tuple(_said(registry, pull, None)["confirm"].values())


def _said(
    registry: RegistryForge, pull: Pull, holds: str | None
) -> dict[HeadWord, dict[ForgeId, Account]]:
    """Who said which word about the head, whatever their rights."""
    said: dict[HeadWord, dict[ForgeId, Account]] = {"confirm": {}, "approve": {}, "merge": {}}
    arrival = registry.arrival(pull)
    if arrival is None:
        return said
    shown, me = None, registry.me().id
    for comment in islice(registry.comments.of(pull.number), _MAX_COMMENTS):
        mark = registry.comments.mark_of(comment)
        if mark is not None and mark.startswith(holds_prefix(pull.head)):
            shown = mark
            said["approve"].clear()
        is_ours = comment.author.id == me
        if is_ours or comment.is_edited or comment.written_at < arrival:
            continue
        for command in parse_commands(comment.body, registry.command_sign):
            if isinstance(command, HeadCommand) and command.head == pull.head:
                said[command.word][comment.author.id] = comment.author
    if holds is not None and shown != holds:
        said["approve"].clear()
    return said


def _writers(registry: RegistryForge, accounts: dict[ForgeId, Account]) -> tuple[Account, ...]:
    return tuple(account for account in accounts.values() if registry.may_write(account))
