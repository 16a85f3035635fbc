"""Turning a source's entries into commits that carry their times."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from mcp_static.api.source_entries import SourceEntry, read_entry
from mcp_static.git.commits import branch_exists, latest_time
from mcp_static.git.records import read_records
from mcp_static.git.repository import Repository, open_repository, read_settings, resolve_commit
from mcp_static.git.writing import (
    NewCommit,
    contains,
    create_repository,
    current_branch,
    lock_for_import,
    require_clean,
    tip_of,
    write_commits,
)
from mcp_static.importing.bare_names import in_namespace
from mcp_static.importing.files import STANDARD_INPUT, read_file
from mcp_static.importing.registry_walk import RegistryWalk
from mcp_static.model.approvals import lines_of_list, parse_approval, parse_approvals
from mcp_static.model.errors import InputError
from mcp_static.model.layout import parse_location, record_path, version_problem
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import ServerName, name_problem, parse_name
from mcp_static.model.status import ACTIVE, StatusRecord
from mcp_static.model.times import format_time
from mcp_static.reports.findings import Finding, Level
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.registry_index import SnapshotIndex, allowances
from mcp_static.rules.remotes_in_registry import REMOTE_UNIQUE
from mcp_static.rules.rule import Applies, RemoteClaim
from mcp_static.rules.run import findings_of, index_findings, read_record, structural_findings
from mcp_static.rules.sidecars import parse_lifecycle
from mcp_static.rules.uniqueness import SNAPSHOT_RULES
from mcp_static.settings import SETTINGS_FILE
from mcp_static.settings.network import NetworkSettings

_SETTINGS: Final = """\
# What this registry says about itself: make it yours. docs/operators.md lists every setting.
title = {title}
# description = "The servers that our teams may use."
# url = "https://mcp.example.com"                 # where it is served; clients are given this address
# repository = "https://github.com/example/registry"   # where authors open pull requests
# namespace = "com.example.registry"              # your own reversed domain
"""
_STRUCTURAL: Final = tuple(rule for rule in SNAPSHOT_RULES if rule.applies is Applies.STRUCTURAL)


@dataclass(slots=True)
class ImportReport:
    """What an import did. `left_out` names what was not taken, each with its reason.

    `no_longer_asked_for` names what `only` does not cover, and an earlier import took in all the same.
    """

    published: int = 0
    statuses: int = 0
    known: int = 0
    filtered: int = 0
    commits: int = 0
    has_settings: bool = False
    """Whether the repository was new, and got a `registry.toml` to begin with."""
    left_out: list[Finding] = field(default_factory=list)
    no_longer_asked_for: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What an import is asked for: a file, `-` or the URL of a registry, into a repository.

    `only` are names and patterns, as in `model/approvals`; empty takes every name. `anew` walks a
    registry from its beginning, also when only what was updated since would have to be asked for.
    `network` is the one that a registry is asked from.
    `namespace` is put before bare names, those without a slash; without one they are left out.
    """

    source: str
    into: Path
    lenient: bool = False
    only: tuple[str, ...] = ()
    anew: bool = False
    network: NetworkSettings | None = None
    namespace: str = ""


def import_entries(
    options: ImportOptions, told: Callable[[int], None] = lambda entries: None
) -> ImportReport:
    """Import what the repository does not have yet; running it again changes nothing.

    `told` hears how many more entries were read. Raises InputError for a source or a repository
    that cannot be used, ServiceError when a registry cannot be walked to its end.
    """
    values = () if _is_registry(options.source) else _opened(options.source)
    with _repository(options.into) as repository, lock_for_import(repository):
        is_new = not branch_exists(repository, current_branch(repository))
        require_clean(repository)
        walk = _walk(repository, options)
        if walk is not None:
            for count in walk.pages():
                told(count)
            values = read_file(str(walk.spool))
        else:
            values = _counted(values, told)
        importing = _Import(repository, options)
        importing.read(values)
        importing.report.commits = write_commits(repository, importing.commits())
        if is_new and importing.report.published:
            tip = resolve_commit(repository, "HEAD")
            settings = _starting_settings(options.source, latest_time(repository, tip))
            write_commits(repository, [settings])
            importing.report.has_settings = True
        if walk is not None:
            walk.finish(format_time(importing.newest), tip_of(repository) or "")
    return importing.report


