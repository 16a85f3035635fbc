"""Reading many blobs through one `git cat-file --batch` process."""

import subprocess
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import IO, Final, Self

import git

from mcp_static.model.errors import InputError

_REQUESTS: Final = 512
"""Requests written before answers are read; they fit a pipe's buffer, so neither side waits."""


class BlobReader:
    """Reads blobs by id; a context manager that ends its git process."""

    def __init__(self, repository: git.Repo) -> None:
        self._process = repository.git.cat_file("--batch", as_process=True, istream=subprocess.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stdin.close()
        self._stdout.close()
        self._process.proc.wait()
        self._process.proc.stderr.close()

    @property
    def _stdin(self) -> IO[bytes]:
        stream: IO[bytes] = self._process.proc.stdin
        return stream

    @property
    def _stdout(self) -> IO[bytes]:
        stream: IO[bytes] = self._process.proc.stdout
        return stream

    def read(self, blobs: Iterable[str], limit: int) -> Iterator[bytes]:
        """The content of each blob, in order; of one larger than `limit` its first `limit + 1` bytes.

        Raises InputError for a blob that the repository does not have.
        """
        waiting: list[str] = []
        for blob in blobs:
            waiting.append(blob)
            if len(waiting) == _REQUESTS:
                yield from self._answers(waiting, limit)
                waiting.clear()
        yield from self._answers(waiting, limit)

    def _answers(self, blobs: list[str], limit: int) -> Iterator[bytes]:
        self._stdin.write("".join(f"{blob}\n" for blob in blobs).encode())
        self._stdin.flush()
        for blob in blobs:
            header = self._stdout.readline().split()
            if len(header) != 3:
                raise InputError(
                    f"The repository lacks the object {blob}.",
                    "It is damaged or incomplete; `git fsck` and `git fetch` tell more.",
                )
            yield self._content(int(header[2]), limit)

    def _content(self, size: int, limit: int) -> bytes:
        kept = self._stdout.read(min(size, limit + 1))
        left = size - len(kept) + 1  # git ends each object with a newline
        while left:
            left -= len(self._stdout.read(min(left, 1 << 16)))
        return kept
