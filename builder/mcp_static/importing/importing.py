"""Importing a source into a repository, as commits that carry the times of its entries."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from mcp_static.git.commits import branch_exists, latest_time
from mcp_static.git.repository import Repository, open_repository, resolve_commit
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
from mcp_static.importing.files import read_file
from mcp_static.importing.registry_walk import RegistryWalk
from mcp_static.importing.report import ImportReport
from mcp_static.importing.taking import Taking
from mcp_static.model.approvals import lines_of_list, parse_approvals
from mcp_static.model.errors import IncompleteSourceError, InputError
from mcp_static.model.times import format_time
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
    # A file is read before the repository is opened, so that a wrong one leaves none behind.
    values = [] if _is_registry(options.source) else _values(options.source, told)
    with _repository(options.into) as repository, lock_for_import(repository):
        is_new = not branch_exists(repository, current_branch(repository))
        require_clean(repository)
        walk = _walk(repository, options)
        if walk is not None:
            for count in walk.pages():
                told(count)
        taking = Taking(
            repository, lenient=options.lenient, only=options.only, namespace=options.namespace
        )
        if walk is not None:
            _read_walk(taking, walk, options.source)
        for place, value in values:
            taking.read(place, value)
        taking.take_all()
        report = taking.report
        report.commits = write_commits(repository, taking.commits())
        if is_new and report.published:
            tip = resolve_commit(repository, "HEAD")
            settings = _starting_settings(options.source, latest_time(repository, tip))
            write_commits(repository, [settings])
            report.has_settings = True
        if walk is not None:
            _end(walk, taking, tip_of(repository) or "")
    return report


def _read_walk(taking: Taking, walk: RegistryWalk, source: str) -> None:
    for page in walk.received():
        taking.read_page(page)
    if walk.shortfall:
        taking.report.not_read(source, walk.shortfall, "Tell its operator.")


def _end(walk: RegistryWalk, taking: Taking, commit: str) -> None:
    """Note how far the registry was read, so that the next import begins there."""
    if taking.report.unread:
        walk.ask_again(commit)
    else:
        walk.finish(format_time(taking.newest), commit)


def _is_registry(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _values(source: str, told: Callable[[int], None]) -> list[tuple[str, Any]]:
    """The entries of a file, and what could not be read of it; raises InputError if it is all of it."""
    found = []
    for value in read_file(source):
        found.append(value)
        told(1)
    if found and all(isinstance(value, IncompleteSourceError) for _, value in found):
        place, fault = found[0]
        raise InputError(f"{place} {fault.message}.", fault.fix)
    return found


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
        content = path.read_bytes()
        encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8"
        lines = lines_of_list(content.decode(encoding))
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text in UTF-8.", "Save the list as UTF-8.") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path} cannot be read: {reason}.", "Give a text file of names.") from None
    if not lines:
        raise InputError(f"{path} names no server.", "Write one name per line; * matches anything.")
    return tuple(str(approval) for approval in parse_approvals(lines, str(path)))
