"""Verifying: what was built and is served holds, and whatever somebody changed is named."""

import gzip
import shutil
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest
from mcp_static.api.abilities import Ability
from mcp_static.api.paths import SNAPSHOT
from mcp_static.build.progress import Silent
from mcp_static.conformance.served import address_of
from mcp_static.conformance.verifying import folder_reader, verify
from mcp_static.hosts.hosts import host_named
from mcp_static.settings import Settings

from tests.conftest import build_registry
from tests.hosting import Hosted
from tests.registries import Registry
from tests.servers import run_cli, serve_in_background


@pytest.fixture
def out(registry: Registry, tmp_path: Path) -> Path:
    """A small registry, built."""
    for number in range(12):
        registry.publish(f"io.github.user{number}/server", f"1.0.{number}+b")
    registry.publish("com.example/odd name".replace(" ", "-"), "v1 final")
    registry.set_status("io.github.user3/server", "1.0.3+b", "deleted")
    out = tmp_path / "dist"
    build_registry(registry, out)
    return out


def test_what_was_built_and_is_served_holds(out: Path) -> None:
    stored = run_cli("verify", out, "--all")
    assert stored.returncode == 0, stored.stdout + stored.stderr
    with serve_in_background(out) as served:
        done = run_cli("verify", served.url, "--all")
        assert done.returncode == 0, done.stdout + done.stderr
        assert ", 0 wrong." in done.stdout
        compared, _, listed, *_ = done.stdout.partition(": ")[2].split()
        assert int(compared) == int(listed) > 40
        sample = run_cli("verify", served.url, "--sample", "5")
        assert ": 5 of " in sample.stdout


@pytest.mark.parametrize(
    "path",
    [
        "v0.1/servers/io.github.user1/server/versions/latest.json",
        "data/deleted/servers/io.github.user3/server/versions/1.0.3+b.json",
        "data/pages/all/0.json",
        "data/export/0-*.ndjson.gz",
        "data/search/entries/0-*.tsv",
        "data/checksums/entries-0-*.txt",
        "data/checksums/index-*.txt",
        "feed.xml",
    ],
)
@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_whatever_was_changed_is_named(path: str, damage: str, out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(f"{out}/", copy)
    (found,) = copy.glob(path.replace("[", "[[]"))
    path = str(found.relative_to(copy))
    if damage == "gone":
        (copy / path).unlink()
    else:
        (copy / path).write_bytes((copy / path).read_bytes() + b" ")
    done = run_cli("verify", copy, "--all")
    assert done.returncode == 1
    assert f"✗ {path} " in done.stdout


def test_what_cannot_be_verified_is_told(tmp_path: Path) -> None:
    assert run_cli("verify", tmp_path).returncode == 1
    assert run_cli("verify", tmp_path / "absent").returncode == 1
    assert run_cli("verify", "http://127.0.0.1:9").returncode == 3


def test_documents_are_asked_for_at_the_standards_addresses() -> None:
    path = "v0.1/servers/io.github.a/b/versions/1.0.0+x.json"
    assert address_of(path) == "v0.1/servers/io.github.a%2Fb/versions/1.0.0%2Bx"
    assert (
        address_of("v0.1/servers/io.github.a/b/versions.json")
        == "v0.1/servers/io.github.a%2Fb/versions"
    )
    assert address_of("data/pages/all/0.json") == "data/pages/all/0.json"
    assert address_of("v0.1/health.json") == "v0.1/health"


def test_a_served_list_that_loses_or_repeats_entries_is_named(out: Path) -> None:
    facts = orjson.loads((out / "data/snapshot.json").read_bytes())
    page = orjson.loads((out / "data/pages/all/0.json").read_bytes())

    folder = folder_reader(out)
    # Of a plain host nothing is known: a list of latest entries would be right as well.
    facts["host"]["honours"] = [Ability.CURSORS.value]
    honest = orjson.dumps(facts)

    def read(path: str) -> bytes | None:
        return honest if path == SNAPSHOT else folder(path)

    def said(*pages: dict[str, Any] | None) -> list[tuple[str, str]]:
        waiting = [None if page is None else orjson.dumps(page) for page in pages]
        found = verify(read, 1, Silent(), lambda _: waiting.pop(0))
        return [(one.path, one.message) for one in found.problems if one.path == "v0.1/servers"]

    def of(entries: list[Any], cursor: str = "") -> dict[str, Any]:
        return {"servers": entries, "metadata": {"nextCursor": cursor} if cursor else {}}

    entries = page["servers"]
    assert len(entries) == facts["counts"]["versions"]
    assert said(of(entries)) == []
    assert said(of(entries[:4], "x"), of(entries[4:])) == []
    assert said(of(entries[1:])) == [
        ("v0.1/servers", f"has {len(entries) - 1} entries, and the snapshot {len(entries)}")
    ]
    assert "twice" in said(of(entries, "x"), of(entries))[0][1]
    assert "is not a list" in said(None)[0][1]
    assert "not a list at the cursor x" in said(of(entries[:4], "x"), {"servers": [1]})[0][1]


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("nginx", "data/search/index.json.gz"),
        ("nginx", "host/nginx.conf"),
        ("github-pages", "v0.1/servers/io.github.user1/server/versions.html"),
    ],
)
def test_damaged_twins_and_files_of_the_host_are_named(
    host: str, path: str, registry: Registry, tmp_path: Path
) -> None:
    for number in range(12):
        registry.publish(f"io.github.user{number}/server", "1.0.0")
    build_registry(registry, tmp_path / "dist", target=host_named(host).target(Settings()))
    copy = tmp_path / "copy"
    shutil.copytree(f"{tmp_path / 'dist'}/", copy)
    assert run_cli("verify", copy, "--all").returncode == 0
    damaged = copy / (path if (copy / path).exists() else "data/pages/all/0.json.gz")
    damaged.write_bytes(gzip.compress(b"other") if path.endswith(".gz") else b"other")
    done = run_cli("verify", copy, "--all")
    assert done.returncode == 1
    assert f"✗ {damaged.relative_to(copy)} " in done.stdout


