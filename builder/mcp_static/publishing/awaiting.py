"""Asking again for what its registry does not show yet, with growing pauses, for a while.

A release job publishes a package and its `server.json` seconds apart, and package registries take up to
some minutes until they show what was published.
"""

import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Final, TypeVar

_Answer = TypeVar("_Answer")

_GROWING: Final = (5.0, 10.0, 20.0, 40.0)
_LONGEST: Final = 60.0


def pauses(seconds: float) -> Iterator[float]:
    """Pauses that grow to a minute, and add up to so many seconds."""
    for pause in chain(_GROWING, repeat(_LONGEST)):
        if seconds <= 0:
            return
        yield min(pause, seconds)
        seconds -= pause


def ask_until(
    ask: Callable[[], _Answer],
    is_open: Callable[[_Answer], bool],
    seconds: float,
    tell: Callable[[float], None],
    pause: Callable[[float], None] = time.sleep,
) -> _Answer:
    """An answer, asked for again while it is open; after pauses of so many seconds, an open one.

    `tell` is given each pause before it begins. Raises what `ask` raises.
    """
    answer = ask()
    for length in pauses(seconds):
        if not is_open(answer):
            break
        tell(length)
        pause(length)
        answer = ask()
    return answer
