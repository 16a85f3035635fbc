"""Worker processes of a full build, or none: then the work is done in this one."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TypeVar

from mcp_static.git.blobs import BlobReader
from mcp_static.git.repository import open_repository

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


def batches(items: Iterable[_Given], size: int) -> Iterator[list[_Given]]:
    """Items in lists of `size`; the last one may be shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


class Workers:
    """Processes that know the repository; `count` of 0 means one per processor."""

    def __init__(self, stack: ExitStack, git_dir: str, count: int) -> None:
        self._stack = stack
        self._git_dir = git_dir
        self._count = count or os.cpu_count() or 1
        self._executor: Executor | None = None

    def start(self, *, is_worth: bool) -> None:
        """Start the processes if there is enough to do for more than one."""
        self._stack.callback(_close_reader)
        _set_repository(self._git_dir)
        if is_worth and self._count > 1:
            self._executor = self._stack.enter_context(
                ProcessPoolExecutor(
                    self._count,
                    mp_context=get_context("spawn"),
                    initializer=_begin,
                    initargs=(self._git_dir,),
                )
            )

    def map(self, work: Callable[[_Given], _Result], items: Iterable[_Given]) -> Iterator[_Result]:
        """Do the work on every item, results in order, a few items ahead of the results."""
        if self._executor is None:
            yield from map(work, items)
            return
        waiting: deque[Future[_Result]] = deque()
        for item in items:
            waiting.append(self._executor.submit(work, item))
            if len(waiting) > 3 * self._count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_repository_path: list[str] = []


def _set_repository(path: str) -> None:
    _repository_path[:] = [path]


def _begin(path: str) -> None:
    """Set a worker process up: it leaves Ctrl-C to its parent, and ends when the parent does."""
    _set_repository(path)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


@lru_cache(maxsize=1)
def repository_reader() -> BlobReader:
    """This process's reader of blobs, kept open for all its batches."""
    return BlobReader(open_repository(Path(_repository_path[0])))


def _close_reader() -> None:
    """End the git process of this process's reader, if there is one."""
    if repository_reader.cache_info().currsize:
        repository_reader().close()
    repository_reader.cache_clear()
