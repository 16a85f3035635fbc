"""The time that one check may take, network included."""

import time
from collections.abc import Callable
from typing import Final

from mcp_static.model.errors import UnansweredError

CHECK_SECONDS: Final = 300.0
"""What one release may take to download (`limits.RELEASE`), and a quarter of the job's own limit."""


class Budget:
    """Seconds that are used up from the moment it is made; `clock` gives seconds, and only rises.

    What is asked for after its end is not known, which is not the same as wrong: a check that runs out
    of time says what it could not look at. Threads may share it.
    """

    def __init__(
        self, seconds: float = CHECK_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds: Final = seconds
        self._clock: Final = clock
        self._end: Final = clock() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left; 0 once it is over."""
        return max(0.0, self._end - self._clock())

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return self.left == 0.0

    def require(self) -> None:
        """Raise UnansweredError once it is over."""
        if self.is_over:
            raise UnansweredError(self.message, self.fix)

    @property
    def message(self) -> str:
        """The sentence for what was no longer looked at."""
        return f"the {self._seconds:g} seconds that a check may take were over before this was reached"

    @property
    def fix(self) -> str:
        """What its author can do."""
        return "Run the check again, or split the pull request."