def _is_registry(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _opened(source: str) -> Iterable[tuple[str, Any]]:
    """The values of a file, of which the first is read: a wrong file leaves no repository behind."""
    values = read_file(source)
    first = list(islice(values, 1))
    if not first:
        name = "Standard input" if source == STANDARD_INPUT else source
        raise InputError(
            f"{name} has no entries.",
            "Give standard entries, as /v0.1/servers or data/export/ have them.",
        )
    return chain(first, values)


def _repository(into: Path) -> Repository:
    """The repository at exactly this path, made if nothing is there; never one that encloses it."""
    if not into.exists() or (into.is_dir() and not any(into.iterdir())):
        return create_repository(into)
    return open_repository(into, is_root=True)


def _starting_settings(source: str, moment: int) -> NewCommit:
    """A commit with settings to begin with, at the time of the newest entry, so that it moves none."""
    host = urlsplit(source).hostname if "://" in source else None
    title = f"Copy of {host}" if host else "Imported MCP servers"
    content = _SETTINGS.format(title=orjson.dumps(title[:100]).decode())
    return NewCommit(moment, f"Begin {SETTINGS_FILE}\n", {SETTINGS_FILE: content.encode()})


def _walk(repository: Repository, options: ImportOptions) -> RegistryWalk | None:
    if not _is_registry(options.source):
        return None
    choices = (options.lenient, options.only, options.namespace)
    walk = RegistryWalk(options.source, choices, Path(repository.common_dir), network=options.network)
    before = walk.imported_into
    if options.anew or (before and not contains(repository, before)):
        walk.forget()  # the branch no longer holds what was imported, so it has to be asked for again
    return walk


def read_patterns(path: Path) -> tuple[str, ...]:
    """The names and patterns of a file, one a line; `#` begins a comment. Raises InputError."""
    try:
        lines = lines_of_list(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.", "Give a text file of names.") from None
    if not lines:
        raise InputError(f"{path} names no server.", "Write one name per line; * matches anything.")
    return tuple(str(approval) for approval in parse_approvals(lines, str(path)))


def _counted(
    values: Iterable[tuple[str, Any]], told: Callable[[int], None]
) -> Iterator[tuple[str, Any]]:
    for value in values:
        told(1)
        yield value


class _Import:
    """One import under way."""

    def __init__(self, repository: Repository, options: ImportOptions) -> None:
        self._options: Final = options
        self._only: Final = tuple(parse_approval(text) for text in options.only)
        self._index: Final = SnapshotIndex()
        self._statuses: Final[dict[tuple[ServerName, str], StatusRecord]] = {}
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

    def read(self, values: Iterable[tuple[str, Any]]) -> None:
        """Read and judge every value, in the order in which they were published."""
        entries = []
        for place, value in values:
            try:
                if isinstance(value, InputError):
                    raise value
                entries.append(in_namespace(read_entry(value, self._now), self._options.namespace))
            except InputError as error:
                self._leave_out(place, str(error))
        entries.sort(key=lambda entry: entry.published_at)
        for entry in entries:
            self.newest = max(self.newest, min(entry.updated_at, self._now))
            self._take(entry)

    def _take(self, entry: SourceEntry) -> None:
        name, version = entry.server.get("name"), entry.server.get("version")
        if not isinstance(name, str) or not isinstance(version, str):
            self._leave_out(entry.title, "has no name or no version")
            return
        if problem := name_problem(name) or version_problem(version):
            self._leave_out(entry.title, problem)
            return
        key = (parse_name(name), version)
        if not self._is_wanted(name, version):
            self.report.filtered += 1
            if self._is_served(key):
                self.report.no_longer_asked_for.append(entry.title)
            return
        if key not in self._statuses:
            content = record_bytes(entry.server)
            breaches = breaches_of(key, content, self._index, lenient=self._options.lenient)
            if breaches:
                message = "; ".join(breach.sentence for breach in breaches)
                self._leave_out(entry.title, message, breaches[0].id)
                return
            self._index.add(*key, entry.server)
            self._statuses[key] = ACTIVE
            message = f"Publish {name} {version}"
            self._files.append((entry.published_at, message, record_path(*key), content))
            self.report.published += 1
        else:
            self.report.known += 1
        self._take_status(key, entry)

    def _is_wanted(self, name: str, version: str) -> bool:
        return not self._only or any(approval.covers(name, version) for approval in self._only)

    def _is_served(self, key: tuple[ServerName, str]) -> bool:
        return key in self._statuses and self._statuses[key].status is not Status.DELETED

    def _leave_out(self, title: str, reason: str, rule: str = "entry") -> None:
        self.report.left_out.append(Finding(rule, Level.WARNING, reason, path=title))

    def _take_status(self, key: tuple[ServerName, str], entry: SourceEntry) -> None:
        if self._statuses[key] == entry.status:
            return
        if taken := self._taken_addresses(key, entry.status):
            used = ", ".join(f"{claim.name} uses {claim.address} by now" for claim in taken)
            self._leave_out(entry.title, f"stays deleted, since {used}", REMOTE_UNIQUE)
            return
        self._statuses[key] = entry.status
        self._index.set_deleted(*key, is_deleted=entry.status.status is Status.DELETED)
        content = entry.status.model_dump(mode="json", by_alias=True, exclude_none=True)
        message = f"Mark {key[0]} {key[1]} {entry.status.status.value}"
        self._files.append(
            (
                max(entry.status_changed_at, entry.published_at),
                message,
                record_path(*key, "status.json"),
                orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE),
            )
        )
        self.report.statuses += 1

    def _taken_addresses(self, key: tuple[ServerName, str], status: StatusRecord) -> list[RemoteClaim]:
        """The servers that took the addresses of a deleted version which is to be active again.

        With `--lenient` both may have them, as at the source.
        """
        is_back = Status.DELETED is self._statuses[key].status is not status.status
        return self._index.taken_addresses(*key) if is_back and not self._options.lenient else []

    def commits(self) -> Iterator[NewCommit]:
        """One commit for each change, in the order of their times: that order is the ordinals'."""
        # Stable, so that what happened in one second keeps its order, a status after its record.
        self._files.sort(key=lambda file: file[0])
        for moment, message, path, content in self._files:
            yield NewCommit(moment, message + "\n", {path: content})


def breaches_of(
    key: tuple[ServerName, str], content: bytes, index: SnapshotIndex, *, lenient: bool
) -> list[Finding]:
    """What keeps a new record out: the breaches of all rules, or leniently of structural ones alone."""
    record = read_record(content, parse_location(record_path(*key)))
    if not lenient:
        return [
            finding for finding in findings_of(record, index, is_authored=False) if finding.is_error
        ]
    return [*structural_findings(record), *index_findings(record, index, _STRUCTURAL)]


def record_bytes(server: dict[str, Any]) -> bytes:
    """A `server.json` as an author would write it; without indentation if it gets too large."""
    try:
        content = orjson.dumps(server, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        return b"{}"
    return content if len(content) <= MAX_FILE_BYTES else orjson.dumps(server) + b"\n"


def is_record(server: dict[str, Any]) -> bool:
    """Whether a server object can be written as a `server.json` at all."""
    content = record_bytes(server)
    return content != b"{}" and len(content) <= MAX_FILE_BYTES
