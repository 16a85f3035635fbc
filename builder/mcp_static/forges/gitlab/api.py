"""GitLab's REST API, request by request: every failure as an error of ours, every answer checked.

python-gitlab connects and authenticates; what an answer holds is read by the models of `shapes`.
Statuses: GitLab's REST reference, version 4 (gitlabhq/gitlabhq, doc/api/rest/).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

import gitlab
from gitlab.exceptions import GitlabError
from pydantic import TypeAdapter, ValidationError
from requests import Response

from mcp_static.model.errors import ForbiddenError, InputError, UnansweredError, UsageError
from mcp_static.net.failures import reaching
from mcp_static.net.limits import USER_AGENT

_SECONDS: Final = 20
_PAGE: Final = 100
_RETRIES: Final = 3
_ABSENT: Final = frozenset({404})
_NEXT: Final = 'rel="next"'

_Shape = TypeVar("_Shape")


class Api:
    """A client of the API at an address. Close it.

    Writes are never repeated by the client: a request that failed may have been carried out. Raises
    UsageError for a token that no request can carry.
    """

    def __init__(self, token: str | None, address: str) -> None:
        if token is not None and not re.fullmatch(r"[\x21-\x7e]+", token):
            raise UsageError(
                "The GitLab token has characters that no token can have.", "Set GITLAB_TOKEN again."
            )
        # As a bearer token, which the library leaves out when it is redirected to another host.
        self._client: Final = gitlab.Gitlab(
            address, oauth_token=token, timeout=_SECONDS, user_agent=USER_AGENT
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.session.close()

    def get(self, path: str, shape: type[_Shape], what: str, /, **query: object) -> _Shape:
        """What is at a path.

        Raises InputError where it is not shown to this token, ForbiddenError, UnansweredError.
        """
        return _read(self._asked("get", path, what, query=query), shape, what)

    def find(self, path: str, shape: type[_Shape], what: str, /, **query: object) -> _Shape | None:
        """What is at a path, None for nothing; raises ForbiddenError and UnansweredError."""
        answer = self._sent("get", path, what, query=query, refusals=_ABSENT)
        return _read(answer, shape, what) if answer is not None else None

    def find_moved(self, path: str, shape: type[_Shape], what: str, /) -> _Shape | None:
        """What is at a path, or was before it moved; the library follows where GitLab redirects."""
        return self.find(path, shape, what)

    def content(self, path: str, what: str, /, **query: object) -> bytes | None:
        """The bytes of what is at a path, None for nothing; raises as `find`."""
        answer = self._sent("get", path, what, query=query, refusals=_ABSENT)
        return answer.content if answer is not None else None

    def pages(self, path: str, shape: type[_Shape], what: str, /, **query: object) -> Iterator[_Shape]:
        """Every page of a list, each read as `shape`; raises as `get` does."""
        number = 1
        while True:
            answer = self._asked("get", path, what, query={**query, "per_page": _PAGE, "page": number})
            yield _read(answer, shape, what)
            if _NEXT not in answer.headers.get("link", ""):
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
        refusals: frozenset[int],
    ) -> bool:
        """Try a write; False when GitLab refuses it with one of some statuses. Raises as `send`."""
        return self._sent(method, path, what, body=body, refusals=refusals) is not None

    def _asked(
        self,
        method: str,
        path: str,
        what: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Response:
        answer = self._sent(method, path, what, query=query, body=body)
        assert answer is not None
        return answer

    def _sent(
        self,
        method: str,
        path: str,
        what: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        refusals: frozenset[int] = frozenset(),
    ) -> Response | None:
        """One request, answered with success; None for a status among `refusals`."""
        try:
            with reaching("GitLab"):
                return self._client.http_request(
                    method,
                    path,
                    query_data=dict(query or {}),
                    post_data=dict(body) if body is not None else None,
                    obey_rate_limit=False,  # it would wait for as long as it is told to
                    retry_transient_errors=method == "get",
                    max_retries=_RETRIES,
                )
        except GitlabError as error:
            status = error.response_code
            if status is None:  # a write was redirected
                raise InputError(
                    f"GitLab redirects the request for {what}; the project has moved.",
                    "Use the path that it has now.",
                ) from None
            if status in refusals:
                return None
            raise _failure(status, error.error_message, what) from None


def _failure(status: int, message: object, what: str) -> InputError | UnansweredError:
    """The error that a status means."""
    said = f": {message[:200]}" if isinstance(message, str) and message else ""
    text = f"GitLab answered {status} for {what}{said}"
    if status == 401:
        return InputError(text, "Check that the token is valid, or set GITLAB_TOKEN.")
    if status == 403:
        return ForbiddenError(text, "Check the token's scopes and role.")
    if status == 404:
        return InputError(text, "Check the address, and that the token may see it.")
    if status == 429 or status >= 500:
        return UnansweredError(text)
    return InputError(text)


def _read(answer: Response, shape: type[_Shape], what: str) -> _Shape:
    try:
        return TypeAdapter(shape).validate_json(answer.content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "all of it"
        raise UnansweredError(
            f"GitLab's answer for {what} cannot be read ({where}: {first['msg']})"
        ) from None
