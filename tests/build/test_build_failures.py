"""How a build behaves when things go wrong: damage, doubt, a full disk, a kill at any instant."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock
from mcp_static.build import incremental
from mcp_static.model.errors import InputError, StoreUnusableError
from mcp_static.store.seal import seal
from mcp_static.store.store import Store, telling_damage

from tests.conftest import Corpus, build_registry
from tests.registries import Registry, files_below, path_of, server_json
from tests.servers import PROJECT, run_cli

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


@pytest.mark.parametrize("damage", ["zero", "random", "gone", "format", "tree", "snapshot", "builder"])
def test_any_doubt_about_the_state_means_a_full_build(
    registry: Registry, tmp_path: Path, damage: str
) -> None:
    for version in range(30):
        registry.publish(ALICE, f"1.0.{version}")
    out = tmp_path / "dist"
    build_registry(registry, out)
    registry.publish(ALICE, "2.0.0")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    match damage:
        case "zero":
            database.write_bytes(b"")
        case "random":
            content = bytearray(database.read_bytes())
            content[4096 : len(content) : 7] = b"\xa5" * len(content[4096 : len(content) : 7])
            database.write_bytes(bytes(content))
        case "gone":
            database.unlink()
        case "tree":
            with sqlite3.connect(database) as connection:
                connection.execute("UPDATE facts SET value = 'z' WHERE key = 'tree'")
        case "snapshot":
            (out / "data/snapshot.json").unlink()
        case _:
            with sqlite3.connect(database) as connection:
                connection.execute("UPDATE facts SET value = '0' WHERE key = ?", (damage,))
    report = build_registry(registry, out)
    assert report.why_full
    assert report.versions == 31
    fresh = tmp_path / "fresh"
    build_registry(registry, fresh)
    assert files_below(out) == files_below(fresh)
    assert [child.name for child in (tmp_path / "dist.state").iterdir() if child.name.isdecimal()] == [
        "2"
    ]


def test_changed_settings_mean_a_full_build(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    registry.commit({"registry.toml": 'title = "Ours"'})
    assert "settings" in build_registry(registry, tmp_path / "dist").why_full
    assert (
        json.loads((tmp_path / "dist/data/snapshot.json").read_bytes())["registry"]["title"] == "Ours"
    )


def test_a_folder_that_is_not_ours_is_left_alone(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    precious = tmp_path / "dist"
    precious.mkdir()
    (precious / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="was not made by mcp-static"):
        build_registry(registry, precious)
    assert (precious / "thesis.tex").read_text() == "years of work"
    assert not (tmp_path / "dist.state").exists()
    link = tmp_path / "link"
    link.symlink_to(precious)
    with pytest.raises(InputError, match="leads somewhere else"):
        build_registry(registry, link)
    state = tmp_path / "other.state"
    state.mkdir()
    (state / "mine").write_text("x")
    with pytest.raises(InputError, match="not made by mcp-static"):
        build_registry(registry, tmp_path / "other")


def test_an_empty_folder_may_be_taken(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    (tmp_path / "dist").mkdir()
    build_registry(registry, tmp_path / "dist")
    assert (tmp_path / "dist/data/snapshot.json").exists()


def test_two_builds_at_once_do_not_meet(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    out = tmp_path / "dist"
    build_registry(registry, out)
    with FileLock(tmp_path / "dist.state" / "lock"), pytest.raises(InputError, match="under way"):
        build_registry(registry, out)
    assert build_registry(registry, out).is_current


def test_a_full_disk_is_said_and_what_was_shown_stays(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    out = tmp_path / "dist"
    build_registry(registry, out)
    before = files_below(out)
    for number in range(120):
        registry.publish(f"com.example/server-{number}")

    def few_bytes_a_file() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    for more in ([], ["--full"]):
        run = run_cli(
            "build", "--repo", registry.path, "--out", out, *more, preexec_fn=few_bytes_a_file
        )
        assert run.returncode == 1, run.stderr
        assert "could not be written" in run.stderr
        assert "Traceback" not in run.stderr
        assert files_below(out) == before
    build_registry(registry, out)
    assert json.loads((out / "data/snapshot.json").read_bytes())["counts"]["versions"] == 121


def test_an_output_that_cannot_be_made_is_said(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    (tmp_path / "file").write_text("x")
    run = run_cli("build", "--repo", registry.path, "--out", tmp_path / "file" / "dist")
    assert run.returncode == 1
    assert "could not be written" in run.stderr
    run = run_cli("build", "--repo", registry.path, "--out", "/proc/dist")
    assert run.returncode == 1
    assert "could not be written" in run.stderr
    assert "Traceback" not in run.stderr


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


def test_the_same_commit_gives_the_same_bytes_with_any_number_of_workers(
    corpus: Corpus, tmp_path: Path
) -> None:
    run = run_cli("build", "--repo", corpus.repository, "--out", tmp_path / "one", "--workers", "1")
    assert run.returncode == 0, run.stderr
    assert files_below(tmp_path / "one") == files_below(corpus.out)


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


def test_changed_bodies_in_the_state_are_noticed(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    registry.publish(ALICE, "2.0.0")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE bodies SET document = CAST(replace(document, 'Earth', 'Mars!') AS BLOB)"
        )
    seal(database)  # as if a failing disk had done it
    report = build_registry(registry, tmp_path / "dist")
    assert "is damaged: the body of entry 0" in report.why_full
    assert not [path for path, body in files_below(tmp_path / "dist").items() if b"Mars" in body]


def test_a_broken_page_of_the_database_means_a_full_build(registry: Registry, tmp_path: Path) -> None:
    for number in range(40):
        registry.publish(f"com.example/server-{number}")
    out = tmp_path / "dist"
    build_registry(registry, out)
    registry.publish(ALICE)
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    content = bytearray(database.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    database.write_bytes(content)
    seal(database)  # as if a failing disk had done it
    assert "is damaged" in build_registry(registry, out).why_full
    build_registry(registry, tmp_path / "fresh")
    assert files_below(out) == files_below(tmp_path / "fresh")


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


def test_a_mistaken_query_is_no_damage(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    with (
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        telling_damage(),
        Store.open(database) as store,
    ):
        store.entries._connection.execute("SELECT * FROM nowhere")


def test_a_store_that_anything_wrote_to_is_not_trusted(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    with Store.open(database):
        pass
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM left_out")
        connection.execute("PRAGMA user_version = 7")
    with pytest.raises(StoreUnusableError, match="was changed"):
        Store.open(database)


@pytest.mark.parametrize("table", ["days", "servers", "versions", "bodies", "facts", "documents"])
def test_a_state_that_lacks_rows_means_a_full_build(
    registry: Registry, tmp_path: Path, table: str
) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    registry.publish(ALICE, "2.0.0")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    with sqlite3.connect(database) as connection:
        connection.execute(f"DELETE FROM {table}")
    assert build_registry(registry, tmp_path / "dist").versions == 2
    build_registry(registry, tmp_path / "fresh")
    assert files_below(tmp_path / "dist") == files_below(tmp_path / "fresh")


def test_a_state_without_our_tables_is_of_another_version(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TABLE facts")
    connection.close()
    seal(database)
    assert "another version" in build_registry(registry, tmp_path / "dist").why_full


def test_an_output_inside_another_is_refused(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    with pytest.raises(InputError, match="inside the output"):
        build_registry(registry, tmp_path / "dist" / "sub")
    for out in ("/", ".."):
        with pytest.raises(InputError, match="cannot be an output"):
            build_registry(registry, Path(out))


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _workers_of(pid: int) -> list[int]:
    """The worker processes of a build, once they have become what they are."""
    try:
        children = [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
        return [
            child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []


def test_a_killed_worker_is_said_and_workers_end_with_their_parent(
    corpus: Corpus, tmp_path: Path
) -> None:
    command = [
        sys.executable,
        "-m",
        "mcp_static",
        "build",
        "--repo",
        str(corpus.repository),
        "--out",
        "dist",
        "--workers",
        "2",
    ]
    for signal_number, target in (
        (signal.SIGKILL, "worker"),
        (signal.SIGKILL, "parent"),
        (signal.SIGTERM, "parent"),
    ):
        process = subprocess.Popen(command, cwd=tmp_path, text=True, env={**os.environ, "PYTHONPATH": str(PROJECT / "builder")},
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        workers: list[int] = []
        while len(workers) < 2 and process.poll() is None:
            workers = _workers_of(process.pid)
        assert len(workers) == 2
        os.kill(workers[0] if target == "worker" else process.pid, signal_number)
        _, message = process.communicate(timeout=30)
        if target == "worker":
            assert process.returncode == 1
            assert "Traceback" not in message
            assert "--workers 1" in message
        for _ in range(100):
            if not any(_is_alive(pid) for pid in workers):
                break
            time.sleep(0.1)
        else:
            raise AssertionError("a worker outlives its parent")
