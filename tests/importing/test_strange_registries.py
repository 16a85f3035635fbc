"""Registries whose pages differ from the standard's: read to the end, or said not to be."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp_static.model.errors import ServiceError, SignInError

from tests.importing.doubles import Answerer, page, registry_double
from tests.importing.entries import entry, git, take
from tests.servers import run_cli

ENTRIES = [entry(version=f"1.{number}.0", day=number) for number in (1, 2, 3)]


def answer(document: Any, status: int = 200) -> tuple[int, bytes]:
    return status, json.dumps(document).encode()


def by_number(metadata: str, *, is_top: bool = False) -> Answerer:
    """A registry with a page for each entry, and a cursor under some name, from 1 on."""

    def answerer(query: dict[str, str]) -> tuple[int, bytes]:
        number = int(query.get("cursor", "0"))
        more = {metadata: number + 1} if number < len(ENTRIES) - 1 else {}
        servers = {"servers": ENTRIES[number : number + 1]}
        return answer({**servers, **more} if is_top else {**servers, "metadata": more})

    return answerer


@pytest.mark.parametrize(
    "answerer",
    [by_number("nextCursor"), by_number("next_cursor"), by_number("nextCursor", is_top=True)],
    ids=["a number", "the older name", "at the top"],
)
def test_cursors_of_other_forms_are_followed(answerer: Answerer, tmp_path: Path) -> None:
    with registry_double(answerer) as (url, asked):
        assert take(url, tmp_path / "r.git").published == 3
        assert [query.get("cursor") for query in asked] == [None, "1", "2"]


def test_an_empty_page_as_go_writes_it_is_empty(tmp_path: Path) -> None:
    with registry_double(lambda _: answer({"servers": None, "metadata": {"count": 0}})) as (url, _):
        report = take(url, tmp_path / "r.git")
    assert (report.published, report.is_complete) == (0, True)

    def answerer(query: dict[str, str]) -> tuple[int, bytes]:
        if "cursor" in query:
            return page(ENTRIES)
        return answer({"servers": None, "metadata": {"nextCursor": "x"}})

    with registry_double(answerer) as (url, _):
        assert take(url, tmp_path / "r.git").published == 3


@pytest.mark.parametrize("pages", [[ENTRIES[:2]], [ENTRIES[:1], ENTRIES[1:2]]], ids=["one", "in turn"])
def test_ever_new_cursors_with_the_same_entries_end(
    pages: list[list[dict[str, Any]]], tmp_path: Path
) -> None:
    count = iter(range(10_000))

    def answerer(_: dict[str, str]) -> tuple[int, bytes]:
        number = next(count)
        return page(pages[number % len(pages)], f"c{number}")

    with registry_double(answerer) as (url, asked):
        with pytest.raises(ServiceError, match="with nothing new"):
            take(url, tmp_path / "r.git")
        assert len(asked) < 100
        asked.clear()
        with pytest.raises(ServiceError, match="with nothing new"):
            take(url, tmp_path / "r.git")
        assert 0 < len(asked) < 100, "what was received before counts as well"


@pytest.mark.parametrize("status", [422, 400])
def test_a_limit_that_is_refused_is_lowered(status: int, tmp_path: Path) -> None:
    def answerer(query: dict[str, str]) -> tuple[int, bytes]:
        if int(query["limit"]) > 30:
            return answer({"errors": [{"message": "expected number <= 30"}]}, status)
        if query.get("cursor") == "two":
            return page(ENTRIES[1:])
        return page(ENTRIES[:1], "two")

    with registry_double(answerer) as (url, asked):
        assert take(url, tmp_path / "r.git").published == 3
    assert [query["limit"] for query in asked] == ["100", "50", "30", "30"]


def test_a_question_that_is_refused_shows_the_reason(tmp_path: Path) -> None:
    problem = {
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "validation failed",
        "errors": [{"message": "unexpected parameter", "location": "query.include_deleted"}],
    }
    with registry_double(lambda _: answer(problem, 422)) as (url, _):
        run = run_cli("import", url, "--into", tmp_path / "r.git")
    assert run.returncode == 3
    assert "unexpected parameter (query.include_deleted)" in run.stderr
    assert "?limit=" in run.stderr, "the address of the page"


@pytest.mark.parametrize("status", [401, 403])
def test_a_registry_that_wants_credentials_says_how_to_give_them(status: int, tmp_path: Path) -> None:
    with (
        registry_double(lambda _: answer({"detail": "token required"}, status)) as (url, _),
        pytest.raises(SignInError, match=rf"answers {status} \(token required\)") as told,
    ):
        take(url, tmp_path / "r.git")
    assert "[network] credentials" in told.value.fix


def test_a_page_that_is_all_wrong_is_named_and_asked_for_again(tmp_path: Path) -> None:
    wrong: list[Any] = [{"package": {}}, None]
    servers = {"": ENTRIES[:1], "two": wrong, "three": ENTRIES[2:]}
    following = {"": "two", "two": "three"}

    def answerer(query: dict[str, str]) -> tuple[int, bytes]:
        cursor = query.get("cursor", "")
        return page(servers[cursor], following.get(cursor))

    into = tmp_path / "r.git"
    with registry_double(answerer) as (url, asked):
        report = take(url, into)
        assert (report.published, report.is_complete) == (2, False)
        (unread,) = report.unread
        assert unread.path == f"{url}/v0.1/servers?limit=100&include_deleted=true&cursor=two"
        assert [one.path for one in report.left_out] == [f"{unread.path}[0]", f"{unread.path}[1]"]
        servers["two"] = ENTRIES[1:2]
        asked.clear()
        report = take(url, into)
        assert (report.published, report.known, report.is_complete) == (1, 2, True)
        assert "updated_since" not in asked[0]
        asked.clear()
        take(url, into)
        assert asked[0]["updated_since"] == "2025-10-03T00:00:00Z"


def test_one_bad_entry_alone_on_a_page_holds_nothing_up(tmp_path: Path) -> None:
    with registry_double(lambda _: page([entry(status="gone")])) as (url, _):
        report = take(url, tmp_path / "r.git")
    assert (report.unread, len(report.left_out)) == ([], 1)


def test_a_page_that_is_no_page_is_named_by_its_address_and_asked_for_again(tmp_path: Path) -> None:
    works = False

    def answerer(query: dict[str, str]) -> tuple[int, bytes]:
        if "cursor" not in query:
            return page(ENTRIES[:1], "two")
        return page(ENTRIES[1:]) if works else (200, b'{"servers": [{"ser')

    with registry_double(answerer) as (url, asked):
        with pytest.raises(ServiceError, match="cursor=two answered with no JSON"):
            take(url, tmp_path / "r.git")
        works = True
        asked.clear()
        assert take(url, tmp_path / "r.git").published == 3
        assert [query.get("cursor") for query in asked] == ["two"]


@pytest.mark.parametrize("metadata", [{"total": 500}, {"totalCount": 4}, {"count": 500}])
def test_a_registry_that_gives_fewer_than_it_has_is_not_read(
    metadata: dict[str, int], tmp_path: Path
) -> None:
    with registry_double(lambda _: answer({"servers": ENTRIES, "metadata": metadata})) as (url, asked):
        report = take(url, tmp_path / "r.git")
        assert (report.published, report.is_complete) == (3, False)
        assert "no cursor for more" in report.unread[0].message
        asked.clear()
        take(url, tmp_path / "r.git")
        assert "updated_since" not in asked[0]


def test_entries_from_before_the_standard_keep_their_times_and_statuses(tmp_path: Path) -> None:
    said = {"published_at": "2025-09-09T14:46:04.478661Z", "is_latest": True}
    flat = {
        **ENTRIES[0]["server"],
        "status": "deleted",
        "_meta": {"x-io.modelcontextprotocol.registry": said},
    }
    with registry_double(lambda _: answer({"servers": [flat], "metadata": {"count": 1}})) as (url, _):
        report = take(url, tmp_path / "r.git")
    assert (report.published, report.statuses) == (1, 1)
    assert git(tmp_path / "r.git", "log", "--format=%ct", "--reverse").split()[0] == "1757429164"
