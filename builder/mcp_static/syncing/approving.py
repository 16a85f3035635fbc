"""What the lists approve, given what the sources serve. Pure.

A server comes from one place: the registry itself, if it has a record of its own of that name, or else
the first source, in the order of the settings, that serves something of it that is approved. So no
source can add a version to a server that somebody else's list entry is about.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from mcp_static.settings.sources import Source, pin_of
from mcp_static.syncing.reading import SourceState
from mcp_static.syncing.registry_state import Key


class Lists:
    """The lists of all sources, in the order of the settings; tables of one address are one source."""

    def __init__(self, sources: Sequence[Source], states: Mapping[str, SourceState]) -> None:
        self._sources: Final = sources
        self._states: Final = states

    def place_of(self, name: str) -> tuple[str | None, bool]:
        """The address that a server comes from, and whether that could be read to its end."""
        for source in self._sources:
            if not source.covers_name(name):
                continue
            address = source.address
            state = self._states[address]
            if state.failure is not None:
                return address, False
            if any(self.covers((name, version), address) for version in state.seen.get(name, ())):
                return address, True
        return None, True

    def covers(self, key: Key, address: str) -> bool:
        """Whether a table of an address approves a version, digests aside."""
        return any(one.covers(*key) for one in self._sources if one.address == address)

    def pin_of(self, key: Key, address: str) -> str | None:
        """The digest that a version of an address has to have, if it is pinned."""
        return pin_of(self._sources, address, *key)

    def approving(self, key: Key, address: str | None, digest: str | None = None) -> Source | None:
        """The first table that approves a version at an address, or anywhere if None.

        With `digest`, that of what is here: a version that is pinned to another one is not approved.
        """
        for source in self._sources:
            if address is not None and source.address != address:
                continue
            if source.covers(*key):
                pin = self.pin_of(key, source.address)
                return None if digest is not None and pin not in {None, digest} else source
        return None

    def lists_nothing(self, address: str) -> bool:
        """Whether an address of the settings has lists without a single name."""
        mine = [one for one in self._sources if one.address == address]
        return bool(mine) and not any(one.approvals for one in mine)

    def slip(self, address: str) -> str:
        """Why withdrawing all that came from an address may not be meant; empty if nothing says so."""
        state = self._states.get(address)
        if state is None:
            return "" if self._sources else "the settings have no sources any more"
        if self.lists_nothing(address):
            return "its list names nothing"
        if state.failure is None and not any(self.covers(key, address) for key in state.keys):
            return "it serves nothing that its list names"
        return ""

    def unmatched(self) -> Iterator[tuple[str, str, str]]:
        """The lines that match nothing at a source that was read: its address, the line, and why."""
        for source in self._sources:
            state = self._states[source.address]
            if state.failure is not None:
                continue
            for approval in source.approvals:
                if not any(approval.covers(*key) for key in state.keys):
                    yield source.address, str(approval), "matches nothing that the source serves"
            there = {"@".join(key) for key in state.keys if source.covers(*key)}
            for pin in sorted(source.digests.keys() - there):
                yield source.address, pin, "is pinned, but is not there or not on the list"
