"""Lists for browsing, cut by prefix, as the thumb index of a dictionary cuts its words.

A name that comes or goes touches the list that has it, and the lists of prefixes above only where
one falls apart or grows together. Lists cut by number would all move.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from mcp_static.model.names import Namespace, ServerName

LIST_LIMIT: Final = 250
"""Names on one list; a prefix with more is cut by the next character."""
_BEFORE_ALL: Final = " "
_AFTER_ALL: Final = "\x7f"


class PrefixIndex(Protocol):
    """Keys in order, looked up by prefix. Keys are printable ASCII and differ from one another."""

    def keys(self, prefix: str, limit: int, beyond: str = "") -> list[str]:
        """The first keys that begin with a prefix and are not before `beyond`, at most so many."""

    def last(self, prefix: str) -> str:
        """The last key that begins with a prefix; there is one."""

    def is_shown(self, prefix: str) -> bool:
        """Whether the output has a list for a prefix, so far."""

    def shown_below(self, prefix: str) -> list[str]:
        """The longer prefixes for which the output has lists, so far."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A list: the keys that begin with its prefix."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a list would be too long: the prefixes that lead on, and the key that is the prefix."""

    prefixes: tuple[str, ...]
    keys: tuple[str, ...]


def server_key(name: ServerName) -> str:
    """The place of a server among all: by the second half of its name, then by its owner's domain."""
    return f"{name.server},{namespace_key(name.namespace)}".lower()


def namespace_key(namespace: Namespace) -> str:
    """The place of a namespace among all: by its domain as it is written elsewhere."""
    return ".".join(reversed(namespace.labels)).lower()


def after(prefix: str) -> str:
    """What no key that begins with a prefix comes after."""
    return prefix + _AFTER_ALL


def node_at(index: PrefixIndex, prefix: str) -> Leaf | Branch | None:
    """What is at a prefix; None where lists above or below are what leads on."""
    keys = index.keys(prefix, LIST_LIMIT + 1)
    if len(keys) <= LIST_LIMIT:
        begins = prefix == "" or (keys and _is_cut(index, prefix[:-1]))
        return Leaf(tuple(keys)) if begins else None
    if prefix and _shared(index, prefix) != prefix:
        return None  # all keys go on alike
    following = tuple(_landing(index, child) for child in _children(index, prefix))
    return Branch(following, tuple(key for key in keys[:1] if key == prefix))


def nodes_below(index: PrefixIndex, prefix: str) -> Iterator[str]:
    """The prefixes, at and below one, that have something."""
    node = node_at(index, prefix)
    if node is not None:
        yield prefix
    if isinstance(node, Branch):
        for child in node.prefixes:
            yield from nodes_below(index, child)


def touched(index: PrefixIndex, key: str) -> Iterator[str]:
    """The prefixes whose lists may have to change when a key came, went, or is shown otherwise."""
    for length in range(len(key) + 1):
        prefix = key[:length]
        node = node_at(index, prefix)
        if node is not None or index.is_shown(prefix):
            yield prefix
        if isinstance(node, Branch):
            for child in node.prefixes:
                if not index.is_shown(child):  # the list was whole until now
                    yield from nodes_below(index, child)
        elif not _is_cut(index, prefix):
            yield from index.shown_below(prefix)  # which have grown together
            return


def _is_cut(index: PrefixIndex, prefix: str) -> bool:
    return len(index.keys(prefix, LIST_LIMIT + 1)) > LIST_LIMIT


def _children(index: PrefixIndex, prefix: str) -> Iterator[str]:
    """The prefixes one character longer that have keys."""
    beyond = prefix + _BEFORE_ALL
    while found := index.keys(prefix, 1, beyond):
        child = found[0][: len(prefix) + 1]
        yield child
        beyond = after(child)


def _landing(index: PrefixIndex, prefix: str) -> str:
    """Where a link to a prefix leads: past those that have a single way on."""
    return _shared(index, prefix) if _is_cut(index, prefix) else prefix


def _shared(index: PrefixIndex, prefix: str) -> str:
    """The longest prefix of all keys that begin with one: what the first and the last share."""
    first, last = index.keys(prefix, 1)[0], index.last(prefix)
    pairs = enumerate(zip(first, last, strict=False))
    end = next((at for at, (one, other) in pairs if one != other), min(len(first), len(last)))
    return first[:end]
