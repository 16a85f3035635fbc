"""The clock of a double: the machine's, until a test moves it."""

import time

from tests.doubles.clock import Clock


def test_a_clock_goes_with_the_machine_until_it_is_moved() -> None:
    clock, before = Clock(), time.time()
    assert before <= clock() <= time.time()
    clock.advance(1000)
    assert clock() >= before + 1000


def test_a_stopped_clock_moves_only_when_told() -> None:
    clock = Clock()
    clock.advance(1000)
    clock.stop()
    stopped = clock()
    assert stopped > time.time()
    assert clock() == stopped
    clock.advance(5)
    assert clock() == stopped + 5
    clock.stop(at=7)
    assert clock() == 7
