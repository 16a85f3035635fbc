"""The change between two commits, from Git's trees alone: no work tree, no file of the head opened."""

from collections.abc import Generator
from itertools import islice
from typing import Any, Final

import git
from git.exc import GitCommandError

from mcp_static.model.change import Blob, Change, ChangedPath

MAX_PATHS: Final = 2_000
_COMMITS: Final = 51
"""Commits looked at; the rules allow one fewer."""
_ABSENT: Final = "000000"
_CHUNK: Final = 1 << 16
_RAW: Final = ("-r", "-z", "--raw", "--no-abbrev", "--no-renames")


def read_change(repository: git.Repo, base: str, head: str) -> Change:
    """What `head` brings to `base`; paths, and commits, beyond one more than allowed are left out.

    Reads commits and trees only, so a clone without blobs (`--filter=blob:none`) is enough; and no
    more of them than the limits, however many a hostile tree may list.
    """
    fork_point = _fork_point(repository, base, head)
    found = _differences(repository, fork_point or base, head)
    paths = tuple(islice(found, MAX_PATHS + 1))
    found.close()
    if fork_point is None:
        paths = tuple(path for path in paths if path.after is not None)
    times = str(
        repository.git.log("--format=%ct", f"--max-count={_COMMITS}", head, f"^{fork_point or base}")
    ).split()
    return Change(
        base,
        head,
        fork_point,
        paths,
        latest_time=max((int(time) for time in times), default=0),
        commits=len(times) if fork_point is not None else 1,
        touched=_touched(repository, base, head) if fork_point is not None else frozenset(),
    )


def _fork_point(repository: git.Repo, base: str, head: str) -> str | None:
    try:
        found = str(repository.git.merge_base(base, head))
    except GitCommandError:
        return None
    return found or None


def _touched(repository: git.Repo, base: str, head: str) -> frozenset[str]:
    """Every path that a commit on the way touches, be it undone later; of merges what they change."""
    process = repository.git.log(
        "-c", "--raw", "-r", "-z", "--no-abbrev", "--no-renames", "--format=", "--root",
        f"--max-count={_COMMITS}", head, f"^{base}", as_process=True,
    )  # fmt: skip
    fields = _fields(process)
    paths = {field for field in islice(fields, 8 * MAX_PATHS) if field and not field.startswith(":")}
    fields.close()
    return frozenset(paths)


def changed_since(repository: git.Repo, before: str, after: str, folder: str) -> list[ChangedPath]:
    """The paths below a folder that differ between two commits."""
    return list(_differences(repository, before, after, "--", folder))


def _differences(repository: git.Repo, before: str, after: str, *limits: str) -> Generator[ChangedPath]:
    process = repository.git.diff_tree(*_RAW, before, after, *limits, as_process=True)
    fields = _fields(process)
    try:
        for facts in fields:
            path = next(fields, None)
            if path is None:
                return
            old_mode, new_mode, old, new, _ = facts.removeprefix(":").split(" ")
            yield ChangedPath(path, _blob(old_mode, old), _blob(new_mode, new))
    finally:
        fields.close()


def _fields(process: Any) -> Generator[str]:
    """The NUL-ended fields that a git process prints, as it prints them; ends it when it is left."""
    proc = process.proc
    rest = b""
    try:
        while chunk := proc.stdout.read1(_CHUNK):
            *parts, rest = (rest + chunk).split(b"\0")
            yield from (part.decode(errors="surrogateescape").lstrip("\n") for part in parts)
    finally:
        if proc.poll() is None:
            proc.kill()
        proc.wait()
        proc.stdout.close()
        proc.stderr.close()


def _blob(mode: str, object_id: str) -> Blob | None:
    return None if mode == _ABSENT else Blob(mode, object_id)
