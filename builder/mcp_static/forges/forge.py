"""What every forge can be asked for proofs, whatever it is called: accounts, repositories, files."""

from dataclasses import dataclass
from typing import Protocol

from mcp_static.model.forge_ids import ForgeId


@dataclass(frozen=True, slots=True)
class Account:
    """A user or organization: the id names its forge, and stays when the login changes hands."""

    login: str
    id: ForgeId
    is_organization: bool = False


@dataclass(frozen=True, slots=True)
class SourceRepository:
    """A repository as a source proof sees it: the id stays when it is renamed."""

    id: ForgeId
    full_name: str
    owner: Account
    is_fork: bool
    default_branch: str


class Forge(Protocol):
    """Facts of a forge. None means that it is not there; UnansweredError, that nothing is known."""

    @property
    def site(self) -> str:
        """The address of its site, under which people see repositories."""

    def account(self, login: str, /) -> Account | None:
        """The account that has a login, or a group's path, now."""

    def repository(self, path: str, /) -> SourceRepository | None:
        """A repository by the name that it has now; None when it moved away, or never was."""

    def repository_at(self, path: str, /) -> SourceRepository | None:
        """A repository by a name that it has or had, as far as the forge still leads on from there."""

    def repository_of(self, number: int, /) -> SourceRepository | None:
        """A repository by the number in its id, whatever its name is now; None when it is gone."""

    def branch_head(self, path: str, branch: str, /) -> str | None:
        """The commit at the head of a branch."""

    def tags(self, path: str, prefix: str, /) -> dict[str, str]:
        """The tags whose names begin so, with the commits that they name."""

    def file(self, path: str, file: str, commit: str, /) -> bytes | None:
        """The content of a file at a commit."""
