"""Checks of lists: their entries, pages, cursors and filters."""

import re
import secrets
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from mcp_static.api.abilities import Ability
from mcp_static.conformance.check import checks_of
from mcp_static.conformance.expectations import BAD, expect_error, keys_of, require
from mcp_static.conformance.probe import Probe, key_of, official
from mcp_static.model.errors import NothingToSeeError

_STATUSES: Final = frozenset({"active", "deprecated", "deleted"})

_PLAIN_VERSION: Final = re.compile(r"[a-z0-9-][a-z0-9.-]*")

# Lists


def _list_shape(probe: Probe) -> None:
    for entry in probe.listing().entries():
        server, meta = entry["server"], official(entry)
        name = key_of(entry)[0]
        for member in ("name", "description", "version"):
            require(isinstance(server.get(member), str), f"{name} has no {member}")
        require(meta.get("status") in _STATUSES, f"{name} has the status {meta.get('status')!r}")
        for moment in ("publishedAt", "updatedAt"):
            require(_is_time(meta.get(moment)), f"{name} has no {moment} that is a time")
        require(isinstance(meta.get("isLatest"), bool), f"{name} does not say whether it is latest")


def _is_time(text: object) -> bool:
    try:
        return datetime.fromisoformat(str(text)).tzinfo is not None
    except ValueError:
        return False


def _complete_list(probe: Probe) -> None:
    heard = probe.ask("/v0.1/servers")
    keys = keys_of(heard.entries())
    require(len(set(keys)) == len(keys), "the list has an entry twice")
    for entry in heard.entries():
        require(official(entry).get("status") != "deleted", f"{key_of(entry)} is deleted, and listed")


def _all_versions(probe: Probe) -> None:
    listed = set(keys_of(probe.everything))
    for name in {key_of(entry)[0] for entry in probe.sample}:
        for entry in probe.server(name).entries():
            is_listed = key_of(entry) in listed
            require(is_listed, f"{key_of(entry)[1]} of {name} is among its versions, and not listed")


def _default_limit(probe: Probe) -> None:
    heard = probe.listing()
    if heard.next_cursor is None:
        raise NothingToSeeError("one page holds everything")
    require(len(heard.entries()) == 30, f"a page has {len(heard.entries())} entries, not 30")


def _limits(probe: Probe) -> None:
    for limit in (1, 2, 7, 30, 99, 100):
        heard = probe.listing(limit=limit)
        count = len(heard.entries())
        full = count == limit or heard.next_cursor is None
        require(count <= limit and full, f"limit={limit} gives {count} entries")


def _bad_limits(probe: Probe) -> None:
    for limit in ("0", "101", "-1", "abc", "1.5", "9" * 30):
        expect_error(probe.listing(limit=limit), *BAD)


def _walk_once(probe: Probe) -> None:
    keys = keys_of(probe.everything)
    twice = [key for key, count in Counter(keys).items() if count > 1]
    require(not twice, f"{twice[:1]} comes more than once in a walk")


def _walk_same(probe: Probe) -> None:
    expected = keys_of(probe.everything)
    for limit in (37, 100):
        found: list[tuple[str, str]] = []
        heard = probe.listing(limit=limit)
        while True:
            found += keys_of(heard.entries())
            cursor = heard.next_cursor
            if cursor is None or len(found) >= 400:
                break
            heard = probe.listing(limit=limit, cursor=cursor)
        require(found == expected[: len(found)], f"limit={limit} gives another order")


def _changing_limit(probe: Probe) -> None:
    first = probe.listing(limit=3)
    cursor = first.next_cursor
    if cursor is None:
        raise NothingToSeeError("there are no more than 3 entries")
    second = probe.listing(limit=5, cursor=cursor)
    keys = keys_of(first.entries()) + keys_of(second.entries())
    require(keys == keys_of(probe.everything)[: len(keys)], "a changed limit loses or repeats entries")


def _raw_cursor(probe: Probe) -> None:
    cursor = probe.listing(limit=1).next_cursor
    if cursor is None:
        raise NothingToSeeError("there is one entry")
    raw = probe.ask("/v0.1/servers", query=f"limit=1&cursor={cursor}")
    encoded = probe.listing(limit=1, cursor=cursor)
    require(raw.body == encoded.body, "a cursor that is not encoded is understood otherwise")


