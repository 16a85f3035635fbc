"""Importing: from files and from registries, once and again."""

import gzip
import json
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.hosts.hosts import host_named
from mcp_static.importing.importing import ImportOptions, ImportReport, import_entries
from mcp_static.model.errors import InputError, ServiceError
from mcp_static.model.times import format_time
from mcp_static.settings import Settings, parse_settings

from tests.conftest import Corpus, build_registry
from tests.doubles.static_hosts import static_host
from tests.hosting import free_port
from tests.importing.doubles import page, registry_double
from tests.registries import Registry, server_json
from tests.servers import Served, run_cli

NAME = "io.github.alice/weather"


def entry(name: str = NAME, version: str = "1.0.0", day: int = 1, **official: Any) -> dict[str, Any]:
    stamp = f"2025-10-{day:02}T00:00:00.123456Z"
    meta = {"status": "active", "publishedAt": stamp, "updatedAt": stamp, "isLatest": True, **official}
    return {"server": server_json(name, version), "_meta": {OFFICIAL_META: meta}}


def take(source: object, into: Path, **options: Any) -> ImportReport:
    """Import from a list of entries (written to a file) or any other source."""
    if isinstance(source, list):
        file = into.parent / "source.ndjson"
        file.write_text("".join(json.dumps(value) + "\n" for value in source))
        source = file
    return import_entries(ImportOptions(source=str(source), into=into, **options))


def git(repository: Path, *arguments: str) -> str:
    run = subprocess.run(
        ["git", "-C", str(repository), *arguments], check=True, capture_output=True, text=True
    )
    return run.stdout.strip()


def test_the_official_registry_is_reproduced(corpus: Corpus) -> None:
    """Every server object, every time to the second, every isLatest."""
    assert corpus.imported.left_out == []
    shown = {}
    for part in (corpus.out / "data/pages/all").iterdir():
        for found in json.loads(part.read_bytes())["servers"]:
            shown[found["server"]["name"], found["server"]["version"]] = found
    assert len(shown) == len(corpus.entries) == corpus.imported.published
    assert corpus.built.versions == len(corpus.entries)
    assert corpus.built.servers == len({found["server"]["name"] for found in corpus.entries})
    if corpus.file.name.startswith("official-2025-12"):
        assert (corpus.built.versions, corpus.built.servers) == (2378, 915)
    for source in corpus.entries:
        ours = shown[source["server"]["name"], source["server"]["version"]]
        theirs, mine = source["_meta"][OFFICIAL_META], ours["_meta"][OFFICIAL_META]
        assert ours["server"] == source["server"]
        assert mine["publishedAt"][:19] == theirs["publishedAt"][:19]
        if theirs["isLatest"] is not None:
            assert mine["isLatest"] == theirs["isLatest"]


def test_importing_again_adds_nothing(corpus: Corpus, tmp_path: Path) -> None:
    clone = tmp_path / "clone.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(corpus.repository), str(clone)], check=True)
    before = git(clone, "rev-parse", "HEAD")
    report = take(corpus.file, clone, lenient=True)
    assert (report.published, report.statuses, report.commits) == (0, 0, 0)
    assert report.known == len(corpus.entries)
    assert git(clone, "rev-parse", "HEAD") == before


def test_strictly_only_what_breaks_no_publish_rule_is_taken(corpus: Corpus, tmp_path: Path) -> None:
    report = take(corpus.file, tmp_path / "strict.git")
    assert report.published + len(report.left_out) == len(corpus.entries)
    assert report.published > 0
    assert len(report.left_out) > 0
    rules = Counter(finding.id for finding in report.left_out)
    assert rules["schema"] > 0


def test_commits_carry_the_times_of_publishing_and_of_statuses(tmp_path: Path) -> None:
    into = tmp_path / "r.git"
    changed = {
        "status": "deprecated",
        "statusMessage": "Use v2.",
        "statusChangedAt": "2025-10-05T06:00:00Z",
    }
    take([entry(day=3), entry(version="0.9.0", day=1, **changed)], into)
    assert git(into, "log", "--reverse", "--format=%ct %s").splitlines() == [
        f"1759276800 Publish {NAME} 0.9.0",
        f"1759449600 Publish {NAME} 1.0.0",
        f"1759644000 Mark {NAME} 0.9.0 deprecated",
        f"{git(into, 'log', '-1', '--format=%ct')} Begin registry.toml",
    ]
    assert take([entry(version="0.9.0", day=1, **changed)], into).commits == 0
    again = entry(version="0.9.0", day=1, status="active", statusChangedAt="2025-10-06T00:00:00Z")
    assert take([again], into).statuses == 1


