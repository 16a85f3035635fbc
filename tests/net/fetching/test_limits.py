"""Where every fetch ends: at its size, and with its time."""

import gzip
import socket
import time
import tracemalloc
from collections.abc import Callable, Mapping
from itertools import repeat
from typing import Any

import pytest
from mcp_static.model.errors import FetchRefusedError, UnansweredError
from mcp_static.net.addresses import Reach
from mcp_static.net.budget import Budget
from mcp_static.net.fetch import Fetcher
from mcp_static.net.guard import Guard
from mcp_static.net.limits import ANSWER, KEY_RECORD, SOURCE, FetchLimits
from mcp_static.settings.network import NetworkSettings

from tests.doubles.https import Body, Handler, HttpsFront, Wire, always, dripping
from tests.net.fetching.fetchers import (
    HOST,
    OK,
    SHORT,
    URL,
    fetcher_to,
    resolve_to,
    unpaused,
)

# Limits of size.


@pytest.mark.parametrize(
    ("limits", "most"),
    [(KEY_RECORD, 12 << 20), (SOURCE, 12 << 20), (ANSWER, 32 << 20)],
    ids=lambda value: getattr(value, "name", None),
)
@pytest.mark.parametrize("headers", [{}, {"Content-Length": str(1 << 30)}, {"Connection": "close"}])
def test_a_gigabyte_is_not_read_to_its_end(
    front: HttpsFront, limits: FetchLimits, most: int, headers: dict[str, str]
) -> None:
    front.host(HOST, lambda *_: (200, headers, repeat(b"x" * (1 << 16), 1 << 14)))
    with pytest.raises(FetchRefusedError, match=f"larger than the {limits.max_bytes} bytes"):
        fetcher_to(front).get(URL, limits)
    front.close()
    assert front.sent < most


@pytest.mark.parametrize("status", [200, 404])
def test_a_body_at_its_limit_is_read_and_one_byte_more_is_refused(
    front: HttpsFront, status: int
) -> None:
    front.host(HOST, lambda _m, path, *_: (status, {}, b"x" * int(path.strip("/"))))
    most = KEY_RECORD.max_bytes
    assert len(fetcher_to(front).get(f"https://{HOST}/{most}", KEY_RECORD).body) == most
    with pytest.raises(FetchRefusedError, match="larger"):
        fetcher_to(front).get(f"https://{HOST}/{most + 1}", KEY_RECORD)


def test_a_compressed_bomb_is_refused_before_it_fills_the_memory(front: HttpsFront) -> None:
    bomb = gzip.compress(b"\0" * (256 << 20), 6)
    assert len(bomb) < 1 << 20
    front.host(HOST, always(200, bomb, Content_Encoding="gzip"))
    fetcher = fetcher_to(front)
    tracemalloc.start()
    try:
        with pytest.raises(FetchRefusedError, match="larger"):
            fetcher.get(URL, KEY_RECORD)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 24 << 20


def test_a_compressed_answer_is_read(front: HttpsFront) -> None:
    front.host(HOST, always(200, gzip.compress(b"hello"), Content_Encoding="gzip"))
    assert fetcher_to(front).get(URL, ANSWER).body == b"hello"


