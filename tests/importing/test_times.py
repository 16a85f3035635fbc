"""Times and statuses on the way into commits."""

from pathlib import Path
from typing import Any

import pytest

from tests.importing.entries import NAME, entry, git, take


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


@pytest.mark.parametrize(
    ("official", "time"),
    [
        ({"publishedAt": 1759312800, "updatedAt": 1759312800000}, 1759312800),
        ({"publishedAt": 1759312800999}, 1759312800),
        ({"statusChangedAt": "0001-01-01T00:00:00Z"}, 1759276800),
    ],
    ids=["seconds", "milliseconds", "the zero time of Go"],
)
def test_times_of_other_kinds_are_read(official: dict[str, Any], time: int, tmp_path: Path) -> None:
    report = take([entry(**official)], tmp_path / "r.git")
    assert report.left_out == []
    assert git(tmp_path / "r.git", "log", "--format=%ct", "--", "registry-data") == str(time)


@pytest.mark.parametrize("value", [True, [], -5, 1e300, "soon", None, "0001-01-01T00:00:00Z"])
def test_what_is_no_time_is_left_out_and_not_taken_for_now(value: Any, tmp_path: Path) -> None:
    report = take([entry(publishedAt=value)], tmp_path / "r.git")
    assert (report.published, len(report.left_out)) == (0, 1)
    assert "publishedAt" in report.left_out[0].message


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
