"""Asking an address that the user chose: what comes back, and what each failure is told as."""

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from mcp_static.model.errors import InputError, UnansweredError
from mcp_static.net.client import Client

Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(respond: Respond) -> Iterator[str]:
    """The address of a server on this machine that answers every request this way."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            respond(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def send(status: int, body: bytes = b"", **headers: str) -> Respond:
    """Answer with a status, headers and a body."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def test_a_compressed_answer_is_unpacked() -> None:
    body = gzip.compress(b"hello")
    with answering(send(200, body, Content_Encoding="gzip")) as url, Client() as client:
        answer = client.get(url)
    assert (answer.status, answer.body) == (200, b"hello")


def test_an_answer_larger_than_allowed_is_not_read_to_its_end() -> None:
    body = gzip.compress(bytes(8 << 20))
    with (
        answering(send(200, body, Content_Encoding="gzip")) as url,
        Client(max_bytes=1 << 20) as client,
        pytest.raises(UnansweredError, match="larger than 1 MiB"),
    ):
        client.get(url)


def test_an_answer_that_drips_ends_with_its_time() -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(50):
            handler.wfile.write(b"x" * (1 << 16))
            time.sleep(0.1)

    with (
        answering(drip) as url,
        Client(seconds=0.5) as client,
        pytest.raises(UnansweredError, match="took longer than 0.5 seconds"),
    ):
        client.get(url)


def test_a_busy_server_is_asked_again_as_often_as_wanted() -> None:
    asked: list[str] = []

    def busy(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        send(503 if len(asked) < 3 else 200, b"ok")(handler)

    with answering(busy) as url:
        with Client() as client:
            assert client.get(url).status == 503
        with Client(retries=3) as client:
            assert client.get(url).body == b"ok"
    assert len(asked) == 3


def test_an_address_is_asked_as_it_stands_and_no_redirect_followed() -> None:
    asked: list[str] = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        send(302, Location="/elsewhere")(handler)

    with answering(respond) as url, Client() as client:
        assert client.ask("GET", f"{url}/a%7Eb?q=%2F").status == 302
    assert asked == ["/a%7Eb?q=%2F"]


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://127.0.0.1:99999", "ftp://x", "nonsense", "http://"]
)
def test_what_is_no_address_is_the_inputs_fault(url: str) -> None:
    with Client() as client, pytest.raises(InputError, match="not a web address"):
        client.get(url)


@pytest.mark.parametrize(
    "place",
    [
        *("http://[::1", "http://127.0.0.1:99999/", "http://", "//", "http:\\x", "http://a b/"),
        *(f"http://{'a' * 70}.example/", "http://.example/", "http://\xff/"),
        *("file:///etc/passwd", "javascript:1"),
    ],
)
def test_a_redirect_to_no_address_is_the_services_fault(place: str) -> None:
    with (
        answering(send(302, Location=place)) as url,
        Client() as client,
        pytest.raises(UnansweredError, match=f"^{url}/a (redirects to what is no|could not be r)"),
    ):
        client.get(f"{url}/a")


def test_nobody_there_is_unanswered_with_the_reason() -> None:
    with Client() as client, pytest.raises(UnansweredError, match="Connection refused"):
        client.get("http://127.0.0.1:9/?token=secret")
