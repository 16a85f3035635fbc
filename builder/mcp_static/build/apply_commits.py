"""Applying commits to a store: the ledger's results kept, records that are left out named."""

from collections.abc import Callable, Iterable
from typing import Final

from mcp_static.api.entries import EntryMeta, entry_bytes, provenance_bytes
from mcp_static.build.read_commits import CommitRecords
from mcp_static.model.commit_records import Body
from mcp_static.model.ledger import Counters, Ledger
from mcp_static.model.ledger_memory import NoMemory
from mcp_static.model.standing import Standing, VersionState
from mcp_static.model.times import day_of
from mcp_static.store.store import Store

_OTHER_BYTES: Final = "was changed after it was published: only its first bytes count"


class CommitApplier:
    """Feeds commits to a ledger and keeps the results; call `save` after the last one."""

    def __init__(self, store: Store, namespace: str) -> None:
        self._store: Final = store
        self._namespace: Final = namespace
        self._left_out: Final = {path for path, _ in store.left_out()}
        self.has_new_acts = False
        """Whether the moderation log has changed."""
        self._is_first: Final = store.facts.counters == Counters()
        self.ledger: Final = Ledger(
            NoMemory() if self._is_first else store.ledger, store.facts.counters
        )

    def take(self, batch: Iterable[CommitRecords]) -> None:
        """Apply some commits, the next ones of the first-parent line, oldest first."""
        entries = self._store.entries
        bodies: list[tuple[int, Body]] = []
        remotes: list[tuple[str, int]] = []
        for records in batch:
            applied = self.ledger.apply(
                records.id,
                records.time,
                records.servers,
                records.statuses,
                records.accepted,
                records.takedowns,
            )
            for ordinal, change in applied.records:
                assert change.body is not None  # only valid bytes come to stay
                bodies.append((ordinal, change.body))
                remotes += ((url, ordinal) for url in change.remotes)
            for ordinal, claim in applied.accepted:
                entries.put_accepted(ordinal, claim)
            self._name_left_out(records)
            self._keep_acts(records)
        entries.put_bodies(bodies)
        entries.put_remotes(remotes)

    def _name_left_out(self, records: CommitRecords) -> None:
        """Remember what a commit brought that is not served, and forget what now is."""
        for change in records.servers:
            if change.body is not None:
                self._leave_out(change.path, self._duplicate_reason(change.path))
        for path, reason in records.reasons:
            self._leave_out(path, reason)
        for path in self.ledger.orphans:
            self._leave_out(path, "was committed before any server.json, so it applies to nothing")
        for path in self.ledger.ignored:
            self._leave_out(path, f"{_OTHER_BYTES} [change-immutable]")
        for path in self.ledger.late:
            self._leave_out(path, "ended before it was committed, so it hides nothing")
        for named in (self.ledger.orphans, self.ledger.ignored, self.ledger.late):
            named.clear()

    def _keep_acts(self, records: CommitRecords) -> None:
        log = self._store.moderation
        for change in records.acts:
            self.has_new_acts = True
            if change.blob is None:
                log.remove(change.path)
            elif not log.put(change.path, change.blob, records.id, change.act):
                self._leave_out(change.path, f"{_OTHER_BYTES} [change-immutable]")

    def _duplicate_reason(self, path: str) -> str | None:
        version = self.ledger.version_at(path)
        if version is None or version.path != path or not version.is_duplicate:
            return None
        assert version.server is not None
        if version.server.duplicate_of is not None:
            first = version.server.duplicate_of
            whose = "name" if "/" in first else "namespace"
            return f"its {whose} differs only in case from {first} [name-unique]"
        return "another version of the server differs only in case or composition [version-unique]"

    def _leave_out(self, path: str, reason: str | None) -> None:
        if reason is not None:
            self._left_out.add(path)
            self._store.leave_out(path, reason)
        elif path in self._left_out:
            self._left_out.discard(path)
            self._store.leave_out(path, None)

    def save(self) -> None:
        """Keep the ledger's results and the counts that follow from them."""
        store, ledger = self._store, self.ledger
        changes = list(ledger.changed.values())
        for _, version in changes:
            version.entry_size = self._entry_size(version) if version.standing().leads else 0
        store.ledger.put(ledger.servers, [version for _, version in changes])
        store.ledger.put_takedowns(ledger.takedowns.changed)
        store.days.add(ledger.days)
        store.facts.set_counters(ledger.counters)
        if self._is_first:
            store.counts.count_all()
        else:
            store.counts.count_days(sorted({day_of(version.published_at) for _, version in changes}))
        counts = {
            "public_servers": _difference(changes, lambda standing: int(standing.leads)),
            "public_versions": _difference(changes, lambda standing: int(standing.is_public)),
            "deleted_versions": _difference(
                changes, lambda standing: int(standing.is_present and standing.is_deleted)
            ),
            "leading_bytes": _difference(changes, lambda standing: standing.entry_size),
        }
        store.facts.set(**{name: store.facts.number(name) + more for name, more in counts.items()})

    def _entry_size(self, version: VersionState) -> int:
        """How many bytes an entry takes in the complete list."""
        meta = EntryMeta(
            version.status.status,
            version.status.status_message,
            version.status_changed_at,
            version.published_at,
            version.updated_at,
            version.is_latest,
        )
        accepted = b"x" * version.accepted_size or None
        provenance = provenance_bytes(version.commit.hex(), accepted)
        rest = entry_bytes(b"", meta, self._namespace, provenance)
        return version.body_size + len(rest) + len(",\n")


def _difference(
    changes: list[tuple[Standing, VersionState]], measure: Callable[[Standing], int]
) -> int:
    return sum(measure(version.standing()) - measure(before) for before, version in changes)
