"""Walks of a registry, also of one that misbehaves."""

import json
from pathlib import Path

import pytest
from mcp_static.model.errors import ServiceError

from tests.importing.doubles import page, registry_double
from tests.importing.entries import entry, git, take
from tests.servers import run_cli


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
        ((200, b"nothing"), "no JSON"),
        ((200, b"[]"), "no list of servers"),
        ((200, b'{"servers": {}}'), "`servers` that are no array"),
        ((200, b'{"servers": [], "metadata": {"hasMore": true}}'), "`hasMore`"),
        ((200, b'{"servers": [], "metadata": {"nextCursor": {}, "next_cursor": [7]}}'), "no text"),
        ((422, b'{"detail": "validation failed"}'), "validation failed"),
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
    entries[2]["server"]["title"] = "x" * 101  # breaks a publish rule
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
        with pytest.raises(ServiceError, match="50 pages that are empty"):
            take(url, tmp_path / "r.git")
        assert len(asked) < 100


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://127.0.0.1:99999", "http://a b/"])
def test_addresses_that_are_none_are_the_inputs_fault(url: str, tmp_path: Path) -> None:
    run = run_cli("import", url, "--into", tmp_path / "r.git")
    assert run.returncode == 1
    assert "Traceback" not in run.stderr


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