def verified(hosted: Hosted) -> None:
    done = run_cli("verify", hosted.url, "--all")
    assert done.returncode == 0, done.stderr
    assert ", 0 wrong." in done.stdout


def test_every_host_serves_what_was_built(any_host: Hosted) -> None:
    verified(any_host)


@pytest.mark.parametrize(("age", "code"), [(120, 0), (5000, 1), (None, 1)])
def test_a_copy_from_a_cache_that_cannot_be_passed_is_told_apart(
    age: int | None, code: int, registry: Registry, tmp_path: Path
) -> None:
    registry.publish("com.example/one")
    build_registry(registry, tmp_path / "dist")
    old = tmp_path / "old"
    shutil.copytree(f"{tmp_path / 'dist'}/", old)
    registry.publish("com.example/two")
    build_registry(registry, tmp_path / "dist")

    class Cache(SimpleHTTPRequestHandler):
        """A cache that goes by paths alone, and holds the feed of before."""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0].strip("/").replace("%2F", "/")
            is_held = path == "feed.xml"
            for name in (path, f"{path}.json"):
                file = (old if is_held else tmp_path / "dist") / name
                if file.is_file():
                    self.send_response(200)
                    if is_held and age is not None:
                        self.send_header("Age", str(age))
                    self.end_headers()
                    self.wfile.write(file.read_bytes())
                    return
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Cache) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        done = run_cli("verify", f"http://127.0.0.1:{server.server_port}", "--all")
        server.shutdown()
    assert done.returncode == code, done.stdout
    assert "feed.xml does not match its checksum" in done.stdout
    assert ("a cache had an older copy" in done.stdout) is (code == 0)
