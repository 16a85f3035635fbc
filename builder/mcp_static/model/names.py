"""Server names: `namespace/server`, where the namespace is a reversed domain.

The grammar is that of the official registry (`internal/validators` and the pattern of `name` in
server.schema.json 2025-12-11): both halves begin and end alphanumeric; the namespace may hold `.`
and `-`, the server part `.`, `_` and `-`; 200 characters in all. Beyond that grammar, no server is
called `index.html` or `index.html.gz`: its page would be where its namespace's is. And none ends in
`.json`: its folder would be where a file of the layout belongs.
"""

import re
from dataclasses import dataclass
from typing import Final

MAX_NAME_LENGTH: Final = 200

FORGE_PARENTS: Final = ("io.github", "io.gitlab")
"""Namespaces below these represent accounts of a forge, not domains."""

_NAMESPACE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_SERVER: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_INDEX_FILE: Final = re.compile(r"index\.html(\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Namespace:
    """A reversed domain such as `io.github.alice`."""

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels between the dots, in the order they are written."""
        return tuple(self.text.split("."))

    @property
    def folded(self) -> str:
        """What two namespaces must differ in: the namespace without its case."""
        return self.text.casefold()

    @property
    def shard(self) -> str:
        """The folder that keeps this namespace: two lowercase characters of its last label."""
        return self.labels[-1][:2].lower()

    @property
    def domain(self) -> str:
        """The domain that this is the reverse of, in lowercase: `api.example.com`."""
        return ".".join(reversed(self.labels)).lower()

    @property
    def is_of_a_domain(self) -> bool:
        """Whether it represents a domain, so that the domain's keys can vouch for it."""
        text = self.text.lower()
        return not any(text == parent or text.startswith(f"{parent}.") for parent in FORGE_PARENTS)


@dataclass(frozen=True, slots=True, order=True)
class ServerName:
    """A whole server name such as `io.github.alice/weather`."""

    namespace: Namespace
    server: str

    def __str__(self) -> str:
        return f"{self.namespace.text}/{self.server}"

    @property
    def folded(self) -> str:
        """What two names must differ in: the name without its case."""
        return str(self).casefold()


def name_problem(text: str) -> str | None:
    """Say what is wrong with `text` as a server name, or None when it is one."""
    if text.count("/") != 1:
        return f"has {text.count('/')} slashes; exactly one separates namespace and server"
    namespace, server = text.split("/")
    if len(text) > MAX_NAME_LENGTH:
        return f"is {len(text)} characters long; {MAX_NAME_LENGTH} are allowed"
    if not _NAMESPACE.fullmatch(namespace):
        return (
            f"has the namespace {namespace!r}; it begins and ends with a letter or digit "
            "and holds only letters, digits, '.' and '-'"
        )
    if not _SERVER.fullmatch(server):
        return (
            f"has the server part {server!r}; it begins and ends with a letter or digit "
            "and holds only letters, digits, '.', '_' and '-'"
        )
    if is_index_file(server):
        return f"has the server part {server!r}, the address of its namespace's own page"
    if is_layout_file(server):
        return f"has the server part {server!r}; names that end in '.json' are files of the layout"
    return None


def is_index_file(segment: str) -> bool:
    """Whether a folder of this name would be where its parent's page is, or that page compressed."""
    return _INDEX_FILE.fullmatch(segment) is not None


def is_layout_file(segment: str) -> bool:
    """Whether a folder of this name could be where a file of the layout belongs."""
    return segment.casefold().endswith(".json")


def parse_name(text: str) -> ServerName:
    """Read a server name; raises ValueError with the sentence of `name_problem`."""
    problem = name_problem(text)
    if problem:
        raise ValueError(problem)
    namespace, server = text.split("/")
    return ServerName(Namespace(namespace), server)
