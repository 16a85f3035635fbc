"""A clock that tests can move."""

import time


class Clock:
    """The machine's time in seconds since 1970, until it is stopped or moved on."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._stopped: float | None = None

    def __call__(self) -> float:
        now = time.time() if self._stopped is None else self._stopped
        return now + self._ahead

    def stop(self, at: float | None = None) -> None:
        """Stand still at a time, now if none is given; it then moves with `advance` alone."""
        self._stopped = self() if at is None else at
        self._ahead = 0.0

    def advance(self, seconds: float) -> None:
        """Let that much time pass at once."""
        self._ahead += seconds
