"""Running git as a command: the one place that starts it, reads its errors and ends it."""

import logging
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import IO, Final, Self

import git

from mcp_static.model.errors import GitError, InputError, ServiceError

_ENVIRONMENT: Final = {
    "GIT_LITERAL_PATHSPECS": "1",  # a path that strangers chose is no pattern
    "GIT_NO_LAZY_FETCH": "1",  # what a partial clone lacks is brought at once: git/promised.py
    "GIT_NO_REPLACE_OBJECTS": "1",  # what is built is what was committed
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_LOGGER: Final = logging.getLogger(__name__)
_ASKING: Final = frozenset({"clone", "fetch", "ls-remote", "push"})
"""Commands that may ask for a password, which only what is in a terminal's foreground can."""
_CHUNK: Final = 1 << 16
_LONGEST_ERROR: Final = 1 << 16


def require_git() -> None:
    """Raise ServiceError when git is not installed."""
    if shutil.which("git") is None:
        raise ServiceError("git is not installed.", "Install it; version 2.38 or newer.")


def run(repository: git.Repo, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """What a git command prints, without the newline at its end.

    Raises GitError with git's own reason when the command fails.
    """
    with GitProcess(repository, *arguments, env=env) as process:
        output = process.stdout.read()
        process.finish()
    return output.decode(errors="surrogateescape").removesuffix("\n")


def succeeds(repository: git.Repo, *arguments: str) -> bool:
    """Whether a git command that only answers a question answers yes."""
    with GitProcess(repository, *arguments) as process:
        process.stdout.read()
        return process.wait() == 0


class GitProcess:
    """A git process with pipes for its input and output; leaving the context ends it."""

    def __init__(
        self, repository: git.Repo, *arguments: str, env: Mapping[str, str] | None = None
    ) -> None:
        self._repository: Final = repository
        if _LOGGER.isEnabledFor(logging.DEBUG):
            _LOGGER.debug("git %s", shlex.join(arguments))
        # A file, not a pipe: however much git complains, it never waits for a reader.
        self._errors: Final = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        try:
            self._process: Final = subprocess.Popen(
                ["git", *arguments],
                cwd=repository.working_tree_dir or repository.git_dir,
                env={**os.environ, **_ENVIRONMENT, **(env or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                # A group of its own has no part in Ctrl-C: whoever started it decides about its end.
                process_group=None if arguments[0] in _ASKING else 0,
            )
        except OSError:
            self._errors.close()
            require_git()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def stdin(self) -> IO[bytes]:
        """Where git reads its input."""
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """What git prints."""
        assert self._process.stdout is not None
        return self._process.stdout

    def fields(self) -> Iterator[bytes]:
        """The NUL-terminated fields that git prints, as they arrive; a rest without NUL comes last."""
        pieces: list[bytes] = []  # of a field that has not ended
        while chunk := os.read(self.stdout.fileno(), _CHUNK):
            *ended, rest = chunk.split(b"\0")
            for field in ended:
                yield b"".join((*pieces, field))
                pieces.clear()
            pieces.append(rest)
        rest = b"".join(pieces)
        if rest.strip():
            yield rest

    def wait(self) -> int:
        """Close git's input and wait for its end; the exit code."""
        _close(self.stdin)
        return self._process.wait()

    def finish(self) -> None:
        """Wait for git's end; raises GitError, or InputError for a repository of another user."""
        if self.wait() == 0:
            return
        self._errors.seek(0)
        text = self._errors.read(_LONGEST_ERROR).decode(errors="replace")
        if "dubious ownership" in text:
            raise InputError(
                f"Git does not trust {self._repository.git_dir}: another user owns it.",
                "Run as that user, or add it with `git config --global --add safe.directory …`.",
            )
        raise GitError(_reason(text), "`git fsck` shows whether the repository is whole.")

    def close(self) -> None:
        """End the process, whatever it is doing, and close its pipes."""
        if self._process.poll() is None:
            self._process.kill()
        _close(self.stdin)
        self.stdout.close()
        self._process.wait()
        self._errors.close()


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except BrokenPipeError:  # git ended before it had read everything
        return


def _reason(text: str) -> str:
    """The reason that git gives for a failure: the line that it calls fatal, else its last."""
    lines = text.strip().splitlines()
    fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal: ")]
    return (fatal or lines[-1:] or ["git gave no reason"])[0].rstrip(".")
