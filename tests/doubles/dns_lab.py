"""A DNS of its own on this machine: a root, zones signed and broken in every way, validating resolvers.

knotd holds the zones, three unbounds resolve them from a private root key, and a small server of our
own misbehaves where a proper one would not. All are ordinary processes on unprivileged ports of
127.0.0.1, stopped by their own ids.
"""

import os
import shutil
import socket
import socketserver
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
from mcp_static.settings.network import DnsSettings, NetworkSettings

KEY = "v=MCPv1; k=ed25519; p=" + "A" * 43 + "="
OTHER_KEY = "v=MCPv1; k=ed25519; p=" + "B" * 43 + "="

_LEAF = [f'@ TXT "{KEY}"', '@ TXT "v=spf1 -all"']
_ZONES: Mapping[str, list[str]] = {
    ".": [],
    "test.": ["wrongds DS 12345 13 2 " + "0" * 64],
    "com.": [],
    "example.com.": [*_LEAF, "api A 192.0.2.1"],
    "signed.test.": [
        *_LEAF,
        f'split TXT "{KEY[:9]}" "{KEY[9:]}"',
        f'*.wild TXT "{KEY}"',
        "silent A 192.0.2.1",
        *(f'big TXT "{number:03} {"x" * 200}"' for number in range(60)),
        f'big TXT "{KEY}"',
    ],
    "plain.test.": [*_LEAF, f'differs TXT "{KEY}"', "lonely A 192.0.2.1"],
    "wrongds.test.": _LEAF,
    "tampered.test.": _LEAF,
    "expired.test.": _LEAF,
}
_UNSIGNED = frozenset({"plain.test."})
_SIGNED_BEFORE = frozenset({"tampered.test.", "expired.test."})
_ELSEWHERE = ("cnameapex.test.", "refused.test.")
_SERVFAIL = "servfail.test."
_DEAD = "dead.test."
_ALL = (*_ZONES, *_ELSEWHERE, _SERVFAIL, _DEAD)
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"

_KNOT = """\
server:
  rundir: "{run}"
  listen: [ 127.0.0.1@{port} ]
  udp-workers: 1
  tcp-workers: 1
  background-workers: 2
control:
  listen: "{run}/knot.sock"
database:
  storage: "{run}/db"
log:
  - target: stderr
    any: warning
policy:
  - id: one-key
    algorithm: ecdsap256sha256
    single-type-signing: on
    manual: on
template:
  - id: default
    storage: "{run}/zones"
    file: "%s.zone"
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
  - id: signed
    storage: "{run}/zones"
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
    dnssec-signing: on
    dnssec-policy: one-key
zone:
"""
# A name server that is silent for the longest timeout is given up for seconds: on a busy machine any may
# be, for a moment. Below 1,000 ms, unbound's arithmetic never forgives it.
_UNBOUND = """\
server:
  directory: "{run}"
  chroot: ""
  username: ""
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  logfile: ""
  interface: 127.0.0.1@{port}
  port: {port}
  access-control: 127.0.0.0/8 allow
  do-ip6: no
  num-threads: 1
  module-config: "validator iterator"
  trust-anchor-file: "{run}/anchor.key"
  trust-anchor-signaling: no
  do-not-query-localhost: no
  local-zone: "test." nodefault
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
  val-bogus-ttl: 0
  infra-host-ttl: 0
  infra-cache-min-rtt: 500
  infra-cache-max-rtt: 2000
  target-fetch-policy: "0 0 0 0 0"
  aggressive-nsec: no
{more}
remote-control:
  control-enable: no
"""
_OTHER_ANSWERS = f"""\
  local-zone: "differs.plain.test." redirect
  local-data: 'differs.plain.test. 0 IN TXT "{OTHER_KEY}"'
  local-zone: "lonely.plain.test." redirect
  local-data: 'lonely.plain.test. 0 IN TXT "{KEY}"'
"""


