"""How a request of GitHub's API is matched, allowed, refused and answered."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.doubles.github_models import Json, Token, User
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_rules import violations
from tests.doubles.github_state import Hub

DOCS = "https://docs.github.com/rest"
DOTS = re.compile(r"\{(\w+)(\.\.\.)?\}")


class RefusalError(Exception):
    """An answer with GitHub's error body."""

    def __init__(self, status: int, message: str, errors: list[Json] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message}
        if errors is not None:
            self.body["errors"] = errors
        self.body |= {"documentation_url": DOCS, "status": str(status)}


def not_found() -> RefusalError:
    """What GitHub says of things absent and of things hidden."""
    return RefusalError(404, "Not Found")


def invalid(resource: str, name: str, message: str | None = None) -> RefusalError:
    """A 422 about one field; with a message, of the code `custom`."""
    error: Json = {"resource": resource, "code": "custom" if message else "invalid"}
    error |= {"message": message} if message else {"field": name}
    return RefusalError(422, "Validation Failed", [error])


def rule_violation(status: int, found: list[str]) -> RefusalError:
    """What GitHub says of a change that rules forbid."""
    return RefusalError(status, "\n\n".join(["Repository rule violations found", *found]) + "\n\n")


@dataclass(frozen=True)
class Response:
    """A status, a body (JSON unless it is bytes) and headers."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> tuple[int, dict[str, str], bytes]:
        """What goes over the wire."""
        if self.body is None:
            return self.status, dict(self.headers), b""
        if isinstance(self.body, bytes):
            return self.status, {"Content-Type": "application/octet-stream", **self.headers}, self.body
        kind = {"Content-Type": "application/json; charset=utf-8"}
        return self.status, kind | self.headers, json.dumps(self.body).encode()


@dataclass
class Request:
    """One request, its path matched and its caller known (None: anonymous)."""

    hub: Hub
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    caller: Token | None
    found: RepositoryDouble | None = None
    arguments: dict[str, str] = field(default_factory=dict)

    @property
    def repository(self) -> RepositoryDouble:
        """The repository the path names."""
        assert self.found is not None
        return self.found

    @property
    def user(self) -> User:
        """Who asks; an anonymous caller is refused."""
        if self.caller is None:
            raise RefusalError(401, "Requires authentication")
        return self.caller.user

    def text(self, name: str, default: str | None = None, *, resource: str = "Request") -> str:
        """A string of the body; refused when it is absent and has no default, or is no string."""
        body = self.body if isinstance(self.body, dict) else {}
        value = body.get(name, default)
        if value is None:
            raise RefusalError(
                422,
                "Validation Failed",
                [{"resource": resource, "code": "missing_field", "field": name}],
            )
        if not isinstance(value, str):
            raise RefusalError(
                422, f"Invalid request.\n\nFor 'properties/{name}', {value!r} is not a string."
            )
        return value

    def demand(
        self, permission: str | Iterable[str], role: str = "write", message: str = "Not Found"
    ) -> User:
        """The caller, who must have the role and whose token must allow writing one of these.

        Users without the right are told `message`, with 404 when it is "Not Found"; bots always 403.
        """
        user = self.user
        assert self.caller is not None
        scopes, repository = self.caller.scopes, self.repository
        fine = user.type == "Bot" or (scopes is not None and any(":" in s for s in scopes))
        allowed = self.hub.has_role(user, repository, role)
        if scopes is not None and fine:
            names = [permission] if isinstance(permission, str) else permission
            allowed = allowed and any(f"{name}:write" in scopes for name in names)
        elif scopes is not None:
            allowed = allowed and bool(
                scopes & {"repo", *(() if repository.private else ("public_repo",))}
            )
        if allowed:
            return user
        if fine:
            what = "integration" if user.type == "Bot" else "personal access token"
            raise RefusalError(403, f"Resource not accessible by {what}")
        raise RefusalError(404 if message == "Not Found" else 403, message)

    def keep_rules(self, ref: str, old: str, new: str) -> None:
        """Refuse a change of a branch that its rules forbid to the caller."""
        repository = self.repository
        rules = repository.rules.get(ref.removeprefix("refs/heads/"))
        if rules is None or not ref.startswith("refs/heads/") or self.user.login in rules.bypass:
            return
        found = violations(
            repository.store, rules, lambda sha: repository.states_of(sha, rules.app), old, new
        )
        if found:
            raise rule_violation(422, found)

    def page(self, items: list[Any], shape: Callable[[Any], Json]) -> Response:
        """The page of a list that is asked for, with its Link header."""
        size = min(max(self._number("per_page", 30), 1), 100)
        number = max(self._number("page", 1), 1)
        last = max(-(-len(items) // size), 1)
        links: dict[str, int] = {}
        if number > 1:
            links |= {"prev": min(number - 1, last), "first": 1}
        if number < last:
            links |= {"next": number + 1, "last": last}
        shown = [shape(item) for item in items[(number - 1) * size : number * size]]
        target = f"{self.hub.url}{self.path}?"
        header = ", ".join(
            f'<{target}{urlencode({**self.query, "page": str(page)})}>; rel="{rel}"'
            for rel, page in links.items()
        )
        return Response(200, shown, {"Link": header} if header else {})

    def _number(self, name: str, default: int) -> int:
        value = self.query.get(name, "")
        return int(value) if value.isdecimal() else default


Handler = Callable[[Request], Response]


class Routes:
    """Handlers by method and path; `{name}` is one segment, `{name...}` one or more."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def on(self, method: str, template: str) -> Callable[[Handler], Handler]:
        """Register the handler of a method and a path."""
        pattern = DOTS.sub(lambda m: f"(?P<{m[1]}>{'.+' if m[2] else '[^/]+'})", template)

        def register(handler: Handler) -> Handler:
            self._routes.append((method, re.compile(pattern), handler))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        """The first handler registered that matches, with what its placeholders stand for."""
        for registered, pattern, handler in self._routes:
            match = pattern.fullmatch(path)
            if registered == method and match:
                return handler, match.groupdict()
        return None