@pytest.mark.parametrize("kind", ["ndjson", "gzip", "array", "page", "indented", "one", "bare", "pipe"])
def test_every_form_of_a_source_is_read(kind: str, tmp_path: Path) -> None:
    entries = [entry(), entry(version="2.0.0", day=2)]
    text = "".join(json.dumps(value) + "\n" for value in entries)
    content = {
        "ndjson": text, "gzip": text, "pipe": text,
        "array": json.dumps(entries), "page": json.dumps({"servers": entries, "metadata": {}}),
        "indented": json.dumps({"servers": entries}, indent=2), "one": json.dumps(entries[0], indent=1),
        "bare": json.dumps(server_json(NAME)),
    }[kind].encode()  # fmt: skip
    file = tmp_path / "source"
    file.write_bytes(gzip.compress(content) if kind == "gzip" else content)
    if kind == "pipe":
        run = run_cli("import", "-", "--into", tmp_path / "r.git", input=text)
        assert run.returncode == 0, run.stderr
        assert run.stdout.startswith("2 versions and 0 status changes imported in 2 commits; ")
        return
    expected = 1 if kind in {"one", "bare"} else 2
    assert take(file, tmp_path / "r.git").published == expected


def test_only_the_names_asked_for_make_an_allowlist(tmp_path: Path) -> None:
    names = ["io.github.alice/weather", "io.github.alice/maps", "com.example/x"]
    (tmp_path / "only.txt").write_text("# ours\nio.github.alice/*  # all of hers\ncom.example/y\n")
    (tmp_path / "s.ndjson").write_text("\n".join(json.dumps(entry(name)) for name in names))
    run = run_cli(
        "import", tmp_path / "s.ndjson", "--into", tmp_path / "r.git", "--only", tmp_path / "only.txt"
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("2 versions")
    assert "1 not asked for" in run.stdout


def test_what_cannot_be_taken_is_named_and_the_rest_is_taken(tmp_path: Path) -> None:
    future = format_time(int(time.time()) + 86_400)
    bad: list[Any] = [
        7, {"server": 7}, {"x": 1}, entry("nameless"), entry(version="../../x"), entry(version="latest"),
        entry(publishedAt="yesterday"), entry(publishedAt=future, updatedAt=future), entry(status="gone"),
        {"server": {"name": NAME, "version": "3.0.0", "description": 7}},
        entry("io.github.Alice/weather", day=2), {"server": {"name": 1, "version": 2}},
    ]  # fmt: skip
    report = take([entry(), *bad], tmp_path / "r.git", lenient=True)
    assert report.published == 1
    assert len(report.left_out) == len(bad)
    lines = "not json\n" + json.dumps(entry(version="4.0.0")) + "\n{broken\n"
    (tmp_path / "lines").write_text(json.dumps(entry()) + "\n" + lines)
    report = take(tmp_path / "lines", tmp_path / "r.git")
    assert (report.published, report.known, len(report.left_out)) == (1, 1, 2)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"garbage", "neither"),
        (b"", "has no entries"),
        (b"\n \n", "has no entries"),
        (b"\x1f\x8b\x08garbage", "gzip"),
        (gzip.compress(b'{"a":1}' * 999, mtime=0)[:-9], "gzip"),
    ],
    ids=["neither", "empty", "blank", "no gzip after its magic number", "gzip cut short"],
)
def test_files_that_are_no_source_are_told(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InputError, match=message):
        take(tmp_path / "file", tmp_path / "r.git")
    with pytest.raises(InputError, match="cannot be read"):
        take(tmp_path / "missing", tmp_path / "r2.git")
    assert {path.name for path in tmp_path.iterdir()} == {"file"}, "no repository was made"


def test_a_work_tree_is_brought_up_to_date_and_never_trampled(tmp_path: Path) -> None:
    into = tmp_path / "tree"
    take([entry()], into)
    file = next(into.rglob("server.json"))
    assert git(into, "status", "--porcelain") == ""
    file.write_text("edited")
    with pytest.raises(InputError, match="uncommitted changes"):
        take([entry(version="2.0.0", day=2)], into)
    assert file.read_text() == "edited"
    git(into, "checkout", "-q", "--detach")
    with pytest.raises(InputError, match="no branch"):
        take([entry(version="2.0.0", day=2)], into)