def test_a_body_shorter_than_announced_is_unanswered(front: HttpsFront) -> None:
    front.host(HOST, lambda *_: Wire([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"]))
    with pytest.raises(UnansweredError):
        fetcher_to(front).get(URL, ANSWER)


def test_headers_without_end_are_unanswered(front: HttpsFront) -> None:
    line = b"X-Filler: " + b"x" * 1000 + b"\r\n"
    front.host(HOST, lambda *_: Wire([b"HTTP/1.1 200 OK\r\n", *repeat(line, 20_000)]))
    with pytest.raises(UnansweredError):
        fetcher_to(front).get(URL, KEY_RECORD)
    front.close()
    assert front.sent < 12 << 20


def test_a_redirect_with_a_gigabyte_is_not_read(front: HttpsFront) -> None:
    def redirect(_: str, path: str, *__: object) -> tuple[int, Mapping[str, str], Body]:
        if path == "/end":
            return OK
        return 302, {"Location": "/end"}, repeat(b"x" * (1 << 16), 1 << 14)

    front.host(HOST, redirect)
    assert fetcher_to(front).get(URL, ANSWER).body == b"ok"
    front.close()
    assert front.sent < 12 << 20


# Limits of time.

HEAD = b"HTTP/1.1 200 OK\r\n"
LONG = b"x" * 200
"""Ten seconds of dripping."""

DRIPS: dict[str, Callable[[HttpsFront], Handler]] = {
    "a body of known length": lambda front: (
        lambda *_: (200, {"Content-Length": "200"}, dripping(front, LONG, 0.05))
    ),
    "a body in chunks": lambda front: lambda *_: (200, {}, dripping(front, LONG, 0.05)),
    "a body that ends with the connection": lambda front: (
        lambda *_: (200, {"Connection": "close"}, dripping(front, LONG, 0.05))
    ),
    "a status line": lambda front: lambda *_: Wire(dripping(front, b"HTTP/1.1 " + LONG, 0.05)),
    "a header": lambda front: lambda *_: Wire(dripping(front, HEAD + b"X: " + LONG, 0.05)),
    "many answers to go on": lambda front: (
        lambda *_: Wire(b"HTTP/1.1 100 Continue\r\n\r\n" for _ in dripping(front, LONG, 0.05))
    ),
    "nothing": lambda front: lambda *_: Wire(b"" for _ in dripping(front, LONG, 0.05)),
    "a redirect after the other": lambda front: (
        lambda *_: (302, {"Location": f"/{front.is_closing.wait(0.2)}"}, b"")
    ),
}


@pytest.mark.parametrize("drip", DRIPS)
def test_a_fetch_ends_with_its_time_whatever_drips(front: HttpsFront, drip: str) -> None:
    limits = FetchLimits("short answer", 1 << 20, 0.5, 50, tries_again=False)
    front.host(HOST, DRIPS[drip](front))
    start = time.monotonic()
    with pytest.raises(UnansweredError, match="took longer"):
        fetcher_to(front).get(URL, limits)
    assert time.monotonic() - start < 8


def test_a_handshake_that_never_comes_ends_with_its_time(front: HttpsFront) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        settings = NetworkSettings(reach=("127.0.0.0/8",), connect={f"{HOST}:443": place})
        start = time.monotonic()
        with pytest.raises(UnansweredError, match="took longer"):
            Fetcher(Reach(settings), unpaused).get(URL, SHORT)
    assert time.monotonic() - start < 8


def test_a_guard_whose_turn_comes_late_changes_no_message(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guard, "_end", lambda _: None)  # so that the socket's own time ends
    front.host(HOST, lambda *_: Wire(b"" for _ in dripping(front, LONG, 0.05)))
    with pytest.raises(UnansweredError, match="took longer"):
        fetcher_to(front).get(URL, SHORT)


def test_a_name_that_resolves_too_late_gives_no_time_of_its_own(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.host(HOST, lambda *_: (200, {}, dripping(front, b"x" * 60, 0.05)))
    resolve_to(monkeypatch, ("127.0.0.1",), pause=0.7)
    settings = NetworkSettings(reach=("127.0.0.0/8",), connect={f"{HOST}:443": f"{HOST}:{front.port}"})
    with pytest.raises(UnansweredError, match="took longer"):
        Fetcher(Reach(settings), unpaused).get(URL, SHORT)


def test_a_name_with_many_dead_addresses_ends_with_its_time(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    def connect(place: object, timeout: float, **_: Any) -> socket.socket:
        tried.append(place)
        time.sleep(min(timeout, 0.3))
        raise TimeoutError("timed out")

    resolve_to(monkeypatch, tuple(f"8.8.8.{number}" for number in range(20)))
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(UnansweredError):
        Fetcher(Reach(NetworkSettings()), unpaused).get(URL, SHORT)
    assert len(tried) < 5


# The time of a whole check.


def test_no_fetch_goes_on_after_the_time_of_a_check(front: HttpsFront) -> None:
    front.host(HOST, lambda *_: OK)
    now = [0.0]
    settings = NetworkSettings(reach=("127.0.0.0/8",), connect=front.connect)
    fetcher = Fetcher(Reach(settings), unpaused, Budget(10, lambda: now[0]))
    assert fetcher.get(URL, ANSWER).body == b"ok"
    now[0] = 10.0
    assert fetcher.get(URL, ANSWER).body == b"ok", "what was fetched is known"
    with pytest.raises(UnansweredError, match="10 seconds that a check may take were over"):
        fetcher.get(f"{URL}/other", ANSWER)


def test_no_other_try_begins_after_the_time_of_a_check(front: HttpsFront) -> None:
    front.host(HOST, always(503, Retry_After="5"))
    settings = NetworkSettings(reach=("127.0.0.0/8",), connect=front.connect)
    fetcher = Fetcher(Reach(settings), unpaused, Budget(4, lambda: 0.0))
    with pytest.raises(UnansweredError, match="answered 503"):
        fetcher.get(URL, ANSWER)


def test_a_slow_fetch_ends_with_the_time_of_a_check(front: HttpsFront) -> None:
    front.host(HOST, lambda *_: (200, {}, dripping(front, b"abc", 10.0)))
    settings = NetworkSettings(reach=("127.0.0.0/8",), connect=front.connect)
    started = time.monotonic()
    with pytest.raises(UnansweredError):
        Fetcher(Reach(settings), unpaused, Budget(0.5)).get(URL, ANSWER)
    assert time.monotonic() - started < 5
