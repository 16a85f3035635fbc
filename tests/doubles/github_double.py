"""A double of GitHub: its REST API over HTTP on this machine, with real Git repositories behind it."""

import contextlib
import json
import re
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.doubles.github_account_routes import ACCOUNTS, REPOSITORIES
from tests.doubles.github_contents_routes import CONTENTS
from tests.doubles.github_events import Events
from tests.doubles.github_git_routes import GIT
from tests.doubles.github_issue_routes import ISSUES
from tests.doubles.github_login import DeviceLogin
from tests.doubles.github_merge_routes import MERGES
from tests.doubles.github_models import Json, Token
from tests.doubles.github_pull_routes import PULLS
from tests.doubles.github_ref_routes import REFS
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_routes import DOCS, RefusalError, Request, Response, not_found
from tests.doubles.github_run_routes import RUNS
from tests.doubles.github_state import Hub

Answer = tuple[int, dict[str, str], bytes]
Hook = Callable[[str, str], None]

GIT_DATA = re.compile(r"/(git|branches|commits|contents|tags|compare)\b")


class Asked(NamedTuple):
    """A request as it came: its path with the query; the login is None for an anonymous one."""

    method: str
    path: str
    login: str | None


@dataclass
class _Failure:
    method: str
    path: re.Pattern[str]
    response: Response
    times: int
    performed: bool


