"""A cache in front of a host: Varnish before nginx, and what nginx is asked.

Varnish takes the host's own headers at their word. Only its clock is ours: two methods that no client
has, `AGE` and `EXPIRE`, make what it holds as old as it would be after the minute of `max-age`, or
after the ten minutes of `stale-while-revalidate` as well, so that no test waits for either.
"""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import requests

from tests.hosting import Site, free_port, nginx_command, running, tool

VCL: Final = """
sub vcl_recv {
    # Everybody is given the same, and a request with either header would pass the cache by.
    unset req.http.Cookie;
    unset req.http.Authorization;
}
sub vcl_backend_response {
    # What is stale is asked for again by its ETag, and costs the host no body while it is unchanged.
    set beresp.keep = 1d;
}
"""
"""What an operator adds to Varnish's own rules."""

CLOCK: Final = """
import purge;
sub vcl_recv {
    if (req.method == "AGE" || req.method == "EXPIRE") { return (hash); }
    if (req.method == "EMPTY") { ban("req.url ~ ."); return (synth(200)); }
}
sub grow_old {
    if (req.method == "AGE") { purge.soft(0s); return (synth(200)); }
    if (req.method == "EXPIRE") { purge.soft(0s, 0s); return (synth(200)); }
}
sub vcl_hit { call grow_old; }
sub vcl_miss { call grow_old; }
"""
A_MINUTE: Final = "AGE"
"""What is held is stale, and may still be given while it is asked for again."""
A_QUARTER_OF_AN_HOUR: Final = "EXPIRE"
"""What is held is too stale to be given."""

SNAPSHOT: Final = "/data/snapshot.json"
WAIT = 30.0


@dataclass
class Origin:
    """A site served by nginx, which writes down what it is asked."""

    site: Site
    _read: int = 0
    _marks: int = 0

    @property
    def log(self) -> Path:
        """A line a request: its status, the bytes of its body, and its target."""
        return self.site.folder / "asked.log"

    def asked(self) -> list[tuple[int, str]]:
        """The status and target of each request since the last call; no 304 had a body.

        nginx, of one process here, writes a line when it has sent the last byte. So it is asked for
        one thing more, and when that is written, everything before is.
        """
        self._marks += 1
        mark = f"/v0.1/ping?mark={self._marks}"
        with requests.Session() as session:
            session.trust_env = False
            session.get(self.site.url + mark, timeout=WAIT).raise_for_status()
        deadline = time.monotonic() + WAIT
        while not (text := self.log.read_text()).endswith(f" {mark}\n"):
            assert time.monotonic() < deadline, f"nginx has not written {mark}"
            time.sleep(0.01)
        lines = [line.split(" ", 2) for line in text.splitlines()[self._read : -1]]
        self._read += len(lines) + 1
        assert all(size == "0" for status, size, _ in lines if status == "304")
        return [(int(status), target) for status, _, target in lines]


@contextmanager
def origin(site: Site) -> Iterator[Origin]:
    """nginx in front of a site."""
    made = Origin(site)
    command = nginx_command(
        site.folder,
        f"include {site.out}/host/nginx.conf;",
        f"log_format asked '$status $body_bytes_sent $request_uri';\naccess_log {made.log} asked;",
    )
    with running(command, site.port, site.folder / "nginx.log"):
        yield made


@dataclass
class Cache:
    """Varnish in front of a host, and a client of it that takes what is compressed."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, target: str, **headers: str) -> requests.Response:
        """Ask for a target, as it is written."""
        answer = self.session.get(self.url + target, headers=headers, timeout=WAIT)
        assert "Set-Cookie" not in answer.headers
        return answer

    def grow_old(self, age: str, targets: Iterable[str]) -> None:
        """Make what is held of these targets as old as that."""
        for target in targets:
            self.session.request(age, self.url + target, timeout=WAIT).raise_for_status()

    def empty(self) -> None:
        """Forget everything."""
        self.session.request("EMPTY", self.url, timeout=WAIT).raise_for_status()

    def walk(self, names: Iterable[str], limit: int = 100) -> dict[str, bytes]:
        """All pages of the list, the latest version of these servers, and the snapshot."""
        bodies: dict[str, bytes] = {}
        cursor = ""
        while cursor is not None:
            target = f"/v0.1/servers?limit={limit}{cursor and f'&cursor={cursor}'}"
            bodies[target] = self._body(target)
            cursor = json.loads(bodies[target])["metadata"].get("nextCursor")
        for target in (*map(latest, names), SNAPSHOT):
            bodies[target] = self._body(target)
        return bodies

    def _body(self, target: str) -> bytes:
        answer = self.get(target)
        assert answer.status_code == 200, target
        return answer.content


@contextmanager
def varnish(host: str, folder: Path, *options: str) -> Iterator[Cache]:
    """Varnish with the operator's rules and our clock, in a new folder."""
    folder.mkdir()
    port, rules = free_port(), folder / "default.vcl"
    at = urlsplit(host)
    backend = f'backend registry {{ .host = "{at.hostname}"; .port = "{at.port}"; }}'
    rules.write_text(f"vcl 4.1;\n{backend}\n{CLOCK}{VCL}")
    command = [tool("varnishd"), "-j", "none", "-F", "-n", str(folder / "state"), "-T", "none"]
    command += ["-a", f"127.0.0.1:{port}", "-f", str(rules), "-s", "malloc,256m", *options]
    # A small log, for it lies on the disk; and nothing is kept that no header allows to be kept.
    command += ["-p", "vsl_space=1M"]
    command += ["-p", "default_ttl=0", "-p", "default_grace=0", "-p", "default_keep=0"]
    with running(command, port, folder / "varnish.log"), requests.Session() as session:
        session.trust_env = False
        yield Cache(f"http://127.0.0.1:{port}", session)


def latest(name: str) -> str:
    """Where the latest version of a server is asked for."""
    return f"/v0.1/servers/{quote(name, safe='')}/versions/latest"
