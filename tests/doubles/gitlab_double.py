"""A double of GitLab: what its API v4 reads of projects, with real Git repositories behind it."""

import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from tests.doubles.bare import BareRepository, Files, Signature

Json = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class ProjectDouble:
    """A project of the double, with a real bare repository behind it."""

    id: int
    full_path: str
    path: Path
    visibility: str
    fork_of: Self | None
    store: BareRepository = field(init=False)

    def __post_init__(self) -> None:
        self.store = BareRepository(self.path)
        if self.fork_of:
            copied = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
            self.store.fetch(self.fork_of.store, *copied)

    def commit(
        self, files: Files, branch: str = "main", parent: str | None = None, *, time: int | None = None
    ) -> str:
        """Commit files to a branch, on its tip (a new branch: on main's) unless told otherwise."""
        tips = (f"refs/heads/{branch}", "refs/heads/main")
        base = parent or next(filter(None, map(self.store.resolve, tips)), None)
        by = Signature("A Tester", "tester@example.com", f"{_now() if time is None else time} +0000")
        return self.store.import_commit(files, branch=branch, parent=base, by=by)

    def tag(self, name: str, sha: str, *, annotated: bool = False) -> None:
        """Tag a commit."""
        identity = ("-c", "user.name=A Tester", "-c", "user.email=tester@example.com")
        more = ("-a", "-m", name) if annotated else ()
        self.store.git(*identity, "tag", "-f", *more, name, sha)


class _NotFound(Exception):  # noqa: N818 — an answer rather than a fault
    pass


