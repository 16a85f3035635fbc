"""Files: every way in which entries are saved, and what is no source at all."""

import bz2
import codecs
import gzip
import json
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.model.errors import InputError

from tests.importing.entries import NAME, entry, git, take, written
from tests.registries import server_json
from tests.servers import run_cli


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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"garbage", "is not JSON"),
        (b"", "has no entries"),
        (b"\n \n", "has no entries"),
        (b"\x1f\x8b\x08garbage", "gzip"),
        (gzip.compress(b'{"a":1}' * 999, mtime=0)[:-9], "gzip.*cut off before its end.$"),
        (gzip.compress(b"{}", mtime=0) + b"garbage", "followed by something else.$"),
        (bz2.compress(b"{}")[:8] + b"garbage" * 9, "damaged"),
        (codecs.BOM_UTF16_LE + b"[\x00\x00\xd8]\x00", "UTF-16, and is not that to its end.$"),
        (b'[{"a": "b\nc"}]', "a line break or another control character at line 1, column 10"),
        (b"name,version", "an object or an array is expected at line 1, column 1"),
        (b"/* mine */", "a comment begins at line 1"),
        (b'[{"server": {}},]', "a comma too many at line 1"),
    ],
    ids=[
        "no JSON", "empty", "blank", "no gzip after its magic number", "gzip cut short", "after gzip",
        "no bzip2 after its magic number", "half a pair in UTF-16", "line break in a text", "table", "comment",
        "comma",
    ],
)  # fmt: skip
def test_files_that_are_no_source_are_told(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InputError, match=message):
        take(tmp_path / "file", tmp_path / "r.git")
    with pytest.raises(InputError, match="cannot be read"):
        take(tmp_path / "missing", tmp_path / "r2.git")
    assert {path.name for path in tmp_path.iterdir()} == {"file"}, "no repository was made"


def test_flat_entries_of_the_api_before_the_standard_are_read(tmp_path: Path) -> None:
    official = {"published_at": "2025-09-09T14:46:04.478661Z", "updated_at": "2025-09-09T14:46:04Z"}
    flat = {**server_json(NAME), "status": "deprecated", "_meta": {OFFICIAL_META: official}}
    page = {"servers": [flat], "metadata": {"count": 1}}
    report = take(written(tmp_path / "old.json", page), tmp_path / "r.git")
    assert (report.published, report.statuses, report.left_out) == (1, 1, [])
    path = git(tmp_path / "r.git", "ls-tree", "-r", "--name-only", "main").splitlines()[0]
    assert json.loads(git(tmp_path / "r.git", "show", f"main:{path}")) == server_json(NAME)
    assert git(tmp_path / "r.git", "log", "--format=%ct", "--reverse").split()[0] == "1757429164"


def test_a_page_that_is_not_the_last_says_so_and_pages_of_a_whole_walk_do_not(tmp_path: Path) -> None:
    first = {"servers": [entry()], "metadata": {"nextCursor": "x"}}
    last = {"servers": [entry(version="2.0.0", day=2)], "metadata": {}}
    report = take(written(tmp_path / "pages", first, last), tmp_path / "a.git")
    assert (report.published, report.left_out) == (2, [])
    report = take(written(tmp_path / "page", first), tmp_path / "b.git")
    assert report.published == 1
    assert "nextCursor" in report.unread[0].message


@pytest.mark.parametrize(
    "document",
    [
        {"servers": None, "metadata": {"count": 0}},
        {"servers": []},
        [],
    ],
)
def test_an_empty_list_is_no_error(document: Any, tmp_path: Path) -> None:
    report = take(written(tmp_path / "source", document), tmp_path / "r.git")
    assert (report.published, report.is_complete) == (0, True)


def test_an_archive_says_what_it_is_and_what_to_do(tmp_path: Path) -> None:
    file = written(tmp_path / "e.ndjson", entry())
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.write(file)
    with tarfile.open(tmp_path / "tar", "w") as archive:
        archive.add(file)
    with tarfile.open(tmp_path / "tgz", "w:gz") as archive:
        archive.add(file)
    for name, kind in {"zip": "zip archive", "tar": "tar archive", "tgz": "tar archive"}.items():
        with pytest.raises(InputError, match=kind) as told:
            take(tmp_path / name, tmp_path / "r.git")
        assert "Unpack it" in told.value.fix
    with pytest.raises(InputError, match="is a folder"):
        take(tmp_path, tmp_path / "r.git")


@pytest.mark.parametrize(
    "pack",
    [bz2.compress, lzma.compress, lambda raw: gzip.compress(gzip.compress(raw))],
    ids=["bzip2", "xz", "gzip twice"],
)
def test_what_is_compressed_in_another_way_is_read(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(pack(json.dumps(entry()).encode()))
    assert take(tmp_path / "source", tmp_path / "r.git").published == 1
    (tmp_path / "cut").write_bytes(pack(json.dumps(entry()).encode())[:-20])
    with pytest.raises(InputError, match="compressed"):
        take(tmp_path / "cut", tmp_path / "r.git")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_what_powershell_writes_is_read(encoding: str, tmp_path: Path) -> None:
    text = "\r\n".join(json.dumps(one) for one in (entry(), entry(version="2.0.0"))) + "\r\n"
    (tmp_path / "source").write_bytes(text.encode(encoding))
    assert take(tmp_path / "source", tmp_path / "r.git").published == 2


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!doctype html><title>Sign in</title>", "web page"),
        (b"HTTP/2 200\r\ncontent-type: application/json\r\n\r\n{}", "with its headers"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
        (b"PK\x05\x06" + bytes(18), "empty zip"),
        (b"\x28\xb5\x2f\xfd...", "zstd"),
        (zlib.compress(b"{}"), "zlib"),
        (json.dumps(entry()).encode("utf-16-le"), "zero bytes"),
        (json.dumps(entry()).encode("utf-16")[:-1], "cut off"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8{\x00\n\x00", "UTF-16"),
    ],
)
def test_what_holds_no_entries_says_what_it_is(content: bytes, kind: str, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(content)
    with pytest.raises(InputError, match=kind) as told:
        take(tmp_path / "source", tmp_path / "r.git")
    assert told.value.fix


def test_an_entry_without_a_name_is_named_by_what_it_has(tmp_path: Path) -> None:
    entries = [entry(), {"server": {"server": {}}}, {"server": {"version": "1.0.0"}}]
    report = take(written(tmp_path / "entries.json", entries), tmp_path / "r.git")
    assert [finding.sentence for finding in report.left_out] == [
        "an entry has no name or no version",
        "1.0.0 has no name or no version",
    ]
