"""HTTPS servers on this machine that answer for any host, with an authority of their own."""

import contextlib
import datetime
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from requests.structures import CaseInsensitiveDict

Body = bytes | str | Iterable[bytes]
"""What a handler answers with: known bytes, or pieces that are sent as they come."""


@dataclass(frozen=True)
class Wire:
    """An answer as it goes over the wire, status line included; the connection ends after it."""

    pieces: Iterable[bytes]


Handler = Callable[[str, str, Mapping[str, str], bytes], tuple[int, Mapping[str, str], Body] | Wire]
"""Method, path with query, headers and body; gives status, headers and body."""


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Authority:
    """A certificate authority that lives as long as its folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._numbers = count()
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Throwaway authority")])
        self._certificate = (
            _builder(self._name, self._name, self._key.public_key(), self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def certificate(self, *hosts: str) -> Path:
        """A file with a key and a certificate for these names or addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Throwaway server")])
        made = (
            _builder(subject, self._name, key.public_key(), self._key.public_key())
            .add_extension(
                x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        path = self._folder / f"server-{next(self._numbers)}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return path


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class HttpsFront:
    """One server for many hosts: `Host` says which handler answers, others get 421.

    Its certificate covers every host that it has; `certified` says another set.
    """

    def __init__(
        self,
        authority: Authority,
        hosts: Mapping[str, Handler] | None = None,
        certified: Iterable[str] | None = None,
    ) -> None:
        self.requests: list[Asked] = []
        self.sent = 0
        self.accepted = 0
        self.is_closing = threading.Event()
        self._authority = authority
        self._certified = None if certified is None else tuple(certified)
        self._handlers: dict[str, Handler] = {}
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        for host, handler in (hosts or {}).items():
            self.host(host, handler)
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def host(self, host: str, handler: Handler) -> None:
        """Answer for a host from now on."""
        with self._lock:
            if host not in self._handlers:
                self._context = None
            self._handlers[host] = handler

    def handler(self, host: str) -> Handler:
        """What answers for a host."""
        return self._handlers[host]

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self._server.server_address[1])

    @property
    def connect(self) -> dict[str, str]:
        """Where to connect instead of each host, as settings have it."""
        return {f"{host}:443": f"127.0.0.1:{self.port}" for host in self._handlers}

    def asked(self, host: str) -> list[Asked]:
        """The requests that arrived for a host."""
        return [request for request in self.requests if request.host == host]

    def close(self) -> None:
        """End every connection, then the server; once more does nothing."""
        if self.is_closing.is_set():
            return
        self.is_closing.set()
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        self._thread.join()

    def context(self) -> ssl.SSLContext:
        """TLS with a certificate for the hosts of this moment."""
        with self._lock:
            if self._context is None:
                names = self._certified or tuple(self._handlers) or ("localhost",)
                self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._context.load_cert_chain(self._authority.certificate(*names))
            return self._context

    def handle(self, asked: Asked) -> tuple[int, Mapping[str, str], Body] | Wire:
        """What the host's handler answers."""
        with self._lock:
            self.requests.append(asked)
            handler = self._handlers.get(asked.host)
        if handler is None:
            return 421, {}, b""
        return handler(asked.method, asked.path, asked.headers, asked.body)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, front: HttpsFront) -> None:
        self.front = front
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Connection)

    def track(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
        if self.front.is_closing.is_set():
            _end(connection)

    def forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def end_connections(self) -> None:
        with self._lock:
            for connection in self._open:
                _end(connection)

    def shutdown_request(self, request: Any) -> None:
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up as they like; what they then see is what tests look at."""


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        front = self.server.front
        front.accepted += 1
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._plain = self.request.dup()  # outlives the wrapping in TLS, and can be ended from outside
        self.server.track(self._plain)
        try:
            self.request = front.context().wrap_socket(self.request, server_side=True)
        except OSError:
            self._let_go()
            raise
        super().setup()

    def finish(self) -> None:
        try:
            with contextlib.suppress(OSError):
                super().finish()
        finally:
            self.request.close()
            self._let_go()

    def _let_go(self) -> None:
        self.server.forget(self._plain)
        self._plain.close()

    def parse_request(self) -> bool:
        is_read = super().parse_request()
        if is_read:
            self._answer()
            return False  # nothing more is to be done for this request
        return is_read

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            self.command,
            self.headers.get("Host", "").partition(":")[0].lower(),
            self.path,
            CaseInsensitiveDict(self.headers.items()),
            self.rfile.read(length),
        )
        try:
            answer = self.server.front.handle(asked)
            if isinstance(answer, Wire):
                self.close_connection = True
                self._send(answer.pieces)
            else:
                self._reply(*answer)
        except OSError:
            self.close_connection = True

    def _reply(self, status: int, headers: Mapping[str, str], body: Body) -> None:
        lines = dict(headers)
        lowered = {name.lower() for name in lines}
        pieces: Iterable[bytes]
        is_chunked = False
        if isinstance(body, bytes | str):
            raw = body.encode() if isinstance(body, str) else body
            lines.setdefault("Content-Length", str(len(raw)))
            pieces = [raw]
        else:
            pieces = body
            is_chunked = not {"content-length", "connection"} & lowered
            if is_chunked:
                lines["Transfer-Encoding"] = "chunked"
        try:
            phrase = HTTPStatus(status).phrase
        except ValueError:
            phrase = "Status"
        head = f"HTTP/1.1 {status} {phrase}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
        self.wfile.write(head.encode("latin-1") + b"\r\n")
        if lines.get("Connection", "").lower() == "close":
            self.close_connection = True
        if self.command != "HEAD":
            self._send(_chunks(pieces) if is_chunked else pieces)

    def _send(self, pieces: Iterable[bytes]) -> None:
        front = self.server.front
        for piece in pieces:
            if front.is_closing.is_set():
                self.close_connection = True
                return
            self.wfile.write(piece)
            front.sent += len(piece)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Tests look at `requests`."""


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if piece:
            yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    yield b"0\r\n\r\n"


def dripping(front: HttpsFront, text: bytes, seconds: float) -> Iterator[bytes]:
    """A text byte by byte with a pause between, until the front closes."""
    for byte in text:
        if front.is_closing.wait(seconds):
            return
        yield bytes([byte])


def always(status: int, body: Body = b"", **headers: str) -> Handler:
    """A handler with one answer; underscores in header names stand for hyphens."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda *_: (status, fields, body)