class GitLabDouble:
    """GitLab without a server: give `handle` the requests of any front, and set `url` to its address.

    A group (or a user, for a path named in `users`) exists as soon as a project lies in it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.url = ""
        self.users: set[str] = set()
        self.projects: dict[int, ProjectDouble] = {}
        self.requests: list[tuple[str, str]] = []
        self.hooks: list[Callable[[str, str], None]] = []
        self._moved: dict[str, int] = {}
        self._namespaces: dict[str, int] = {}
        self._ids = itertools.count(7001)
        self._lock = threading.RLock()
        self._failures: list[tuple[re.Pattern[str], Answer]] = []

    def add_project(
        self, path: str, fork_of: ProjectDouble | str | None = None, *, visibility: str = "public"
    ) -> ProjectDouble:
        """A new project; a fork has its parent's branches and tags."""
        with self._lock:
            assert self._find(path) is None, f"{path} is taken"
            parent = self.project(fork_of) if isinstance(fork_of, str) else fork_of
            number = next(self._ids)
            made = ProjectDouble(number, path, self.folder / f"{number}.git", visibility, parent)
            self.projects[number] = made
            self._moved.pop(path.lower(), None)
            return made

    def project(self, path: str) -> ProjectDouble:
        """The project at a path now."""
        found = self._find(path)
        assert found is not None, f"no project {path}"
        return found

    def move(self, old: str, new: str) -> None:
        """Rename or transfer a project; the old path then redirects."""
        with self._lock:
            project = self.project(old)
            assert self._find(new) is None, f"{new} is taken"
            self._moved[old.lower()] = project.id
            self._moved.pop(new.lower(), None)
            project.full_path = new

    def clone_url(self, path: str) -> str:
        """Where git finds it: a path on disk."""
        return str(self.project(path).path)

    def fail_next(self, path_regex: str, status: int, body: bytes = b"{}", *, times: int = 1) -> None:
        """Answer the next matching requests with a failure."""
        failure = (re.compile(path_regex), (status, {"Content-Type": "application/json"}, body))
        with self._lock:
            self._failures += [failure] * times

    def handle(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """Answer one request; the path comes with its query. Any token at all counts as a login."""
        for hook in list(self.hooks):
            hook(method, path)
        with self._lock:
            self.requests.append((method, path))
            for failure in self._failures:
                if failure[0].search(path):
                    self._failures.remove(failure)
                    return failure[1]
            try:
                given = {key.lower() for key in headers} & {"private-token", "authorization"}
                return self._route(method, path, logged_in=bool(given))
            except _NotFound as absent:
                return _json(404, {"message": f"404 {absent} Not Found"})

    # ---- answering

    def _route(self, method: str, path: str, *, logged_in: bool) -> Answer:
        parts = urlsplit(path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if parts.path == "/api/v4/users" and method == "GET":
            wanted = query.get("username", "").lower()
            named = [self._namespace_json(one) for one in sorted(self.users) if one.lower() == wanted]
            return _json(200, [{"id": one["id"], "username": one["path"]} for one in named])
        match = re.fullmatch(r"/api/v4/(projects|namespaces|groups)/([^/]+)(/.*)?", parts.path)
        if match is None or method != "GET":
            return _json(404, {"error": "404 Not Found"})
        kind, name, rest = match[1], unquote(match[2]), match[3] or ""
        if kind == "namespaces" and not logged_in:
            # Projects, groups and users are shown to everyone, but namespaces never are.
            return _json(401, {"message": "401 Unauthorized"})
        if kind != "projects":
            space = self._namespace(name)
            if kind == "groups" and space["kind"] != "group":
                raise _NotFound("Group")
            return _json(200, {**space, "visibility": "public"} if kind == "groups" else space)
        found = self.projects.get(int(name)) if name.isdecimal() else self._find(name)
        if found is None and name.lower() in self._moved:
            return self._redirect(self.projects[self._moved[name.lower()]], rest, parts.query)
        if found is None or found.visibility != "public":
            raise _NotFound("Project")
        return self._project_part(found, rest, parts.path, query)

    def _project_part(
        self, project: ProjectDouble, rest: str, path: str, query: dict[str, str]
    ) -> Answer:
        if not rest:
            return _json(200, self._project_json(project))
        if rest == "/repository/tags":
            return self._tags(project, path, query)
        if match := re.fullmatch(r"/repository/branches/([^/]+)", rest):
            return _json(200, self._branch_json(project, unquote(match[1])))
        if match := re.fullmatch(r"/repository/tags/([^/]+)", rest):
            return _json(200, self._tag_json(project, unquote(match[1])))
        if match := re.fullmatch(r"/repository/files/([^/]+)/raw", rest):
            return self._raw(project, unquote(match[1]), query.get("ref") or "HEAD")
        return _json(404, {"error": "404 Not Found"})

    def _redirect(self, project: ProjectDouble, rest: str, query: str) -> Answer:
        if project.visibility != "public":
            raise _NotFound("Project")
        # GitLab answers with the project's number in place of its old path.
        target = f"{self.url}/api/v4/projects/{project.id}{rest}{'?' if query else ''}{query}"
        told = f"This resource has been moved permanently to {target}"
        return 301, {"Location": target, "Content-Type": "text/plain"}, told.encode()

    def _find(self, path: str) -> ProjectDouble | None:
        wanted = path.lower()
        return next((p for p in self.projects.values() if p.full_path.lower() == wanted), None)

    def _namespace(self, name: str) -> Json:
        known = {str(Path(project.full_path).parent) for project in self.projects.values()}
        known |= {str(above) for one in known for above in Path(one).parents if str(above) != "."}
        known |= self.users
        for path in sorted(known):
            if name.lower() == path.lower() or name == str(self._namespaces.get(path)):
                return self._namespace_json(path)
        raise _NotFound("Namespace")

    def _namespace_json(self, path: str) -> Json:
        number = self._namespaces.setdefault(path, 0) or next(self._ids)
        self._namespaces[path] = number
        kind, name = ("user" if path in self.users else "group"), path.rpartition("/")[2]
        parent = path.rpartition("/")[0]
        return {
            "id": number,
            "name": name,
            "path": name,
            "kind": kind,
            "full_path": path,
            "parent_id": self._namespace_json(parent)["id"] if parent else None,
            "web_url": f"{self.url}/{path}" if kind == "user" else f"{self.url}/groups/{path}",
        }

    def _project_json(self, project: ProjectDouble) -> Json:
        namespace, _, name = project.full_path.rpartition("/")
        shape: Json = {
            "id": project.id,
            "name": name,
            "path": name,
            "path_with_namespace": project.full_path,
            "default_branch": "main" if project.store.refs("refs/heads/") else None,
            "web_url": f"{self.url}/{project.full_path}",
            "http_url_to_repo": f"{self.url}/{project.full_path}.git",
            "visibility": project.visibility,
            "namespace": self._namespace_json(namespace),
        }
        if project.fork_of:
            kept = ("id", "name", "path", "path_with_namespace", "web_url", "http_url_to_repo")
            parent = self._project_json(project.fork_of)
            shape["forked_from_project"] = {key: parent[key] for key in kept}
        return shape

    def _branch_json(self, project: ProjectDouble, name: str) -> Json:
        sha = project.store.resolve(f"refs/heads/{name}")
        if sha is None:
            raise _NotFound("Branch")
        return {
            "name": name,
            "commit": _commit_json(project, sha),
            "default": name == "main",
            "protected": name == "main",
            "merged": False,
        }

    def _tag_json(self, project: ProjectDouble, name: str) -> Json:
        sha = project.store.resolve(f"refs/tags/{name}")
        if sha is None:
            raise _NotFound("Tag")
        target = project.store.git("rev-parse", f"refs/tags/{name}")
        message = "" if target == sha else name
        commit = _commit_json(project, sha)
        return {"name": name, "message": message, "target": target, "commit": commit}

    def _tags(self, project: ProjectDouble, path: str, query: dict[str, str]) -> Answer:
        names = [ref.removeprefix("refs/tags/") for ref in project.store.refs("refs/tags/")]
        names = [name for name in names if _is_found(query.get("search", ""), name)]
        if query.get("order_by") == "name":
            names.sort(reverse=query.get("sort", "desc") == "desc")
        else:
            # GitLab's order is that of the time of tagging, newest first.
            listed = project.store.git(
                "for-each-ref", "--sort=-creatordate", "--format=%(refname)", "refs/tags/"
            )
            order = [ref.removeprefix("refs/tags/") for ref in listed.splitlines()]
            names.sort(key=order.index, reverse=query.get("sort", "desc") == "asc")
        size = min(int(query.get("per_page", "20")), 100)
        page, pages = int(query.get("page", "1")), max(-(-len(names) // size), 1)
        shown = names[(page - 1) * size : page * size]
        status, headers, body = _json(200, [self._tag_json(project, name) for name in shown])
        following = str(page + 1) if page < pages else ""
        headers |= {
            "X-Page": str(page),
            "X-Per-Page": str(size),
            "X-Next-Page": following,
            "X-Prev-Page": str(page - 1) if page > 1 else "",
            "X-Total": str(len(names)),
            "X-Total-Pages": str(pages),
        }
        if following:
            more = urlencode({**query, "page": following})
            headers["Link"] = f'<{self.url}{quote(path, safe="/%")}?{more}>; rel="next"'
        return status, headers, body

    def _raw(self, project: ProjectDouble, path: str, ref: str) -> Answer:
        sha = project.store.resolve(ref)
        entry = project.store.entry(sha, path) if sha else None
        if entry is None or entry.type != "blob" or sha is None:
            raise _NotFound("File" if sha else "Commit")
        headers = {
            "Content-Type": "text/plain; charset=utf-8",
            "X-Gitlab-Blob-Id": entry.sha,
            "X-Gitlab-Commit-Id": sha,
            "X-Gitlab-File-Path": path,
            "X-Gitlab-Ref": ref,
            "X-Gitlab-Size": str(entry.size),
        }
        return 200, headers, project.store.content(entry.sha)


def _now() -> int:
    return int(time.time())


def _json(status: int, body: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


def _commit_json(project: ProjectDouble, sha: str) -> Json:
    commit = project.store.commit_object(sha)
    title = commit.message.partition("\n")[0]
    parents = list(commit.parents)
    return {"id": sha, "short_id": sha[:8], "title": title, "parent_ids": parents}


def _is_found(search: str, name: str) -> bool:
    """Whether a tag matches: `^` asks for its beginning, `$` for its end, else any part will do."""
    wanted = search.removeprefix("^").removesuffix("$").lower()
    start = not search.startswith("^") or name.lower().startswith(wanted)
    end = not search.endswith("$") or name.lower().endswith(wanted)
    return start and end and wanted in name.lower()
