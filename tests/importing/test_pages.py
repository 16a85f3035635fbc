"""Pages in the forms that registries and tools give them: what they hold, and what follows."""

from pathlib import Path
from typing import Any

import pytest
from mcp_static.importing.files import read_file
from mcp_static.importing.pages import next_cursor
from mcp_static.model.errors import IncompleteSourceError

from tests.importing.entries import entry, written

A, B = entry(), entry(version="2.0.0")
PAGE = {"servers": [A, B], "metadata": {"count": 2}}


def read(tmp_path: Path, *documents: Any) -> tuple[list[Any], list[str]]:
    """The entries of a file, and what is said to be missing."""
    found = [value for _, value in read_file(str(written(tmp_path / "source", *documents)))]
    faults = [str(one) for one in found if isinstance(one, IncompleteSourceError)]
    return [one for one in found if not isinstance(one, IncompleteSourceError)], faults


@pytest.mark.parametrize(
    "document",
    [
        PAGE,
        [PAGE],
        [{"servers": [A]}, {"servers": None}, {"servers": [B]}],
        [[A], [B]],
        [A, B],
        {"data": PAGE, "status": 200},
        {"data": [A, B]},
        {"items": [A, B], "metadata": {}},
        {"value": [A, B], "Count": 2},
        {"body": {"result": PAGE}},
        {"servers": [A, B], "metadata": {"nextCursor": ""}},
        {"servers": [A, B], "metadata": {"nextCursor": None, "next_cursor": None}},
        {"servers": [A, B], "metadata": {"hasMore": False, "total": 2}},
        {"servers": [A, B], "metadata": None},
    ],
)
def test_pages_and_lists_are_found_in_whatever_they_are_wrapped(document: Any, tmp_path: Path) -> None:
    assert read(tmp_path, document) == ([A, B], [])


@pytest.mark.parametrize(
    "more",
    [
        {"metadata": {"nextCursor": "x"}},
        {"metadata": {"next_cursor": "x"}},
        {"metadata": {"nextCursor": 100}},
        {"metadata": {"next-cursor": "x"}},
        {"nextCursor": "x"},
        {"next": "https://registry.example.com/v0.1/servers?page=2"},
        {"metadata": {"hasMore": True}},
        {"pagination": {"has_next": True}},
        {"pageInfo": {"hasNextPage": True}},
        {"links": {"next": "/v0.1/servers?page=2"}},
        {"total": 500},
        {"metadata": {"totalCount": 3}},
        {"metadata": {"count": 3}},
    ],
)
def test_a_first_page_is_never_taken_for_the_whole(more: dict[str, Any], tmp_path: Path) -> None:
    first = {"servers": [A, B], **more}
    for document in (first, [first], {"data": first}):
        entries, faults = read(tmp_path, document)
        assert entries == [A, B]
        assert len(faults) == 1, document


def test_the_pages_of_a_whole_walk_are_complete(tmp_path: Path) -> None:
    first = {"servers": [A], "metadata": {"nextCursor": 1, "total": 2, "count": 1}}
    last = {"servers": [B], "metadata": {"total": 2, "count": 1}}
    assert read(tmp_path, first, last) == ([A, B], [])
    assert read(tmp_path, [first, last]) == ([A, B], [])
    assert len(read(tmp_path, last, first)[1]) == 1
    assert read(tmp_path, A, B, {"metadata": {"count": 2}}) == ([A, B], [])
    assert len(read(tmp_path, A, B, {"metadata": {"nextCursor": "x"}})[1]) == 1


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"error": "rate limited"}, "rate limited"),
        ({"title": "Too Many Requests", "status": 429, "detail": "Slow down."}, "Slow down"),
        ({"errors": [{"message": "no such cursor", "location": "query.cursor"}]}, "query.cursor"),
        ({"servers": {"maps": {"command": "npx"}}}, "`servers` that are no array"),
        ({"mcpServers": {"maps": {"command": "npx"}}}, "`mcpServers`"),
        ({"things": [A, B]}, "`things`"),
        ('{"servers": []}', "is a text"),
    ],
)
def test_what_is_no_page_says_what_it_is(document: Any, message: str, tmp_path: Path) -> None:
    entries, faults = read(tmp_path, PAGE, document)
    assert entries == [A, B]
    assert len(faults) == 1
    assert message in faults[0]


@pytest.mark.parametrize(
    ("page", "cursor"),
    [
        ({"metadata": {"nextCursor": "a"}}, "a"),
        ({"metadata": {"next_cursor": "a"}}, "a"),
        ({"metadata": {"nextCursor": 7}}, "7"),
        ({"pagination": {"nextCursor": "a", "hasMore": True}}, "a"),
        ({"nextCursor": "a"}, "a"),
        ({"metadata": {"nextCursor": ""}}, None),
        ({"metadata": {"nextCursor": False}}, None),
        ({"metadata": {"hasMore": False}}, None),
        ({}, None),
    ],
)
def test_cursors_are_read_in_each_form(page: dict[str, Any], cursor: str | None) -> None:
    assert next_cursor({"servers": [], **page}) == cursor


@pytest.mark.parametrize("more", [{"nextCursor": {"id": 1}}, {"nextCursor": True}, {"hasMore": True}])
def test_a_next_page_that_cannot_be_asked_for_is_told(more: dict[str, Any]) -> None:
    with pytest.raises(IncompleteSourceError):
        next_cursor({"servers": [], "metadata": more})
