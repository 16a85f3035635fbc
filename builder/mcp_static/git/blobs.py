"""Reading many blobs through one `git cat-file --batch` process."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Final, Self

import git

from mcp_static.git.command import GitProcess
from mcp_static.git.promised import bring_blobs, promisor_of
from mcp_static.model.errors import InputError

_REQUESTS: Final = 512
"""Requests written before answers are read; they fit a pipe's buffer, so neither side waits."""


def sizes_of(repository: git.Repo, blobs: Iterable[str]) -> list[int]:
    """The size of each blob in bytes, in order; raises InputError for one that is not there."""
    asked = list(blobs)
    if remote := promisor_of(repository):
        bring_blobs(repository, remote, asked)
    sizes = []
    with GitProcess(repository, "cat-file", "--batch-check=%(objectsize)") as process:
        for start in range(0, len(asked), _REQUESTS):
            part = asked[start : start + _REQUESTS]
            process.stdin.write("".join(f"{blob}\n" for blob in part).encode())
            process.stdin.flush()
            for blob in part:
                answer = process.stdout.readline()
                if not answer.strip().isdigit():
                    raise _lacks(blob)
                sizes.append(int(answer))
    return sizes


def _lacks(blob: str) -> InputError:
    return InputError(
        f"The repository lacks the object {blob}.",
        "It is damaged or incomplete; `git fsck` and `git fetch` tell more.",
    )


class BlobReader:
    """Reads blobs by id; a context manager that ends its git process."""

    def __init__(self, repository: git.Repo) -> None:
        self._repository: Final = repository
        self._promisor: Final = promisor_of(repository)
        self._process: Final = GitProcess(repository, "cat-file", "--batch")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the git process."""
        self._process.close()

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
        if self._promisor:
            bring_blobs(self._repository, self._promisor, blobs)
        self._process.stdin.write("".join(f"{blob}\n" for blob in blobs).encode())
        self._process.stdin.flush()
        for blob in blobs:
            header = self._process.stdout.readline().split()
            if len(header) != 3:
                raise _lacks(blob)
            yield self._content(int(header[2]), limit)

    def _content(self, size: int, limit: int) -> bytes:
        kept = self._process.stdout.read(min(size, limit + 1))
        left = size - len(kept) + 1  # git ends each object with a newline
        while left:
            left -= len(self._process.stdout.read(min(left, 1 << 16)))
        return kept