def _bad_cursor(probe: Probe) -> None:
    for cursor in ("nonsense!", "../../etc/passwd", "\x00", "x" * 5000):
        expect_error(probe.listing(cursor=cursor), *BAD, 414)


def _empty_parameters(probe: Probe) -> None:
    plain = probe.listing(limit=5)
    given = probe.ask("/v0.1/servers", query="limit=5&cursor=&search=&version=&updated_since=")
    require(keys_of(given.entries()) == keys_of(plain.entries()), "an empty parameter changes the list")


def _unknown_parameters(probe: Probe) -> None:
    plain, more = probe.listing(limit=5), probe.listing(limit=5, utm_source="x", sort="name")
    require(keys_of(plain.entries()) == keys_of(more.entries()), "unknown parameters change the list")


# Filters


def _search(probe: Probe) -> None:
    for entry in probe.sample:
        name = key_of(entry)[0]
        word = name.split("/")[1]
        for text in (word, word.upper(), name):
            keys = keys_of(probe.walk(limit=100, search=text))
            require(key_of(entry) in keys, f"search={text!r} does not find {name}")


def _search_fits(probe: Probe) -> None:
    word = key_of(probe.sample[-1])[0].split("/")[1].lower()
    for entry in probe.listing(limit=100, search=word).entries():
        server = entry["server"]
        texts = (server.get(member) for member in ("name", "title", "description"))
        found = any(word in text.lower() for text in texts if isinstance(text, str))
        require(found, f"search={word!r} also finds {server['name']}")


def _search_nothing(probe: Probe) -> None:
    heard = probe.listing(search=secrets.token_hex(12))
    require(not heard.entries() and heard.next_cursor is None, "a search for nonsense finds something")


def _version_latest(probe: Probe) -> None:
    entries = probe.walk(limit=100, version="latest")
    names = [key_of(entry)[0] for entry in entries]
    require(len(set(names)) == len(names), "version=latest gives a server twice")
    require(set(names) == {key_of(e)[0] for e in probe.everything}, "version=latest leaves servers out")
    for entry in entries:
        require(official(entry).get("isLatest") is True, f"{key_of(entry)} is not the latest")


def _version_plain(probe: Probe) -> None:
    _version_exact(probe, [e for e in probe.sample if _PLAIN_VERSION.fullmatch(key_of(e)[1])])


def _version_any(probe: Probe) -> None:
    odd = [e for e in probe.everything if not _PLAIN_VERSION.fullmatch(key_of(e)[1])]
    _version_exact(probe, odd[:3])


def _version_exact(probe: Probe, entries: list[dict[str, Any]]) -> None:
    if not entries:
        raise NothingToSeeError("no version is written like that")
    for entry in entries:
        version = key_of(entry)[1]
        keys = keys_of(probe.walk(limit=100, version=version))
        require(key_of(entry) in keys, f"version={version} leaves {key_of(entry)[0]} out")
        require({key[1] for key in keys} == {version}, f"version={version} gives other versions")


def _since_all(probe: Probe) -> None:
    middle, found = _walk_since(probe)
    for entry in probe.everything:
        is_since = _moment(official(entry)["updatedAt"]) >= _moment(middle)
        require(not is_since or key_of(entry) in found, f"updated_since leaves {key_of(entry)} out")


