"""A package to prove: what its record says, how its registry is asked, and how a proof ends early."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

from mcp_static.model.errors import NotProvenError, NotShownError, SignInError, UnansweredError
from mcp_static.model.names import ServerName
from mcp_static.packages.markers import named_server, names_server, readme_marker

_NAME: Final = re.compile(r"@?\w[\w.~-]*(?:[/:@][\w.~+-]+)*", re.ASCII)
_VERSION: Final = re.compile(r"v?\d[\w.+!-]{0,254}", re.ASCII)


class Answer(Protocol):
    """What a server answered: the body, or of a release its SHA-256 alone."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; the case of their names does not matter."""

    @property
    def body(self) -> bytes:
        """The body; empty for a release."""

    @property
    def url(self) -> str:
        """The address that answered, after redirects."""

    @property
    def sha256(self) -> str:
        """The SHA-256 of the body."""

    @property
    def is_ok(self) -> bool:
        """Whether the answer is 200."""


class Fetch(Protocol):
    """Fetching what a record names, within limits of size and time.

    Both raise FetchRefusedError and UnansweredError.
    """

    def answer(self, url: str, headers: Mapping[str, str]) -> Answer:
        """A registry's answer."""

    def release(self, url: str) -> Answer:
        """The SHA-256 of a file of a release."""


@dataclass(frozen=True, slots=True)
class PackageProof:
    """What was found of a package: a sentence, and the registry's own digest of that very version.

    The digest is written as `algorithm:value`, and empty where the registry gives none. It lets an
    audit tell later whether a version still is what it was.
    """

    message: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """One package of a record, with what it takes to ask about it.

    `base` is the address of its registry, where its type has one; `trusted` are the further
    registries of this type that the settings name.
    """

    document: Mapping[str, Any]
    name: ServerName
    fetch: Fetch
    trusted: frozenset[str] = frozenset()
    base: str = ""

    def text(self, key: str) -> str:
        """A member that is a string; empty when it is not there."""
        value = self.document.get(key)
        return value if isinstance(value, str) else ""

    @property
    def identifier(self) -> str:
        """The package's name, reference or address."""
        return self.text("identifier")

    @property
    def version(self) -> str:
        """The exact version."""
        return self.text("version")

    def get(self, url: str, accept: str = "application/json") -> Answer:
        """Ask a registry."""
        return self.fetch.answer(url, {"Accept": accept})

    def missing(self, what: str) -> NotProvenError:
        """The error for a version that the registry will never have."""
        return NotProvenError(
            f"{what} does not exist", "Name a package and one version of it, as its registry does."
        )

    def not_shown(self, what: str) -> NotProvenError | NotShownError:
        """The error for a version that the registry does not have, or does not show yet.

        What cannot be a name or a version never appears. (Images have their version in the name.)
        """
        has_version = not self.base or _VERSION.fullmatch(self.version)
        if not has_version or not _NAME.fullmatch(self.identifier):
            return self.missing(what)
        return NotShownError(
            f"{what} does not exist, or is not shown by its registry yet",
            "Publish the package with this very version, if that is still to be done; a fresh one can "
            "take some minutes to be seen.",
        )


def json_of(answer: Answer) -> dict[str, Any]:
    """The object that an answer holds; raises UnansweredError for anything else."""
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise UnansweredError(
            f"{answer.url.partition('?')[0]} answered with something that is not a JSON object"
        )
    return document


def is_named(found: object, name: ServerName) -> bool:
    """Whether a marker names a server, in whatever case, since no two names differ in case alone."""
    return isinstance(found, str) and found.lower() == str(name).lower()


def digest(algorithm: str, value: object) -> str:
    """A digest as `algorithm:value`; empty for what is none: registries are not believed to behave."""
    text = value.removeprefix(f"{algorithm}:") if isinstance(value, str) else ""
    return f"{algorithm}:{text}" if re.fullmatch(r"[A-Za-z0-9+/=]{32,128}", text, re.ASCII) else ""


def digest_of_files(files: Iterable[tuple[str, str]]) -> str:
    """One digest for the files of a release, each a name and a SHA-256 in hexadecimal digits.

    It is the SHA-256 of what `sha256sum` prints for them in the order of their names. Empty for none.
    """
    lines = [f"{value}  {name}\n" for name, value in sorted(files) if digest("sha256", value)]
    whole = hashlib.sha256("".join(lines).encode(errors="replace")).hexdigest()
    return f"sha256:{whole}" if lines else ""


def expect(answer: Answer, *absent: int) -> bool:
    """Whether an answer is there (200) or one of the statuses for absence.

    Raises SignInError for 401 and 403, and UnansweredError for all else.
    """
    if answer.is_ok:
        return True
    if answer.status in absent:
        return False
    if answer.status in {401, 403}:
        raise wants_sign_in(answer)
    raise UnansweredError(f"{answer.url.partition('?')[0]} answered {answer.status}")


def wants_sign_in(answer: Answer) -> SignInError:
    """The error for a registry that wants to know who is asking."""
    address = answer.url.partition("?")[0]
    return SignInError(address, f"answered {answer.status}", host_of(address))


def host_of(address: str) -> str:
    """The host of an address, with or without https://, and its port if it names one."""
    return (address.partition("://")[2] or address).partition("/")[0].lower()


def require_marker(text: str, name: ServerName, where: str) -> None:
    """Raise NotProvenError unless a README, or its equivalent, names the server."""
    if names_server(text, str(name)):
        return
    mark = readme_marker(str(name))
    fix = f"Add a line `{mark}` to the README and publish a new version of the package."
    if mark in text:
        raise NotProvenError(f"{where} has the marker, but the name runs on after it", fix)
    if other := named_server(text):
        raise NotProvenError(f"{where} names {other[:200]}, not {name}", fix)
    raise NotProvenError(f"{where} does not name the server", fix)