def test_a_registry_is_mirrored_by_its_api(
    served_corpus: Served, corpus: Corpus, tmp_path: Path
) -> None:
    mirror = tmp_path / "mirror.git"
    report = take(served_corpus.url, mirror, lenient=True)
    assert report.published == len(corpus.entries)
    again = take(served_corpus.url, mirror, lenient=True)
    assert again.published == 0
    assert 0 < again.known < 50  # asked for what was updated since, not for everything


def test_an_interrupted_walk_goes_on_where_it_stopped(tmp_path: Path) -> None:
    works = False

    def answerer(query: dict[str, str]) -> tuple[int, bytes]:
        if query.get("cursor") == "two":
            return page([entry(version="2.0.0", day=2)]) if works else (503, b"")
        return page([entry()], "two")

    into = tmp_path / "r.git"
    with registry_double(answerer) as (url, asked):
        with pytest.raises(ServiceError, match="503"):
            take(url, into)
        works = True
        asked.clear()
        assert take(url, into).published == 2
        assert [query.get("cursor") for query in asked] == ["two"]
        asked.clear()
        take(url, into)
        assert asked[0]["updated_since"] == "2025-10-02T00:00:00Z"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((200, b"<html>"), "a web page"),
        ((200, b"nothing"), "not JSON"),
        ((200, b"[]"), "not a list of servers"),
        ((200, b'{"servers": null}'), "not a list of servers"),
        ((401, b"{}"), "answers 401"),
        (page([], "again"), "second time"),
    ],
)
def test_a_registry_that_misbehaves_is_told_and_nothing_is_committed(
    answer: tuple[int, bytes], message: str, tmp_path: Path
) -> None:
    with registry_double(lambda _: answer) as (url, _), pytest.raises(ServiceError, match=message):
        take(url, tmp_path / "r.git")
    assert git(tmp_path / "r.git", "rev-list", "--all") == ""


def test_a_missing_or_unreachable_registry_is_told_with_the_right_code(tmp_path: Path) -> None:
    with registry_double(lambda _: (404, b"")) as (url, _):
        run = run_cli("import", url, "--into", tmp_path / "r.git")
        assert (run.returncode, "does not exist" in run.stderr) == (1, True)
    run = run_cli("import", url, "--into", tmp_path / "r.git")
    assert (run.returncode, "could not be reached" in run.stderr) == (3, True)
    assert "Traceback" not in run.stderr


def test_other_choices_are_offered_what_was_left_out_before(tmp_path: Path) -> None:
    entries = [entry(), entry("com.example/maps", day=2), {**entry(version="2.0.0", day=3)}]
    entries[2]["server"]["title"] = ""  # breaks a publish rule
    into = tmp_path / "r.git"
    with registry_double(lambda _: page(entries)) as (url, asked):
        assert take(url, into, only=("com.example/*",)).published == 1
        assert take(url, into).published == 1
        assert take(url, into, lenient=True).published == 1
        assert ["updated_since" in query for query in asked] == [False, False, False]
        take(url, into)
        assert "updated_since" in asked[-1]
        take(url, into, anew=True)
        assert "updated_since" not in asked[-1]
        git(into, "update-ref", "refs/heads/main", git(into, "rev-list", "--max-parents=0", "main"))
        assert take(url, into, lenient=True).published == 2


def test_one_bad_entry_of_a_page_costs_only_itself(tmp_path: Path) -> None:
    bad = json.dumps(entry(version="6.6.6")).replace("Forecasts", "\\ud800")
    nan = json.dumps(entry(version="7.7.7")).replace('"active"', "NaN")
    body = f'{{"servers": [{bad}, {nan}, {json.dumps(entry())}], "metadata": {{}}}}'.encode()
    with registry_double(lambda _: (200, body)) as (url, _):
        report = take(url, tmp_path / "r.git")
    assert (report.published, len(report.left_out)) == (1, 2)
    lines = tmp_path / "lines"
    lines.write_text(f"{bad}\n{json.dumps(entry(version='2.0.0'))}\n")
    report = take(lines, tmp_path / "r.git")
    assert (report.published, len(report.left_out)) == (1, 1)


def test_a_registry_that_never_ends_is_left(tmp_path: Path) -> None:
    count = iter(range(10_000))
    with registry_double(lambda _: page([], f"c{next(count)}")) as (url, asked):
        with pytest.raises(ServiceError, match="empty pages"):
            take(url, tmp_path / "r.git")
        assert len(asked) < 100


