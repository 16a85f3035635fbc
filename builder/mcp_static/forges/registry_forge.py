"""The forge that a registry lives on: all that publishing asks of it, whatever it is called.

What a forge calls a merge request is a pull request here. docs/forges.md explains what each method has
to guarantee, and how each forge does it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from mcp_static.forges.forge import Account, Forge
from mcp_static.git.access import GitAccess
from mcp_static.net.fetch import Fetcher
from mcp_static.settings.forges import ForgeSettings


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request as it is now; `head_repository` is empty when that one cannot be seen.

    `state` is `open` or anything else; `opened_at` is in seconds since 1970; `reference` is how the
    forge's texts refer to it, such as `#7`.
    """

    number: int
    url: str
    state: str
    is_draft: bool
    is_merged: bool
    head: str
    head_branch: str
    head_repository: str
    base_branch: str
    author: Account
    opened_at: int
    reference: str


@dataclass(frozen=True, slots=True)
class Dated:
    """Whose a commit is, as `name <e-mail>`, and of when, in seconds since 1970."""

    identity: str
    time: int


@dataclass(frozen=True, slots=True)
class CheckState:
    """How far the checks of a commit are, in words, and whether one has failed."""

    message: str
    has_failed: bool


@dataclass(frozen=True, slots=True)
class IssueComment:
    """A comment on an issue or pull request: who wrote it, on which, and when.

    `id` is what `RegistryForge.comment` finds it by; `written_at` is in seconds since 1970. Of one that
    was edited, nobody knows what it said then.
    """

    id: str
    author: Account
    body: str
    issue: int
    written_at: int
    is_edited: bool


@dataclass(frozen=True, slots=True)
class BranchPush:
    """A change of a branch: what it was before and after, None for not there, by whom, and when.

    `actor` is None when the forge does not say; `time` is in seconds since 1970.
    """

    before: str | None
    after: str | None
    actor: Account | None
    time: int


class PullComments(Protocol):
    """The comments on a registry's pull requests and issues."""

    def of(self, number: int, /) -> Iterator[IssueComment]:
        """What people wrote on a pull request, oldest first."""

    def post(self, number: int, part: str, text: str, reply_to: str | None = None, /) -> None:
        """Say something on a pull request, in the one comment of ours that is edited.

        The comment has parts by name; only the one given is replaced. With `reply_to`, the id of a
        comment, it is said where that comment is, in a comment of ours that answers it.
        """

    def say_once(self, number: int, mark: str, text: str, since: int = 0, /) -> None:
        """Write a comment of its own, unless one of ours with this mark is there, as it was written.

        One from before `since`, in seconds since 1970, does not count.
        """

    def say(self, number: int, mark: str, text: str, /) -> None:
        """Write a comment of its own, with a mark of digits, lowercase letters and colons."""

    def said_at(self, number: int, mark: str, since: int = 0, /) -> int | None:
        """When a comment was first written with a mark, in seconds since 1970, by the forge's clock.

        None if it was not, at least not from `since` on, or if everything there is of it was edited.
        """

    def mark_of(self, comment: IssueComment, /) -> str | None:
        """The mark of a comment that we wrote with one, and that nobody has edited; None for others."""


