"""Entries in the forms that registries have had: what is said of time and status is read or refused."""

from typing import Any

import pytest
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.api.source_entries import SourceEntry, read_entry
from mcp_static.model.errors import UnreadableEntryError
from mcp_static.model.lifecycle import Status
from mcp_static.model.server import PUBLISHER_META

SERVER = {"name": "com.example/maps", "description": "Maps.", "version": "1.0.0"}
AT = "2025-10-01T10:00:00Z"
SECONDS = 1_759_312_800
NOW = 1_760_000_000
SAID = {"publishedAt": AT, "status": "deleted"}
SAID_BEFORE = {"id": "x", "published_at": AT, "is_latest": False, "status": "deleted"}


def read(value: Any) -> SourceEntry:
    return read_entry(value, NOW)


def official(**members: Any) -> dict[str, Any]:
    return {"server": SERVER, "_meta": {OFFICIAL_META: members}}


@pytest.mark.parametrize(
    "entry",
    [
        {"server": SERVER, "_meta": {OFFICIAL_META: SAID}},
        {"server": SERVER, "_meta": {OFFICIAL_META: SAID_BEFORE}},
        {"server": {**SERVER, "status": "deleted"}, "_meta": {OFFICIAL_META: {"publishedAt": AT}}},
        {"server": {**SERVER, "_meta": {OFFICIAL_META: SAID}}},
        {"server": {**SERVER, "_meta": {OFFICIAL_META: SAID}}, "_meta": None},
        {"server": SERVER, "x-io.modelcontextprotocol.registry": SAID_BEFORE},
        {"server": SERVER, "_meta": {"x-io.modelcontextprotocol.registry": SAID_BEFORE}},
        {"server": SERVER, "_meta": {"io.modelcontextprotocol.registry": SAID}},
        {"server": SERVER, "registry_metadata": SAID_BEFORE},
        {"server": SERVER, "_meta": {"com.example.copies/version": SAID}},
        {"server": SERVER, **SAID},
        {**SERVER, "status": "deleted", "_meta": {OFFICIAL_META: {"published_at": AT}}},
        {**SERVER, "_meta": {"x-io.modelcontextprotocol.registry": SAID_BEFORE}},
        {**SERVER, **SAID_BEFORE},
        {**SERVER, "status": "deleted", "created_at": AT, "updated_at": AT},
        {"server": SERVER, "_meta": {OFFICIAL_META: {"PublishedAt": AT, "Status": "Deleted"}}},
        official(publishedAt=AT, status="active", isDeleted=True),
        official(publishedAt=AT, deletedAt="2025-10-02T00:00:00Z"),
        official(publishedAt=None, releaseDate=AT, status=" DELETED "),
    ],
)
def test_what_a_registry_says_is_found_wherever_it_says_it(entry: dict[str, Any]) -> None:
    found = read(entry)
    assert (found.published_at, found.status.status) == (SECONDS, Status.DELETED)
    assert found.is_dated
    assert found.server["name"] == "com.example/maps"
    assert found.server.keys() & {"server", OFFICIAL_META} == set()


@pytest.mark.parametrize(
    ("entry", "reason", "message"),
    [
        (7, "form", "no"),
        ({"server": 7}, "form", "no `server` object"),
        ({"server": SERVER, "_meta": []}, "form", "`_meta`"),
        ({"server": SERVER, "_meta": {OFFICIAL_META: "active"}}, "form", OFFICIAL_META),
        (official(publishedAt="yesterday"), "time", "yesterday"),
        (official(publishedAt=True), "time", "publishedAt"),
        (official(publishedAt="0001-01-01T00:00:00Z", updatedAt=AT), "time", "publishedAt"),
        (official(publishedAt=0), "time", "publishedAt"),
        (official(publishedAt="2030-01-01T00:00:00Z"), "time", "future"),
        (official(status="active", updatedAt=AT), "time", "`updatedAt`, and no"),
        (official(status="active", firstListedAt=AT), "time", "firstListedAt"),
        (official(status="active", publication_timestamp=SECONDS), "time", "publication_timestamp"),
        (official(publishedAt=AT, status="gone"), "status", "gone"),
        (official(publishedAt=AT, status=7), "status", "no text"),
        (official(publishedAt=AT, yanked=True), "status", "yanked"),
        (official(publishedAt=AT, is_active=False), "status", "is_active"),
        (official(publishedAt=AT, status=["deleted"]), "status", "no text"),
        (official(publishedAt=AT, statusMessage="\ud800"), "form", "no Unicode text"),
        (
            {"server": {"name": "com.example/maps", "version_detail": {"version": "1.0.0"}}},
            "form",
            "version_detail",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_and_never_taken_for_now_or_active(
    entry: Any, reason: str, message: str
) -> None:
    with pytest.raises(UnreadableEntryError, match=message) as refused:
        read(entry)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "entry", [SERVER, {"server": SERVER}, {"server": SERVER, "_meta": {}}, official(status="active")]
)
def test_a_version_of_which_nobody_says_since_when_it_is_counts_as_published_now(
    entry: dict[str, Any],
) -> None:
    found = read(entry)
    assert (found.published_at, found.updated_at, found.is_dated) == (NOW, NOW, False)
    assert found.status.status is Status.ACTIVE


@pytest.mark.parametrize("value", ["soon", True, {}, 1e300, "2030-01-01T00:00:00Z"])
def test_an_optional_time_that_cannot_be_read_costs_the_time(value: Any) -> None:
    found = read(official(publishedAt=AT, updatedAt=value, statusChangedAt=value))
    assert (found.updated_at, found.status_changed_at) == (SECONDS, SECONDS)
    assert len(found.lost_times) == 2
    zero = read(official(publishedAt=AT, updatedAt="0001-01-01T00:00:00Z", statusChangedAt=None))
    assert (zero.updated_at, zero.lost_times) == (SECONDS, ())


def test_the_registrys_word_goes_before_what_an_author_may_write() -> None:
    server = {**SERVER, "status": "deleted", "publishedAt": "2020-01-01T00:00:00Z", "isDeleted": True}
    server["_meta"] = {OFFICIAL_META: SAID, PUBLISHER_META: SAID}
    found = read({"server": server, "_meta": {OFFICIAL_META: {"publishedAt": AT, "status": "active"}}})
    assert (found.published_at, found.status.status) == (SECONDS, Status.ACTIVE)
    said = {"server": {**SERVER, "_meta": {PUBLISHER_META: SAID}}, "_meta": {PUBLISHER_META: SAID}}
    assert not read(said).is_dated, "a publisher's own data is no statement of a registry"


def test_a_flat_entry_becomes_the_authors_server_object() -> None:
    provided = {PUBLISHER_META: {"x": 1}}
    flat = {**SERVER, "status": "active", "_meta": {OFFICIAL_META: SAID_BEFORE, **provided}}
    assert read(flat).server == {**SERVER, "_meta": provided}
    assert read({**SERVER, "status": "active"}).server == SERVER


def test_a_message_of_a_status_is_taken_and_cut_to_what_the_standard_allows() -> None:
    found = read(official(publishedAt=AT, status="deprecated", status_message="x" * 600))
    assert found.status.status is Status.DEPRECATED
    assert found.status.status_message == "x" * 500
