"""An S3 API on loopback (moto's server), and a front that sees every request and may end a deploy."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import requests

from tests.hosting import free_port, running

BUCKET = "registry-bucket"


@dataclass
class Store:
    """A running S3 API with one bucket."""

    endpoint: str
    client: Any

    def environment(self, endpoint: str = "") -> dict[str, str]:
        """What a deploy finds it by."""
        return {
            "AWS_ENDPOINT_URL": endpoint or self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }

    def listing(self, prefix: str = "") -> dict[str, str]:
        """The MD5 of every object below a prefix, but for what the deploy keeps for itself.

        An object's ETag is the MD5 of its bytes, where it came in one part and without a KMS key.
        """
        found: dict[str, str] = {}
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix):
            found |= {item["Key"]: item["ETag"].strip('"') for item in page.get("Contents", ())}
        own = f"{prefix}host/"
        return {key.removeprefix(prefix): tag for key, tag in found.items() if not key.startswith(own)}

    def objects(self, prefix: str = "") -> dict[str, bytes]:
        """The bytes of every object that `listing` names."""
        paths = [*self.listing(prefix)]
        with ThreadPoolExecutor(8) as pool:
            bodies = pool.map(self._read, [f"{prefix}{path}" for path in paths])
            return dict(zip(paths, bodies, strict=True))

    def _read(self, key: str) -> bytes:
        body: bytes = self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body


@contextmanager
def s3_store(folder: Path) -> Iterator[Store]:
    """The API, with an empty bucket."""
    port = free_port()
    program = "from moto.server import main; import sys; main(sys.argv[1:])"
    command = [sys.executable, "-c", program, "-H", "127.0.0.1", "-p", str(port)]
    with running(command, port, folder / "moto.log"):
        endpoint = f"http://127.0.0.1:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
        client.create_bucket(Bucket=BUCKET)
        yield Store(endpoint, client)


@dataclass
class Front:
    """What was asked of a store, and whose process ends at which write."""

    url: str = ""
    writes: list[str] = field(default_factory=list)
    removals: int = 0
    kill_at: int | None = None
    process: "subprocess.Popen[str] | None" = None
    refuse: Callable[[str, str], bool] = lambda _method, _path: False


@contextmanager
def front_of(store: Store) -> Iterator[Front]:
    """A proxy before a store."""
    front = Front()
    guard = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if front.refuse(self.command, self.path):
                self.send_response(403)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            with guard:
                if self.command == "PUT" and "/host/" not in self.path:
                    if front.kill_at is not None and len(front.writes) >= front.kill_at:
                        if front.process is not None:
                            os.kill(front.process.pid, signal.SIGKILL)
                        self.close_connection = True
                        return
                    front.writes.append(self.path)
                front.removals += self.command == "POST" and "delete" in self.path
            headers = {n: v for n, v in self.headers.items() if n.lower() != "content-length"}
            answer = requests.request(
                self.command, store.endpoint + self.path, data=body, headers=headers, timeout=30
            )
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                    self.send_header(name, value)
            content = answer.content
            length = (
                answer.headers.get("Content-Length", "0")
                if self.command == "HEAD"
                else str(len(content))
            )
            self.send_header("Content-Length", length)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    for method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._pass)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    front.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield front
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