def test_an_enclosing_repository_is_never_written_to(tmp_path: Path) -> None:
    outer = Registry(tmp_path / "outer", bare=False)
    outer.commit({"thesis.tex": "x"})
    outer.git("reset", "--hard", "-q")
    inner = outer.path / "registry"
    inner.mkdir()
    (inner / "file").write_text("x")
    before = outer.head
    with pytest.raises(InputError, match="not a Git repository"):
        take([entry()], inner)
    assert outer.head == before
    (inner / "file").unlink()
    assert take([entry()], inner).published == 1  # an empty folder becomes a repository of its own
    assert outer.head == before


def test_a_version_that_comes_back_leaves_alone_the_addresses_taken_since(tmp_path: Path) -> None:
    into, other = tmp_path / "registry.git", "io.github.bob/forecast"

    def leading_to(address: str, found: dict[str, Any]) -> dict[str, Any]:
        found["server"]["remotes"] = [{"type": "sse", "url": address}]
        return found

    def weather(status: str, day: int) -> dict[str, Any]:
        changed = f"2025-10-{day:02}T00:00:00Z"
        found = entry(status=status, statusChangedAt=changed, updatedAt=changed)
        return leading_to("https://MCP.example.com:443/sse", found)

    def statuses() -> list[str]:
        return git(into, "log", "--format=%s", "--reverse", "--grep=^Mark").splitlines()

    take([weather("deleted", 2)], into)
    take([leading_to("https://mcp.example.com/sse", entry(other, day=3))], into)
    report = take([weather("active", 4)], into)
    (left_out,) = report.left_out
    assert (left_out.id, left_out.path) == ("remote-unique", f"{NAME} 1.0.0")
    assert f"stays deleted, since {other} uses https://mcp.example.com/sse" in left_out.message
    assert (report.known, report.statuses) == (1, 0)
    assert statuses() == [f"Mark {NAME} 1.0.0 deleted"]
    moved = weather("active", 4)
    moved["server"]["remotes"] = []
    assert len(take([moved], into).left_out) == 1, "what was published decides, not what comes now"
    assert take([weather("active", 4)], into, lenient=True).statuses == 1
    assert statuses() == [f"Mark {NAME} 1.0.0 deleted", f"Mark {NAME} 1.0.0 active"]


def test_a_version_comes_back_where_nobody_took_its_addresses(tmp_path: Path) -> None:
    def weather(status: str) -> dict[str, Any]:
        found = entry(status=status)
        found["server"]["remotes"] = [{"type": "sse", "url": "https://mcp.example.com/sse"}]
        return found

    for status in ("deleted", "active"):
        report = take([weather(status)], tmp_path / "registry.git")
        assert (report.statuses, report.left_out) == (1, [])


def test_untracked_records_are_not_overwritten(tmp_path: Path) -> None:
    into = tmp_path / "tree"
    take([entry()], into)
    mine = next(into.rglob("server.json")).parent.with_name("2.0.0") / "server.json"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(InputError, match="uncommitted"):
        take([entry(version="2.0.0", day=2)], into)
    assert mine.read_text() == "mine"


def test_what_a_killed_import_left_undone_is_ended_by_the_next(tmp_path: Path) -> None:
    into = tmp_path / "tree"
    take([entry()], into)
    # As if killed after the branch had moved and before the work tree was brought up to date.
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(into), str(bare)], check=True)
    take([entry(version="2.0.0", day=2)], bare)
    git(into, "fetch", "-q", str(bare), "main")
    git(into, "update-ref", "refs/heads/main", "FETCH_HEAD")
    before = git(into, "rev-parse", "main~1")
    (into / ".git/mcp-static/unfinished-checkout").write_text(before)
    (into / ".git/index.lock").touch()
    assert take([entry(version="3.0.0", day=3)], into).published == 1
    assert git(into, "status", "--porcelain") == ""
    assert len(list(into.rglob("server.json"))) == 3


def test_an_import_killed_before_it_committed_touches_no_later_work(tmp_path: Path) -> None:
    into = tmp_path / "tree"
    take([entry()], into)
    (into / ".git/mcp-static/unfinished-checkout").write_text(git(into, "rev-parse", "main"))
    mine = next(into.rglob("server.json"))
    mine.write_text("edited since")
    with pytest.raises(InputError, match="uncommitted"):
        take([entry(version="2.0.0", day=2)], into)
    assert mine.read_text() == "edited since"


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://127.0.0.1:99999", "http://a b/"])
def test_addresses_that_are_none_are_the_inputs_fault(url: str, tmp_path: Path) -> None:
    run = run_cli("import", url, "--into", tmp_path / "r.git")
    assert run.returncode == 1
    assert "Traceback" not in run.stderr