def _walk_since(probe: Probe) -> tuple[str, set[tuple[str, str]]]:
    """A walk since the time in the middle, with that time."""
    moments = sorted(str(official(entry)["updatedAt"]) for entry in probe.everything)
    if not moments:
        raise NothingToSeeError("the registry is empty")
    middle = moments[len(moments) // 2]
    return middle, set(keys_of(probe.walk(limit=100, updated_since=middle)))


def _updated_since(probe: Probe) -> None:
    middle, found = _walk_since(probe)
    since = _moment(middle)
    for entry in probe.everything:
        updated, is_found = _moment(official(entry)["updatedAt"]), key_of(entry) in found
        is_right = is_found if updated >= since else not is_found or updated >= since - probe.slack
        require(is_right, f"updated_since is wrong about {key_of(entry)}")


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def _offsets(probe: Probe) -> None:
    moment = _moment(official(probe.sample[len(probe.sample) // 2])["updatedAt"])
    plain = keys_of(
        probe.listing(limit=20, updated_since=moment.strftime("%Y-%m-%dT%H:%M:%SZ")).entries()
    )
    for hours in (-5, 2):
        there = moment.astimezone(timezone(timedelta(hours=hours))).replace(microsecond=0)
        heard = probe.listing(limit=20, updated_since=there.isoformat())
        require(
            keys_of(heard.entries()) == plain, f"the offset of {there.isoformat()} is not understood"
        )


def _future(probe: Probe) -> None:
    later = (datetime.now(UTC) + timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%SZ")
    require(not probe.listing(updated_since=later).entries(), "something was updated next year")


def _bad_times(probe: Probe) -> None:
    for text in ("yesterday", "2025-13-01T00:00:00Z", "2025-01-01", "1"):
        expect_error(probe.listing(updated_since=text), *BAD)


def _combined(probe: Probe) -> None:
    entry = next((e for e in probe.everything if official(e).get("isLatest")), None)
    if entry is None:
        raise NothingToSeeError("nothing is the latest")
    word = key_of(entry)[0].split("/")[1]
    entries = probe.walk(limit=100, search=word, version="latest", updated_since="1970-01-01T00:00:00Z")
    require(key_of(entry) in keys_of(entries), "search, version and updated_since do not combine")
    require(
        all(official(e).get("isLatest") for e in entries),
        "version=latest is forgotten when combined with search",
    )


def _gallery(probe: Probe) -> None:
    """As VS Code asks: its cursor comes with the parameters of the first page, or without."""
    first = probe.listing(limit=2, version="latest")
    cursor = first.next_cursor
    if cursor is None:
        raise NothingToSeeError("there are no more than 2 servers")
    for more in ({}, {"version": "latest"}):
        heard = probe.listing(limit=2, cursor=cursor, **more)
        for entry in heard.entries():
            require(bool(official(entry).get("isLatest")), "a walk of latest ones leads to others")


LISTING_CHECKS: Final = (
    *checks_of(
        Ability.LIST,
        ("list-shape", "Entries have what the standard requires.", _list_shape),
        ("list-once", "A list has no entry twice, and none that is deleted.", _complete_list),
    ),
    *checks_of(
        Ability.COMPLETE,
        ("list-versions", "The list has every version, not only the latest ones.", _all_versions),
    ),
    *checks_of(
        Ability.CURSORS,
        ("walk-once", "A walk meets every entry once, and ends.", _walk_once),
        ("cursor-raw", "A cursor works without being encoded.", _raw_cursor),
        ("cursor-bad", "An invalid cursor is an error.", _bad_cursor),
    ),
    *checks_of(
        Ability.PAGES,
        ("default-limit", "A page has 30 entries unless asked otherwise.", _default_limit),
        ("limits", "`limit` from 1 to 100 is honored.", _limits),
        ("bad-limits", "Any other `limit` is an error.", _bad_limits),
        ("walk-same", "Every `limit` walks in the same order.", _walk_same),
        ("walk-changing", "`limit` may change on the way.", _changing_limit),
        ("empty", "An empty parameter counts as absent.", _empty_parameters),
        ("unknown-parameters", "Unknown parameters are ignored.", _unknown_parameters),
    ),
    *checks_of(
        Ability.VERSIONS,
        ("version-latest", "`version=latest` gives each server's latest once.", _version_latest),
        ("version-exact", "`version` gives the entries of that version.", _version_plain),
        ("gallery", "A cursor keeps the filters of its walk.", _gallery),
    ),
    *checks_of(
        Ability.SINCE,
        ("since-all", "`updated_since` leaves nothing out that was updated then or later.", _since_all),
    ),
    *checks_of(
        Ability.FILTERS,
        ("search", "`search` finds a part of a name, in any case.", _search),
        ("search-fits", "`search` finds nothing else.", _search_fits),
        ("search-nothing", "A search may find nothing.", _search_nothing),
        ("version-any", "`version` may have any characters.", _version_any),
        ("since", "`updated_since` gives what was updated then or later.", _updated_since),
        ("since-offset", "`updated_since` understands any offset.", _offsets),
        ("since-future", "Nothing was updated in the future.", _future),
        ("since-bad", "An invalid time is an error.", _bad_times),
        ("combined", "Filters combine.", _combined),
    ),
)
