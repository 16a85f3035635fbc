"""What the sources serve: each read to its end, or known to have failed."""

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from mcp_static.api.source_entries import SourceEntry, key_of, read_entry
from mcp_static.api.source_records import Alteration, pinned_of
from mcp_static.importing.files import read_file
from mcp_static.importing.pages import follows
from mcp_static.importing.records import is_record
from mcp_static.importing.registry_pages import registry_client
from mcp_static.importing.registry_walk import RegistryWalk
from mcp_static.model.approvals import Approval
from mcp_static.model.errors import IncompleteSourceError, InputError, RegistryError, ServiceError
from mcp_static.model.layout import version_problem
from mcp_static.model.names import name_problem
from mcp_static.net.client import Client
from mcp_static.net.credentials import authorization_of
from mcp_static.net.reasons import reason_in
from mcp_static.reports.findings import Finding, Level
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.settings.network import NetworkSettings
from mcp_static.settings.sources import Source
from mcp_static.syncing.registry_state import Key

_MOST_NAMES: Final = 200
"""So many servers are asked for one by one; beyond, or with patterns, a registry is walked."""

_MOST_BYTES: Final = 1 << 30
"""What one registry may have in all: what its list names is kept in memory."""

_SECONDS: Final = 15 * 60
"""How long one source may take, so that a slow one leaves time for the others."""

_MOST_FINDINGS: Final = 1_000
"""Entries that cannot be read which the report names of one source."""
_LONGEST_MESSAGE: Final = 300


@dataclass(frozen=True, slots=True)
class Served:
    """An entry of a source, its server object as it is taken in, and the digest of that."""

    entry: SourceEntry
    digest: str
    alterations: tuple[Alteration, ...] = ()


@dataclass(slots=True)
class SourceState:
    """What one address serves of the names that lists approve.

    `seen` has the versions of each server that are there, also those that could not be read. `failure`
    is why the source was not read to its end; then nothing can be said to be gone.
    """

    entries: dict[str, dict[str, Served]] = field(default_factory=lambda: defaultdict(dict))
    seen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    failure: RegistryError | None = None
    findings: list[Finding] = field(default_factory=list)

    def note(self, kind: str, message: str, where: str) -> None:
        """Note an entry that people should look at."""
        if len(self.findings) < _MOST_FINDINGS:
            shown = message[:_LONGEST_MESSAGE]
            self.findings.append(Finding(kind, Level.WARNING, shown, path=where))

    @property
    def keys(self) -> Iterator[Key]:
        """Every version that is there."""
        return ((name, version) for name, versions in self.seen.items() for version in versions)

    def serves(self, key: Key) -> bool:
        """Whether a version is there, readable or not."""
        return key[1] in self.seen.get(key[0], ())

    def entry(self, key: Key) -> Served | None:
        """A version as it is served there."""
        return self.entries.get(key[0], {}).get(key[1])


def read_sources(
    sources: Sequence[Source],
    folder: Path,
    now: int,
    told: Callable[[int], None],
    network: NetworkSettings | None = None,
) -> dict[str, SourceState]:
    """What each address of the settings serves; one that fails keeps its reason, and raises nothing.

    Files are looked for below `folder`. `told` hears how many more entries were read. `network` is the
    one that registries are asked from.
    """
    states = {}
    for address in dict.fromkeys(source.address for source in sources):
        mine = [source for source in sources if source.address == address]
        state = states[address] = SourceState()
        approvals = tuple(approval for source in mine for approval in source.approvals)
        deadline = time.monotonic() + _SECONDS
        try:
            for place, value in _values(mine[0], approvals, folder, network, deadline):
                told(1)
                _take(state, mine, place, value, now)
        except (InputError, ServiceError) as error:
            state.failure = error
    return states


