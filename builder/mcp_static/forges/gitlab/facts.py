"""GitLab, asked for facts: accounts, projects, files."""

import re
from collections.abc import Mapping
from typing import Final, Protocol, TypeVar
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter, ValidationError

from mcp_static.forges.forge import Account, SourceRepository
from mcp_static.forges.gitlab.instance import PUBLIC, Instance
from mcp_static.forges.gitlab.shapes import Branch, Group, Project, Tag, User
from mcp_static.model.errors import FetchRefusedError, UnansweredError
from mcp_static.model.forge_ids import GROUP, PROJECT, ForgeId
from mcp_static.net.fetch import Fetcher
from mcp_static.net.limits import MOVED, SOURCE, Answer, FetchLimits

_PATH: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")

_Found = TypeVar("_Found")


class Asker(Protocol):
    """Who asks the API: `Api` does so with a token, `PublicApi` within the limits of proofs."""

    def find(self, path: str, shape: type[_Found], what: str, /, **query: object) -> _Found | None:
        """What is at a path, None for nothing; raises ForbiddenError and UnansweredError."""

    def find_moved(self, path: str, shape: type[_Found], what: str, /) -> _Found | None:
        """What is at a path, or was before it moved; None for nothing. Raises as `find`."""

    def content(self, path: str, what: str, /, **query: object) -> bytes | None:
        """The bytes of what is at a path, None for nothing; raises as `find`."""


class PublicApi:
    """The API as anybody sees it, or as a token does."""

    def __init__(self, fetcher: Fetcher, instance: Instance, token: str | None = None) -> None:
        self._fetcher: Final = fetcher
        self._address: Final = f"{instance.api}/api/v4"
        self._headers: Final = {"Authorization": f"Bearer {token}"} if token else {}

    def find(self, path: str, shape: type[_Found], what: str, /, **query: object) -> _Found | None:
        """What is at a path, None for nothing, and for what has moved; raises UnansweredError."""
        return self._found(path, shape, what, SOURCE, query)

    def find_moved(self, path: str, shape: type[_Found], what: str, /) -> _Found | None:
        """What is at a path, or was before it moved; None for nothing. Raises UnansweredError."""
        return self._found(path, shape, what, MOVED, {})

    def _found(
        self,
        path: str,
        shape: type[_Found],
        what: str,
        limits: FetchLimits,
        query: Mapping[str, object],
    ) -> _Found | None:
        try:
            answer = self._answer(path, query, limits)
        except FetchRefusedError:
            return None  # a redirect: it is no longer at this place
        if answer is None:
            return None
        try:
            return TypeAdapter(shape).validate_json(answer.body)
        except ValidationError:
            raise UnansweredError(f"GitLab's answer for {what} cannot be read") from None

    def content(self, path: str, _what: str, /, **query: object) -> bytes | None:
        """The bytes of what is at a path, None for nothing; raises UnansweredError."""
        answer = self._answer(path, query)
        return answer.body if answer is not None else None

    def _answer(
        self, path: str, query: Mapping[str, object], limits: FetchLimits = SOURCE
    ) -> Answer | None:
        more = f"?{urlencode(query)}" if query else ""
        answer = self._fetcher.get(f"{self._address}{path}{more}", limits, self._headers)
        if answer.status == 404:
            return None
        if not answer.is_ok:
            raise UnansweredError(f"GitLab answered {answer.status}")
        return answer


class GitLab:
    """The `Forge` protocol for one GitLab, gitlab.com unless another is given."""

    def __init__(self, asker: Asker, instance: Instance = PUBLIC) -> None:
        self._asker: Final = asker
        self.host: Final = instance.host
        self.site: Final = instance.site

    def account(self, login: str) -> Account | None:
        """The group or user of a path, by its numeric id."""
        path = f"/groups/{quote(login, safe='')}"
        group = self._asker.find(path, Group, f"the group {login}", with_projects="false")
        if group is not None and group.full_path.lower() == login.lower():
            return Account(group.full_path, ForgeId(self.host, GROUP, group.id), is_organization=True)
        return self.user(login)

    def user(self, login: str) -> Account | None:
        """The user that has a name now."""
        users = self._asker.find("/users", list[User], f"the user {login}", username=login) or []
        named = (user for user in users if user.username.lower() == login.lower())
        return next((user.account(self.host) for user in named), None)

    def repository(self, path: str) -> SourceRepository | None:
        """A project by the path that it has now."""
        if not _PATH.fullmatch(path):
            return None
        found = self._asker.find(project_path(path), Project, f"the project {path}")
        if found is None or found.path_with_namespace.lower() != path.lower():
            return None
        return self._source(found)

    def repository_at(self, path: str) -> SourceRepository | None:
        """A project by a path that it has or had."""
        if not _PATH.fullmatch(path):
            return None
        found = self._asker.find_moved(project_path(path), Project, f"the project {path}")
        return self._source(found) if found is not None else None

    def repository_of(self, number: int) -> SourceRepository | None:
        """A project by its number, whatever its path is now."""
        found = self._asker.find(f"/projects/{number}", Project, f"the project {number}")
        return self._source(found) if found is not None and found.id == number else None

    def _source(self, found: Project) -> SourceRepository | None:
        path = found.path_with_namespace
        top = self.account(path.partition("/")[0])
        if top is None:
            return None
        return SourceRepository(
            id=ForgeId(self.host, PROJECT, found.id),
            full_name=path,
            owner=top,
            is_fork=found.forked_from_project is not None,
            default_branch=found.default_branch or "",
        )

    def tags(self, path: str, prefix: str) -> dict[str, str]:
        """The tags whose names begin so, with the commits that they name."""
        tags = self._asker.find(
            f"{project_path(path)}/repository/tags",
            list[Tag],
            f"the tags of {path}",
            search=f"^{prefix}",
            per_page=50,
        )
        return {tag.name: tag.commit.id for tag in tags or () if tag.name.startswith(prefix)}

    def branch_head(self, path: str, branch: str) -> str | None:
        """The commit at the head of a branch."""
        address = f"{project_path(path)}/repository/branches/{quote(branch, safe='')}"
        found = self._asker.find(address, Branch, f"the branch {branch} of {path}")
        return found.commit.id if found else None

    def file(self, path: str, file: str, commit: str) -> bytes | None:
        """The content of a file at a commit."""
        address = f"{project_path(path)}/repository/files/{quote(file, safe='')}/raw"
        return self._asker.content(address, f"{file} of {path}", ref=commit)


def project_path(path: str) -> str:
    """Where the API has a project, by its path."""
    return f"/projects/{quote(path, safe='')}"
