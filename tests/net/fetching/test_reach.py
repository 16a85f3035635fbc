"""Where fetches may go: addresses of the internet, and what settings open."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest
from mcp_static.model.errors import FetchRefusedError, UnansweredError
from mcp_static.net.addresses import Reach, is_public
from mcp_static.net.fetch import Fetcher
from mcp_static.net.limits import ANSWER, KEY_RECORD
from mcp_static.settings.network import NetworkSettings

from tests.doubles.https import HttpsFront, always
from tests.net.fetching.fetchers import (
    HOST,
    URL,
    fetcher_to,
    record_connections,
    resolve_to,
    unpaused,
)


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
    with pytest.raises(UnansweredError, match="Connection refused"):
        fetcher.get(URL, KEY_RECORD)
