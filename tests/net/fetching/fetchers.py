"""What the tests of fetching share: a place to fetch, fetchers, and what names lead to."""

import socket
import time
from collections.abc import Mapping
from typing import Any

import pytest
from mcp_static.net.addresses import Reach
from mcp_static.net.fetch import Fetcher
from mcp_static.net.limits import FetchLimits
from mcp_static.settings.network import NetworkSettings

from tests.doubles.https import Body, HttpsFront

HOST = "example.com"
URL = f"https://{HOST}/file"
OK: tuple[int, Mapping[str, str], Body] = (200, {}, b"ok")
SHORT = FetchLimits("short answer", 1 << 20, 0.5, 5, tries_again=False)


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
