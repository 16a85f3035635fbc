"""Deploying to a bucket: only what changed, in an order that keeps readers right meanwhile.

Only what a manifest of an earlier deploy lists is ever removed.
"""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

from mcp_static.api.checksums import checksum_lines
from mcp_static.api.paths import is_for_host
from mcp_static.build.progress import Progress
from mcp_static.deploy.bucket import Bucket
from mcp_static.deploy.deployed import STATE, Deployed, DeployState, keys_of, read_deployed
from mcp_static.deploy.lock import DeployLock
from mcp_static.deploy.release import Difference, Release, difference
from mcp_static.deploy.rollback import RollbackGuard
from mcp_static.model.errors import InputError
from mcp_static.reports.printing import counted_of

_AT_ONCE: Final = 32
_NAMED: Final = 5


@dataclass(slots=True)
class DeployReport:
    """What a deploy did, or with `--dry-run` would do."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketOptions:
    """How to deploy; `grace` in seconds between the last file and the first removal.

    `adopt` allows a first deploy where other objects lie already.
    """

    extensionless: bool = False
    grace: float = 60.0
    dry_run: bool = False
    break_lock: bool = False
    adopt: bool = False
    guard: RollbackGuard = field(default_factory=RollbackGuard)


def deploy_to_bucket(
    release: Release, bucket: Bucket, options: BucketOptions, progress: Progress
) -> DeployReport:
    """Bring a release to a bucket. Killed at any moment, the next deploy goes on.

    Raises InputError (a damaged release, no rights, another deploy under way, somebody else's objects,
    an earlier state of the registry) or ServiceError.
    """
    if not release.host.deploys_to_bucket:
        raise InputError(
            f"{release.root} was built for {release.host.name}, which is not served from a bucket.",
            "Build it for a host that is: `mcp-static hosts` tells how each is deployed to.",
        )
    started = time.monotonic()
    if options.dry_run:
        plan = _plan(release, bucket, options)
        report = DeployReport(list(plan.wanted.write), sorted(plan.removing), resumed=plan.resumed)
    else:
        with DeployLock(bucket, take_over=options.break_lock) as lock:
            report = _Deploy(release, bucket, options, progress, lock).run()
    report.seconds = time.monotonic() - started
    return report


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a deploy has to do; `state` is what it notes while it is under way."""

    wanted: Difference
    state: DeployState
    resumed: bool

    @property
    def removing(self) -> frozenset[str]:
        """The objects to remove."""
        return self.state.removing


def _plan(release: Release, bucket: Bucket, options: BucketOptions) -> _Plan:
    """What to write and remove; raises InputError for a rollback, or objects that are not ours."""
    deployed = read_deployed(bucket)
    options.guard.require(release, sorted(deployed.commits), bucket.name)
    before = deployed.state or DeployState()
    is_whole = before.extensionless == options.extensionless and not before.unfinished
    if deployed.index is not None and deployed.is_ours and is_whole:
        wanted = difference(release, dict(checksum_lines(deployed.index)), bucket.read)
        waiting = before.removing
    else:
        wanted = _whole_difference(release, bucket, deployed, options)
        waiting = frozenset()  # those that are not wanted again are among its own
    writing = frozenset(keys_of(wanted.write, extensionless=options.extensionless))
    known = frozenset(keys_of(wanted.known, extensionless=options.extensionless))
    removing = frozenset(keys_of(wanted.remove, extensionless=options.extensionless)) | waiting
    state = DeployState(
        commit=release.commit,
        unfinished=True,
        extensionless=options.extensionless,
        adding=(writing - known) | before.adding,
        removing=removing - writing,
    )
    return _Plan(wanted, state, resumed=before.unfinished)


def _whole_difference(
    release: Release, bucket: Bucket, deployed: Deployed, options: BucketOptions
) -> Difference:
    """What a bucket lacks whose objects may be of several releases, or none: told by their MD5."""
    there = bucket.tags()
    if not deployed.is_ours and not options.adopt:
        _refuse_foreign(bucket, there)
    files = difference(release, {}, lambda _: None).write
    write = {}
    for path, digest in files.items():
        tag = _md5(release.content(path, digest))
        keys = keys_of([path], extensionless=options.extensionless)
        if any(there.get(key) != tag for key in keys):
            write[path] = digest
    wanted = set(keys_of(files, extensionless=options.extensionless))
    ours = deployed.keys(bucket, extensionless=options.extensionless)
    gone = {key for key in ours & there.keys() if key not in wanted and not is_for_host(key)}
    return Difference(write, frozenset(gone), frozenset(write.keys() & there.keys()))


def _refuse_foreign(bucket: Bucket, there: dict[str, str]) -> None:
    """Raise InputError if there are any objects, since no manifest of an earlier deploy lists them."""
    foreign = sorted(key for key in there if not is_for_host(key))
    if not foreign:
        return
    named = ", ".join(foreign[:_NAMED]) + (", …" if len(foreign) > _NAMED else "")
    raise InputError(
        f"{bucket.name} already holds {counted_of(len(foreign), 'object')} that mcp-static did not "
        f"put there: {named}.",
        "Deploy to a prefix of its own (s3://BUCKET/PREFIX), or empty this one first. --adopt deploys "
        "next to them: objects with the same name are overwritten, all others stay.",
    )


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
        plan = _plan(self._release, self._bucket, self._options)
        wanted, removing, state = plan.wanted, plan.removing, plan.state
        self._report.resumed = plan.resumed
        if not wanted.write and not removing:
            return self._report
        self._note(state)
        self._progress.stage("Writing objects", len(wanted.write))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _, paths in wanted.ranks():
                # A rank ends before the next begins.
                for path in pool.map(lambda path: self._write(path, wanted.write[path]), paths):
                    self._report.written += self._keys(path)
                    self._progress.advance()
        state = replace(state, unfinished=False, adding=frozenset())
        self._note(state)
        if removing:
            self._progress.stage("Waiting for readers under way")
            time.sleep(self._options.grace)
            self._lock.require()
            self._bucket.remove(removing)
            self._report.removed = sorted(removing)
            self._note(replace(state, removing=frozenset()))
        return self._report

    def _write(self, path: str, digest: str) -> str:
        self._lock.require()
        body = self._release.content(path, digest)
        for key in self._keys(path):
            self._bucket.write(key, body)
        return path

    def _keys(self, path: str) -> list[str]:
        return keys_of([path], extensionless=self._options.extensionless)

    def _note(self, state: DeployState) -> None:
        self._bucket.write(STATE, state.document())
