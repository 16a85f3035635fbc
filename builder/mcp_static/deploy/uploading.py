"""Deploying to a bucket: only what changed, in an order that keeps readers right meanwhile.

One object below `host/`, which is never served, keeps what the next deploy has to know: whether
this one ended, and which objects wait to be removed.
"""

import hashlib
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import orjson

from mcp_static.api.checksums import checksum_lines, json_object
from mcp_static.api.paths import API_FOLDER, CHECKSUM_INDEX, HOST_FOLDER, is_for_host
from mcp_static.build.progress import Progress
from mcp_static.deploy.bucket import Bucket
from mcp_static.deploy.lock import DeployLock
from mcp_static.deploy.release import Difference, Release, difference
from mcp_static.model.errors import InputError

STATE: Final = f"{HOST_FOLDER}/deployed.json"
_AT_ONCE: Final = 32


@dataclass(slots=True)
class DeployReport:
    """What a deploy did, or with `--dry-run` would do."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketOptions:
    """How to deploy; `grace` in seconds between the last file and the first removal."""

    extensionless: bool = False
    grace: float = 60.0
    dry_run: bool = False
    break_lock: bool = False


def deploy_to_bucket(
    release: Release, bucket: Bucket, options: BucketOptions, progress: Progress
) -> DeployReport:
    """Bring a release to a bucket. Killed at any moment, the next deploy goes on.

    Raises InputError (a damaged release, no rights, another deploy under way) or ServiceError.
    """
    if not release.host.deploys_to_bucket:
        raise InputError(
            f"{release.root} was built for {release.host.name}, which is not served from a bucket.",
            "Build it for a host that is: `mcp-static hosts` tells how each is deployed to.",
        )
    started = time.monotonic()
    if options.dry_run:
        report = DeployReport()
        wanted, waiting = _plan(release, bucket, options, report)
        report.written = list(wanted.write)
        report.removed = sorted(wanted.remove | waiting)
    else:
        with DeployLock(bucket, take_over=options.break_lock) as lock:
            report = _Deploy(release, bucket, options, progress, lock).run()
    report.seconds = time.monotonic() - started
    return report


def _plan(
    release: Release, bucket: Bucket, options: BucketOptions, report: DeployReport
) -> tuple[Difference, frozenset[str]]:
    """What to write and remove, and what an earlier deploy left to be removed."""
    state = json_object(bucket.read(STATE)) or {}
    waiting = frozenset(map(str, state.get("removing", ())))
    index = bucket.read(CHECKSUM_INDEX)
    is_alike = state.get("extensionless", False) == options.extensionless
    is_whole = is_alike and not state.get("unfinished")
    if index is not None and is_whole:
        return difference(release, dict(checksum_lines(index)), bucket.read), waiting
    report.resumed = index is not None or bool(state)
    return _whole_difference(release, bucket, options), waiting


def _whole_difference(release: Release, bucket: Bucket, options: BucketOptions) -> Difference:
    """What a bucket lacks whose objects may be of several releases: told by their MD5."""
    files = difference(release, {}, lambda _: None).write
    there = bucket.tags()
    write = {}
    for path, digest in files.items():
        tag = _md5(release.content(path, digest))
        if any(there.get(key) != tag for key in keys_of([path], options)):
            write[path] = digest
    wanted = set(keys_of(files, options))
    foreign = {key for key in there if key not in wanted and not is_for_host(key)}
    return Difference(write, frozenset(foreign), frozenset(write.keys() & there.keys()))


def keys_of(paths: Iterable[str], options: BucketOptions) -> list[str]:
    """The objects of files: if asked for, also those at the API's own addresses."""
    found = []
    for path in paths:
        found.append(path)
        if options.extensionless and path.startswith(f"{API_FOLDER}/") and path.endswith(".json"):
            found.append(path.removesuffix(".json"))
    return found


def _md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


class _Deploy:
    """One deploy under way, under its lock."""

    def __init__(
        self,
        release: Release,
        bucket: Bucket,
        options: BucketOptions,
        progress: Progress,
        lock: DeployLock,
    ) -> None:
        self._release = release
        self._bucket = bucket
        self._options = options
        self._progress = progress
        self._lock = lock
        self._report = DeployReport()

    def run(self) -> DeployReport:
        wanted, waiting = _plan(self._release, self._bucket, self._options, self._report)
        removing = frozenset(keys_of(wanted.remove, self._options)) | waiting
        removing -= frozenset(keys_of(wanted.write, self._options))
        if not wanted.write and not removing:
            return self._report
        self._note(unfinished=True, removing=removing)
        self._progress.stage("Writing objects", len(wanted.write))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _, paths in wanted.ranks():
                # A rank ends before the next begins.
                for path in pool.map(lambda path: self._write(path, wanted.write[path]), paths):
                    self._report.written += keys_of([path], self._options)
                    self._progress.advance()
        self._note(unfinished=False, removing=removing)
        if removing:
            self._progress.stage("Waiting for readers under way")
            time.sleep(self._options.grace)
            self._lock.require()
            self._bucket.remove(removing)
            self._report.removed = sorted(removing)
            self._note(unfinished=False, removing=frozenset())
        return self._report

    def _write(self, path: str, digest: str) -> str:
        self._lock.require()
        body = self._release.content(path, digest)
        for key in keys_of([path], self._options):
            self._bucket.write(key, body)
        return path

    def _note(self, *, unfinished: bool, removing: frozenset[str]) -> None:
        state = {
            "commit": self._release.commit,
            "unfinished": unfinished,
            "extensionless": self._options.extensionless,
            "removing": sorted(removing),
        }
        self._bucket.write(STATE, orjson.dumps(state))
