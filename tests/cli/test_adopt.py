"""`mcp-static adopt`: what a registry's records say of who proved its names, remembered."""

import json
from pathlib import Path

from mcp_static.model.proofs import ProofId
from mcp_static.proofs.keys import key_of, new_private_key

from tests.registries import Registry, accepted_json, path_of
from tests.servers import run_cli

ALICES = "io.github.alice/weather"
KEY = key_of(new_private_key("ed25519")).record


def identities(registry: Registry, folder: str) -> list[dict[str, str]]:
    """The identities in an identity.json of main."""
    path = f"main:registry-data/servers/{folder}/identity.json"
    found: list[dict[str, str]] = json.loads(registry.git("show", path))["identities"]
    return found


def noted(registry: Registry, name: str, content: bytes) -> None:
    """A publish that was merged, and what the merge noted of it."""
    registry.publish(name, "1.0.0")
    registry.commit({path_of(name, "1.0.0", "accepted.json"): content})


def test_every_identity_on_record_is_remembered_in_one_commit(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry.git")
    older = json.loads(accepted_json(account_id=7))
    older["account"]["id"] = 7  # before ids named their forge
    noted(registry, ALICES, json.dumps(older).encode())
    key = json.loads(accepted_json(ProofId.DNS_KEY))
    del key["account"]
    key["facts"] = {"key": KEY, "domain": "example.com"}
    noted(registry, "com.example.api/maps", json.dumps(key).encode())
    registry.publish("io.github.bob/imported", "1.0.0")
    before = registry.git("rev-parse", "main")

    done = run_cli("adopt", "--repo", registry.path)
    assert done.returncode == 0, done.stderr
    assert registry.git("rev-parse", "main^") == before
    for folder in ("al/io.github.alice", "al/io.github.alice/weather"):
        [identity] = identities(registry, folder)
        assert (identity["kind"], identity["value"]) == ("account", "github.com/account/7")
    for folder in ("ap/com.example.api", "ap/com.example.api/maps", "ex/com.example"):
        [identity] = identities(registry, folder)
        assert (identity["kind"], identity["value"], identity["domain"]) == ("key", KEY, "example.com")

    again = run_cli("adopt", "--repo", registry.path)
    assert again.returncode == 0
    assert "already" in again.stdout
    assert registry.git("rev-parse", "main^") == before


def test_what_is_remembered_stays(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry.git")
    noted(registry, ALICES, accepted_json(account_id=7))
    run_cli("adopt", "--repo", registry.path)
    registry.publish(ALICES, "2.0.0")
    registry.commit({path_of(ALICES, "2.0.0", "accepted.json"): accepted_json(account_id=8)})
    assert run_cli("adopt", "--repo", registry.path).returncode == 0
    values = [one["value"] for one in identities(registry, "al/io.github.alice")]
    assert values == ["github.com/account/7", "github.com/account/8"]


def test_hostile_notes_are_passed_over(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry.git")
    hostile = (b"[]", b"{", b'{"acceptedAt":7}', b'{"acceptedAt":"2026-01-01T00:00:00Z","facts":[]}',
               b'{"acceptedAt":"2026-01-01T00:00:00Z","proof":"github-account","account":{"id":{}}}',
               b'{"acceptedAt":"2026-01-01T00:00:00Z","proof":"dns-key","facts":{"key":[],"keys":{}}}')  # fmt: skip
    for place, content in enumerate(hostile):
        noted(registry, f"io.github.alice/s{place}", content)
    done = run_cli("adopt", "--repo", registry.path)
    assert (done.returncode, done.stderr) == (0, "")


def test_where_nothing_was_committed_yet_it_says_so(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry.git")
    done = run_cli("adopt", "--repo", registry.path)
    assert done.returncode == 1
    assert "no commits yet" in done.stderr
