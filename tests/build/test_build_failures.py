"""How a build behaves when things go wrong: a rewritten history, misplaced records, a bug, a kill."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mcp_static.build import incremental
from mcp_static.model.errors import InputError

from tests.conftest import build_registry
from tests.registries import Registry, files_below, path_of, server_json
from tests.servers import PROJECT

ALICE = "io.github.alice/weather"


def test_rewritten_history_is_refused_until_accepted(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    base = registry.head
    registry.publish(ALICE, "1.0.1")
    out = tmp_path / "dist"
    build_registry(registry, out)
    before = files_below(out)
    registry.git("update-ref", "refs/heads/main", base)
    registry.publish(ALICE, "6.6.6")
    for options in ({}, {"full": True}):
        with pytest.raises(InputError, match="rewritten"):
            build_registry(registry, out, **options)
    assert files_below(out) == before
    report = build_registry(registry, out, accept_rewrite=True)
    assert "rewritten" in report.why_full
    assert (out / f"v0.1/servers/{ALICE}/versions/6.6.6.json").exists()


def test_an_older_commit_is_no_successor(registry: Registry, tmp_path: Path) -> None:
    older = registry.publish(ALICE)
    registry.publish(ALICE, "1.0.1")
    build_registry(registry, tmp_path / "dist")
    with pytest.raises(InputError, match="rewritten"):
        build_registry(registry, tmp_path / "dist", commit=older)


def test_changed_settings_mean_a_full_build(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    registry.commit({"registry.toml": 'title = "Ours"'})
    assert "settings" in build_registry(registry, tmp_path / "dist").why_full
    assert (
        json.loads((tmp_path / "dist/data/snapshot.json").read_bytes())["registry"]["title"] == "Ours"
    )


def test_a_path_that_is_not_utf8_is_left_out(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    stream = (
        b"commit refs/heads/main\ncommitter a <a@b> %d +0000\ndata 1\n.\nfrom refs/heads/main^0\n"
        b'M 100644 inline "registry-data/servers/al/io.github.alice/x/\\351/server.json"\ndata 2\n{}\n'
    ) % (registry.time + 60)
    subprocess.run(
        ["git", "-C", str(registry.path), "fast-import", "--quiet"], input=stream, check=True
    )
    report = build_registry(registry, tmp_path / "dist")
    assert report.versions == 1
    assert [reason for _, reason in report.left_out] == ["has a path that is not UTF-8"]


def test_a_misplaced_record_is_told_where_it_belongs(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    places = {
        "xx/io.github.alice/weather/2.0.0": "belongs at " + path_of(ALICE, "2.0.0"),
        "al/io.github.alice/_x/1.0.0": "server part",
        "al/io.github.alice/x/latest": "newest",
        "al/io.github.alice/x": "is not at",
    }
    registry.commit({f"registry-data/servers/{place}/server.json": "{}" for place in places})
    reasons = dict(build_registry(registry, tmp_path / "dist").left_out)
    for place, message in places.items():
        assert message in reasons[f"registry-data/servers/{place}/server.json"]


@pytest.mark.parametrize("bug", [TypeError, AttributeError, AssertionError, ValueError, KeyError])
def test_a_bug_in_an_incremental_build_shows(
    bug: type[Exception], registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.publish(ALICE)
    out = tmp_path / "dist"
    build_registry(registry, out)
    before = files_below(out)
    registry.publish(ALICE, "2.0.0")

    def mistake(_: object) -> None:
        raise bug("a mistake of ours")

    with monkeypatch.context() as patch:
        patch.setattr(incremental, "touched_plan", mistake)
        with pytest.raises(bug, match="a mistake of ours"):
            build_registry(registry, out)
    assert files_below(out) == before
    assert not build_registry(registry, out).why_full


def test_a_build_killed_at_any_instant_leaves_the_last_one_whole(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry.git")
    registry.commit(
        {
            path_of(f"com.example/s-{n}", "1.0.0"): json.dumps(server_json(f"com.example/s-{n}"))
            for n in range(150)
        }
    )
    out = tmp_path / "dist"
    build_registry(registry, out)
    whole = {registry.head: files_below(out)}
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "builder")}
    for attempt in range(12):
        registry.publish("com.example/s-7", f"2.0.{attempt}")
        registry.set_status(
            "com.example/s-9", "1.0.0", ("deprecated", "active", "deleted")[attempt % 3]
        )
        more = ["--full"] if attempt % 4 == 3 else []
        process = subprocess.Popen(
            [sys.executable, "-m", "mcp_static", "build", "--repo", str(registry.path), "--out", str(out), *more],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(0.25 + attempt * 0.06)
        process.kill()
        process.wait()
        shown = files_below(out)
        commit = json.loads(shown["data/snapshot.json"])["commit"]
        if commit not in whole:
            fresh = tmp_path / f"fresh-{attempt}"
            build_registry(registry, fresh, commit=commit)
            whole[commit] = files_below(fresh)
        assert shown == whole[commit]
    build_registry(registry, out)
    build_registry(registry, tmp_path / "last")
    assert files_below(out) == files_below(tmp_path / "last")
