"""What a build writes, and what it leaves out."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.model.errors import InputError

from tests.conftest import Corpus, build_registry
from tests.registries import (
    MERGER,
    START,
    TESTER,
    Registry,
    accepted_json,
    files_below,
    path_of,
    server_json,
)

ALICE = "io.github.alice/weather"


def entry_in(out: Path, name: str, version: str = "1.0.0") -> Path:
    """Where an output has an entry that is not deleted."""
    return out / f"v0.1/servers/{name}/versions/{version}.json"


def test_a_small_registry_has_the_documents_of_the_design(registry: Registry, tmp_path: Path) -> None:
    registry.commit({"registry.toml": 'namespace = "com.example.registry"'})
    first = registry.publish(ALICE)
    registry.publish(ALICE, "1.1.0")
    registry.publish("com.example/b+c".replace("+", "-"), "2025.1+x")
    out = tmp_path / "dist"
    report = build_registry(registry, out)
    files = files_below(out)
    assert report.written == len(files)
    assert {path for path in files if path.startswith("v0.1/")} == {
        "v0.1/health.json", "v0.1/ping.json", "v0.1/version.json", "v0.1/servers.json",
        f"v0.1/servers/{ALICE}/versions.json",
        f"v0.1/servers/{ALICE}/versions/1.0.0.json",
        f"v0.1/servers/{ALICE}/versions/1.1.0.json",
        f"v0.1/servers/{ALICE}/versions/latest.json",
        "v0.1/servers/com.example/b-c/versions.json",
        "v0.1/servers/com.example/b-c/versions/2025.1+x.json",
        "v0.1/servers/com.example/b-c/versions/latest.json",
    }  # fmt: skip
    entry = json.loads(files[f"v0.1/servers/{ALICE}/versions/1.0.0.json"])
    assert entry["_meta"]["com.example.registry/provenance"] == {"commit": first}
    assert entry["_meta"][OFFICIAL_META]["isLatest"] is False
    complete = json.loads(files["v0.1/servers.json"])
    assert "nextCursor" not in complete["metadata"]
    assert [e["server"]["version"] for e in complete["servers"]] == ["1.1.0", "2025.1+x"]
    versions = json.loads(files[f"v0.1/servers/{ALICE}/versions.json"])
    assert [e["server"]["version"] for e in versions["servers"]] == ["1.1.0", "1.0.0"]


def test_what_was_accepted_is_said_and_nothing_else_is(registry: Registry, tmp_path: Path) -> None:
    registry.commit({"registry.toml": 'namespace = "com.example.registry"'})
    accepted = path_of(ALICE, "1.0.0", "accepted.json")
    registry.commit(
        {path_of(ALICE, "1.0.0"): json.dumps(server_json(ALICE)), accepted: accepted_json()}
    )
    registry.commit({accepted.replace("1.0.0", "9.0.0"): accepted_json(login="mallory")})
    build_registry(registry, tmp_path / "dist")
    entry = json.loads((tmp_path / f"dist/v0.1/servers/{ALICE}/versions/1.0.0.json").read_bytes())
    assert entry["_meta"]["com.example.registry/provenance"]["accepted"] == json.loads(accepted_json())


def test_deleted_entries_are_nowhere_but_under_their_own_address(
    registry: Registry, tmp_path: Path
) -> None:
    registry.publish(ALICE)
    registry.publish(ALICE, "2.0.0")
    registry.set_status(ALICE, "2.0.0", "deleted", "Broken <release>")
    out = tmp_path / "dist"
    build_registry(registry, out)
    public = f"v0.1/servers/{ALICE}"
    assert not (out / public / "versions/2.0.0.json").exists()
    assert (
        json.loads((out / public / "versions/latest.json").read_bytes())["server"]["version"] == "1.0.0"
    )
    hidden = (out / f"data/deleted/servers/{ALICE}/versions/2.0.0.json").read_bytes()
    assert b"<" not in hidden
    assert json.loads(hidden)["_meta"][OFFICIAL_META]["statusMessage"] == "Broken <release>"
    registry.set_status(ALICE, "1.0.0", "deleted")
    build_registry(registry, out)
    assert not (out / public).exists()
    assert (out / f"data/deleted/servers/{ALICE}/versions/latest.json").exists()
    registry.set_status(ALICE, "1.0.0", "active")
    build_registry(registry, out)
    assert (
        json.loads((out / public / "versions/latest.json").read_bytes())["server"]["version"] == "1.0.0"
    )


def test_checksums_name_every_document_and_are_right(corpus: Corpus) -> None:
    checksums = json.loads((corpus.out / "data/snapshot.json").read_bytes())["checksums"]
    index = corpus.out / checksums["path"]
    assert checksums["sha256"].startswith(index.stem.removeprefix("index-"))
    parts = [line.split("  ")[1] for line in index.read_text().splitlines()]
    for listing in [checksums["path"], *parts]:
        subprocess.run(
            ["sha256sum", "--check", "--quiet", "--strict", listing], check=True, cwd=corpus.out
        )
    named = {
        line.split("  ", 1)[1]
        for part in parts
        for line in (corpus.out / part).read_text().splitlines()
    }
    unnamed = set(files_below(corpus.out)) - named
    bare = {re.sub(r"-[0-9a-f]{32}", "", path) for path in unnamed - set(parts)}
    assert {re.sub(r"\d+", "N", path) for path in bare} == {
        "data/snapshot.json", "data/checksums/index.txt", "data/export/N.ndjson.gz",
    }  # fmt: skip


def test_export_parts_joined_are_every_entry(corpus: Corpus) -> None:
    index = json.loads((corpus.out / "data/export/index.json").read_bytes())
    joined = b"".join((corpus.out / part["path"]).read_bytes() for part in index["parts"])
    entries = [json.loads(line) for line in gzip.decompress(joined).splitlines()]
    servers = sorted(json.dumps(entry["server"], sort_keys=True) for entry in entries)
    assert servers == sorted(json.dumps(server, sort_keys=True) for server in corpus.servers)


def test_no_authors_text_is_markup_anywhere(registry: Registry, tmp_path: Path) -> None:
    hostile = "</script><script>alert(1)</script>&\u2028"
    registry.publish(ALICE, description=hostile, title=hostile)
    build_registry(registry, tmp_path / "dist")
    for path, content in files_below(tmp_path / "dist").items():
        if not path.endswith((".gz", ".tsv")):  # plain text, which no host serves as markup
            assert b"<script>" not in content, path


def test_pages_are_small_enough_for_clients_and_led_on_to(corpus: Corpus) -> None:
    for chain in ("all", "everything", "latest"):
        pages = corpus.out / "data/pages" / chain
        numbers = sorted(int(page.stem) for page in pages.iterdir())
        assert numbers == list(range(len(numbers)))
        for number in numbers:
            body = (pages / f"{number}.json").read_bytes()
            assert len(body) < 10 * 1024 * 1024
            cursor = json.loads(body)["metadata"].get("nextCursor")
            last = number == numbers[-1]
            assert cursor == (None if last else f"{chain}.{(number + 1) * 100}")


def test_every_day_has_a_page_and_leads_on(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE, time=START)
    registry.publish(ALICE, "1.0.1", time=START + 4 * 86_400)
    registry.commit({"README.md": "x"}, time=START + 6 * 86_400)
    build_registry(registry, tmp_path / "dist")
    days = {
        page.parent.name: json.loads(page.read_bytes())["metadata"]
        for page in (tmp_path / "dist/data/pages/updated").glob("*/0.json")
    }
    assert sorted(days) == [f"2025-10-{day:02}" for day in range(9, 16)]
    # 1.0.0 was updated when it ceased to be the latest, so its first place is a gap.
    assert days["2025-10-09"] == {"count": 0, "gaps": [0], "nextCursor": "updated.2025-10-13.0"}
    assert days["2025-10-11"] == {"count": 0, "nextCursor": "updated.2025-10-13.0"}
    assert days["2025-10-13"] == {"count": 2}
    assert days["2025-10-15"] == {"count": 0}


def test_a_publish_writes_few_files_however_many_there_are(corpus: Corpus, tmp_path: Path) -> None:
    clone = tmp_path / "clone.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(corpus.repository), str(clone)], check=True)
    registry = Registry(clone)
    out = tmp_path / "dist"
    build_registry(registry, out)
    name = corpus.entries[0]["server"]["name"]
    registry.publish(name, "1000.0.0")
    report = build_registry(registry, out)
    assert report.why_full == ""
    assert 10 < report.written < 60


# What is left out


def test_broken_records_are_left_out_and_named_and_harm_no_other(
    registry: Registry, tmp_path: Path
) -> None:
    registry.publish(ALICE)
    bad: dict[str, bytes | str] = {
        "array": "[]",
        "large": '{"a": "' + "x" * 10_000_000 + '"}',
        "deep": '{"a":' * 5000,
        "nan": '{"a": NaN}',
        "twice": '{"name": "a", "name": "b"}',
        "latin": b'{"name": "\xe9"}',
        "other": json.dumps(server_json("io.github.bob/other")),
    }
    registry.commit({path_of(ALICE, version): content for version, content in bad.items()})
    link = path_of(ALICE, "link")
    registry.commit({link: "../1.0.0/server.json"}, modes={link: "120000"})
    module = "registry-data/servers/al/module"
    registry.commit({module: registry.head}, modes={module: "160000"})
    registry.commit({"registry-data/servers/al/io.github.alice/weather/server.json": "{}"})
    registry.commit({"registry-data/servers/al/..%2f/x/1/server.json": "{}"})
    registry.publish("io.github.Alice/Weather")
    registry.commit({path_of(ALICE, "1.0.0-RC"): json.dumps(server_json(ALICE, "1.0.0-RC"))})
    registry.commit({path_of(ALICE, "1.0.0-rc"): json.dumps(server_json(ALICE, "1.0.0-rc"))})
    report = build_registry(registry, tmp_path / "dist")
    reasons = dict(report.left_out)
    assert report.versions == 2
    for version, message in {
        "array": "an array", "large": "larger than", "deep": "deeper", "nan": "number", "twice": "more than once",
        "latin": "UTF-8", "other": "belongs at", "link": "symlink", "1.0.0-rc": "only in case",
    }.items():  # fmt: skip
        assert message in reasons[path_of(ALICE, version)]
    assert "submodule" in reasons[module]
    assert "case from" in reasons[path_of("io.github.Alice/Weather", "1.0.0")]
    assert len(reasons) == 13
    with pytest.raises(InputError, match="13 records cannot be served"):
        build_registry(registry, tmp_path / "strict", strict=True)
    assert not (tmp_path / "strict").exists()


def test_a_repaired_record_comes_back_at_its_old_place(registry: Registry, tmp_path: Path) -> None:
    registry.commit({path_of(ALICE, "1.0.0"): "{"})
    registry.publish("com.example/b")
    out = tmp_path / "dist"
    assert build_registry(registry, out).versions == 1
    registry.publish(ALICE)
    report = build_registry(registry, out)
    assert (report.versions, report.left_out) == (2, [])
    page = json.loads((out / "data/pages/all/0.json").read_bytes())
    assert [entry["server"]["name"] for entry in page["servers"]] == [ALICE, "com.example/b"]


@pytest.mark.parametrize("each", [True, False], ids=["built at each step", "built at once"])
def test_a_published_path_never_holds_other_bytes(
    each: bool, registry: Registry, tmp_path: Path
) -> None:
    registry.commit({"registry-data/README.md": "records"})
    path = path_of(ALICE, "1.0.0")
    registry.publish(ALICE)
    first = json.dumps(server_json(ALICE))
    build_registry(registry, tmp_path / "dist")
    served = json.loads(entry_in(tmp_path / "dist", ALICE).read_bytes())
    edited = json.dumps(server_json(ALICE, description="Edited."))
    for content, mode, is_there, is_named in (
        (edited, "100644", True, True),
        ("{", "100644", True, True),
        (first, "120000", True, True),
        (first, "100644", True, False),
        (None, "100644", False, False),
        (edited, "100644", False, True),
        ("{", "100644", False, True),
        (first, "100644", True, False),
    ):
        commit = registry.commit({path: content}, modes={path: mode})
        out = tmp_path / ("dist" if each else commit)
        report = build_registry(registry, out)
        assert [*dict(report.left_out)] == ([path] if is_named else [])
        assert all("[change-immutable]" in reason for _, reason in report.left_out)
        entry = entry_in(out, ALICE)
        assert entry.exists() is is_there
        if is_there and content == edited:
            assert json.loads(entry.read_bytes()) == served
        assert not is_there or json.loads(entry.read_bytes())["server"] == served["server"]


def test_what_was_accepted_first_stays(registry: Registry, tmp_path: Path) -> None:
    registry.commit({"registry.toml": 'namespace = "com.example.registry"'})
    registry.publish(ALICE)
    accepted = path_of(ALICE, "1.0.0", "accepted.json")
    registry.commit({accepted: accepted_json()})
    registry.commit({accepted: accepted_json(login="mallory")})
    report = build_registry(registry, tmp_path / "dist")
    entry = json.loads(entry_in(tmp_path / "dist", ALICE).read_bytes())
    assert entry["_meta"]["com.example.registry/provenance"]["accepted"] == json.loads(accepted_json())
    assert [path for path, _ in report.left_out] == [accepted]


@pytest.mark.parametrize(
    ("author", "committer", "is_believed"),
    [
        (MERGER, MERGER, True),
        (MERGER, "GitHub <noreply@github.com>", True),  # as GitHub commits for an app
        (TESTER, TESTER, False),
        (TESTER, "GitHub <noreply@github.com>", False),  # "Squash and merge"
        (MERGER, TESTER, False),  # "Rebase and merge" of a commit with a forged author
        (TESTER, MERGER, False),
        (f"{MERGER.partition('<')[0]}<tester@example.com>", MERGER, False),
    ],
)
def test_a_note_is_believed_of_the_merge_alone(
    author: str, committer: str, is_believed: bool, registry: Registry, tmp_path: Path
) -> None:
    registry.commit({"registry.toml": 'namespace = "com.example.registry"'})
    registry.publish(ALICE)
    accepted = path_of(ALICE, "1.0.0", "accepted.json")
    registry.commit({accepted: accepted_json()}, by=(author, committer))
    report = build_registry(registry, tmp_path / "dist")
    assert [path for path, _ in report.left_out] == ([] if is_believed else [accepted])
    entry = json.loads(entry_in(tmp_path / "dist", ALICE).read_bytes())
    provenance = entry["_meta"]["com.example.registry/provenance"]
    assert ("accepted" in provenance) is is_believed


def test_a_note_in_a_merge_of_two_parents_is_not_believed(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    side = registry.commit({path_of(ALICE, "1.0.0", "proof.json"): b"{}"}, branch="side")
    accepted = path_of(ALICE, "1.0.0", "accepted.json")
    notes: dict[str, bytes | str | None] = {
        accepted: accepted_json(),
        accepted.replace("acc", "status.acc"): accepted_json(),
    }
    registry.commit(notes, merge=side)
    left_out = dict(build_registry(registry, tmp_path / "dist").left_out)
    assert left_out.keys() == notes.keys()
    assert all("[merge] identity" in reason for reason in left_out.values())


def test_a_registry_may_name_its_own_identity(registry: Registry, tmp_path: Path) -> None:
    registry.commit(
        {"registry.toml": f'namespace = "com.example.registry"\n[merge]\nidentity = "{TESTER}"'}
    )
    registry.publish(ALICE)
    accepted = path_of(ALICE, "1.0.0", "accepted.json")
    registry.commit({accepted: accepted_json()}, by=(TESTER, TESTER))
    assert not build_registry(registry, tmp_path / "dist").left_out
    registry.commit({"registry.toml": 'namespace = "com.example.registry"'})
    # What another setting would have made is not kept from the build before.
    assert [path for path, _ in build_registry(registry, tmp_path / "dist").left_out] == [accepted]


def test_an_empty_registry_is_built(registry: Registry, tmp_path: Path) -> None:
    registry.commit({"registry-data/README.md": "nothing yet"})
    report = build_registry(registry, tmp_path / "dist")
    assert (report.versions, report.servers) == (0, 0)
    complete = json.loads((tmp_path / "dist/v0.1/servers.json").read_bytes())
    assert complete == {"servers": [], "metadata": {"count": 0}}
