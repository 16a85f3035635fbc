"""A build: from a commit to the output, incremental where that is safe, whole where it is not."""

import hashlib
import time
from dataclasses import dataclass, replace
from pathlib import Path

from mcp_static.api.lineage import LINEAGE_COMMITS
from mcp_static.api.paths import SNAPSHOT
from mcp_static.api.variants import PLAIN_TARGET, Target
from mcp_static.build.full import build_fully
from mcp_static.build.incremental import build_incrementally
from mcp_static.build.job import BuildJob
from mcp_static.build.output_tree import TREES, Output, TreeLocation
from mcp_static.build.progress import Progress, Silent
from mcp_static.build.result import BuildResult
from mcp_static.git.commits import first_parent_line
from mcp_static.git.history import first_parent_history, rewritten
from mcp_static.git.repository import (
    Repository,
    has_commit,
    open_repository,
    read_settings,
    require_data,
    require_whole_history,
    resolve_commit,
)
from mcp_static.model.errors import InputError, StoreUnusableError
from mcp_static.pages.customization import read_customization
from mcp_static.pages.site import site_of
from mcp_static.pages.site_files import fingerprint
from mcp_static.store.facts import BuildInputs
from mcp_static.store.store import Store, telling_damage


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """What is asked of a build; `workers` of 0 means one per processor, `target` is the host."""

    repository: Path
    out: Path
    commit: str = "HEAD"
    full: bool = False
    strict: bool = False
    accept_rewrite: bool = False
    workers: int = 0
    target: Target = PLAIN_TARGET


class _FullBuildNeeded(Exception):  # noqa: N818 (not an error: the build goes on, as a full one)
    """Why the build has to be a full one."""


def build(options: BuildOptions, progress: Progress | None = None) -> BuildResult:
    """Build the output of a commit; readers see it whole, at once, at the very end.

    Raises InputError if the input is at fault (an unknown commit, a rewritten history, a full
    disk, an output folder that is not ours, or with `strict` a record that had to be left out); the
    output is then as it was.
    """
    started = time.monotonic()
    output = Output(options.out)
    with open_repository(options.repository) as repository:
        commit = resolve_commit(repository, options.commit)
        require_whole_history(repository)
        require_data(repository, commit)
        job = _job(options, repository, commit, output, progress or Silent())
        try:
            with output.locked():
                result = _run(job, options)
        except OSError as error:
            raise _unwritable(output, error.strerror or "the disk failed") from None
    result.seconds = time.monotonic() - started
    return result


def _job(
    options: BuildOptions, repository: Repository, commit: str, output: Output, progress: Progress
) -> BuildJob:
    settings = read_settings(repository, commit)
    customization = read_customization(repository, commit, settings)
    rendered = settings.rendered() + customization.digest()
    return BuildJob(
        repository=repository,
        output=output,
        settings=settings,
        site=site_of(settings, customization),
        target=options.target,
        inputs=BuildInputs(commit, fingerprint(), rendered, options.target.name),
        progress=progress,
        lineage=first_parent_line(repository, commit, LINEAGE_COMMITS),
        strict=options.strict,
        workers=options.workers,
        result=BuildResult(commit),
    )


def _unwritable(output: Output, reason: str) -> InputError:
    return InputError(
        f"{output.path} could not be written: {reason}.",
        "What was built last, if anything, is shown as before. Make room or change the rights, "
        f"delete {output.path}.state, or give another folder with --out.",
    )


def _run(job: BuildJob, options: BuildOptions) -> BuildResult:
    try:
        with telling_damage():
            _try_incremental(job, options)
    except _FullBuildNeeded as need:
        job = replace(job, result=BuildResult(job.commit, why_full=str(need)))
    except StoreUnusableError as error:
        reason = f"the store of the earlier build {error.message}"
        job = replace(job, result=BuildResult(job.commit, why_full=reason))
    if job.result.why_full:
        with telling_damage():
            build_fully(job)
    return job.result


def _try_incremental(job: BuildJob, options: BuildOptions) -> None:
    """Build incrementally; raises _FullBuildNeeded or StoreUnusableError where that is not safe."""
    shown = job.output.shown()
    if shown is None:
        raise _FullBuildNeeded("there is no earlier build")
    with Store.open(shown.database) as store:
        built = store.facts.inputs
        _refuse_rewriting(job, built.commit, accept=options.accept_rewrite)
        if options.full:
            raise _FullBuildNeeded("--full was given")
        if (built.builder, built.host) != (job.inputs.builder, job.inputs.host):
            raise _FullBuildNeeded("the earlier build was made by another version or for another host")
        if built.settings != job.inputs.settings:
            raise _FullBuildNeeded("the registry's settings or templates changed")
        location = TreeLocation(shown.build, store.facts.get("tree") or "")
        if not _is_sound(store, location):
            raise _FullBuildNeeded("the files of the earlier build are not those its store describes")
        job.output.show(location)  # all that a build killed right before this had left to do
        job.output.clean(keep=location.build)
        if built.commit == job.commit:
            job.result.is_current = True
            job.result.read(store)
        else:
            build_incrementally(job, store, location)


def _refuse_rewriting(job: BuildJob, before: str, *, accept: bool) -> None:
    """Raise InputError unless the commit built last is among the first parents of this one."""
    if before == job.commit:
        return
    try:
        if not has_commit(job.repository, before):
            raise rewritten(before)
        next(first_parent_history(job.repository, job.commit, before), None)
    except InputError:
        if accept:
            raise _FullBuildNeeded("history was rewritten, which --accept-rewrite allows") from None
        raise


def _is_sound(store: Store, location: TreeLocation) -> bool:
    """Whether the tree is there and ends in the snapshot that the store remembers."""
    if location.tree not in TREES:
        return False
    try:
        snapshot = (location.root / SNAPSHOT).read_bytes()
    except OSError:
        return False
    return store.documents.digest(SNAPSHOT) == hashlib.sha256(snapshot).digest()
