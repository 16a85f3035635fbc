"""What reads sources has no right to write: what it hands over is judged by paths and lists."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp_static.cli.sync_command import command
from mcp_static.git.repository import open_repository
from mcp_static.model.errors import InputError
from mcp_static.syncing.handover import SyncHandover, judged, read_sync_handover

from tests.registries import path_of
from tests.syncing.sources import MAPS, WEATHER, Mirror, entry, table

FILE = "source.ndjson"
OWN = "com.example/own"


def run(*arguments: object) -> None:
    command.main([str(one) for one in arguments], standalone_mode=False)


def handed(mirror: Mirror, tmp_path: Path) -> dict[str, Any]:
    run("--repo", mirror.path, "--handover", tmp_path / "handover.json")
    document: dict[str, Any] = json.loads((tmp_path / "handover.json").read_bytes())
    return document


def judge(mirror: Mirror, document: dict[str, Any]) -> None:
    with open_repository(mirror.path) as repository:
        judged(repository, SyncHandover.model_validate(document))


@pytest.fixture
def reviewed(mirror: Mirror) -> Mirror:
    """A mirror with a record of its own, which has something to take in, withdraw and review."""
    mirror.configure(table(FILE, WEATHER, "com.example/gone"))
    mirror.registry.publish(OWN)
    mirror.offer([entry(), entry("com.example/gone")])
    mirror.sync()
    mirror.configure(table(FILE, WEATHER), table("other.ndjson", MAPS, approve="review"))
    mirror.offer([entry(), entry(version="2.0.0", day=2)])
    mirror.offer([entry(MAPS)], "other.ndjson")
    return mirror


def test_what_is_handed_over_lands_as_the_sync_itself_would_have_made_it(
    reviewed: Mirror, tmp_path: Path
) -> None:
    head = reviewed.registry.head
    document = handed(reviewed, tmp_path)
    assert reviewed.registry.head == head  # the part that reads has written nothing
    assert [one["title"] for one in document["reviews"]] == [f"Take in {MAPS} 1.0.0"]
    run("--repo", reviewed.path, "--land", tmp_path / "handover.json")
    assert reviewed.served == {f"{WEATHER}@1.0.0", f"{WEATHER}@2.0.0", f"{OWN}@1.0.0"}
    assert reviewed.sync().made == ()
    with pytest.raises(InputError, match="HEAD is"):
        run("--repo", reviewed.path, "--land", tmp_path / "handover.json")


def add(name: str, file: str, content: bytes) -> Callable[[dict[str, Any]], None]:
    """Put another file into the first commit."""

    def change(document: dict[str, Any]) -> None:
        files = document["commits"][0]["files"]
        files[path_of(name, "1.0.0", file)] = base64.b64encode(content).decode()

    return change


def note(**more: Any) -> bytes:
    facts = {"source": FILE, "digest": "sha256:" + "0" * 64, "publishedAt": "2025-10-01T00:00:00Z"}
    document = {"proof": "source-registry", "facts": facts, "acceptedAt": "2025-10-01T00:00:00Z"}
    return json.dumps(document | more).encode()


def path(text: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["commits"][0]["files"][text] = ""

    return change


def review(name: str, version: str = "1.0.0") -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["reviews"][0]["files"] = {path_of(name, version): "e30="}

    return change


def future(document: dict[str, Any]) -> None:
    document["commits"][0]["time"] += 86_400


ACTIVE = json.dumps({"status": "active", "by": "sync"}).encode()


@pytest.mark.parametrize(
    "change",
    [
        add("com.example/unlisted", "server.json", b"{}"),
        add(OWN, "server.json", b"{}"),
        add(WEATHER, "server.json", b"{}"),
        add(MAPS, "server.json", b"{}"),
        add(OWN, "status.json", ACTIVE),
        add(WEATHER, "status.json", b'{"status": "deleted"}'),
        add(WEATHER, "accepted.json", note()),
        add("com.example/x", "accepted.json", note(proof="dns-key")),
        add("com.example/x", "accepted.json", note(account={"login": "alice"})),
        add(WEATHER, "proof.json", b"{}"),
        path(".github/workflows/deploy.yml"),
        path("registry.toml"),
        path("registry-data/servers/ex/com.example/takedown.json"),
        path("registry-data/servers/ex/com.example/weather/../x/1.0.0/server.json"),
        review("com.example/unlisted"),
        review(WEATHER, "3.0.0"),
        future,
    ],
)
def test_nothing_but_what_a_sync_may_do_lands(
    reviewed: Mirror, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    document = handed(reviewed, tmp_path)
    judge(reviewed, document)
    change(document)
    with pytest.raises(InputError, match="does not hold"):
        judge(reviewed, document)


@pytest.mark.parametrize("content", ["", "[]", '{"format": 2}', '{"before": "x"}', "{" * 100_000])
def test_what_is_no_handover_is_told(content: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(content)
    with pytest.raises(InputError, match="not what a sync hands over"):
        read_sync_handover(tmp_path / "file")
    with pytest.raises(InputError, match="cannot be read"):
        read_sync_handover(tmp_path / "missing")
