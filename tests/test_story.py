"""The whole story: from an empty folder to a served entry, and to its deprecation."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.desk import a_desk
from tests.doubles.dns_lab import DnsLab
from tests.registries import path_of
from tests.servers import run_cli, serve_in_background
from tests.stage import settings_text

DOMAIN = "example.com"
NAME = "com.example/weather"
README = "# Weather\n\nForecasts for any place on Earth.\n"


def toml(values: dict[str, str]) -> str:
    return "".join(f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in values.items())


def test_the_whole_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with DnsLab() as lab, a_desk(tmp_path, monkeypatch) as desk:
        stage = desk.stage
        near = (
            f"\n[dns]\nresolvers = {json.dumps(list(lab.resolvers))}\n"
            f"trust_anchors = {json.dumps(list(lab.trust_anchors))}\n"
            f'[network]\nreach = ["127.0.0.0/8"]\n[network.connect]\n{toml(dict(lab.connect))}'
        )
        stage.registry.commit({"registry.toml": settings_text(more=near).encode()})
        (tmp_path / "near.toml").write_text(near)
        desk.env["MCP_STATIC_SETTINGS"] = str(tmp_path / "near.toml")

        # An author drafts a server.json, and makes a key.
        (desk.folder / "server.json").unlink()
        (desk.folder / "README.md").write_text(README)
        remote = "https://weather.example.com/mcp"
        desk.ok("init", "--yes", "--name", NAME, "--server-version", "1.0.0", "--remote", remote)
        desk.ok("validate")
        said = desk.ok("keygen", DOMAIN)
        record = said.partition('IN TXT "')[2].partition('"')[0]
        missing = desk.run("verify-domain", DOMAIN, "--key", f"{DOMAIN}.pem")
        assert (missing.returncode, record in missing.stdout) == (1, True)

        # The zone still has another key: what is signed is not proven, and the report says which is.
        lab.set_txt(DOMAIN, "v=MCPv1; k=ed25519; p=" + "A" * 43 + "=", "v=spf1 -all")
        desk.ok("sign", "--key", f"{DOMAIN}.pem")
        red = desk.run("publish")
        assert (red.returncode, "none made the signature" in red.stdout) == (1, True)
        desk.ok("publish", "--no-check")
        [pull] = stage.registry.pulls()
        event = stage.event(pull.number, "alice")
        workflow = {**desk.env, "GITHUB_TOKEN": "token-of-bot"}

        def run(command: str) -> "subprocess.CompletedProcess[str]":
            stage.registry.store.git(
                "--git-dir", str(stage.clone), "fetch", "-q", str(stage.registry.path), "+main:main"
            )
            return run_cli(
                command, "--event", event, "--repo", stage.clone, "--state", desk.out, env=workflow
            )

        checked = run("check")
        assert checked.returncode == 1, checked.stdout + checked.stderr
        assert "[dns-key]" in checked.stdout
        assert run("merge").returncode == 1
        assert NAME not in json.dumps(stage.registry.store.git("ls-tree", "-r", "--name-only", "main"))

        # The author puts the key into the zone, and sees it everywhere.
        lab.set_txt(DOMAIN, record, "v=spf1 -all")
        seen = desk.ok("verify-domain", DOMAIN, "--key", f"{DOMAIN}.pem")
        assert "DNSSEC: signed" in seen
        assert "Ready" in seen
        checked = run("check")
        assert checked.returncode == 0, checked.stdout + checked.stderr
        merged = run("merge")
        assert "is published as" in merged.stdout, merged.stdout + merged.stderr

        # It is built, and served.
        desk.build()
        with serve_in_background(desk.out) as served:
            path = "/v0.1/servers/com.example%2Fweather/versions"
            entry = served.get(f"{path}/latest").json()
            assert entry["server"]["remotes"][0]["url"] == remote
            accepted = entry["_meta"]["com.example.registry/provenance"]["accepted"]
            assert (accepted["proof"], accepted["facts"]["domain"]) == ("dns-key", DOMAIN)
            assert accepted["facts"]["via"] == "DNS, signed"
            assert desk.ok("publish") == f"{NAME} 1.0.0 is published already, with these very bytes.\n"

            # Later it is deprecated: another pull request, another signature.
            why = "Use com.example/climate."
            key = f"{DOMAIN}.pem"
            desk.ok("status", f"{NAME}@1.0.0", "deprecated", "-m", why, "--key", key)
            event = stage.event(stage.registry.pulls()[-1].number, "alice")
            merged = run("merge")
            assert "is published as" in merged.stdout, merged.stdout + merged.stderr
            desk.build()
            official = served.get(f"{path}/1.0.0").json()["_meta"][
                "io.modelcontextprotocol.registry/official"
            ]
            assert (official["status"], official["statusMessage"]) == ("deprecated", why)

            # The very same status cannot be brought again once it has been taken back.
            old = stage.registry.store.read("show", f"main:{path_of(NAME, '1.0.0', 'status.json')}")
            desk.ok("status", f"{NAME}@1.0.0", "active", "--key", key)
            event = stage.event(stage.registry.pulls()[-1].number, "alice")
            assert "is published as" in run("merge").stdout
            applier = stage.propose(
                "mallory", {path_of(NAME, "1.0.0", "status.json"): old}, branch="replay"
            )
            event = stage.event(applier, "mallory")
            assert run("merge").returncode == 1
