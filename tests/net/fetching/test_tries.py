"""Which fetches are tried again, and what one run asks only once."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from mcp_static.model.errors import UnansweredError
from mcp_static.net.limits import ANSWER, KEY_RECORD

from tests.doubles.https import Body, Handler, HttpsFront, Wire, always
from tests.net.fetching.fetchers import HOST, OK, URL, fetcher_to

# Tries.


def in_turn(*answers: tuple[int, Mapping[str, str], Body]) -> Handler:
    """A handler that gives one answer after the other, the last one again."""
    left = list(answers)
    return lambda *_: left.pop(0) if len(left) > 1 else left[0]


def test_a_busy_service_is_asked_again_when_it_says(front: HttpsFront, pauses: list[float]) -> None:
    front.host(HOST, in_turn((429, {"Retry-After": "7"}, b"slow down"), OK))
    assert fetcher_to(front, pauses).get(URL, ANSWER).body == b"ok"
    assert pauses == [7]


def test_a_service_that_asks_for_a_long_pause_is_not_waited_for(
    front: HttpsFront, pauses: list[float]
) -> None:
    front.host(HOST, in_turn((429, {"Retry-After": "3600"}, b""), OK))
    with pytest.raises(UnansweredError, match="answered 429"):
        fetcher_to(front, pauses).get(URL, ANSWER)
    assert pauses == []


@pytest.mark.parametrize("asked", ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "soon", "1e9", "nan", ""])
def test_a_pause_that_is_no_number_of_seconds_is_one_of_ours(
    front: HttpsFront, pauses: list[float], asked: str
) -> None:
    front.host(HOST, in_turn((503, {"Retry-After": asked}, b""), OK))
    assert fetcher_to(front, pauses).get(URL, ANSWER).body == b"ok"
    assert 0 < pauses[0] <= 2


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_service_that_recovers_is_answered(
    front: HttpsFront, pauses: list[float], status: int
) -> None:
    front.host(HOST, in_turn((status, {}, b""), OK))
    assert fetcher_to(front, pauses).get(URL, ANSWER).body == b"ok"
    assert len(pauses) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_service_that_fails_four_times_is_unanswered(
    front: HttpsFront, pauses: list[float], status: int
) -> None:
    front.host(HOST, always(status))
    with pytest.raises(UnansweredError, match=rf"example\.com answered {status}, after 4 tries"):
        fetcher_to(front, pauses).get(URL, ANSWER)
    assert len(front.requests) == 4
    assert len(pauses) == 3
    assert all(2**n * 0.5 <= pause <= 2**n * 1.5 for n, pause in enumerate(pauses))


def test_a_connection_that_breaks_is_tried_again(front: HttpsFront, pauses: list[float]) -> None:
    def flaky(*_: object) -> tuple[int, Mapping[str, str], Body] | Wire:
        return Wire([]) if len(front.requests) < 3 else OK

    front.host(HOST, flaky)
    assert fetcher_to(front, pauses).get(URL, ANSWER).body == b"ok"
    assert len(pauses) == 2


def test_a_key_record_whose_connection_breaks_is_not_tried_again(front: HttpsFront) -> None:
    front.host(HOST, lambda *_: Wire([]))
    with pytest.raises(UnansweredError):
        fetcher_to(front).get(URL, KEY_RECORD)
    assert len(front.requests) == 1


# One run.


def test_what_was_fetched_is_not_asked_for_again(front: HttpsFront) -> None:
    front.host(HOST, always(404, "none"))
    fetcher = fetcher_to(front)
    assert fetcher.get(URL, ANSWER) is fetcher.get(URL, ANSWER)
    assert len(front.requests) == 1


def test_two_threads_that_want_the_same_ask_once(front: HttpsFront) -> None:
    front.host(HOST, lambda *_: (200, {"Waited": str(front.is_closing.wait(0.2))}, b"ok"))
    fetcher, barrier = fetcher_to(front), threading.Barrier(4)

    def get(_: int) -> bytes:
        barrier.wait(5)
        return fetcher.get(URL, ANSWER).body

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(get, range(4))) == [b"ok"] * 4
    assert len(front.requests) == 1


def test_two_threads_that_want_different_things_do_not_wait_for_one_another(
    front: HttpsFront,
) -> None:
    barrier = threading.Barrier(2)
    front.host(HOST, lambda *_: (200, {"Turn": str(barrier.wait(5))}, b"ok"))
    fetcher = fetcher_to(front)
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda path: fetcher.get(f"{URL}/{path}", ANSWER).status, "ab")
        assert list(answers) == [200, 200]


def test_what_is_asked_for_with_other_headers_is_another_answer(front: HttpsFront) -> None:
    front.host(HOST, lambda _m, _p, headers, _b: (200, {}, headers["Accept"]))
    fetcher = fetcher_to(front)
    assert fetcher.get(URL, ANSWER, {"Accept": "text/a"}).body == b"text/a"
    assert fetcher.get(URL, ANSWER, {"Accept": "text/b"}).body == b"text/b"


def test_a_failure_is_not_kept(front: HttpsFront) -> None:
    front.host(HOST, in_turn(*[(503, {}, b"")] * 4, OK))
    fetcher = fetcher_to(front)
    with pytest.raises(UnansweredError):
        fetcher.get(URL, ANSWER)
    assert fetcher.get(URL, ANSWER).body == b"ok"
