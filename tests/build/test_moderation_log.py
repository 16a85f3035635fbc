"""The public log of what operators did."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from mcp_static.model.moderation_log import LOG_ROOT, Act, LogEntry
from pydantic import ValidationError

from tests.conftest import build_registry
from tests.registries import Registry, files_below


def act(number: int = 0, **more: str) -> LogEntry:
    """An act, the later the higher its number."""
    return LogEntry(
        act=Act(more.get("act", "takedown")),
        at=f"2025-10-09T12:00:{number:02}Z",
        by="an operator",
        subject=more.get("subject", "io.github.alice/weather@1.0.0"),
        reason=more.get("reason", "It sends tokens to a third party."),
    )


def log_in(out: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((out / "data/moderation.json").read_bytes())["acts"]
    return found


def test_the_log_is_a_document_a_page_and_a_feed(registry: Registry, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    registry.commit({"registry-data/README.md": "records"})
    build_registry(registry, out)
    assert log_in(out) == []
    acts = [act(1), act(2, act="restore", reason="<b>Wrong</b> & late.")]
    commit = registry.commit({one.path: one.model_dump_json(indent=1) for one in acts})
    assert build_registry(registry, out).why_full == ""
    assert log_in(out) == [one.model_dump(mode="json") | {"commit": commit} for one in reversed(acts)]
    page = (out / "moderation.html").read_text()
    assert page.index("Restored: ") < page.index("Taken down: ")
    assert "&lt;b&gt;Wrong&lt;/b&gt; &amp; late." in page
    feed = ElementTree.parse(out / "moderation.xml").getroot()
    atom = "{http://www.w3.org/2005/Atom}"
    assert [entry.findtext(f"{atom}summary") for entry in feed.findall(f"{atom}entry")] == [
        "<b>Wrong</b> & late.",
        "It sends tokens to a third party.",
    ]
    assert feed.findtext(f"{atom}updated") == "2025-10-09T12:00:02Z"


def test_a_publish_leaves_the_log_alone(registry: Registry, tmp_path: Path) -> None:
    registry.commit({act().path: act().model_dump_json()})
    build_registry(registry, tmp_path / "dist")
    before = files_below(tmp_path / "dist")
    registry.publish("io.github.alice/weather")
    build_registry(registry, tmp_path / "dist")
    after = files_below(tmp_path / "dist")
    for path in ("data/moderation.json", "moderation.html", "moderation.xml"):
        assert before[path] == after[path]


def test_what_is_logged_cannot_be_rewritten(registry: Registry, tmp_path: Path) -> None:
    out, one = tmp_path / "dist", act()
    registry.commit({one.path: one.model_dump_json()})
    build_registry(registry, out)
    logged = log_in(out)
    for content in (act(reason="Nothing.").model_dump_json(), "{", one.model_dump_json(indent=2)):
        registry.commit({one.path: content})
        assert [path for path, _ in build_registry(registry, out).left_out] == [one.path]
        assert log_in(out) == logged
    registry.commit({one.path: one.model_dump_json()})
    assert build_registry(registry, out).left_out == []
    assert log_in(out) == logged


def test_what_cannot_be_read_is_named(registry: Registry, tmp_path: Path) -> None:
    digest = act().path[-17:]
    bad: dict[str, bytes | str | None] = {
        act(1).path: "{",
        act(2).path: json.dumps(act(2).model_dump(mode="json") | {"more": 1}),
        act(3).path: act(4).model_dump_json(),
        act(5).path: json.dumps(act(5).model_dump(mode="json") | {"at": "9999-12-31T23:59:59-23:00"}),
        f"{LOG_ROOT}/20251009T120000Z-pardon{digest}": act().model_dump_json(),
        f"{LOG_ROOT}/log.json": act().model_dump_json(),
        f"{LOG_ROOT}/\udcff.json": act().model_dump_json(),
    }
    registry.commit(bad)
    report = build_registry(registry, tmp_path / "dist")
    assert len(report.left_out) == len(bad)
    assert log_in(tmp_path / "dist") == []
    registry.commit({act(1).path: act(1).model_dump_json()})
    assert len(build_registry(registry, tmp_path / "dist").left_out) == len(bad) - 1


@pytest.mark.parametrize("reason", ["", "two\nlines", " spaced", "x" * 501, "a\u202eb", "\u200b"])
def test_an_act_says_why_in_one_visible_line(reason: str) -> None:
    with pytest.raises(ValidationError):
        act(reason=reason)
