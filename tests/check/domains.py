"""Domains around the stage: their DNS, their hosts, and publishes that their keys sign."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp_static.check.report import CheckReport
from mcp_static.model.names import parse_name
from mcp_static.proofs.keys import PrivateKey, new_private_key
from mcp_static.proofs.signatures import publish_claims, sign_publish
from mcp_static.publishing.proposing import publish_files
from mcp_static.settings import parse_settings

from tests.doubles.dns_lab import DnsLab
from tests.doubles.https import Handler, HttpsFront
from tests.registries import server_json
from tests.stage import URL, Stage, settings_text

WEATHER = "dev.weather-tools/weather"
KEY = new_private_key("ed25519")


@dataclass
class Domains:
    """The stage, with domains around it."""

    stage: Stage
    lab: DnsLab
    front: HttpsFront
    folder: Path

    def serve(self, host: str, handler: Handler) -> None:
        """Answer at a host's well-known address, and let the settings lead there."""
        self.front.host(host, handler)
        self.configure()

    def configure(self, more: str = "") -> None:
        """Settings for all that is here."""
        connect = {**self.lab.connect, **self.front.connect}
        places = "".join(f"{json.dumps(a)} = {json.dumps(b)}\n" for a, b in connect.items())
        text = settings_text(
            more=f"{more}\n[dns]\nresolvers = {json.dumps(list(self.lab.resolvers))}\n"
            f"trust_anchors = {json.dumps(list(self.lab.trust_anchors))}\n"
            f'[network]\nreach = ["127.0.0.0/8"]\n[network.connect]\n{places}'
        )
        self.stage.settings = parse_settings(text)

    def bring(
        self,
        name: str = WEATHER,
        version: str = "1.0.0",
        *,
        key: PrivateKey | None = KEY,
        signed: dict[str, Any] | None = None,
        previous: PrivateKey | None = None,
        requester: str = "alice",
        **more: Any,
    ) -> CheckReport:
        """Check a publish; `signed` replaces what the signature says, `more` what the record does."""
        content = json.dumps(server_json(name, version, **more)).encode()
        claims = publish_claims(parse_name(name), version, content, URL) | (signed or {})
        signature = sign_publish(claims, key, previous) if key is not None else None
        files = publish_files(parse_name(name), version, content, signature)
        branch = f"publish-{len(self.stage.registry.issues)}"
        number = self.stage.propose(requester, files, branch=branch)
        return self.stage.check(number, requester=requester)
