"""How a request of GitLab's API is matched, allowed, refused and answered."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tests.doubles.gitlab_models import Json

Answer = tuple[int, dict[str, str], bytes]
DEVELOPER, MAINTAINER, OWNER = 30, 40, 50


class RefusalError(Exception):
    """An answer with GitLab's error body."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def missing(what: str) -> RefusalError:
    """What GitLab says of things absent, and of things hidden."""
    return RefusalError(404, f"404 {what} Not Found")


@dataclass
class Request:
    """One request: its path matched, and its caller known by name (None: anonymous)."""

    url: str
    path: str
    query: dict[str, str]
    body: Json
    caller: str | None
    level: int
    found: dict[str, str] = field(default_factory=dict)

    def demand(self, level: int) -> str:
        """The name of the caller, who must have a role in the project."""
        if self.caller is None:
            raise RefusalError(401, "401 Unauthorized")
        if self.level < level:
            raise RefusalError(403, "403 Forbidden")
        return self.caller

    def page(self, items: list[Json]) -> Answer:
        """The page of a list that is asked for, with its Link header."""
        size = min(int(self.query.get("per_page", "20")), 100)
        number = int(self.query.get("page", "1"))
        status, headers, body = answer(200, items[(number - 1) * size : number * size])
        if number * size < len(items):
            more = urlencode({**self.query, "page": str(number + 1)})
            headers["Link"] = f'<{self.url}{quote(self.path, safe="/%")}?{more}>; rel="next"'
        return status, headers, body


Handler = Callable[[Any, Any, Request], Answer]
"""Given the double, the project and the request."""


class Routes:
    """Handlers by method and path below a project; `{name}` is one segment."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def on(self, method: str, template: str) -> Callable[[Handler], Handler]:
        """Register the handler of a method and a path."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))

        def register(handler: Handler) -> Handler:
            self._routes.append((method, pattern, handler))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        """The handler that matches, with what its placeholders stand for."""
        for registered, pattern, handler in self._routes:
            if registered == method and (match := pattern.fullmatch(path)):
                return handler, match.groupdict()
        return None


def answer(status: int, body: Any = None) -> Answer:
    """An answer with JSON, or without a body."""
    content = b"" if body is None else json.dumps(body).encode()
    return status, {"Content-Type": "application/json"}, content
