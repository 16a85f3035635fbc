"""A DNS of its own on this machine: a root, zones signed and broken in every way, validating resolvers.

knotd holds the zones, three unbounds resolve them from a private root key, and a small server of our
own misbehaves where a proper one would not. All are ordinary processes on unprivileged ports of
127.0.0.1, stopped by their own ids.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import dns.message
import dns.query
import dns.rdatatype
from mcp_static.settings.network import DnsSettings, NetworkSettings

from tests.doubles.dns_configurations import KNOT, OTHER_ANSWERS, UNBOUND
from tests.doubles.dns_odd_servers import OddServers
from tests.doubles.dns_zones import (
    ALL,
    DEAD,
    ELSEWHERE,
    SERVFAIL,
    SIGNED_BEFORE,
    UNSIGNED,
    ZONES,
    parent_of,
)
from tests.doubles.ports import free_ports

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


class DnsLab:
    """The lab; enter it to start everything.

    `resolvers` and `trust_anchors` are for DnsSettings, `connect` for NetworkSettings. The third
    resolver answers for two names of plain.test otherwise than the rest.
    """

    def __init__(self) -> None:
        self._run = Path(tempfile.mkdtemp(prefix="dns"))  # sockets' paths have to be short
        self._log = (self._run / "log").open("wb")
        self._processes: list[subprocess.Popen[bytes]] = []
        self._odd: OddServers | None = None
        self._silent: list[socket.socket] = []
        self._lines = {zone: list(lines) for zone, lines in ZONES.items()}
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
        zone = max((zone for zone in ZONES if name.endswith(zone)), key=len)
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
        self.port, *ports = free_ports(4)
        for zone in ZONES:
            self._write_zone(zone)
        self._write_knot()
        self._make_keys()
        self._spoil()
        self._spawn("knotd", "-c", str(self._run / "knot.conf"))
        self._odd = OddServers()
        self._silent = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]
        self._silent[0].bind(("127.0.0.1", 0))
        places = dict.fromkeys(ALL, self.port)
        places |= dict.fromkeys(ELSEWHERE, self._odd.port)
        places[DEAD] = self._silent[0].getsockname()[1]
        for number, port in enumerate(ports):
            stubs = "".join(
                f'stub-zone:\n  name: "{zone}"\n  stub-addr: 127.0.0.1@{place}\n  stub-prime: no\n'
                for zone, place in places.items()
            )
            more = OTHER_ANSWERS if number == 2 else ""
            config = self._run / f"unbound{number}.conf"
            config.write_text(UNBOUND.format(run=self._run, port=port, more=more) + stubs)
            self._spawn("unbound", "-d", "-c", str(config))
        self.resolvers = tuple(f"127.0.0.1:{port}" for port in ports)
        for zone in ALL:
            for server in ("ns1", "ns2"):
                host = f"{server}.{zone}".rstrip(".")
                self.connect[f"{host}:53"] = f"127.0.0.1:{places[zone]}"
        for port in (self.port, *ports):
            self._wait_for(port)

    def _write_zone(self, zone: str) -> None:
        children = [child for child in ALL if child != zone and parent_of(child) == zone]
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
        text = KNOT.format(run=self._run, port=self.port)
        for zone in (*ZONES, SERVFAIL):
            text += f"  - domain: {zone}\n"
            if zone == ".":
                text += "    file: root.zone\n"
            if zone in ZONES and zone not in UNSIGNED and zone not in SIGNED_BEFORE:
                text += "    template: signed\n"
        (self._run / "knot.conf").write_text(text)

    def _make_keys(self) -> None:
        """Keys for the signed zones, and the delegations that name them."""
        for zone in ZONES:
            if zone in UNSIGNED:
                continue
            old = ["created", "publish", "ready", "active"] if zone == "expired.test." else []
            self._tool(
                "keymgr", "-c", f"{self._run}/knot.conf", zone, "generate",
                "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes", *(f"{moment}=t-60d" for moment in old),
            )  # fmt: skip
            if zone not in {".", "wrongds.test."}:
                self._lines[parent_of(zone)].append(f"{zone} DS {self._ds(zone)}")
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
        for zone in SIGNED_BEFORE:
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
