"""`check`, `merge` and `bot` as processes: exit codes, formats, and input that is none."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk import WEATHER, Desk, a_desk
from tests.registries import path_of


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with a_desk(tmp_path, monkeypatch) as desk:
        yield desk


def proposal(desk: Desk, **more: Any) -> str:
    """A pull request by Alice; its head, fetched into the clone under `proposal`."""
    number = desk.stage.propose("alice", desk.stage.record(WEATHER, **more))
    with desk.stage.checking(f"+refs/pull/{number}/head:proposal", base="+main:main"):
        return "proposal"


def test_revisions_are_checked_for_an_author(desk: Desk) -> None:
    head = proposal(desk)
    where = ("--repo", desk.stage.clone, "--base", "main", "--head", head)
    done = desk.run("check", *where, "--author", "alice")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(f"Publish {WEATHER} 1.0.0: proven, ready to be merged.\n")
    for author in (("--author", "mallory"), ()):
        assert desk.run("check", *where, *author).returncode == 1
    assert desk.run("check", *where, "--author", "nobody-at-all").returncode == 1


def test_every_format_says_the_same(desk: Desk, tmp_path: Path) -> None:
    head = proposal(desk, description=None)
    where = ("--repo", desk.stage.clone, "--base", "main", "--head", head, "--author", "alice")
    said = {}
    for style in ("text", "markdown", "json", "github"):
        done = desk.run("check", *where, "--format", style, "--summary", tmp_path / "summary.md")
        assert done.returncode == 1
        said[style] = done.stdout
    document = json.loads(said["json"])
    assert document["level"] == "error"
    [line] = [row for s in document["sections"] for row in s["findings"] if row["level"] == "error"]
    path = path_of(WEATHER, "1.0.0")
    assert (
        f"::error file={path},line={line['line']},col={line['column']},title={line['id']}::"
        in said["github"]
    )
    assert f"[{line['id']}]" in said["text"]
    assert f"<code>{line['id']}</code>" in said["markdown"]
    assert (tmp_path / "summary.md").read_text().count(line["id"]) == 4


def test_what_cannot_be_asked_ends_with_3(desk: Desk) -> None:
    head = proposal(desk)
    where = ("--repo", desk.stage.clone, "--base", "main", "--head", head)
    done = desk.run("check", *where, "--author", "alice", GITHUB_API_URL="http://127.0.0.1:9")
    assert done.returncode == 3
    desk.stage.hub.fail_next("GET", "/users/alice", 503, times=50)
    done = desk.run("check", *where, "--author", "alice")
    assert done.returncode == 3


_NOWHERE = "http://127.0.0.1:9"


def test_rules_are_reported_without_the_network(desk: Desk) -> None:
    head = proposal(desk, description=None)
    where = ("--repo", desk.stage.clone, "--base", "main", "--head", head, "--format", "json")
    for author in ("alice", "alice#1001", "github.com/account/1001"):
        done = desk.run("check", *where, "--author", author, GITHUB_API_URL=_NOWHERE)
        assert done.returncode == 1, done.stdout + done.stderr
        found = [f for s in json.loads(done.stdout)["sections"] for f in s["findings"]]
        [broken] = [finding for finding in found if finding["level"] == "error"]
        assert broken["path"] == "description"


def test_proofs_that_need_the_network_are_open_without_it(desk: Desk) -> None:
    head = proposal(desk)
    where = ("--repo", desk.stage.clone, "--base", "main", "--head", head)
    done = desk.run("check", *where, "--author", "alice", GITHUB_API_URL=_NOWHERE)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "the account alice could not be looked up" in done.stdout
    assert "[github-account]" in done.stdout


def test_an_author_with_a_number_is_not_looked_up(desk: Desk) -> None:
    head = proposal(desk)
    alice, mallory = desk.stage.hub.user("alice").id, desk.stage.hub.user("mallory").id
    where = ("--repo", desk.stage.clone, "--base", "main", "--head", head)
    for author in (f"any-name#{alice}", f"github.com/account/{alice}"):
        done = desk.run("check", *where, "--author", author)
        assert done.returncode == 0, done.stdout + done.stderr
    for author in (f"alice#{mallory}", f"github.com/account/{mallory}"):
        assert desk.run("check", *where, "--author", author).returncode == 1
    for author in ("github.com/user/1001", "gitlab.com/account/1001", "alice#", "alice#-1"):
        done = desk.run("check", *where, "--author", author)
        assert done.returncode == 1
        assert "GitHub has no account" in done.stderr


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"repository":{"full_name":"a/b","clone_url":"x"},"sender":{"login":"a","id":1}}',
        b'{"repository":{"full_name":"../etc","clone_url":"x"},"sender":{"login":"a","id":1}}',
        b'{"repository":{"full_name":"a/b","clone_url":"x"},"sender":{"login":"a","id":"x"}}',
        (
            b'{"repository":{"full_name":"a/b","clone_url":"x"},"sender":{"login":"a","id":1},'
            b'"pull_request":{"number":1,"head":{"sha":"--upload-pack=x"}}}'
        ),
    ],
)
@pytest.mark.parametrize(
    "command", [("check",), ("merge",), ("read-comment", "--handover=x"), ("bot", "--handover=x")]
)
def test_an_event_that_is_none_is_told(
    command: tuple[str, ...], content: bytes, desk: Desk, tmp_path: Path
) -> None:
    event = tmp_path / "event.json"
    event.write_bytes(content)
    done = desk.run(*command, "--event", event, "--repo", desk.stage.clone)
    assert done.returncode == 1
    assert "is not an event that this command understands" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_ends_with_2(desk: Desk, tmp_path: Path) -> None:
    repo = ("--repo", desk.stage.clone)
    assert desk.run("check", *repo).returncode == 2
    assert desk.run("check", *repo, "--base", "main").returncode == 2
    assert desk.run("check", *repo, "--event", "x", "--author", "alice").returncode == 2
    assert desk.run("merge", *repo).returncode == 2
    assert desk.run("check", *repo, "--base", "main", "--head", "nowhere").returncode == 1
    assert desk.run("merge", *repo, "--event", tmp_path / "absent").returncode == 1
    assert desk.run("check", "--repo", tmp_path, "--base", "a", "--head", "b").returncode == 1
