"""The whole story: from an empty folder to a served entry, and to its deprecation."""

import json
import subprocess
from pathlib import Path

import pytest
from mcp_static.forges.github.repository import REQUIRED_STATUS

from tests.desk import a_desk
from tests.doubles.dns_lab import DnsLab
from tests.doubles.github_rules import BranchRules
from tests.registries import path_of
from tests.servers import run_cli, serve_in_background
from tests.stage import REGISTRY, client_of, settings_text

DOMAIN = "example.com"
NAME = "com.example/weather"
OTHER = "io.github.alice/other"
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
        stage.registry.protect("main", BranchRules(required=(REQUIRED_STATUS,)))
        stage.registry.grant("acme", "admin")
        (tmp_path / "near.toml").write_text(near)
        desk.env["MCP_STATIC_SETTINGS"] = str(tmp_path / "near.toml")

        # An author drafts a server.json, and makes a key.
        (desk.folder / "server.json").unlink()
        (desk.folder / "README.md").write_text(README)
        remote = "https://mcp.weather-tools.dev/mcp"
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
        handed = tmp_path / "handover.json"

        def say(login: str, number: int | None, words: str) -> int:
            """A comment, on a new issue unless a number is given, and the bot's answer to it."""
            stage.hub.add_token(f"token-of-{login}", login)
            with client_of(stage.hub, f"token-of-{login}") as github:
                repository = github.get_repo(REGISTRY)
                issue = repository.get_issue(number) if number else repository.create_issue("Hello")
                comment = issue.create_comment(words)
                told = stage.hub.issue_comment_event(stage.registry, issue.number, comment.id)
            given = ("--event", stage.write_event(told), "--repo", stage.clone, "--handover", handed)
            for job in ("read-comment", "bot"):
                done = run_cli(job, *given, env=workflow)
                assert done.returncode == 0, done.stdout + done.stderr
            return issue.number

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
            assert desk.ok("publish") == f"{NAME} 1.0.0 is published already, with these contents.\n"

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

            # Somebody registers the domain anew and publishes a key of their own: that waits.
            (desk.folder / "new").mkdir()
            said = desk.ok("keygen", DOMAIN, "--key", "new/new.pem")
            lab.set_txt(DOMAIN, said.partition('IN TXT "')[2].partition('"')[0])
            document = json.loads((desk.folder / "server.json").read_bytes())
            document["version"] = "1.1.0"
            (desk.folder / "server.json").write_text(json.dumps(document))
            desk.ok("sign", "--key", "new/new.pem")
            desk.ok("publish", "--no-check")
            number = stage.registry.pulls()[-1].number
            event = stage.event(number, "alice")
            assert run("check").returncode == 1
            held = run("merge")
            assert (held.returncode, "held until an operator approves" in held.stdout) == (1, True)
            say("mallory", number, f"/approve {stage.pull(number).head_sha}")
            assert run("merge").returncode == 1

            # So does a login that somebody else has by now.
            for version, is_held in (("1.0.0", False), ("1.1.0", True)):
                number = stage.propose("alice", stage.record(OTHER, version), branch=f"v{version}")
                event = stage.event(number, "alice")
                assert ("held until" in run("merge").stdout) is is_held
                if not is_held:
                    stage.hub.rename_user("alice", "alice-formerly")
                    stage.hub.add_user("alice")

            # The key has leaked: the operator blocks it and takes the server down, by comments.
            leaked = accepted["facts"]["fingerprint"]
            lab.set_txt(DOMAIN, record)
            issue = say("acme", None, f"/block key {leaked} it has leaked")
            issue = say("acme", issue, f"/takedown {NAME} its key has leaked")
            desk.build()
            assert served.get(f"{path}/latest").status_code == 404
            shown = served.get(f"{path}/1.0.0?include_deleted=true").json()["_meta"]
            official = shown["io.modelcontextprotocol.registry/official"]
            assert official["status"] == "deleted"
            takedown = shown["com.example.registry/provenance"]["takedown"]
            assert takedown["reason"] == "its key has leaked"
            assert served.get("/data/moderation.json").json()["acts"]

            # Its owner, or whoever has the key, gets it back in no way.
            desk.ok("sign", "--key", key)
            desk.ok("publish", "--no-check")
            event = stage.event(stage.registry.pulls()[-1].number, "alice")
            refused = run("check")
            assert (refused.returncode, "its key has leaked" in refused.stdout) == (1, True)
            assert run("merge").returncode == 1
            status = {path_of(NAME, "1.0.0", "status.json"): b'{"status": "active"}'}
            event = stage.event(stage.propose("alice", status, branch="active"), "alice")
            assert run("merge").returncode == 1
            away = {path_of(NAME, "1.0.0").rsplit("/", 2)[0] + "/takedown.json": None}
            event = stage.event(stage.propose("alice", away, branch="away"), "alice")
            assert run("merge").returncode == 1
            desk.build()
            assert served.get(f"{path}/latest").status_code == 404

            # Until the operator says so.
            say("acme", issue, f"/restore {NAME} it has a new key")
            desk.build()
            assert served.get(f"{path}/latest").status_code == 200
