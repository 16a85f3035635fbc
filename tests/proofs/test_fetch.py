"""Fetching what strangers name: what is refused, and where every fetch ends."""

import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from builder.model.settings import NetworkSettings
from builder.proofs import fetch
from builder.proofs.addresses import Reach, is_public
from builder.proofs.fetch import (
    ANSWER,
    KEY_RECORD,
    RELEASE,
    SOURCE,
    Fetcher,
    FetchRefusedError,
    Kind,
    UnansweredError,
)
from tests.proofs.https import Authority, Body, Handler, HttpsFront, Wire, always, dripping

HOST = "example.com"
URL = f"https://{HOST}/file"
SHORT = Kind("short answer", 1 << 20, 0.5, 5)
"""A fetch that is tried four times ends after two seconds."""

Resolved = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that fetches trust in these tests."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def front(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpsFront]:
    """A server that stands for every host it is given."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with HttpsFront(authority) as made:
        yield made


@pytest.fixture
def pauses() -> list[float]:
    """How long fetches waited, had they waited."""
    return []


def unpaused(_: float) -> None:
    """Where nothing is to be tried again."""
    pytest.fail("waited for another try")


def fetcher_to(front: HttpsFront, pauses: list[float] | None = None) -> Fetcher:
    """A fetcher that may reach the front."""
    settings = NetworkSettings(reach=("127.0.0.0/8",), connect=front.connect)
    return Fetcher(Reach(settings), (pauses if pauses is not None else []).append)


def resolve_to(
    monkeypatch: pytest.MonkeyPatch, *answers: tuple[str, ...], pause: float = 0
) -> list[str]:
    """Have names resolve to one answer after the other, the last one again; gives who was asked."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        if host.replace(".", "").isdigit() or ":" in host:
            return real(host, port, *args, **options)
        time.sleep(pause)
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [entry for text in found for entry in real(text, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def record_connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Have no connection succeed; gives where they went."""
    places: list[tuple[str, int]] = []

    def connect(place: tuple[str, int], **_: Any) -> socket.socket:
        places.append(place)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "create_connection", connect)
    return places


# Addresses.


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::10.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:100.64.0.1",
        "::ffff:0:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001:0:a00:1::1",
        "2001:db8::1",
        "2002:a00:1::1",
        "3fff::1",
        "fc00::1",
        "fd12:3456:789a::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_an_inside_or_special_address_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "8.8.8.8",
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.1",
        "172.32.0.1",
        "2606:4700::1",
        "::ffff:8.8.8.8",
    ],
)
def test_an_address_of_the_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))


def test_settings_open_the_networks_they_name_and_no_others() -> None:
    reach = Reach(NetworkSettings(reach=("10.1.0.0/16", "fd00:1::/32")))
    assert reach.allows(ip_address("10.1.2.3"))
    assert reach.allows(ip_address("fd00:1::5"))
    assert not reach.allows(ip_address("10.2.0.1"))
    assert not reach.allows(ip_address("fd00:2::5"))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
    ],
)
def test_an_inside_address_is_refused_however_it_is_written(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = record_connections(monkeypatch)
    with pytest.raises(FetchRefusedError, match="not a public address"):
        Fetcher(Reach(NetworkSettings()), unpaused).get(f"https://{host}/", ANSWER)
    assert places == []


def test_a_name_that_is_half_inside_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    places = record_connections(monkeypatch)
    resolve_to(monkeypatch, ("8.8.8.8", "10.0.0.1"))
    with pytest.raises(FetchRefusedError, match=r"10\.0\.0\.1"):
        Fetcher(Reach(NetworkSettings()), unpaused).get(URL, ANSWER)
    assert places == []


def test_a_public_name_is_connected_to_where_it_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    places = record_connections(monkeypatch)
    resolve_to(monkeypatch, ("8.8.8.8", "2606:4700::1"))
    with pytest.raises(UnansweredError):
        Fetcher(Reach(NetworkSettings()), unpaused).get(URL, KEY_RECORD)
    assert places == [("8.8.8.8", 443), ("2606:4700::1", 443)]


def test_a_name_that_moves_inside_between_two_tries_is_refused(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.host(HOST, always(200, "inside"))
    places = record_connections(monkeypatch)
    asked = resolve_to(monkeypatch, ("8.8.8.8",), ("127.0.0.1",))
    settings = NetworkSettings(connect={f"{HOST}:443": f"{HOST}:{front.port}"})
    with pytest.raises(FetchRefusedError, match=r"127\.0\.0\.1"):
        Fetcher(Reach(settings), lambda _: None).get(URL, ANSWER)
    assert places == [("8.8.8.8", front.port)]
    assert len(asked) == 2


def test_a_name_is_resolved_once_for_a_connection(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.host(HOST, always(200, "here"))
    asked = resolve_to(monkeypatch, ("127.0.0.1",), ("127.0.0.2",))
    settings = NetworkSettings(reach=("127.0.0.1/32",), connect={f"{HOST}:443": f"{HOST}:{front.port}"})
    assert Fetcher(Reach(settings), unpaused).get(URL, ANSWER).body == b"here"
    assert asked == [HOST]


def test_a_name_that_does_not_resolve_is_unanswered(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(UnansweredError, match=r"example\.com.*Name or service not known"):
        Fetcher(Reach(NetworkSettings()), lambda _: None).get(URL, ANSWER)


def test_a_closed_port_is_unanswered(front: HttpsFront) -> None:
    front.host(HOST, always(200))
    fetcher = fetcher_to(front)
    front.close()
    with pytest.raises(UnansweredError, match="cannot be reached"):
        fetcher.get(URL, KEY_RECORD)


# What is fetched, and over what.


def test_an_answer_has_status_headers_body_and_digest(front: HttpsFront) -> None:
    front.host(HOST, always(200, "hello", Content_Type="text/plain"))
    answer = fetcher_to(front).get(URL, ANSWER, {"Accept": "text/plain"})
    assert (answer.status, answer.is_ok, answer.body) == (200, True, b"hello")
    assert answer.headers["content-type"] == "text/plain"
    assert answer.sha256.startswith("2cf24dba5fb0a30e")
    (asked,) = front.requests
    assert asked.headers["Accept"] == "text/plain"
    assert asked.headers["User-Agent"].startswith("mcp-static/")


def test_a_release_is_known_by_its_digest_alone(front: HttpsFront) -> None:
    front.host(HOST, always(200, "hello"))
    answer = fetcher_to(front).get(URL, RELEASE)
    assert answer.body == b""
    assert answer.sha256.startswith("2cf24dba5fb0a30e")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
def test_a_status_that_says_something_is_an_answer(front: HttpsFront, status: int) -> None:
    front.host(HOST, always(status, "no"))
    answer = fetcher_to(front).get(URL, ANSWER)
    assert (answer.status, answer.is_ok, answer.body) == (status, False, b"no")
    assert len(front.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/file",
        "ftp://example.com/file",
        "file:///etc/passwd",
        "//example.com/file",
        "https:///file",
        "https://alice:secret@example.com/file",
        "https://alice@example.com/file",
        "",
    ],
)
def test_an_address_that_is_not_plain_https_is_refused(front: HttpsFront, url: str) -> None:
    front.host(HOST, always(200))
    with pytest.raises(FetchRefusedError):
        fetcher_to(front).get(url, ANSWER)
    assert front.accepted == 0


BROKEN = [
    "https://[",
    "https://[::1",
    "https://a..b/",
    "https://.example.com/",
    f"https://{'a' * 64}.example.com/",
    "https://example.com:99999/",
    "https://example.com:port/",
    "https://exa mple.com/",
    "https://%00/",
    "https://\u2100.example.com/",
    "https://xn--a.example.com:0/",
]


@pytest.mark.parametrize("url", BROKEN)
def test_an_address_that_is_none_ends_as_any_other_fault(url: str) -> None:
    with pytest.raises((FetchRefusedError, UnansweredError)):
        Fetcher(Reach(NetworkSettings()), lambda _: None).get(url, ANSWER, {"Authorization": "x"})


@pytest.mark.parametrize("url", [url for url in BROKEN if url.isascii()])
def test_a_redirect_to_an_address_that_is_none_ends_as_any_other_fault(
    front: HttpsFront, url: str
) -> None:
    front.host(HOST, always(302, Location=url))
    with pytest.raises((FetchRefusedError, UnansweredError)):
        fetcher_to(front).get(URL, ANSWER, {"Authorization": "x"})


def test_a_certificate_of_an_unknown_authority_is_not_trusted(
    front: HttpsFront, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path).bundle))
    front.host(HOST, always(200))
    with pytest.raises(UnansweredError, match=r"example\.com/file.*certificate"):
        fetcher_to(front).get(URL, ANSWER)
    assert front.requests == []


def test_a_certificate_of_another_host_is_not_trusted(authority: Authority, front: HttpsFront) -> None:
    with HttpsFront(authority, {HOST: always(200)}, certified=("other.example.com",)) as wrong:
        with pytest.raises(UnansweredError, match=r"example\.com/file.*certificate"):
            fetcher_to(wrong).get(URL, ANSWER)
        assert wrong.requests == []


def test_proxies_of_the_environment_are_not_used(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    front.host(HOST, always(200, "direct"))
    assert fetcher_to(front).get(URL, ANSWER).body == b"direct"


# Redirects.


def chain(method: str, path: str, *_: object) -> tuple[int, Mapping[str, str], Body]:
    """`/5` sends to `/4`, and so on; `/0` is the end."""
    left = int(path.strip("/"))
    return (302, {"Location": f"/{left - 1}"}, b"") if left else (200, {}, b"end")


def test_an_answer_is_followed_over_five_redirects(front: HttpsFront) -> None:
    front.host(HOST, chain)
    answer = fetcher_to(front).get(f"https://{HOST}/5", ANSWER)
    assert (answer.body, answer.url) == (b"end", f"https://{HOST}/0")


def test_a_sixth_redirect_is_refused(front: HttpsFront) -> None:
    front.host(HOST, chain)
    with pytest.raises(FetchRefusedError, match="more than 5 times"):
        fetcher_to(front).get(f"https://{HOST}/6", ANSWER)
    assert len(front.requests) == 6


@pytest.mark.parametrize("kind", [KEY_RECORD, SOURCE], ids=lambda kind: kind.says)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_must_stand_where_it_is_named_is_not_followed(
    front: HttpsFront, kind: Kind, status: int
) -> None:
    front.host(HOST, always(status, Location="/elsewhere"))
    with pytest.raises(FetchRefusedError, match="redirects"):
        fetcher_to(front).get(URL, kind)
    assert len(front.requests) == 1


def test_a_redirect_to_nowhere_is_refused(front: HttpsFront) -> None:
    front.host(HOST, always(302))
    with pytest.raises(FetchRefusedError, match="redirects"):
        fetcher_to(front).get(URL, ANSWER)


@pytest.mark.parametrize(
    "target",
    [
        "http://example.com/plain",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://alice:secret@other.example.com/",
        "//alice@other.example.com/",
    ],
)
def test_a_redirect_to_where_no_fetch_may_go_is_refused(front: HttpsFront, target: str) -> None:
    front.host(HOST, always(302, Location=target))
    front.host("other.example.com", always(200))
    with pytest.raises(FetchRefusedError) as caught:
        fetcher_to(front).get(URL, ANSWER)
    assert len(front.requests) == 1
    assert "secret" not in str(caught.value)


def test_credentials_stay_with_the_host_they_are_for(front: HttpsFront) -> None:
    front.host(HOST, lambda _m, path, *_: (307, {"Location": TARGETS[path]}, b""))
    front.host("other.example.com", always(200, "end"))
    headers = {"Authorization": "Bearer secret", "Accept": "text/plain"}
    assert fetcher_to(front).get(URL, ANSWER, headers).body == b"end"
    first, second = front.asked(HOST)
    (elsewhere,) = front.asked("other.example.com")
    assert first.headers["Authorization"] == second.headers["Authorization"] == "Bearer secret"
    assert "Authorization" not in elsewhere.headers
    assert elsewhere.headers["Accept"] == "text/plain"


TARGETS = {"/file": f"https://{HOST}/again", "/again": "https://other.example.com/end"}


def test_credentials_do_not_go_to_another_port_of_their_host(front: HttpsFront) -> None:
    front.host(HOST, lambda _m, path, *_: (302, {"Location": f"https://{HOST}:8443/end"}, b""))
    settings = NetworkSettings(
        reach=("127.0.0.0/8",),
        connect={**front.connect, f"{HOST}:8443": f"127.0.0.1:{front.port}"},
    )
    with pytest.raises(FetchRefusedError, match="more than"):
        Fetcher(Reach(settings), unpaused).get(URL, ANSWER, {"Authorization": "Bearer secret"})
    assert ["Authorization" in asked.headers for asked in front.requests] == [True, *[False] * 5]


def test_no_cookie_is_carried_from_hop_to_hop(front: HttpsFront) -> None:
    front.host(HOST, always(302, Location="/end", Set_Cookie="session=1"))
    with pytest.raises(FetchRefusedError):
        fetcher_to(front).get(URL, ANSWER)
    assert all("Cookie" not in asked.headers for asked in front.requests)


# Limits of size.


@pytest.mark.parametrize(
    ("kind", "most"),
    [(KEY_RECORD, 12 << 20), (SOURCE, 12 << 20), (ANSWER, 32 << 20)],
    ids=lambda value: getattr(value, "says", None),
)
@pytest.mark.parametrize("headers", [{}, {"Content-Length": str(1 << 30)}, {"Connection": "close"}])
def test_a_gigabyte_is_not_read_to_its_end(
    front: HttpsFront, kind: Kind, most: int, headers: dict[str, str]
) -> None:
    front.host(HOST, lambda *_: (200, headers, repeat(b"x" * (1 << 16), 1 << 14)))
    with pytest.raises(FetchRefusedError, match=f"larger than the {kind.max_bytes} bytes"):
        fetcher_to(front).get(URL, kind)
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
def test_a_fetch_ends_with_its_time_whatever_drips(
    front: HttpsFront, drip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = Kind("short answer", 1 << 20, 0.5, 50)
    monkeypatch.setattr(fetch, "KEY_RECORD", kind)  # which is tried once
    front.host(HOST, DRIPS[drip](front))
    start = time.monotonic()
    with pytest.raises(UnansweredError, match="took longer"):
        fetcher_to(front).get(URL, kind)
    assert time.monotonic() - start < 8


def test_a_handshake_that_never_comes_ends_with_its_time(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "KEY_RECORD", SHORT)
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
    monkeypatch.setattr(fetch, "KEY_RECORD", SHORT)
    monkeypatch.setattr(fetch._Guard, "_end", lambda _: None)  # so that the socket's own time ends
    front.host(HOST, lambda *_: Wire(b"" for _ in dripping(front, LONG, 0.05)))
    with pytest.raises(UnansweredError, match="took longer"):
        fetcher_to(front).get(URL, SHORT)


def test_a_name_that_resolves_too_late_gives_no_time_of_its_own(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "KEY_RECORD", SHORT)
    front.host(HOST, lambda *_: (200, {}, dripping(front, b"x" * 60, 0.05)))
    resolve_to(monkeypatch, ("127.0.0.1",), pause=0.7)
    settings = NetworkSettings(reach=("127.0.0.0/8",), connect={f"{HOST}:443": f"{HOST}:{front.port}"})
    with pytest.raises(UnansweredError, match="took longer"):
        Fetcher(Reach(settings), unpaused).get(URL, SHORT)


def test_a_name_with_many_dead_addresses_ends_with_its_time(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "KEY_RECORD", SHORT)
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


# Tries.


def in_turn(*answers: tuple[int, Mapping[str, str], Body]) -> Handler:
    """A handler that gives one answer after the other, the last one again."""
    left = list(answers)
    return lambda *_: left.pop(0) if len(left) > 1 else left[0]


OK: tuple[int, Mapping[str, str], Body] = (200, {}, b"ok")


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