def test_an_allowlist_without_names_is_refused(tmp_path: Path) -> None:
    (tmp_path / "only").write_text("# nothing\n")
    (tmp_path / "s").write_text(json.dumps(entry()))
    run = run_cli("import", tmp_path / "s", "--into", tmp_path / "r.git", "--only", tmp_path / "only")
    assert (run.returncode, "names no server" in run.stderr) == (1, True)


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_registry_that_reads_no_query_loses_no_version(
    *, is_ours: bool, registry: Registry, tmp_path: Path
) -> None:
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        registry.publish(NAME, version)
    registry.publish("com.example/other")
    registry.set_status(NAME, "1.1.0", "deleted", "Gone.")
    out = tmp_path / "dist"
    build_registry(registry, out, target=host_named("github-pages").target(Settings()))
    shown = out.resolve()
    if not is_ours:
        shown = tmp_path / "theirs"
        shutil.copytree(out, shown)
        shutil.rmtree(shown / "data")
    port = free_port()
    with static_host("github-pages", shown, "/repo", port):
        into = tmp_path / "mirror.git"
        report = take(f"http://127.0.0.1:{port}/repo", into)
        again = take(f"http://127.0.0.1:{port}/repo", into)
    # Deleted ones are where only our own exports have them.
    assert (report.published, report.statuses) == ((4, 1) if is_ours else (3, 0))
    assert report.left_out == []
    assert (again.published, again.statuses, again.commits) == (0, 0, 0)


def test_an_export_in_the_middle_of_a_deploy_is_not_taken(registry: Registry, tmp_path: Path) -> None:
    registry.publish(NAME)
    registry.publish("com.example/other")
    build_registry(registry, tmp_path / "dist", target=host_named("github-pages").target(Settings()))
    shown = tmp_path / "shown"
    shutil.copytree(tmp_path / "dist", shown)
    (part,) = shown.glob("data/export/0-*.ndjson.gz")
    for content in (gzip.compress(b"{}\n"), b"\x1f\x8bnothing"):
        part.write_bytes(content)
        port = free_port()
        with (
            static_host("github-pages", shown, "", port),
            pytest.raises(ServiceError, match="not what its index says"),
        ):
            take(f"http://127.0.0.1:{port}", tmp_path / "mirror.git")


def test_a_new_repository_gets_settings_to_begin_with(tmp_path: Path) -> None:
    into = tmp_path / "new.git"
    first = take([entry(day=3)], into)
    assert first.has_settings
    text = git(into, "show", "HEAD:registry.toml")
    assert parse_settings(text).title == "Imported MCP servers"
    settings = "\n".join(
        line.removeprefix("# ").partition("  ")[0] for line in text.splitlines() if "= " in line
    )
    assert parse_settings(settings).url == "https://mcp.example.com", "what is commented out is valid"
    build_registry(Registry(into), tmp_path / "dist")
    found = json.loads((tmp_path / f"dist/v0.1/servers/{NAME}/versions/1.0.0.json").read_bytes())
    assert found["_meta"][OFFICIAL_META]["updatedAt"].startswith("2025-10-03")
    second = take([entry(), entry(version="1.1.0", day=4)], into)
    assert not second.has_settings
    assert git(into, "show", "HEAD:registry.toml") == text


def test_a_registry_behind_a_sign_in_says_so(tmp_path: Path) -> None:
    page_of_login = b"<!doctype html><title>Sign in</title>"
    with registry_double(lambda _: (200, page_of_login)) as (url, _):
        done = run_cli("import", url, "--into", tmp_path / "mirror.git")
    assert done.returncode == 3
    assert "answers with a web page" in done.stderr
    assert "sign-in" in done.stderr
    for name, more in {"import": [f"--into={tmp_path}/m.git"], "verify": [], "conformance": []}.items():
        with registry_double(lambda _: (401, b"")) as (url, _):
            done = run_cli(name, url, *more)
        assert done.returncode == 3, done.stdout
        assert "answers 401: it asks for a sign-in" in done.stderr
        assert "[network]" in done.stderr
        assert "in a while" not in done.stderr
