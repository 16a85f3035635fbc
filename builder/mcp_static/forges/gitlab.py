"""GitLab, asked for facts through its REST API (version 4)."""

import re
from typing import Final, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from mcp_static.forges.forge import Account, SourceRepository
from mcp_static.model.errors import FetchRefusedError, UnansweredError
from mcp_static.model.forge_ids import GITLAB_HOST, GROUP, PROJECT, USER, ForgeId
from mcp_static.net.fetch import Fetcher
from mcp_static.net.limits import MOVED, SOURCE, FetchLimits

HOST: Final = GITLAB_HOST
SITE: Final = f"https://{HOST}"
_API: Final = f"{SITE}/api/v4"
_PATH: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")

_Found = TypeVar("_Found")


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class _Group(_Shape):
    full_path: str
    id: int


class _User(_Shape):
    username: str
    id: int


class _Parent(_Shape):
    id: int


class _Project(_Shape):
    id: int
    path_with_namespace: str
    default_branch: str | None = None
    forked_from_project: _Parent | None = None


class _Commit(_Shape):
    id: str


class _Tag(_Shape):
    name: str
    commit: _Commit


class _Branch(_Shape):
    commit: _Commit


class GitLab:
    """The `Forge` protocol for gitlab.com; redirects, which a moved project gives, prove nothing."""

    site: Final = SITE

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher: Final = fetcher

    def account(self, login: str) -> Account | None:
        """The group or user of a path, by its numeric id."""
        group = self._find(f"/groups/{quote(login, safe='')}?with_projects=false", _Group)
        if group is not None and group.full_path.lower() == login.lower():
            return Account(group.full_path, ForgeId(HOST, GROUP, group.id), is_organization=True)
        users = self._find(f"/users?username={quote(login, safe='')}", list[_User]) or []
        named = (user for user in users if user.username.lower() == login.lower())
        return next((Account(user.username, ForgeId(HOST, USER, user.id)) for user in named), None)

    def repository(self, path: str) -> SourceRepository | None:
        """A project by the path that it has now."""
        found = self._project_at(path, SOURCE)
        if found is None or found.path_with_namespace.lower() != path.lower():
            return None
        return self._source(found)

    def repository_at(self, path: str) -> SourceRepository | None:
        """A project by a path that it has or had."""
        found = self._project_at(path, MOVED)
        return self._source(found) if found is not None else None

    def _project_at(self, path: str, limits: FetchLimits) -> _Project | None:
        if not _PATH.fullmatch(path):
            return None
        return self._find(f"/projects/{quote(path, safe='')}", _Project, limits)

    def repository_of(self, number: int) -> SourceRepository | None:
        """A project by its number, whatever its path is now."""
        found = self._find(f"/projects/{number}", _Project)
        return self._source(found) if found is not None and found.id == number else None

    def _source(self, found: _Project) -> SourceRepository | None:
        path = found.path_with_namespace
        top = self.account(path.partition("/")[0])
        if top is None:
            return None
        return SourceRepository(
            id=ForgeId(HOST, PROJECT, found.id),
            full_name=path,
            owner=top,
            is_fork=found.forked_from_project is not None,
            default_branch=found.default_branch or "",
        )

    def tags(self, path: str, prefix: str) -> dict[str, str]:
        """The tags whose names begin so, with the commits that they name."""
        query = f"search={quote('^' + prefix, safe='')}&per_page=50"
        tags = self._find(f"/projects/{quote(path, safe='')}/repository/tags?{query}", list[_Tag])
        return {tag.name: tag.commit.id for tag in tags or () if tag.name.startswith(prefix)}

    def branch_head(self, path: str, branch: str) -> str | None:
        """The commit at the head of a branch."""
        project = f"/projects/{quote(path, safe='')}"
        found = self._find(f"{project}/repository/branches/{quote(branch, safe='')}", _Branch)
        return found.commit.id if found else None

    def file(self, path: str, file: str, commit: str) -> bytes | None:
        """The content of a file at a commit."""
        url = (
            f"{_API}/projects/{quote(path, safe='')}/repository/files/{quote(file, safe='')}"
            f"/raw?ref={quote(commit, safe='')}"
        )
        answer = self._fetcher.get(url, SOURCE)
        if answer.is_ok:
            return answer.body
        if answer.status != 404:
            raise UnansweredError(f"GitLab answered {answer.status}")
        return None

    def _find(self, path: str, shape: type[_Found], limits: FetchLimits = SOURCE) -> _Found | None:
        """What is at a path; None for nothing."""
        try:
            answer = self._fetcher.get(_API + path, limits, {"Accept": "application/json"})
        except FetchRefusedError:
            return None  # a redirect: it is no longer at this place
        if answer.status == 404:
            return None
        if not answer.is_ok:
            raise UnansweredError(f"GitLab answered {answer.status}")
        try:
            return TypeAdapter(shape).validate_json(answer.body)
        except ValidationError:
            raise UnansweredError("GitLab's answer cannot be read") from None
