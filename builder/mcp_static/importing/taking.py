"""One import under way: the entries of a source, judged and turned into files with their times."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import orjson

from mcp_static.api.source_entries import SourceEntry, key_of, read_entry
from mcp_static.api.source_records import taken_of
from mcp_static.git.commits import branch_exists
from mcp_static.git.records import read_records
from mcp_static.git.repository import Repository, read_settings, resolve_commit
from mcp_static.git.writing import NewCommit, current_branch
from mcp_static.importing.bare_names import in_namespace
from mcp_static.importing.received import ReceivedPage
from mcp_static.importing.records import judged, record_bytes
from mcp_static.importing.report import ImportReport
from mcp_static.model.approvals import parse_approval
from mcp_static.model.errors import (
    IncompleteSourceError,
    InputError,
    JsonError,
    UnreadableEntryError,
)
from mcp_static.model.layout import record_path, version_problem
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import ServerName, name_problem, parse_name
from mcp_static.model.status import ACTIVE, StatusRecord
from mcp_static.model.strictjson import parse_json
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.registry_index import SnapshotIndex, allowances
from mcp_static.rules.remotes_in_registry import REMOTE_UNIQUE
from mcp_static.rules.rule import RemoteClaim
from mcp_static.rules.run import read_record
from mcp_static.rules.sidecars import parse_lifecycle

_Key = tuple[ServerName, str]


class Taking:
    """What is taken into a repository; `lenient`, `only` and `namespace` are those of the options."""

    def __init__(
        self, repository: Repository, *, lenient: bool, only: tuple[str, ...], namespace: str
    ) -> None:
        self._lenient: Final = lenient
        self._only: Final = tuple(parse_approval(text) for text in only)
        self._namespace: Final = namespace
        self._index: Final = SnapshotIndex()
        self._statuses: Final[dict[_Key, StatusRecord]] = {}
        self._entries: Final[list[SourceEntry]] = []
        self._fresh: Final[dict[_Key, bytes]] = {}
        self._files: Final[list[tuple[int, str, str, bytes]]] = []
        self._now: Final = int(time.time())
        self.report: Final = ImportReport()
        self.newest = 0
        if branch_exists(repository, current_branch(repository)):
            self._read_snapshot(repository)

    def _read_snapshot(self, repository: Repository) -> None:
        commit = resolve_commit(repository, "HEAD")
        settings = read_settings(repository, commit)
        self._index.allowed = replace(allowances(settings), package_registries=None)
        files = frozenset({"server.json", "status.json"})
        for location, content in read_records(repository, commit, files, MAX_FILE_BYTES):
            key = (location.name, location.version)
            if location.file == "server.json":
                self._index.add(*key, read_record(content).document)
                self._statuses.setdefault(key, ACTIVE)
            else:
                status = parse_lifecycle(content)
                if isinstance(status, StatusRecord):
                    self._statuses[key] = status
                    self._index.set_deleted(*key, is_deleted=status.status is Status.DELETED)

    def read(self, place: str, value: Any) -> None:
        """Read an entry, or note why that cannot be done; `value` is the fault itself if it is one."""
        if isinstance(value, IncompleteSourceError):
            self.report.not_read(place, value.message, value.fix)
            return
        try:
            self._entries.append(self._entry(value))
        except InputError as error:
            self._not_an_entry(place, value, error)

    def read_page(self, page: ReceivedPage) -> None:
        """Read the entries of a registry's page; one that is all wrong counts as not read."""
        faults = []
        for place, content in page.entries:
            value: Any = _parsed(content)
            try:
                self._entries.append(self._entry(value))
            except InputError as error:
                faults.append(error)
                self._not_an_entry(place, value, error)
        if faults and len(faults) == len(page.entries) and _are_all_wrong(faults):
            count = "entry" if len(faults) == 1 else f"{len(faults)} entries"
            self.report.not_read(
                page.address,
                f"answers with a page whose {count} cannot be read: the first {faults[0].message}",
                "The next import asks for it again; tell the registry's operator if it stays so.",
            )

    def _entry(self, value: Any) -> SourceEntry:
        if isinstance(value, InputError):
            raise value
        return in_namespace(read_entry(value, self._now), self._namespace)

    def _not_an_entry(self, place: str, value: Any, error: InputError) -> None:
        key = key_of(value)
        if key is not None and "/" in key[0] and not self._is_wanted(*key):
            self.report.filtered += 1
            return
        reason = error.reason if isinstance(error, UnreadableEntryError) else "entry"
        if isinstance(error, JsonError):
            reason = error.problems[0].kind
        self.report.leave_out(" ".join(key) if key else place, error.message, reason)

    def take_all(self) -> None:
        """Judge what was read, in the order in which it was published."""
        self._entries.sort(key=lambda entry: entry.published_at)
        for entry in self._entries:
            self.newest = max(self.newest, min(entry.updated_at, self._now))
            self._take(entry)

    def _take(self, entry: SourceEntry) -> None:
        name, version = entry.server.get("name"), entry.server.get("version")
        if not isinstance(name, str) or not isinstance(version, str):
            self.report.leave_out(entry.title, "has no name or no version", "form")
            return
        if problem := name_problem(name) or version_problem(version):
            self.report.leave_out(entry.title, problem, "name")
            return
        key = (parse_name(name), version)
        if not self._is_wanted(name, version):
            self.report.filtered += 1
            if self._is_served(key):
                self.report.no_longer_asked_for.append(entry.title)
            return
        if key not in self._statuses:
            if not self._publish(key, entry):
                return
        else:
            self.report.known += 1
            self._compare(key, entry)
        self._take_status(key, entry)

    def _publish(self, key: _Key, entry: SourceEntry) -> bool:
        """Take in a new version, unless rules keep it out; tells whether it was taken in."""
        server, alterations = taken_of(entry.server, lenient=self._lenient)
        content = record_bytes(server)
        breaches, spared = judged(key, content, self._index, lenient=self._lenient)
        if breaches:
            message = "; ".join(breach.sentence for breach in breaches)
            self.report.leave_out(
                entry.title,
                message,
                breaches[0].id,
                is_lenient_matter=self._would_be_taken(key, entry),
            )
            return False
        self._index.add(*key, server)
        self._statuses[key] = ACTIVE
        self._fresh[key] = content
        self._files.append(
            (entry.published_at, f"Publish {key[0]} {key[1]}", record_path(*key), content)
        )
        self.report.published += 1
        self.report.spared.update(spared)
        self.report.undated += not entry.is_dated
        self.report.take(entry.title)
        for altered in alterations:
            self.report.alter(entry.title, f"{altered.path} {altered.message}", altered.kind)
        for lost in entry.lost_times:
            self.report.alter(entry.title, f"{lost}, so that another time stands in for it", "time")
        return True

    def _would_be_taken(self, key: _Key, entry: SourceEntry) -> bool:
        """Whether an entry that the rules keep out would be taken in leniently."""
        if self._lenient:
            return False
        content = record_bytes(taken_of(entry.server, lenient=True)[0])
        return not judged(key, content, self._index, lenient=True).breaches

    def _compare(self, key: _Key, entry: SourceEntry) -> None:
        """Name a version that the source has twice, with different contents."""
        first = self._fresh.get(key)
        if first is None:
            return
        if record_bytes(taken_of(entry.server, lenient=self._lenient)[0]) != first:
            message = "is there twice, with different contents; the first ones were taken in"
            self.report.leave_out(entry.title, message, "changed-bytes")

    def _is_wanted(self, name: str, version: str) -> bool:
        return not self._only or any(approval.covers(name, version) for approval in self._only)

    def _is_served(self, key: _Key) -> bool:
        return key in self._statuses and self._statuses[key].status is not Status.DELETED

    def _take_status(self, key: _Key, entry: SourceEntry) -> None:
        if self._statuses[key] == entry.status:
            return
        if taken := self._taken_addresses(key, entry.status):
            used = ", ".join(f"{claim.name} uses {claim.address} by now" for claim in taken)
            self.report.leave_out(entry.title, f"stays deleted, since {used}", REMOTE_UNIQUE)
            return
        self._statuses[key] = entry.status
        self._index.set_deleted(*key, is_deleted=entry.status.status is Status.DELETED)
        content = entry.status.model_dump(mode="json", by_alias=True, exclude_none=True)
        self._files.append(
            (
                max(entry.status_changed_at, entry.published_at),
                f"Mark {key[0]} {key[1]} {entry.status.status.value}",
                record_path(*key, "status.json"),
                orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE),
            )
        )
        self.report.statuses += 1

    def _taken_addresses(self, key: _Key, status: StatusRecord) -> list[RemoteClaim]:
        """The servers that took the addresses of a deleted version which is to be active again.

        Leniently both may have them, as at the source.
        """
        is_back = Status.DELETED is self._statuses[key].status is not status.status
        return self._index.taken_addresses(*key) if is_back and not self._lenient else []

    def commits(self) -> Iterator[NewCommit]:
        """One commit for each change, in the order of their times: that order is the ordinals'."""
        # Stable, so that what happened in one second keeps its order, a status after its record.
        self._files.sort(key=lambda file: file[0])
        for moment, message, path, content in self._files:
            yield NewCommit(moment, message + "\n", {path: content})


def _parsed(content: bytes) -> Any:
    try:
        return parse_json(content)
    except JsonError as error:
        return error


def _are_all_wrong(faults: Iterable[InputError]) -> bool:
    """Whether a page is wrong as a whole: none of its entries can be read, or its only one is none."""
    found = list(faults)
    return all(isinstance(error, UnreadableEntryError) for error in found) and (
        len(found) > 1 or getattr(found[0], "reason", "") == "form"
    )