class GitHubDouble(Hub):
    """GitHub on 127.0.0.1; enter it to serve `url`, or set `url` and pass requests to `handle`.

    `hooks` are called with the method and path of every request before it is handled, in the server's
    thread and without the lock: one may push, or end the client.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.requests: list[Asked] = []
        self.hooks: list[Hook] = []
        self.device_login = DeviceLogin(self)
        self.events = Events(self)
        self._failures: list[_Failure] = []
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.stop()

    # ---- what tests steer

    def fail_next(
        self,
        method: str,
        path_regex: str,
        status: int,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        times: int = 1,
        performed: bool = False,
    ) -> None:
        """Answer the next matching requests with a failure; `performed` ones take effect all the same.

        The expression is searched for in the path with its query. A body of None is GitHub's error body.
        """
        if body is None:
            body = {"message": "Server Error", "documentation_url": DOCS, "status": str(status)}
        response = Response(
            status, body.encode() if isinstance(body, str) else body, dict(headers or {})
        )
        with self.lock:
            pattern = re.compile(path_regex)
            self._failures.append(_Failure(method, pattern, response, times, performed))

    def limit_next(self, method: str, path_regex: str, *, times: int = 1) -> None:
        """Answer the next matching requests with a secondary rate limit."""
        message = (
            "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
        )
        body = {"message": message, "documentation_url": DOCS, "status": "403"}
        self.fail_next(method, path_regex, 403, body, times=times)

    def approve_device(self, user_code: str, login: str) -> None:
        """A person enters a device login's code and agrees."""
        with self.lock:
            self.device_login.approve(user_code, login)

    def deny_device(self, user_code: str) -> None:
        """A person enters a device login's code and cancels."""
        with self.lock:
            self.device_login.deny(user_code)

    def pull_request_event(
        self,
        repository: RepositoryDouble | str,
        number: int,
        action: str,
        sender_login: str | None = None,
    ) -> Json:
        """The webhook payload of a pull request's event; the sender is whoever did it unless given."""
        return self.events.pull_request(self._named(repository), number, action, sender_login)

    def issue_comment_event(
        self,
        repository: RepositoryDouble | str,
        number: int,
        comment_id: int,
        action: str = "created",
        sender_login: str | None = None,
    ) -> Json:
        """The webhook payload of a comment's event; its author is the sender unless given."""
        return self.events.issue_comment(
            self._named(repository), number, comment_id, action, sender_login
        )

    def workflow_dispatch_event(
        self,
        repository: RepositoryDouble | str,
        inputs: Json,
        sender: str,
        *,
        workflow: str = "deploy.yml",
        ref: str = "refs/heads/main",
    ) -> Json:
        """The payload of a dispatched workflow."""
        return self.events.workflow_dispatch(self._named(repository), inputs, sender, workflow, ref)

    def push_event(
        self,
        repository: RepositoryDouble | str,
        sender: str,
        before: str,
        after: str,
        ref: str = "refs/heads/main",
    ) -> Json:
        """The webhook payload of a push."""
        return self.events.push(self._named(repository), sender, before, after, ref)

    def _named(self, repository: RepositoryDouble | str) -> RepositoryDouble:
        self.notice_all()
        return self.repository(repository) if isinstance(repository, str) else repository

    # ---- answering

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request; the path comes with its query, and a GET's body is empty."""
        lowered = {key.lower(): value for key, value in headers.items()}
        for hook in list(self.hooks):
            hook(method, path)
        with self.lock:
            caller = self.tokens.get(_token(lowered) or "")
            self.requests.append(Asked(method, path, caller.user.login if caller else None))
            failure = self._failure(method, path)
            response = failure.response if failure else None
            if failure is None or failure.performed:
                performed = self._answer(method, path, lowered, body, caller)
                response = response or performed
            assert response is not None
            status, sent, content = response.encoded()
            return status, self._limits(caller) | sent, content

    def _failure(self, method: str, path: str) -> _Failure | None:
        for failure in self._failures:
            if failure.times and failure.method == method and failure.path.search(path):
                failure.times -= 1
                return failure
        return None

    def _limits(self, caller: Token | None) -> dict[str, str]:
        limit = 5000 if caller else 60
        shown = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - 1),
            "X-RateLimit-Used": "1",
            "X-RateLimit-Reset": str(int(self.clock()) + 3600),
            "X-RateLimit-Resource": "core",
            "X-GitHub-Request-Id": f"{len(self.requests):04X}",
        }
        if caller and caller.scopes is not None:
            shown["X-OAuth-Scopes"] = ", ".join(sorted(caller.scopes))
        return shown

    def _answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes, caller: Token | None
    ) -> Response:
        parts = urlsplit(path)
        plain, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        try:
            if plain in {"/login/device/code", "/login/oauth/access_token"} and method == "POST":
                return self._log_in(plain, headers, body)
            if _token(headers) and caller is None:
                raise RefusalError(401, "Bad credentials")
            self.notice_all()
            request = Request(self, method, parts.path, query, headers, _parsed(body), caller)
            return self._route(request, plain)
        except RefusalError as refusal:
            return Response(refusal.status, refusal.body)

    def _log_in(self, path: str, headers: dict[str, str], body: bytes) -> Response:
        form = dict(parse_qsl(body.decode()))
        if headers.get("content-type", "").startswith("application/json"):
            form = _parsed(body)
        login = self.device_login
        status, told = login.start(form) if path.endswith("/code") else login.poll(form)
        if "json" in headers.get("accept", ""):
            return Response(status, told)
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return Response(status, urlencode(told).encode(), kind)

    def _route(self, request: Request, path: str) -> Response:
        match = re.fullmatch(r"/(?:repos/([^/]+/[^/]+)|repositories/(\d+))(/.*)?", path)
        if match is None:
            routes, rest = [ACCOUNTS], path
        else:
            routes, rest = (
                [REPOSITORIES, PULLS, MERGES, ISSUES, CONTENTS, REFS, GIT, RUNS],
                (match[3] or "").rstrip("/"),
            )
            name, number = match[1], int(match[2] or 0)
            found = self.find_repository(name) if name else self.repositories.get(number)
            if found is None and name and name.lower() in self.moved:
                return self._redirect(request, self.moved[name.lower()], rest)
            caller = request.caller.user if request.caller else None
            if found is None or self.role(caller, found) == "none":
                raise not_found()
            request.found = found
            self._pass_time(found, rest)
        for table in routes:
            if handled := table.find(request.method, rest):
                handler, request.arguments = handled
                return handler(request)
        raise not_found()

    def _redirect(self, request: Request, number: int, rest: str) -> Response:
        target = self.repositories.get(number)
        caller = request.caller.user if request.caller else None
        if target is None or self.role(caller, target) == "none":
            raise not_found()
        moved = request.method == "GET"
        url = f"{self.url}/repositories/{number}{rest}"
        if request.query:
            url += f"?{urlencode(request.query)}"
        message = "Moved Permanently" if moved else "Temporary Redirect"
        body = {"message": message, "url": url, "documentation_url": DOCS}
        return Response(301 if moved else 307, body, {"Location": url})

    def _pass_time(self, repository: RepositoryDouble, rest: str) -> None:
        if repository.polls_left and GIT_DATA.match(rest):
            repository.polls_left -= 1
            if not repository.polls_left:
                self.fill(repository)


def _token(headers: dict[str, str]) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() in {"token", "bearer"} else None


def _parsed(body: bytes) -> Any:
    if not body:
        return {}
    try:
        return json.loads(body)
    except ValueError:
        raise RefusalError(400, "Problems parsing JSON") from None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, double: GitHubDouble) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.double = double
        self._open: set[Any] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that was ended in the middle of its request is a thing tests do.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        self.shutdown()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        double = self.server.double
        status, headers, content = double.handle(
            self.command, self.path, dict(self.headers.items()), body
        )
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 204:
            self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815 — http.server's names

    def log_message(self, *_: Any) -> None:
        pass