def _values(
    source: Source,
    approvals: tuple[Approval, ...],
    folder: Path,
    network: NetworkSettings | None,
    deadline: float,
) -> Iterator[tuple[str, Any]]:
    if not approvals:
        return
    if source.file:
        yield from read_file(str(folder / source.file), may_be_empty=True)
        return
    authorization = authorization_of(source)
    names = sorted({approval.name for approval in approvals})
    if len(names) <= _MOST_NAMES and not any(approval.is_pattern for approval in approvals):
        with registry_client(authorization, network) as client:
            yield from _by_name(client, source.url, names, deadline)
        return
    with tempfile.TemporaryDirectory(prefix="mcp-static-sync-") as place:
        walk = RegistryWalk(source.url, (), Path(place), authorization, network, _MOST_BYTES)
        for _ in walk.pages():
            _require_time(source.url, deadline)
        # Not strictly: what has no canonical form is found later, once it is known what it is about.
        for page in walk.received():
            yield from ((where, json.loads(entry)) for where, entry in page.entries)
        if walk.shortfall:
            yield source.url, IncompleteSourceError(walk.shortfall, "Tell its operator.")


def _require_time(url: str, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise ServiceError(
            f"{url} takes longer than {_SECONDS // 60} minutes.", "Ask its operator; try again later."
        )


def _by_name(
    client: Client, url: str, names: Iterable[str], deadline: float
) -> Iterator[tuple[str, Any]]:
    """All versions of some servers, each server asked for by its name."""
    is_there = False
    for name in names:
        _require_time(url, deadline)
        address = f"{url}/v0.1/servers/{quote(name, safe='')}/versions?include_deleted=true"
        page = _page(client, url, address)
        is_there = is_there or page is not None
        for index, value in enumerate(page or ()):
            yield f"{name}[{index}]", value
    if not is_there and _page(client, url, f"{url}/v0.1/servers?limit=1") is None:
        raise ServiceError(
            f"{url} has no /v0.1/servers, so it is not a registry.", "Check the address of the source."
        )


def _page(client: Client, url: str, address: str) -> list[Any] | None:
    """The entries at an address; None if there is nothing. Raises ServiceError."""
    answer = client.get(address)
    if answer.status in {404, 410}:
        return None
    client.require_signed_in(address, answer)
    if not answer.is_ok:
        reason = reason_in(answer.body)
        fix = "Check the source in registry.toml, or try again later."
        raise ServiceError(f"{url} answers {answer.status}{f' ({reason})' if reason else ''}.", fix)
    try:
        page = json.loads(answer.body)
    except (ValueError, RecursionError):
        page = None
    servers = page.get("servers", "missing") if isinstance(page, dict) else "missing"
    if not isinstance(servers, list | None) or follows(page) is not None:
        kind = (
            "no list of servers" if not isinstance(servers, list) else "only the first page of a list"
        )
        raise ServiceError(
            f"{url} does not answer as a registry should: {address} is {kind}.",
            "Check the address; if it is right, try again later.",
        )
    return servers or []


def _take(state: SourceState, sources: Sequence[Source], place: str, value: Any, now: int) -> None:
    """Note an entry, if a list is about its server; one that cannot be read is there all the same."""
    if isinstance(value, InputError):
        state.failure = InputError(f"{place} {value}", value.fix)
        return
    key = key_of(value)
    if key is None or name_problem(key[0]) or version_problem(key[1]):
        if key is None or any(source.covers_name(key[0]) for source in sources):
            state.note("entry", _key_problem(key), place)
        return
    if not any(source.covers_name(key[0]) for source in sources):
        return
    state.seen[key[0]].add(key[1])
    title = " ".join(key)
    try:
        lenient = next((source.lenient for source in sources if source.covers(*key)), False)
        served = _read(value, now, lenient=lenient)
    except InputError as error:
        state.note("entry", str(error), title)
        return
    known = state.entries[key[0]].setdefault(key[1], served)
    if known.digest != served.digest:
        state.note(
            "changed-bytes", "is served twice, with different bytes; the first ones count", title
        )


def _read(value: Any, now: int, *, lenient: bool) -> Served:
    """An entry with its digest; raises InputError, also for one that no record could hold."""
    entry = read_entry(value, now)
    server, digest, alterations = pinned_of(entry.server, lenient=lenient)
    if not is_record(server):
        raise InputError(f"is larger than {MAX_FILE_BYTES} bytes, or nested too deeply")
    return Served(replace(entry, server=server), digest, alterations)


def _key_problem(key: Key | None) -> str:
    if key is None:
        return "has no name or no version"
    return f"{key[0][:100]} {key[1][:100]} {name_problem(key[0]) or version_problem(key[1])}"
