"""Connections of the embedded host: too many of them, silent ones, and those that are there at its end."""

import asyncio
import re
import resource
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from mcp_static.serve import connections
from mcp_static.serve.app import listen, serve
from mcp_static.serve.connections import Bounds, log_exhaustion, raise_file_limit
from mcp_static.serve.snapshot import CurrentSnapshot

from tests.conftest import build_registry
from tests.registries import Registry
from tests.servers import PROJECT

ASKED = b"GET /v0.1/servers HTTP/1.1\r\nHost: registry\r\n\r\n"
LARGE = 32 * 1024 * 1024
"""More than the buffers of a connection take."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built registry of a folder of its own, with one large file."""
    folder = tmp_path_factory.mktemp("connections")
    registry = Registry(folder / "r.git")
    registry.publish("com.example/maps", "1.0.0")
    build_registry(registry, folder / "built")
    shutil.copytree(folder / "built", folder / "dist")
    (folder / "dist" / "large.bin").write_bytes(bytes(LARGE))
    return folder / "dist"


@contextmanager
def serving(out: Path) -> Iterator[int]:
    """The host in this process, on a port; ended as when what runs beside it ends."""
    listener = listen("127.0.0.1", 0)
    port, ended = listener.getsockname()[1], threading.Event()

    async def until_ended() -> None:
        while not ended.is_set():
            await asyncio.sleep(0.02)

    thread = threading.Thread(target=serve, args=(listener, CurrentSnapshot(out), until_ended))
    thread.start()
    try:
        yield port
    finally:
        ended.set()
        thread.join(timeout=20)
        assert not thread.is_alive()


@contextmanager
def limited(out: Path, files: tuple[int, int]) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """The host as a process with a limit of open files (soft, hard), and the port that it is on."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mcp_static", "serve", "--out", str(out), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(PROJECT / "builder"), "PYTHONUNBUFFERED": "1", "PATH": "/usr/bin:/bin"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, files),  # noqa: PLW1509
    )
    try:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        address = next(
            match[1] for line in lines if (match := re.search(r"address is (http://\S+)", line))
        )
        yield int(urlsplit(address).port or 0), process
    finally:
        process.kill()
        process.communicate()


def connect(port: int, sent: bytes = b"") -> socket.socket:
    """A connection, with what it says first."""
    found = socket.create_connection(("127.0.0.1", port), timeout=15)
    found.sendall(sent)
    return found


def is_answered(port: int) -> bool:
    """Whether somebody who comes now gets an answer."""
    return requests.get(f"http://127.0.0.1:{port}/v0.1/servers", timeout=15).status_code == 200


@pytest.mark.integration
def test_more_silent_connections_than_open_files_keep_nobody_out(out: Path) -> None:
    with limited(out, (128, 128)) as (port, process), ExitStack() as stack:
        for number in range(400):
            stack.enter_context(connect(port))
            if number % 80 == 0:
                assert is_answered(port)
        assert all(is_answered(port) for _ in range(10))
        process.terminate()
        _, logged = process.communicate(timeout=20)
    assert "Traceback" not in logged
    assert "connections at once" in logged
    assert len(logged.splitlines()) <= 4, logged


@pytest.mark.integration
def test_the_limit_of_open_files_is_raised_to_what_the_system_allows(out: Path) -> None:
    with limited(out, (64, 700)) as (port, process), ExitStack() as stack:
        assert is_answered(port)
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        assert re.search(r"Max open files +700 +700", limits), limits
        for _ in range(300):
            stack.enter_context(connect(port))
        assert is_answered(port)


def test_the_limit_is_left_where_it_is_high_enough() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        raised = raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (raised, before[1])
        assert raise_file_limit() == raised
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("files", [64, 128, 1024, 16_384])
def test_there_is_room_for_files_beside_all_connections(files: int) -> None:
    bounds = Bounds(files)
    assert 0 < bounds.accepted <= (files - bounds.connections) / 4
    assert bounds.connections > files / 2


def test_what_the_system_no_longer_gives_is_one_line_and_a_bug_is_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shown: list[dict[str, object]] = []

    class Loop:
        def default_exception_handler(self, context: dict[str, object]) -> None:
            shown.append(context)

    handle = log_exhaustion(Bounds(1024))
    for _ in range(1000):
        handle(Loop(), {"exception": OSError(24, "Too many open files")})  # type: ignore[arg-type]
    assert len(caplog.messages) == 1
    assert "1,024 open files" in caplog.messages[0]
    handle(Loop(), {"exception": ValueError("a bug")})  # type: ignore[arg-type]
    assert len(shown) == 1


def received(connection: socket.socket) -> Iterator[int]:
    """The lengths of what comes until the host closes a connection, in whatever way."""
    with suppress(ConnectionResetError):
        while found := connection.recv(1024 * 1024):
            yield len(found)


def closed_by_host(connection: socket.socket) -> float:
    """Seconds until the host closes a connection; what it sends meanwhile is read."""
    started = time.monotonic()
    sum(received(connection))
    return time.monotonic() - started


def dribble(connection: socket.socket) -> None:
    """A request that goes on arriving, byte by byte."""
    with suppress(OSError):
        for byte in ASKED * 40:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)


@pytest.mark.parametrize(
    "behaves",
    [
        pytest.param(lambda connection: None, id="says nothing"),
        pytest.param(lambda connection: connection.sendall(ASKED[:20]), id="says half of it"),
        pytest.param(
            lambda connection: threading.Thread(
                target=dribble, args=(connection,), daemon=True
            ).start(),
            id="never comes to an end",
        ),
        pytest.param(lambda connection: connection.sendall(ASKED + ASKED[:20]), id="stops later"),
        pytest.param(
            lambda connection: connection.sendall(b"GET http://[ HTTP/1.1\r\n\r\n"), id="errs"
        ),
    ],
)
def test_who_does_not_ask_is_not_waited_for(
    behaves: Callable[[socket.socket], None], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    with serving(out) as port, connect(port) as connection:
        behaves(connection)
        assert closed_by_host(connection) < 4


def test_who_reads_nothing_of_an_answer_is_let_go_and_who_reads_slowly_gets_it_all(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "STALLED_SECONDS", 1.5)
    asked = ASKED.replace(b"v0.1/servers", b"large.bin")
    with serving(out) as port, connect(port, asked) as idle, connect(port, asked) as slow:
        read = 0
        while read < LARGE:
            found = slow.recv(1024 * 1024)
            assert found, read
            read += len(found)
            time.sleep(0.05)
        time.sleep(2)
        assert sum(received(idle)) < LARGE


@pytest.mark.integration
def test_what_is_under_way_is_finished_before_the_host_ends(out: Path) -> None:
    asked = ASKED.replace(b"v0.1/servers", b"large.bin")
    with limited(out, (256, 256)) as (port, process):
        with connect(port, asked) as slow, connect(port) as fresh, connect(port, ASKED) as answered:
            assert slow.recv(1000).startswith(b"HTTP/1.1 200")
            assert answered.recv(65536).startswith(b"HTTP/1.1 200")
            process.terminate()
            time.sleep(0.4)
            fresh.sendall(ASKED)
            assert fresh.recv(65536).startswith(b"HTTP/1.1 200")
            with pytest.raises(ConnectionRefusedError):
                connect(port)
            read = 1000 + sum(received(slow))
            assert read > LARGE
        _, logged = process.communicate(timeout=20)
    assert "Traceback" not in logged
