"""Sources that people really have, in folders of cases that MCP_STATIC_CASES names.

The same kinds are in the other modules of this folder as literal examples; these are the originals.
"""

import os
from pathlib import Path

import pytest
from mcp_static.importing.importing import read_patterns
from mcp_static.model.errors import InputError

from tests.importing.entries import git, take

NAMED = os.environ.get("MCP_STATIC_CASES", "")
CASES = Path(NAMED)

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not NAMED, reason="MCP_STATIC_CASES names no folder of cases"),
]


@pytest.mark.parametrize(
    ("file", "published", "time"),
    [
        ("i10-old-v0/e.json", 1, 1757429164),
        ("i11-response/e.json", 3, 1759312800),
        ("i11b-responses/e.ndjson", 3, 1759312800),
        ("i16-time-epoch/e.ndjson", 1, 1759312800),
        ("i18b-repo-empty/e.ndjson", 1, 1759312800),
        ("i30-statuschanged-go-zero/e.ndjson", 1, 1759312800),
    ],
)
def test_what_a_case_has_is_taken_with_its_times(
    file: str, published: int, time: int, tmp_path: Path
) -> None:
    report = take(CASES / file, tmp_path / "r.git")
    assert (report.published, report.left_out) == (published, [])
    assert report.is_complete is not file.startswith(("i10", "i11-"))
    times = git(tmp_path / "r.git", "log", "--format=%ct", "--", "registry-data").split()
    assert set(times) == {str(time)}


def test_a_record_with_an_empty_repository_is_taken_without_it(tmp_path: Path) -> None:
    report = take(CASES / "a07-repository-empty/server.json", tmp_path / "r.git")
    assert (report.published, report.undated) == (1, 1)
    assert [finding.id for finding in report.altered] == ["empty"]


def test_a_record_of_an_older_schema_is_a_choice(tmp_path: Path) -> None:
    file = CASES / "a19-airtable-old/server.json"
    report = take(file, tmp_path / "r.git")
    assert (report.published, len(report.left_out), report.lenience) == (0, 1, 1)
    assert "registryType" in report.left_out[0].message


def test_an_archive_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="zip archive"):
        take(CASES / "i14-zip/e.zip", tmp_path / "r.git")


def test_a_revoked_name_is_told(tmp_path: Path) -> None:
    folder = CASES / "l01-revoked"
    for name in ("approved-1.txt", "approved-2.txt"):
        only = read_patterns(folder / name)
        report = take(folder / "e.ndjson", tmp_path / "r.git", only=only)
    assert report.no_longer_asked_for == ["io.github.alice/b 1.0.0"]


def test_a_list_with_a_byte_order_mark_keeps_its_first_name(tmp_path: Path) -> None:
    folder = CASES / "l02-bom-allowlist"
    only = read_patterns(folder / "approved.txt")
    assert take(folder / "e.ndjson", tmp_path / "r.git", only=only).published == 2
