"""The state of an earlier build, as a check looks things up in it, and what has changed since.

It says where to look, and what once was; what is there now is up to Git.
"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Final, Self, TypeVar

from mcp_static.build.output_tree import Output
from mcp_static.git.diffing import changed_since
from mcp_static.git.repository import Repository, has_commit
from mcp_static.model.change import ChangedPath
from mcp_static.model.errors import StoreUnusableError
from mcp_static.model.layout import SERVERS_ROOT
from mcp_static.store.store import Store, telling_damage

_Answer = TypeVar("_Answer")


class EarlierBuild:
    """What a build of `built` left, if it can be used. A context manager, which closes the state."""

    def __init__(self, repository: Repository, base: str, built: Path | None) -> None:
        self._repository: Final = repository
        self._base: Final = base
        self._built: Final = built
        self._opened: Store | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()

    def ask(self, question: Callable[[Store], _Answer]) -> _Answer | None:
        """What the state answers; None without a state that can be used."""
        if self._store is None:
            return None
        try:
            with telling_damage():
                return question(self._store)
        except StoreUnusableError:
            return None

    @cached_property
    def commit(self) -> str | None:
        """The commit that was built; None without a state."""
        return self.ask(lambda store: store.facts.inputs.commit)

    @cached_property
    def is_of_this_repository(self) -> bool:
        """Whether the repository has the commit that was built, so that what changed since is known."""
        if self.commit is None:
            return False
        return self.commit == self._base or has_commit(self._repository, self.commit)

    @cached_property
    def changed(self) -> list[ChangedPath]:
        """The paths of records, and of what else is about servers, that differ in the base."""
        if self.commit is None or self.commit == self._base:
            return []
        return changed_since(self._repository, self.commit, self._base, SERVERS_ROOT)

    def namespaces(self, lengths: range) -> set[str] | None:
        """At least the base's namespaces of some length or with punycode; None without a state."""
        if not self.is_of_this_repository:
            return None
        known = self.ask(lambda store: store.entries.namespaces(lengths))
        if known is None:
            return None
        segments = (changed.path.split("/") for changed in self.changed)
        return known | {parts[3] for parts in segments if len(parts) > 4}

    @cached_property
    def _store(self) -> Store | None:
        place = Output(self._built).shown() if self._built is not None else None
        if place is None:
            return None
        try:
            with telling_damage():
                self._opened = Store.open_shared(place.database)
        except StoreUnusableError:
            return None
        return self._opened
