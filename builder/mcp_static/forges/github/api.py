"""GitHub's REST API, request by request: every failure as an error of ours, every answer checked.

PyGithub connects, authenticates and waits where GitHub asks for it; what an answer holds is read by
the models of `shapes`. Statuses: GitHub's REST reference, version 2022-11-28.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from github import Auth, Github, GithubException, GithubRetry, RateLimitExceededException
from pydantic import TypeAdapter, ValidationError

from mcp_static.model.errors import ForbiddenError, InputError, UnansweredError, UsageError
from mcp_static.net.failures import reaching
from mcp_static.net.limits import USER_AGENT

_API_VERSION: Final = "2022-11-28"
_SECONDS: Final = 20
_PAGE: Final = 100
_NEXT: Final = 'rel="next"'

_Shape = TypeVar("_Shape")


@dataclass(frozen=True, slots=True)
class _Reply:
    """A successful answer, not read yet."""

    headers: Mapping[str, str]
    text: str


class Api:
    """A client of the API at an address. Close it.

    Writes are never repeated by the client: a request that failed may have been carried out. Raises
    UsageError for a token that no request can carry.
    """

    def __init__(self, token: str | None, address: str) -> None:
        if token is not None and not re.fullmatch(r"[\x21-\x7e]+", token):
            raise UsageError(
                "The GitHub token has characters that no token can have.", "Set GITHUB_TOKEN again."
            )
        wait = _seconds("MCP_STATIC_RATE_WAIT", 60)
        self._client: Final = Github(
            auth=Auth.Token(token) if token else None,
            base_url=address,
            timeout=_SECONDS,
            user_agent=USER_AGENT,
            api_version=_API_VERSION,
            retry=GithubRetry(
                total=3,
                backoff_factor=1,
                allowed_methods=frozenset({"GET"}),
                secondary_rate_wait=wait,
                max_rate_limit_wait=int(wait) + 1,
            ),
            seconds_between_requests=0,
            seconds_between_writes=0,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, shape: type[_Shape], what: str, **parameters: object) -> _Shape:
        """What is at a path.

        Raises InputError where it is not shown to this token, ForbiddenError, UnansweredError.
        """
        return _read(self._asked("GET", path, what, parameters=parameters), shape, what)

    def find(self, path: str, shape: type[_Shape], what: str, **parameters: object) -> _Shape | None:
        """What is at a path, None for nothing; raises ForbiddenError and UnansweredError."""
        absent = frozenset({404, 409, 410, 422, 451})
        reply = self._sent("GET", path, what, parameters=parameters, refusals=absent)
        return _read(reply, shape, what) if reply is not None else None

    def pages(
        self, path: str, shape: type[_Shape], what: str, **parameters: object
    ) -> Iterator[_Shape]:
        """Every page of a list, each read as `shape`; raises as `get` does."""
        number = 1
        while True:
            more = {**parameters, "per_page": _PAGE, "page": number}
            reply = self._asked("GET", path, what, parameters=more)
            yield _read(reply, shape, what)
            if _NEXT not in reply.headers.get("link", ""):
                return
            number += 1

    def send(
        self, method: str, path: str, body: Mapping[str, object], shape: type[_Shape], what: str
    ) -> _Shape:
        """What a write made; raises InputError where it is refused, ForbiddenError, UnansweredError."""
        return _read(self._asked(method, path, what, body=body), shape, what)

    def act(self, method: str, path: str, body: Mapping[str, object], what: str) -> None:
        """A write whose answer carries nothing more; raises as `send`."""
        self._asked(method, path, what, body=body)

    def attempt(
        self,
        method: str,
        path: str,
        body: Mapping[str, object],
        what: str,
        refusals: frozenset[int] = frozenset({409, 422}),
    ) -> bool:
        """Try a write; False when GitHub refuses it with one of some statuses. Raises as `send`."""
        return self._sent(method, path, what, body=body, refusals=refusals) is not None

    def _asked(self, method: str, path: str, what: str, **more: Any) -> _Reply:
        reply = self._sent(method, path, what, **more)
        assert reply is not None
        return reply

    def _sent(
        self,
        method: str,
        path: str,
        what: str,
        *,
        parameters: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        refusals: frozenset[int] = frozenset(),
    ) -> _Reply | None:
        """One request, answered with success; None for a status among `refusals`."""
        try:
            with reaching("GitHub"):
                status, headers, text = self._client.requester.requestJson(
                    method, path, dict(parameters or {}), input=dict(body) if body is not None else None
                )
        except RateLimitExceededException:  # later than we may wait
            raise UnansweredError(f"GitHub's rate limit is reached, asking for {what}") from None
        except GithubException as error:  # a 403 of a GET, which PyGithub reads to tell the two apart
            raise _failure(error.status, _message(error.data), what) from None
        except RuntimeError as error:  # PyGithub follows no redirect to another host
            raise UnansweredError(f"GitHub redirects the request for {what}: {error}") from None
        if status in refusals:
            return None
        if not 200 <= status < 300:
            raise _failure(status, _message(_json(str(text))), what)
        return _Reply(headers, str(text))


def _failure(status: int, message: str, what: str) -> InputError | UnansweredError:
    """The error that a status means."""
    said = f"GitHub answered {status} for {what}{message}"
    if status == 401:
        return InputError(said, "Check that the token is valid, or log in again.")
    if status == 403:
        return ForbiddenError(said, "Check the token's rights.")
    if status == 404:
        return InputError(said, "Check the address, and that the token may see it.")
    if status == 429 or status >= 500:
        return UnansweredError(said)
    if 300 <= status < 400:
        return InputError(f"{said}; the repository has moved", "Use the name that it has now.")
    return InputError(said)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _message(document: object) -> str:
    """What GitHub says about a failure, as the end of a sentence."""
    message = document.get("message") if isinstance(document, dict) else None
    return f": {message[:200]}" if isinstance(message, str) and message else ""


def _read(reply: _Reply, shape: type[_Shape], what: str) -> _Shape:
    try:
        return TypeAdapter(shape).validate_json(reply.text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "all of it"
        raise UnansweredError(
            f"GitHub's answer for {what} cannot be read ({where}: {first['msg']})"
        ) from None


def _seconds(variable: str, default: float) -> float:
    text = os.environ.get(variable, "")
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else default
