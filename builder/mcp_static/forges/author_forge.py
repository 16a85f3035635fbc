"""The forge that a registry lives on, as its authors use it: proposals from branches and forks."""

from collections.abc import Mapping
from typing import Protocol, Self

from mcp_static.forges.forge import Account
from mcp_static.forges.registry_forge import CheckState, Pull


class AuthorForge(Protocol):
    """A repository to propose to, or a fork of it to propose from.

    Raises as `RegistryForge` does.
    """

    @property
    def full_name(self) -> str:
        """The name of the repository now, with those of its owners."""

    @property
    def default_branch(self) -> str:
        """The branch to propose for."""

    @property
    def may_push(self) -> bool:
        """Whether the author may push to it."""

    def me(self) -> Account:
        """Who proposes."""

    def at(self, full_name: str, /) -> Self:
        """Another repository there, with the same rights; raises InputError if it is not there."""

    def head_of(self, branch: str, /) -> str | None:
        """The commit at the head of a branch now; None when there is no such branch."""

    def file_at(self, path: str, commit: str, /) -> bytes | None:
        """The content of a file at a commit."""

    def fork(self) -> str:
        """The full name of the author's own fork, made if there is none; its data may take a while."""

    def commit_to(
        self, branch: str, base: str, registry: str, files: Mapping[str, bytes], message: str, /
    ) -> None:
        """Put a branch here at one commit on `base`, a commit of the registry's, wherever it was."""

    def pull(self, number: int, /) -> Pull:
        """A pull request by its number."""

    def open_pull_from(self, home: str, branch: str, /) -> Pull | None:
        """The open pull request from a branch of a repository, if there is one."""

    def open_pull(self, home: str, branch: str, title: str, body: str, /) -> Pull:
        """Open a pull request from a branch of a repository; or the one there is."""

    def check_state(self, pull: Pull, /) -> CheckState:
        """How far the checks of a pull request's head are."""
