"""A proxy on this machine that leads every host to one port, whether the host exists or not."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy that knows CONNECT alone, and leads every host to one port of this machine.

    With a `refusal`, that is its answer to whoever does not sign in as `login`, a whole header.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, refusal: int | None = None, login: str = "") -> None:
        self.asked: list[str] = []
        self.headers: list[str] = []
        self.port, self.refusal, self.login = port, refusal, login
        super().__init__(("127.0.0.1", 0), _Tunnel)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def place(self) -> str:
        """Its host and port."""
        return self.url.removeprefix("http://")


class _Tunnel(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        self.server.asked.append(self.rfile.readline().decode().split()[1])
        headers = []
        while (line := self.rfile.readline().strip()) != b"":
            headers.append(line.decode())
        self.server.headers += headers
        if self.server.refusal and self.server.login not in headers:
            self.wfile.write(f"HTTP/1.1 {self.server.refusal} No\r\n\r\n".encode())
            return
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with socket.create_connection(("127.0.0.1", self.server.port)) as there:
            back = threading.Thread(target=_pump, args=(there, self.request), daemon=True)
            back.start()
            _pump(self.request, there)
            back.join(5)


def _pump(one: socket.socket, other: socket.socket) -> None:
    try:
        while piece := one.recv(1 << 16):
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def proxy_to(port: int, refusal: int | None = None, login: str = "") -> Iterator[Proxy]:
    """A proxy, running."""
    with Proxy(port, refusal, login) as proxy:
        threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