class DnsLab:
    """The lab; enter it to start everything.

    `resolvers` and `trust_anchors` are for DnsSettings, `connect` for NetworkSettings. The third
    resolver answers for two names of plain.test otherwise than the rest.
    """

    def __init__(self) -> None:
        self._run = Path(tempfile.mkdtemp(prefix="dns"))  # sockets' paths have to be short
        self._log = (self._run / "log").open("wb")
        self._processes: list[subprocess.Popen[bytes]] = []
        self._odd: _OddServers | None = None
        self._silent: list[socket.socket] = []
        self._lines = {zone: list(lines) for zone, lines in _ZONES.items()}
        self.resolvers: tuple[str, ...] = ()
        self.trust_anchors: tuple[str, ...] = ()
        self.connect: dict[str, str] = {}
        self.port = 0

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything, and remove its files."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(timeout=20)
        self._processes.clear()
        self._log.close()
        if self._odd is not None:
            self._odd.close()
            self._odd = None
        for silent in self._silent:
            silent.close()
        self._silent.clear()
        shutil.rmtree(self._run, ignore_errors=True)

    def dns_settings(self, **more: Any) -> DnsSettings:
        """Settings that ask this lab."""
        return DnsSettings.model_validate(
            {"resolvers": self.resolvers, "trust_anchors": self.trust_anchors, **more}
        )

    def network_settings(self, **connect: str) -> NetworkSettings:
        """Settings that find its name servers."""
        return NetworkSettings.model_validate(
            {"reach": ("127.0.0.0/8",), "connect": {**self.connect, **connect}}
        )

    def set_txt(self, domain: str, *texts: str) -> None:
        """Replace the TXT records at a name of one of its zones; in force when this returns."""
        name = f"{domain.rstrip('.')}."
        zone = max((zone for zone in _ZONES if name.endswith(zone)), key=len)
        owner = name[: -len(zone)].rstrip(".") or "@"
        kept = [line for line in self._lines[zone] if not line.startswith(f"{owner} TXT ")]
        quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
        self._lines[zone] = [*kept, *(f'{owner} TXT "{text}"' for text in quoted)]
        self._write_zone(zone)
        self._tool("knotc", "-s", f"{self._run}/knot.sock", "-b", "zone-reload", zone)
        self._wait_for_change(name)

    # Starting

    def _start(self) -> None:
        for folder in ("zones", "db"):
            (self._run / folder).mkdir(exist_ok=True)
        self.port, *ports = _free_ports(4)
        for zone in _ZONES:
            self._write_zone(zone)
        self._write_knot()
        self._make_keys()
        self._spoil()
        self._spawn("knotd", "-c", str(self._run / "knot.conf"))
        self._odd = _OddServers()
        self._silent = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]
        self._silent[0].bind(("127.0.0.1", 0))
        places = dict.fromkeys(_ALL, self.port)
        places |= dict.fromkeys(_ELSEWHERE, self._odd.port)
        places[_DEAD] = self._silent[0].getsockname()[1]
        for number, port in enumerate(ports):
            stubs = "".join(
                f'stub-zone:\n  name: "{zone}"\n  stub-addr: 127.0.0.1@{place}\n  stub-prime: no\n'
                for zone, place in places.items()
            )
            more = _OTHER_ANSWERS if number == 2 else ""
            config = self._run / f"unbound{number}.conf"
            config.write_text(_UNBOUND.format(run=self._run, port=port, more=more) + stubs)
            self._spawn("unbound", "-d", "-c", str(config))
        self.resolvers = tuple(f"127.0.0.1:{port}" for port in ports)
        for zone in _ALL:
            for server in ("ns1", "ns2"):
                host = f"{server}.{zone}".rstrip(".")
                self.connect[f"{host}:53"] = f"127.0.0.1:{places[zone]}"
        for port in (self.port, *ports):
            self._wait_for(port)

    def _write_zone(self, zone: str) -> None:
        children = [child for child in _ALL if child != zone and _parent(child) == zone]
        lines = [
            f"$ORIGIN {zone}",
            "$TTL 0",
            "@ SOA ns1 host 1 3600 600 86400 0",
            "@ NS ns1",
            "@ NS ns2",
            "ns1 A 127.0.0.1",
            "ns2 A 127.0.0.1",
        ]
        for child in children:
            for server in ("ns1", "ns2"):
                lines += [f"{child} NS {server}.{child}", f"{server}.{child} A 127.0.0.1"]
        lines += self._lines[zone]
        self._file(zone).write_text("\n".join(lines) + "\n")

    def _file(self, zone: str) -> Path:
        return self._run / "zones" / ("root.zone" if zone == "." else f"{zone.rstrip('.')}.zone")

    def _write_knot(self) -> None:
        text = _KNOT.format(run=self._run, port=self.port)
        for zone in (*_ZONES, _SERVFAIL):
            text += f"  - domain: {zone}\n"
            if zone == ".":
                text += "    file: root.zone\n"
            if zone in _ZONES and zone not in _UNSIGNED and zone not in _SIGNED_BEFORE:
                text += "    template: signed\n"
        (self._run / "knot.conf").write_text(text)

    def _make_keys(self) -> None:
        """Keys for the signed zones, and the delegations that name them."""
        for zone in _ZONES:
            if zone in _UNSIGNED:
                continue
            old = ["created", "publish", "ready", "active"] if zone == "expired.test." else []
            self._tool(
                "keymgr", "-c", f"{self._run}/knot.conf", zone, "generate",
                "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes", *(f"{moment}=t-60d" for moment in old),
            )  # fmt: skip
            if zone not in {".", "wrongds.test."}:
                self._lines[_parent(zone)].append(f"{zone} DS {self._ds(zone)}")
        self.trust_anchors = (self._ds("."),)
        keys = self._tool("keymgr", "-c", f"{self._run}/knot.conf", ".", "dnskey")
        (self._run / "anchor.key").write_text(keys.replace(". ", ". IN ", 1))
        for zone in (".", "test.", "com."):
            self._write_zone(zone)

    def _ds(self, zone: str) -> str:
        """A zone's key as a DS record: tag, algorithm, digest type 2, digest."""
        listing = self._tool("keymgr", "-c", f"{self._run}/knot.conf", zone, "ds").split("\n")
        words = next(line.split() for line in listing if line.split()[4:5] == ["2"])
        return " ".join(words[2:])

    def _spoil(self) -> None:
        """Sign two zones beforehand: one is then changed, the other was signed long ago."""
        config = (self._run / "knot.conf").read_text()
        for zone in _SIGNED_BEFORE:
            line = f"  - domain: {zone}\n"
            (self._run / "sign.conf").write_text(config.replace(line, line + "    template: signed\n"))
            at = ["-t", str(int(time.time()) - 40 * 86_400)] if zone == "expired.test." else []
            made = self._run / "made"
            made.mkdir(exist_ok=True)
            self._tool("kzonesign", "-c", f"{self._run}/sign.conf", *at, "-o", str(made), zone)
            text = (made / self._file(zone).name).read_text()
            if zone == "tampered.test.":
                text = text.replace("A" * 43, "B" * 43)
            self._file(zone).write_text(text)

    def _tool(self, *command: str) -> str:
        found = shutil.which(command[0], path=_PATH)
        assert found, f"{command[0]} is not installed; `make test` installs it"
        done = subprocess.run([found, *command[1:]], check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def _spawn(self, *command: str) -> None:
        found = shutil.which(command[0], path=_PATH)
        assert found, f"{command[0]} is not installed; `make test` installs it"
        self._processes.append(
            subprocess.Popen([found, *command[1:]], stdout=subprocess.DEVNULL, stderr=self._log)
        )

    def _wait_for_change(self, name: str) -> None:
        """Until the resolvers say what the zone says: they keep an answer to the end of its second."""
        question = dns.message.make_query(name, dns.rdatatype.TXT)
        end = time.monotonic() + 10
        for resolver in self.resolvers:
            while True:
                said, held = (
                    dns.query.udp_with_fallback(question, "127.0.0.1", 5, port)[0].answer
                    for port in (int(resolver.rpartition(":")[2]), self.port)
                )
                if said == held:
                    break
                assert time.monotonic() < end, f"{resolver} still says {said}, not {held}"
                time.sleep(0.05)

    def _wait_for(self, port: int) -> None:
        """Until a server answers for a zone."""
        question = dns.message.make_query("signed.test.", dns.rdatatype.SOA).to_wire()
        end = time.monotonic() + 20
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(0.1)
            while time.monotonic() < end:
                for process in self._processes:
                    assert process.poll() is None, (self._run / "log").read_text()
                try:
                    asking.sendto(question, ("127.0.0.1", port))
                    answer = dns.message.from_wire(asking.recv(4096))
                except (TimeoutError, OSError):
                    time.sleep(0.02)
                    continue
                if answer.answer:
                    return
                time.sleep(0.02)
        raise AssertionError(f"nothing answers on port {port}")


def _parent(zone: str) -> str:
    return "." if zone.count(".") == 1 else zone.partition(".")[2]


def _free_ports(count: int) -> list[int]:
    """Ports that are free for UDP and TCP."""
    held: list[socket.socket] = []
    ports: list[int] = []
    try:
        while len(ports) < count:
            stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            held.append(stream)
            stream.bind(("127.0.0.1", 0))
            datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            held.append(datagram)
            try:
                datagram.bind(stream.getsockname())
            except OSError:
                continue
            ports.append(stream.getsockname()[1])
    finally:
        for one in held:
            one.close()
    return ports


class _OddServers:
    """Answers as no proper server would: a CNAME at an apex, refusals."""

    def __init__(self) -> None:
        (self.port,) = _free_ports(1)
        place = ("127.0.0.1", self.port)
        self._servers = (
            socketserver.ThreadingUDPServer(place, _Datagram),
            socketserver.ThreadingTCPServer(place, _Stream),
        )
        self._threads = [threading.Thread(target=server.serve_forever) for server in self._servers]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()


def _odd_answer(wire: bytes) -> bytes:
    question = dns.message.from_wire(wire)
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.AA
    name, kind = question.question[0].name, question.question[0].rdtype
    text = name.to_text().lower()
    if text.endswith("refused.test."):
        answer.set_rcode(dns.rcode.REFUSED)
    elif text == "cnameapex.test." and kind == dns.rdatatype.NS:
        answer.answer.append(dns.rrset.from_text(name, 0, "IN", "NS", "ns1.cnameapex.test."))
    elif text == "cnameapex.test." and kind == dns.rdatatype.SOA:
        record = "ns1.cnameapex.test. host.cnameapex.test. 1 3600 600 86400 0"
        answer.answer.append(dns.rrset.from_text(name, 0, "IN", "SOA", record))
    elif text == "cnameapex.test.":
        answer.answer.append(dns.rrset.from_text(name, 0, "IN", "CNAME", "plain.test."))
    elif kind == dns.rdatatype.A:
        answer.answer.append(dns.rrset.from_text(name, 0, "IN", "A", "127.0.0.1"))
    return answer.to_wire()


class _Datagram(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, connection = self.request
        connection.sendto(_odd_answer(wire), self.client_address)


class _Stream(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while head := self.rfile.read(2):
            wire = _odd_answer(self.rfile.read(struct.unpack("!H", head)[0]))
            self.wfile.write(struct.pack("!H", len(wire)) + wire)
