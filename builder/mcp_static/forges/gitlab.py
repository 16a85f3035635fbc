"""Reading facts from GitLab's REST API (version 4) for source proofs."""

import re
from typing import Any, Final
from urllib.parse import quote

import orjson

from mcp_static.forges.github.client import GitHubAccount, SourceRepository
from mcp_static.model.errors import FetchRefusedError, UnansweredError
from mcp_static.net.fetch import Fetcher
from mcp_static.net.limits import SOURCE

HOST: Final = "gitlab.com"
_API: Final = f"https://{HOST}/api/v4"
_PATH: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")


class GitLab:
    """Answers the questions of source proofs; redirects, which a moved project gives, are refused."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def owner(self, path: str) -> GitHubAccount | None:
        """The group or user of a path, by its numeric id."""
        group = self._get(f"/groups/{quote(path, safe='')}?with_projects=false")
        if group is not None and str(group.get("full_path")).lower() == path.lower():
            return GitHubAccount(str(group["full_path"]), int(group["id"]), is_organization=True)
        for user in self._get_list(f"/users?username={quote(path, safe='')}"):
            if isinstance(user, dict) and str(user.get("username")).lower() == path.lower():
                return GitHubAccount(str(user["username"]), int(user["id"]))
        return None

    def repository(self, path: str) -> SourceRepository | None:
        """A project by the path that it has now."""
        if not _PATH.fullmatch(path):
            return None
        found = self._get(f"/projects/{quote(path, safe='')}")
        if found is None or str(found.get("path_with_namespace")).lower() != path.lower():
            return None
        top = self.owner(path.partition("/")[0])
        if top is None:
            return None
        is_fork = found.get("forked_from_project") is not None
        return SourceRepository(path, top, is_fork, str(found.get("default_branch")))

    def tags(self, path: str, prefix: str) -> dict[str, str]:
        """The tags whose names begin so, with the commits that they name."""
        query = f"search={quote('^' + prefix, safe='')}&per_page=50"
        found = self._get_list(f"/projects/{quote(path, safe='')}/repository/tags?{query}")
        tags = {}
        for tag in found:
            commit = tag.get("commit") if isinstance(tag, dict) else None
            if isinstance(commit, dict) and str(tag.get("name")).startswith(prefix):
                tags[str(tag["name"])] = str(commit.get("id"))
        return tags

    def branch_head(self, path: str, branch: str) -> str | None:
        """The commit at the head of a branch."""
        found = self._get(
            f"/projects/{quote(path, safe='')}/repository/branches/{quote(branch, safe='')}"
        )
        commit = found.get("commit") if found else None
        return str(commit.get("id")) if isinstance(commit, dict) else None

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

    def _get(self, path: str) -> dict[str, Any] | None:
        found = self._ask(path)
        return found if isinstance(found, dict) else None

    def _get_list(self, path: str) -> list[Any]:
        found = self._ask(path)
        return found if isinstance(found, list) else []

    def _ask(self, path: str) -> Any:
        try:
            answer = self._fetcher.get(_API + path, SOURCE, {"Accept": "application/json"})
        except FetchRefusedError:
            return None  # a redirect: it is not at this place any more
        if answer.status == 404:
            return None
        if not answer.is_ok:
            raise UnansweredError(f"GitLab answered {answer.status}")
        try:
            return orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            raise UnansweredError("GitLab answered something that is no JSON") from None
