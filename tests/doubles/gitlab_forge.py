"""A double of a GitLab that registries live on: its API over HTTP, with real Git repositories behind it.

What people do there by hand (pushes, merge requests, notes) is done with its methods; what a registry
does goes over its API, and over Git to the repositories' own paths. There a hook protects main as
GitLab does; whoever pushes that way is taken for the project's bot.
"""

import json
import re
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.doubles.gitlab_double import ProjectDouble
from tests.doubles.gitlab_login import GitLabLogin
from tests.doubles.gitlab_merge_routes import PUBLISHING
from tests.doubles.gitlab_models import (
    IssueDouble,
    Json,
    MergeRequestDouble,
    NoteDouble,
    Pipeline,
    written,
)
from tests.doubles.gitlab_routes import OWNER, Answer, RefusalError, Request, answer, missing
from tests.doubles.gitlab_state import ForgeProject, GitLabState


class GitLabForge(GitLabState):
    """GitLab on 127.0.0.1; enter it to serve `url`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.login = GitLabLogin(self.tokens)
        self.trigger_token = "token-of-the-trigger"
        self.failures: list[tuple[str, str, int]] = []
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, content = hub.serve(
                    self.command, self.path, dict(self.headers.items()), body
                )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = reply  # noqa: N815 — http.server's names

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def fail_once(self, method: str, path_regex: str, status: int = 500) -> None:
        """Answer the next matching request of the API with a failure."""
        self.failures.append((method, path_regex, status))

    # ---- what webhooks send, and triggers hand over

    def merge_request_hook(
        self, project: ForgeProject, found: MergeRequestDouble, action: str = "open", **more: Any
    ) -> Json:
        """The payload of a merge request's event."""
        return {
            "object_kind": "merge_request",
            "event_type": "merge_request",
            "user": self.user_json(found.author),
            "project": self._hook_project(project),
            "object_attributes": {
                "iid": found.iid,
                "action": action,
                "title": found.title,
                "last_commit": {"id": found.sha},
                **more,
            },
        }

    def note_hook(
        self, project: ForgeProject, thread: IssueDouble | MergeRequestDouble, note: NoteDouble
    ) -> Json:
        """The payload of a note's event."""
        is_issue = isinstance(thread, IssueDouble)
        return {
            "object_kind": "note",
            "event_type": "note",
            "user": self.user_json(note.author),
            "project": self._hook_project(project),
            "object_attributes": {
                "id": note.id,
                "note": note.body,
                "noteable_type": "Issue" if is_issue else "MergeRequest",
                "system": note.system,
                "action": "create",
            },
            "issue" if is_issue else "merge_request": {"iid": thread.iid, "title": thread.title},
        }

    def _hook_project(self, project: ForgeProject) -> Json:
        return {
            "id": project.id,
            "path_with_namespace": project.full_path,
            "git_http_url": str(project.path),
        }

    # ---- answering

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request of the API; what it does not know of publishing, the facts answer."""
        with self._lock:
            if path.startswith("/oauth/"):
                return self.login.answer(self.url, path, body)
            for project in self.projects.values():
                if isinstance(project, ForgeProject):
                    self.notice(project, project.bot)
            for failure in self.failures:
                if failure[0] == method and re.search(failure[1], path):
                    self.failures.remove(failure)
                    return answer(failure[2], {"message": f"{failure[2]} as told"})
            try:
                answered = self._publishing(method, path, headers, body)
            except RefusalError as refusal:
                self.requests.append((method, path))
                return answer(refusal.status, {"message": str(refusal)})
            return answered or self.handle(method, path, headers)

    def _publishing(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Answer | None:
        parts = urlsplit(path)
        caller = self._caller(headers)
        if parts.path == "/api/v4/user" and method == "GET":
            if caller is None:
                raise RefusalError(401, "401 Unauthorized")
            return answer(200, self.user_json(caller))
        match = re.fullmatch(r"/api/v4/projects/([^/]+)(/.+)?", parts.path)
        found = self.forge_project_at(unquote(match[1])) if match else None
        if match is None or found is None:
            return None
        if match[2] is None:
            return answer(200, self.project_json(found, caller)) if method == "GET" else None
        sent = json.loads(body) if body else {}
        if match[2] == "/trigger/pipeline" and method == "POST":
            return self._trigger(found, sent)
        handled = PUBLISHING.find(method, match[2])
        if handled is None:
            return None
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        level = self._level(found, caller)
        request = Request(self.url, parts.path, query, sent, caller, level, handled[1])
        self.requests.append((method, path))
        return handled[0](self, found, request)

    def _trigger(self, project: ForgeProject, body: Json) -> Answer:
        if body.get("token") != self.trigger_token:
            raise missing("Project")
        assert "variables" not in body, "new projects on gitlab.com let nobody set variables"
        payload = {key: value for key, value in body.items() if key != "token"}
        self.pipelines.append(Pipeline("trigger", body["ref"], {**payload, "id": str(project.id)}))
        return answer(201, {"id": len(self.pipelines), "ref": body["ref"], "source": "trigger"})

    def _caller(self, headers: Mapping[str, str]) -> str | None:
        given = {name.lower(): value for name, value in headers.items()}
        token = given.get("private-token") or given.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self.tokens:
            raise RefusalError(401, "401 Unauthorized")
        return self.tokens.get(token)

    def forge_project_at(self, name: str) -> ForgeProject | None:
        """A project by its path or number."""
        found = self.projects.get(int(name)) if name.isdecimal() else self._find(name)
        return found if isinstance(found, ForgeProject) else None

    def _level(self, project: ProjectDouble, caller: str | None) -> int:
        level = project.members.get(caller or "", 0) if isinstance(project, ForgeProject) else 0
        is_own = project.full_path.partition("/")[0] == caller
        return max(level, OWNER) if is_own else level

    def project_json(self, project: ProjectDouble, caller: str | None) -> Json:
        """A project, as GitLab shows it to somebody: with their role, if they are known."""
        shape = self._project_json(project)
        level = self._level(project, caller)
        role = {"access_level": level} if level else None
        return {**shape, "permissions": {"project_access": role, "group_access": None}}

    def user_json(self, name: str) -> Json:
        """A user, as GitLab shows one in answers."""
        number = self._namespace_json(name)["id"]
        return {"id": number, "username": name, "name": name.title(), "state": "active"}

    def merge_request_json(self, project: ForgeProject, found: MergeRequestDouble) -> Json:
        """A merge request, as GitLab shows one."""
        return {
            "id": 1000 + found.iid,
            "iid": found.iid,
            "project_id": project.id,
            "title": found.title,
            "state": found.state,
            "draft": found.title.startswith("Draft: "),
            "created_at": written(found.created_at),
            "target_branch": found.target_branch,
            "source_branch": found.branch,
            "author": self.user_json(found.author),
            "source_project_id": found.source if found.source in self.projects else None,
            "target_project_id": project.id,
            "labels": sorted(found.labels),
            "sha": found.sha,
            "web_url": f"{self.url}/{project.full_path}/-/merge_requests/{found.iid}",
        }

    def note_json(self, note: NoteDouble, thread: IssueDouble | MergeRequestDouble) -> Json:
        """A note, as GitLab shows one."""
        return {
            "id": note.id,
            "body": note.body,
            "author": self.user_json(note.author),
            "created_at": written(note.created_at),
            "updated_at": written(note.updated_at),
            "system": note.system,
            "internal": note.internal,
            "noteable_iid": thread.iid,
        }
