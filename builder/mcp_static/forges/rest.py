"""A forge's REST API, request by request: every failure as an error of ours, every answer checked.

What the forges have in common; how each sends a request, and what its statuses mean, is its own.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, ClassVar, Final, TypeVar

from pydantic import BaseModel, ConfigDict, RootModel, TypeAdapter, ValidationError, field_validator

from mcp_static.model.errors import ForbiddenError, InputError, UnansweredError, UsageError
from mcp_static.model.faults import faults_in_words
from mcp_static.model.times import parse_time

_PAGE: Final = 100
_NEXT: Final = 'rel="next"'

_Shape = TypeVar("_Shape")


class Shape(BaseModel):
    """An object of an answer: members that are not used are ignored."""

    model_config = ConfigDict(frozen=True, strict=True)


class Moment(RootModel[str]):
    """A time as RFC 3339 has it, such as `2026-11-28T05:30:00.123Z`."""

    @property
    def second(self) -> int:
        """The second that it is in, since 1970."""
        return int(parse_time(self.root))

    @property
    def second_after(self) -> int:
        """The first second that has all of it behind: what is later, is certainly later."""
        return ceil(parse_time(self.root))

    @field_validator("root")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        parse_time(value)
        return value


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer, not read yet."""

    headers: Mapping[str, str]
    body: bytes


class RestApi(ABC):
    """A client of a forge's API. Writes are never repeated: one that failed may have been carried out.

    `absent` are the statuses by which the forge says that something is not there.
    """

    forge: ClassVar[str]
    absent: ClassVar[frozenset[int]] = frozenset({404})

    def get(self, path: str, shape: type[_Shape], what: str, /, **query: object) -> _Shape:
        """What is at a path.

        Raises InputError where it is not shown to this token, ForbiddenError, UnansweredError.
        """
        return self._read(self._asked("GET", path, what, query=query), shape, what)

    def find(self, path: str, shape: type[_Shape], what: str, /, **query: object) -> _Shape | None:
        """What is at a path, None for nothing; raises ForbiddenError and UnansweredError."""
        reply = self._sent("GET", path, what, query=query, refusals=self.absent)
        return self._read(reply, shape, what) if reply is not None else None

    def content(self, path: str, what: str, /, **query: object) -> bytes | None:
        """The bytes of what is at a path, None for nothing; raises as `find`."""
        reply = self._sent("GET", path, what, query=query, refusals=self.absent)
        return reply.body if reply is not None else None

    def pages(self, path: str, shape: type[_Shape], what: str, /, **query: object) -> Iterator[_Shape]:
        """Every page of a list, each read as `shape`; raises as `get` does."""
        number = 1
        while True:
            more = {**query, "per_page": _PAGE, "page": number}
            reply = self._asked("GET", path, what, query=more)
            yield self._read(reply, shape, what)
            if _NEXT not in reply.headers.get("link", ""):
                return
            number += 1

    def send(
        self, method: str, path: str, body: Mapping[str, object], shape: type[_Shape], what: str
    ) -> _Shape:
        """What a write made; raises InputError where it is refused, ForbiddenError, UnansweredError."""
        return self._read(self._asked(method, path, what, body=body), shape, what)

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
        """Try a write; False when it is refused with one of some statuses. Raises as `send`."""
        return self._sent(method, path, what, body=body, refusals=refusals) is not None

    @abstractmethod
    def _sent(
        self,
        method: str,
        path: str,
        what: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        refusals: frozenset[int] = frozenset(),
    ) -> Reply | None:
        """One request, answered with success; None for a status among `refusals`."""

    def _asked(self, method: str, path: str, what: str, **more: Any) -> Reply:
        reply = self._sent(method, path, what, **more)
        assert reply is not None
        return reply

    def _read(self, reply: Reply, shape: type[_Shape], what: str) -> _Shape:
        try:
            return TypeAdapter(shape).validate_json(reply.body)
        except ValidationError as error:
            raise UnansweredError(
                f"{self.forge}'s answer for {what} cannot be read ({faults_in_words(error)[0]})"
            ) from None

    def _failure(self, status: int, message: object, what: str) -> InputError | UnansweredError:
        """The error that a status means; `message` is what the forge says of it, if that is a text."""
        said = f"{self.forge} answered {status} for {what}"
        if isinstance(message, str) and message:
            said += f": {message[:200]}"
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


def require_token(token: str | None, forge: str, variable: str) -> None:
    """Raise UsageError for a token that no request can carry."""
    if token is not None and not re.fullmatch(r"[\x21-\x7e]+", token):
        raise UsageError(
            f"The {forge} token has characters that no token can have.", f"Set {variable} again."
        )