class RegistryForge(Protocol):
    """The repository of a registry, on its forge.

    What cannot be done raises InputError (ForbiddenError if rights are missing), what nobody answered
    UnansweredError.
    """

    @property
    def full_name(self) -> str:
        """The name of the repository now, with those of its owners."""

    @property
    def default_branch(self) -> str:
        """The branch that is published."""

    @property
    def command_sign(self) -> str:
        """What the commands of comments begin with: no command of the forge's own may."""

    @property
    def comments(self) -> PullComments:
        """Its comments."""

    @property
    def clone_url(self) -> str:
        """Where Git reaches it over HTTPS."""

    @property
    def git_access(self) -> GitAccess:
        """What Git is given to fetch from it, and push to it, over HTTPS."""

    def pull_head(self, number: int, /) -> str:
        """The reference of Git under which the head of a pull request can be fetched."""

    # People

    def me(self) -> Account:
        """Who the token acts as."""

    def account(self, login: str, /) -> Account | None:
        """The account that has a login now."""

    def may_write(self, account: Account, /) -> bool:
        """Whether an account may change main, and so decides for the registry; by its id."""

    # Pull requests

    def pull(self, number: int, /) -> Pull:
        """A pull request by its number."""

    def open_pulls(self) -> Iterator[Pull]:
        """The open pull requests for main."""

    def own_pull_from(self, branch: str, /) -> Pull | None:
        """The open pull request from a branch of the registry's own repository, if there is one."""

    def open_own_pull(self, branch: str, title: str, body: str, /) -> Pull:
        """Open a pull request from a branch of the registry's own repository; or the one there is."""

    def close_pull(self, number: int, /) -> None:
        """Close a pull request; one that is closed already stays so."""

    def add_label(self, number: int, label: str, /) -> None:
        """Put a label on a pull request."""

    def arrival(self, pull: Pull, /) -> int | None:
        """When the head of a pull request came to it, or it was opened again, by the forge's clock.

        In seconds since 1970; None when the forge does not say so of this very head.
        """

    def reopened_at(self, number: int, /) -> int:
        """When a pull request was last opened again, in seconds since 1970; 0 if it never was."""

    def pushes(self, pull: Pull, /) -> list[BranchPush] | None:
        """All that happened to the branch of a pull request, oldest first; None where it is unknown."""

    def blobs(self, pull: Pull, commit: str, files: list[str], /) -> dict[str, str] | None:
        """The ids of the blobs at some paths of a commit of that branch; None for no such commit."""

    def comment(self, comment: str, /) -> IssueComment | None:
        """A comment by its id."""

    # Commits and branches

    def head_of(self, branch: str, /) -> str | None:
        """The commit at the head of a branch now; None when there is no such branch."""

    def file_at(self, path: str, commit: str, /) -> bytes | None:
        """The content of a file at a commit."""

    def create_commit(
        self, base: str, files: Mapping[str, bytes | None], message: str, dated: Dated | None = None, /
    ) -> str:
        """A new commit on `base` alone, on no branch yet; a file whose content is None is removed.

        It is by the bot, now, unless `dated` says otherwise.
        """

    def left_behind(self, prefix: str, before: int, /) -> list[str]:
        """Our own branches whose names begin so, and that have not moved since some time.

        In seconds since 1970. One of which the forge does not know is left out where it may be in use.
        """

    def set_branch(self, branch: str, commit: str, /) -> None:
        """Make a branch of our own, or move it there wherever it was."""

    def remove_branch(self, branch: str, /) -> None:
        """Remove a branch, if it is there."""

    def land(self, main: str, commit: str, passage: str, /) -> bool:
        """Move a protected main from one commit to the next, never by force; False if it has moved.

        `passage` names a branch that may be used for it; the caller removes it once main has moved. A
        commit that main did not move to keeps nothing that would let it in. Raises InputError where the
        forge refuses the commit all the same.
        """

    def withdraw(self, passage: str, /) -> None:
        """Let no commit in any more that an earlier `land` has left on its passage."""

    def let_in(self, head: str, description: str, /) -> None:
        """Let people merge a head into the protected main by the forge's own button."""

    # The next step

    def start_check(self, pull: Pull, /) -> None:
        """Have the head of a pull request checked, again or for the first time."""

    def start_deploy(self) -> None:
        """Have main deployed, unless the forge does so by itself once it has moved."""


class ProofClients(Protocol):
    """The clients by which proofs ask forges, wherever the registry lives."""

    @property
    def account_hosts(self) -> frozenset[str]:
        """The forges whose accounts can ask for something where the registry lives."""

    def own_forge(self, settings: ForgeSettings, fetcher: Fetcher, /) -> Forge:
        """The client of a forge that the registry's settings name."""

    def public_github(self) -> Forge:
        """The client of github.com."""

    def public_gitlab(self, fetcher: Fetcher, /) -> Forge:
        """The client of gitlab.com, which asks within the limits of a fetcher unless it has a token."""
