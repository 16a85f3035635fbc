"""The checks, from the standard's `openapi.yaml` and `generic-registry-api.md`, not from our code.

Where official registries of different ages differ (400 or 422 for a bad parameter), both are taken.
"""

import secrets
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import quote

from builder.conformance.check import Ability, Check
from builder.conformance.probe import (
    Heard,
    NonconformityError,
    NothingToSeeError,
    Probe,
    key_of,
    official,
)

_BAD: Final = (400, 422)
_WORTH_COMPRESSING: Final = 4096
_STATUSES: Final = frozenset({"active", "deprecated", "deleted"})


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NonconformityError(otherwise)


def _error(heard: Heard, *statuses: int) -> None:
    """An error with a body in JSON that says something."""
    document = heard.expect(*statuses).json()
    _require(isinstance(document, dict) and bool(document), f"{heard.url} says nothing about its error")


def _names(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [key_of(entry) for entry in entries]


# Lists


def _list_shape(probe: Probe) -> None:
    for entry in probe.listing().entries():
        server, meta = entry["server"], official(entry)
        name = key_of(entry)[0]
        for member in ("name", "description", "version"):
            _require(isinstance(server.get(member), str), f"{name} has no {member}")
        _require(meta.get("status") in _STATUSES, f"{name} has the status {meta.get('status')!r}")
        for moment in ("publishedAt", "updatedAt"):
            _require(_is_time(meta.get(moment)), f"{name} has no {moment} that is a time")
        _require(isinstance(meta.get("isLatest"), bool), f"{name} does not say whether it is latest")


def _is_time(text: object) -> bool:
    try:
        return datetime.fromisoformat(str(text)).tzinfo is not None
    except ValueError:
        return False


def _complete_list(probe: Probe) -> None:
    heard = probe.ask("/v0.1/servers")
    keys = _names(heard.entries())
    _require(len(set(keys)) == len(keys), "the list has an entry twice")
    for entry in heard.entries():
        _require(official(entry).get("status") != "deleted", f"{key_of(entry)} is deleted, and listed")


def _default_limit(probe: Probe) -> None:
    heard = probe.listing()
    if heard.next_cursor is None:
        raise NothingToSeeError("one page holds everything")
    _require(len(heard.entries()) == 30, f"a page has {len(heard.entries())} entries, not 30")


def _limits(probe: Probe) -> None:
    for limit in (1, 2, 7, 30, 99, 100):
        heard = probe.listing(limit=limit)
        count = len(heard.entries())
        full = count == limit or heard.next_cursor is None
        _require(count <= limit and full, f"limit={limit} gives {count} entries")


def _bad_limits(probe: Probe) -> None:
    for limit in ("0", "101", "-1", "abc", "1.5", "9" * 30):
        _error(probe.listing(limit=limit), *_BAD)


def _walk_once(probe: Probe) -> None:
    keys = _names(probe.everything)
    twice = [key for key, count in Counter(keys).items() if count > 1]
    _require(not twice, f"{twice[:1]} comes more than once in a walk")


def _walk_same(probe: Probe) -> None:
    expected = _names(probe.everything)
    for limit in (37, 100):
        found: list[tuple[str, str]] = []
        heard = probe.listing(limit=limit)
        while True:
            found += _names(heard.entries())
            cursor = heard.next_cursor
            if cursor is None or len(found) >= 400:
                break
            heard = probe.listing(limit=limit, cursor=cursor)
        _require(found == expected[: len(found)], f"limit={limit} gives another order")


def _changing_limit(probe: Probe) -> None:
    first = probe.listing(limit=3)
    cursor = first.next_cursor
    if cursor is None:
        raise NothingToSeeError("there are no more than 3 entries")
    second = probe.listing(limit=5, cursor=cursor)
    keys = _names(first.entries()) + _names(second.entries())
    _require(keys == _names(probe.everything)[: len(keys)], "a changed limit loses or repeats entries")


def _raw_cursor(probe: Probe) -> None:
    cursor = probe.listing(limit=1).next_cursor
    if cursor is None:
        raise NothingToSeeError("there is one entry")
    raw = probe.ask("/v0.1/servers", query=f"limit=1&cursor={cursor}")
    encoded = probe.listing(limit=1, cursor=cursor)
    _require(raw.body == encoded.body, "a cursor that is not encoded is understood otherwise")


def _bad_cursor(probe: Probe) -> None:
    for cursor in ("nonsense!", "../../etc/passwd", "\x00", "x" * 5000):
        _error(probe.listing(cursor=cursor), *_BAD, 414)


def _empty_parameters(probe: Probe) -> None:
    plain = probe.listing(limit=5)
    given = probe.ask("/v0.1/servers", query="limit=5&cursor=&search=&version=&updated_since=")
    _require(_names(given.entries()) == _names(plain.entries()), "an empty parameter changes the list")


def _unknown_parameters(probe: Probe) -> None:
    plain, more = probe.listing(limit=5), probe.listing(limit=5, utm_source="x", sort="name")
    _require(_names(plain.entries()) == _names(more.entries()), "unknown parameters change the list")


# Filters


def _search(probe: Probe) -> None:
    for entry in probe.sample:
        name = key_of(entry)[0]
        word = name.split("/")[1]
        for text in (word, word.upper(), name):
            keys = _names(probe.walk(limit=100, search=text))
            _require(key_of(entry) in keys, f"search={text!r} does not find {name}")


def _search_fits(probe: Probe) -> None:
    word = key_of(probe.sample[-1])[0].split("/")[1].lower()
    for entry in probe.listing(limit=100, search=word).entries():
        server = entry["server"]
        texts = (server.get(member) for member in ("name", "title", "description"))
        found = any(word in text.lower() for text in texts if isinstance(text, str))
        _require(found, f"search={word!r} also finds {server['name']}")


def _search_nothing(probe: Probe) -> None:
    heard = probe.listing(search=secrets.token_hex(12))
    _require(not heard.entries() and heard.next_cursor is None, "a search for nonsense finds something")


def _version_latest(probe: Probe) -> None:
    entries = probe.walk(limit=100, version="latest")
    names = [key_of(entry)[0] for entry in entries]
    _require(len(set(names)) == len(names), "version=latest gives a server twice")
    _require(
        set(names) == {key_of(e)[0] for e in probe.everything}, "version=latest leaves servers out"
    )
    for entry in entries:
        _require(official(entry).get("isLatest") is True, f"{key_of(entry)} is not the latest")


def _version_exact(probe: Probe) -> None:
    for entry in probe.sample:
        version = key_of(entry)[1]
        keys = _names(probe.walk(limit=100, version=version))
        _require(key_of(entry) in keys, f"version={version} leaves {key_of(entry)[0]} out")
        _require({key[1] for key in keys} == {version}, f"version={version} gives other versions")


def _updated_since(probe: Probe) -> None:
    moments = sorted(str(official(entry)["updatedAt"]) for entry in probe.everything)
    if not moments:
        raise NothingToSeeError("the registry is empty")
    middle = moments[len(moments) // 2]
    found = set(_names(probe.walk(limit=100, updated_since=middle)))
    for entry in probe.everything:
        is_since = _moment(official(entry)["updatedAt"]) >= _moment(middle)
        _require((key_of(entry) in found) is is_since, f"updated_since is wrong about {key_of(entry)}")


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def _offsets(probe: Probe) -> None:
    moment = _moment(official(probe.sample[len(probe.sample) // 2])["updatedAt"])
    plain = _names(
        probe.listing(limit=20, updated_since=moment.strftime("%Y-%m-%dT%H:%M:%SZ")).entries()
    )
    for hours in (-5, 2):
        there = moment.astimezone(timezone(timedelta(hours=hours))).replace(microsecond=0)
        heard = probe.listing(limit=20, updated_since=there.isoformat())
        _require(
            _names(heard.entries()) == plain, f"the offset of {there.isoformat()} is not understood"
        )


def _future(probe: Probe) -> None:
    later = (datetime.now(UTC) + timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%SZ")
    _require(not probe.listing(updated_since=later).entries(), "something was updated next year")


def _bad_times(probe: Probe) -> None:
    for text in ("yesterday", "2025-13-01T00:00:00Z", "2025-01-01", "1"):
        _error(probe.listing(updated_since=text), *_BAD)


def _combined(probe: Probe) -> None:
    entry = next((e for e in probe.everything if official(e).get("isLatest")), None)
    if entry is None:
        raise NothingToSeeError("nothing is the latest")
    word = key_of(entry)[0].split("/")[1]
    entries = probe.walk(limit=100, search=word, version="latest", updated_since="1970-01-01T00:00:00Z")
    _require(key_of(entry) in _names(entries), "search, version and updated_since do not combine")
    _require(
        all(official(e).get("isLatest") for e in entries), "version=latest is forgotten beside search"
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
            _require(bool(official(entry).get("isLatest")), "a walk of latest ones leads to others")


# One server


def _versions(probe: Probe) -> None:
    for entry in probe.sample:
        name, version = key_of(entry)
        keys = _names(probe.server(name).entries())
        _require({key[0] for key in keys} == {name}, f"the versions of {name} have another server's")
        _require((name, version) in keys, f"the versions of {name} lack {version}")
        _require(len(set(keys)) == len(keys), f"the versions of {name} have one twice")


def _version(probe: Probe) -> None:
    for entry in probe.sample:
        name, version = key_of(entry)
        heard = probe.server(name, f"versions/{quote(version, safe='')}")
        found = heard.expect(200).json()
        _require(found.get("server") == entry["server"], f"{name} {version} is not what the list has")
        _require(official(found) == official(entry), f"{name} {version} has other metadata than listed")


def _latest(probe: Probe) -> None:
    for entry in probe.sample:
        name = key_of(entry)[0]
        found = probe.server(name, "versions/latest").expect(200).json()
        _require(official(found).get("isLatest") is True, f"the latest of {name} is not the latest")
        _require(key_of(found)[0] == name, f"the latest of {name} is another server's")


def _unknown(probe: Probe) -> None:
    nobody = f"io.github.{secrets.token_hex(8)}/nothing"
    for rest in ("versions", "versions/latest", "versions/1.0.0"):
        _error(probe.server(nobody, rest), 404)
    name = key_of(probe.sample[0])[0]
    _error(probe.server(name, f"versions/0.0.0-{secrets.token_hex(4)}"), 404)


# Deleted entries


def _deleted_hidden(probe: Probe) -> None:
    listed = set(_names(probe.everything))
    for entry in probe.deleted[:5]:
        name, version = key_of(entry)
        _require((name, version) not in listed, f"{name} {version} is deleted, and listed")
        _error(probe.server(name, f"versions/{quote(version, safe='')}"), 404)


def _deleted_asked(probe: Probe) -> None:
    for entry in probe.deleted[:5]:
        name, version = key_of(entry)
        path = f"versions/{quote(version, safe='')}"
        found = probe.server(name, path, "include_deleted=true").expect(200).json()
        _require(
            official(found).get("status") == "deleted", f"{name} {version} is not shown as deleted"
        )
        keys = _names(probe.server(name, "versions", "include_deleted=true").entries())
        _require((name, version) in keys, f"include_deleted leaves {version} of {name} out")


def _deleted_since(probe: Probe) -> None:
    entry = probe.deleted[0]
    moment = str(official(entry)["updatedAt"])
    keys = _names(probe.walk(limit=100, updated_since=moment))
    _require(key_of(entry) in keys, "updated_since leaves deleted entries out")


def _bad_flag(probe: Probe) -> None:
    _error(probe.listing(include_deleted="perhaps"), *_BAD)


# Headers and errors


def _cors(probe: Probe) -> None:
    headers = {"Origin": "https://example.com"}
    heard = probe.ask("/v0.1/servers", query="limit=1", headers=headers).expect(200)
    allowed = heard.headers.get("Access-Control-Allow-Origin")
    _require(allowed in {"*", "https://example.com"}, "a web page of another origin may not read it")


def _preflight(probe: Probe) -> None:
    headers = {
        "Origin": "https://example.com",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    heard = probe.ask("/v0.1/servers", method="OPTIONS", headers=headers).expect(200, 204)
    methods = heard.headers.get("Access-Control-Allow-Methods", "GET")
    _require("GET" in methods or methods == "*", "a preflight does not allow GET")


def _conditional(probe: Probe) -> None:
    heard = probe.listing(limit=100).expect(200)
    tag = heard.headers.get("ETag")
    _require(bool(tag), "an answer has no ETag")
    again = probe.ask("/v0.1/servers", query="limit=100", headers={"If-None-Match": str(tag)})
    again.expect(304)
    _require(not again.body, "a 304 has a body")
    other = probe.ask("/v0.1/servers", query="limit=100", headers={"If-None-Match": '"other"'})
    other.expect(200)


def _head(probe: Probe) -> None:
    name = key_of(probe.sample[0])[0]
    path = f"/v0.1/servers/{quote(name, safe='')}/versions/latest"
    heard = probe.ask(path, method="HEAD").expect(200)
    _require(not heard.body, "HEAD has a body")


def _compressed(probe: Probe) -> None:
    heard = probe.ask("/v0.1/servers", query="limit=100", headers={"Accept-Encoding": "gzip"})
    if len(heard.body) < _WORTH_COMPRESSING:
        raise NothingToSeeError("the list is too short to be worth compressing")
    _require(heard.headers.get("Content-Encoding") == "gzip", "a long list is not compressed")
    plain = probe.ask("/v0.1/servers", query="limit=100", headers={"Accept-Encoding": "identity"})
    _require(heard.body == plain.body, "the compressed list is another one")
    _require("accept-encoding" in heard.headers.get("Vary", "").lower(), "caches are not told (Vary)")


def _no_cookies(probe: Probe) -> None:
    heard = probe.listing(limit=1).expect(200)
    _require("Set-Cookie" not in heard.headers, "the registry sets cookies")


def _writing(probe: Probe) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/v0.1/servers", "/v0.1/publish"):
            heard = probe.ask(path, method=method, headers={"Content-Type": "application/json"})
            _error(heard, 400, 401, 403, 404, 405, 422, 501)


def _hostile_paths(probe: Probe) -> None:
    for path in (
        "/v0.1/servers/..%2f..%2fetc/versions",
        "/v0.1/servers/%2e%2e/%2e%2e/versions",
        "/v0.1/servers/a%00b/versions",
        "/v0.1/servers/%ff%fe/versions",
        f"/v0.1/servers/{'x' * 3000}/versions",
        "/v0.1/servers/a/b/c/d/versions",
    ):
        heard = probe.ask(path)
        _require(400 <= heard.status < 500, f"{path[:60]} answers {heard.status}")


def _hostile_queries(probe: Probe) -> None:
    for query in ("search=%ff", "search=%00", "limit=1&limit=2", "a=b&" * 200, f"search={'x' * 65536}"):
        heard = probe.ask("/v0.1/servers", query=query)
        _require(heard.status < 500, f"{query[:40]} answers {heard.status}")


def _small_files(probe: Probe) -> None:
    for name in ("health", "ping", "version"):
        document = probe.ask(f"/v0.1/{name}").expect(200).json()
        _require(isinstance(document, dict), f"/v0.1/{name} is no object")


def _older_path(probe: Probe) -> None:
    name = key_of(probe.sample[0])[0]
    path = f"servers/{quote(name, safe='')}/versions/latest"
    _require(
        probe.ask(f"/v0/{path}").json() == probe.ask(f"/v0.1/{path}").json(), "/v0 differs from /v0.1"
    )


def _checks(ability: Ability, *rows: tuple[str, str, Any]) -> tuple[Check, ...]:
    return tuple(Check(id=id_, ability=ability, says=says, run=run) for id_, says, run in rows)


CHECKS: Final = (
    *_checks(
        Ability.FILES,
        ("versions", "A server's versions are listed, its own and no other's.", _versions),
        ("version", "A version's address gives the entry that the list has.", _version),
        ("latest", "`versions/latest` gives the version that is latest.", _latest),
        ("unknown", "What is not there is 404, with an error in JSON.", _unknown),
        ("small", "`health`, `ping` and `version` answer.", _small_files),
        ("head", "HEAD answers like GET, without a body.", _head),
    ),
    *_checks(
        Ability.LIST,
        ("list-shape", "Entries have what the standard requires.", _list_shape),
        ("list-once", "A list has no entry twice, and none that is deleted.", _complete_list),
    ),
    *_checks(
        Ability.PAGES,
        ("default-limit", "A page has 30 entries unless asked otherwise.", _default_limit),
        ("limits", "`limit` from 1 to 100 is honoured.", _limits),
        ("bad-limits", "Any other `limit` is an error.", _bad_limits),
        ("walk-once", "A walk meets every entry once, and ends.", _walk_once),
        ("walk-same", "Every `limit` walks in the same order.", _walk_same),
        ("walk-changing", "`limit` may change on the way.", _changing_limit),
        ("cursor-raw", "A cursor works without being encoded.", _raw_cursor),
        ("cursor-bad", "What is no cursor is an error.", _bad_cursor),
        ("empty", "An empty parameter is none.", _empty_parameters),
        ("unknown-parameters", "Unknown parameters are ignored.", _unknown_parameters),
    ),
    *_checks(
        Ability.FILTERS,
        ("search", "`search` finds a part of a name, in any case.", _search),
        ("search-fits", "`search` finds nothing else.", _search_fits),
        ("search-nothing", "A search may find nothing.", _search_nothing),
        ("version-latest", "`version=latest` gives each server's latest once.", _version_latest),
        ("version-exact", "`version` gives the entries of that version.", _version_exact),
        ("since", "`updated_since` gives what was updated then or later.", _updated_since),
        ("since-offset", "`updated_since` understands any offset.", _offsets),
        ("since-future", "Nothing was updated in the future.", _future),
        ("since-bad", "What is no time is an error.", _bad_times),
        ("combined", "Filters combine.", _combined),
        ("gallery", "A cursor keeps the filters of its walk.", _gallery),
    ),
    *_checks(
        Ability.DELETED,
        ("deleted-hidden", "A deleted version is 404, and in no list.", _deleted_hidden),
        ("deleted-asked", "`include_deleted=true` shows it.", _deleted_asked),
        ("deleted-since", "`updated_since` shows it too.", _deleted_since),
        ("deleted-bad", "`include_deleted` is true or false.", _bad_flag),
    ),
    *_checks(
        Ability.HEADERS,
        ("cors", "Web pages of other origins may read.", _cors),
        ("preflight", "A preflight allows GET.", _preflight),
        ("conditional", "An ETag makes the next answer 304.", _conditional),
        ("compressed", "Long answers are compressed, and caches told.", _compressed),
        ("cookies", "There are no cookies.", _no_cookies),
    ),
    *_checks(
        Ability.ERRORS,
        ("writing", "Writing without rights is an error in JSON.", _writing),
        ("hostile-paths", "Hostile paths are errors of the client.", _hostile_paths),
        ("hostile-queries", "Hostile queries break nothing.", _hostile_queries),
        ("older", "`/v0` answers as `/v0.1`.", _older_path),
    ),
)
"""Every check, by what a host has to be able to do."""
