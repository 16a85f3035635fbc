"""Ctrl-C, held back while something is done that has to be done whole."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class _Held:
    """A handler that only notes that it was called."""

    def __init__(self) -> None:
        self.was_called = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.was_called = True


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C take effect only once the context ends; in contexts within each other, the outermost.

    Python gives signals to the main thread alone, so in others there is nothing to hold back.
    """
    before = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or before is None or isinstance(before, _Held):
        yield
        return
    held = _Held()
    signal.signal(signal.SIGINT, held)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if held.was_called:
            raise KeyboardInterrupt
