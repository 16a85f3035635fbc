"""Checks of single servers, of deleted entries, of headers and of errors."""

import secrets
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from mcp_static.api.abilities import Ability
from mcp_static.conformance.check import checks_of
from mcp_static.conformance.expectations import BAD, expect_error, keys_of, require
from mcp_static.conformance.probe import Heard, Probe, key_of, official
from mcp_static.model.errors import NothingToSeeError

_WORTH_COMPRESSING: Final = 4096
_ORDINARY_HEADERS: Final = ("cache-control", "content-type", "if-none-match", "traceparent")
"""What readers in web pages send: to revalidate what they have, and to trace their requests."""

# One server


def _versions(probe: Probe) -> None:
    for entry in probe.sample:
        name, version = key_of(entry)
        keys = keys_of(probe.server(name).entries())
        require({key[0] for key in keys} == {name}, f"the versions of {name} have another server's")
        require((name, version) in keys, f"the versions of {name} lack {version}")
        require(len(set(keys)) == len(keys), f"the versions of {name} have one twice")


def _version(probe: Probe) -> None:
    for entry in probe.sample:
        name, version = key_of(entry)
        heard = probe.server(name, f"versions/{quote(version, safe='')}")
        found = heard.expect(200).json()
        require(found.get("server") == entry["server"], f"{name} {version} is not what the list has")
        require(official(found) == official(entry), f"{name} {version} has other metadata than listed")


def _latest(probe: Probe) -> None:
    for entry in probe.sample:
        name = key_of(entry)[0]
        found = probe.server(name, "versions/latest").expect(200).json()
        require(official(found).get("isLatest") is True, f"the latest of {name} is not the latest")
        require(key_of(found)[0] == name, f"the latest of {name} is another server's")


def _asked_for_nothing(probe: Probe) -> Iterator[Heard]:
    nobody = f"io.github.{secrets.token_hex(8)}/nothing"
    for rest in ("versions", "versions/latest", "versions/1.0.0"):
        yield probe.server(nobody, rest)
    name = key_of(probe.sample[0])[0]
    yield probe.server(name, f"versions/0.0.0-{secrets.token_hex(4)}")


def _unknown(probe: Probe) -> None:
    for heard in _asked_for_nothing(probe):
        heard.expect(404)


def _unknown_in_json(probe: Probe) -> None:
    for heard in _asked_for_nothing(probe):
        expect_error(heard, 404)


# Deleted entries


def _deleted_hidden(probe: Probe) -> None:
    listed = set(keys_of(probe.everything))
    for entry in probe.deleted[:5]:
        name, version = key_of(entry)
        require((name, version) not in listed, f"{name} {version} is deleted, and listed")
        expect_error(probe.server(name, f"versions/{quote(version, safe='')}"), 404)


def _deleted_asked(probe: Probe) -> None:
    for entry in probe.deleted[:5]:
        name, version = key_of(entry)
        path = f"versions/{quote(version, safe='')}"
        found = probe.server(name, path, "include_deleted=true").expect(200).json()
        require(official(found).get("status") == "deleted", f"{name} {version} is not shown as deleted")
        keys = keys_of(probe.server(name, "versions", "include_deleted=true").entries())
        require((name, version) in keys, f"include_deleted leaves {version} of {name} out")


def _deleted_since(probe: Probe) -> None:
    entry = probe.deleted[0]
    moment = str(official(entry)["updatedAt"])
    keys = keys_of(probe.walk(limit=100, updated_since=moment))
    require(key_of(entry) in keys, "updated_since leaves deleted entries out")


def _since_without_deleted(probe: Probe) -> None:
    heard = probe.listing(updated_since="1970-01-01T00:00:00Z", include_deleted="false")
    expect_error(heard, *BAD)


def _bad_flag(probe: Probe) -> None:
    expect_error(probe.listing(include_deleted="perhaps"), *BAD)


# Headers and errors


def _types(probe: Probe) -> None:
    name = key_of(probe.sample[0])[0]
    for heard in (
        probe.listing(limit=1),
        probe.server(name, "versions/latest"),
        probe.server(name, "versions/0.0.0-none"),
    ):
        is_json = heard.type == "application/json" or heard.type.endswith("+json")
        require(is_json, f"{heard.url} is {heard.type or 'of no type'}, not application/json")


def _cors(probe: Probe) -> None:
    headers = {"Origin": "https://example.com"}
    heard = probe.ask("/v0.1/servers", query="limit=1", headers=headers).expect(200)
    allowed = heard.headers.get("Access-Control-Allow-Origin")
    require(allowed in {"*", "https://example.com"}, "a web page of another origin may not read it")


def _preflight(probe: Probe) -> None:
    headers = {
        "Origin": "https://example.com",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": ",".join(_ORDINARY_HEADERS),
    }
    heard = probe.ask("/v0.1/servers", method="OPTIONS", headers=headers).expect(200, 204)
    methods = heard.headers.get("Access-Control-Allow-Methods", "GET")
    require("GET" in methods or methods == "*", "a preflight does not allow GET")
    given = heard.headers.get("Access-Control-Allow-Headers", "").lower()
    allowed = {name.strip() for name in given.split(",")}
    refused = [name for name in _ORDINARY_HEADERS if not allowed & {name, "*"}]
    require(not refused, f"a preflight does not allow the header {', '.join(refused)}")


def _conditional(probe: Probe) -> None:
    heard = probe.listing(limit=100).expect(200)
    tag = heard.headers.get("ETag")
    require(bool(tag), "an answer has no ETag")
    again = probe.ask("/v0.1/servers", query="limit=100", headers={"If-None-Match": str(tag)})
    again.expect(304)
    require(not again.body, "a 304 has a body")
    other = probe.ask("/v0.1/servers", query="limit=100", headers={"If-None-Match": '"other"'})
    other.expect(200)


def _head(probe: Probe) -> None:
    name = key_of(probe.sample[0])[0]
    path = f"/v0.1/servers/{quote(name, safe='')}/versions/latest"
    heard = probe.ask(path, method="HEAD").expect(200)
    require(not heard.body, "HEAD has a body")


def _compressed(probe: Probe) -> None:
    heard = probe.ask("/v0.1/servers", query="limit=100", headers={"Accept-Encoding": "gzip"})
    if len(heard.body) < _WORTH_COMPRESSING:
        raise NothingToSeeError("the list is too short to be worth compressing")
    require(heard.headers.get("Content-Encoding") == "gzip", "a long list is not compressed")
    plain = probe.ask("/v0.1/servers", query="limit=100", headers={"Accept-Encoding": "identity"})
    require(heard.body == plain.body, "the compressed list is another one")
    require("accept-encoding" in heard.headers.get("Vary", "").lower(), "caches are not told (Vary)")


def _no_cookies(probe: Probe) -> None:
    heard = probe.listing(limit=1).expect(200)
    require("Set-Cookie" not in heard.headers, "the registry sets cookies")


def _writing(probe: Probe) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/v0.1/servers", "/v0.1/publish"):
            heard = probe.ask(path, method=method, headers={"Content-Type": "application/json"})
            expect_error(heard, 400, 401, 403, 404, 405, 422, 501)


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
        require(400 <= heard.status < 500, f"{path[:60]} answers {heard.status}")


def _hostile_queries(probe: Probe) -> None:
    for query in ("search=%ff", "search=%00", "limit=1&limit=2", "a=b&" * 200, f"search={'x' * 65536}"):
        heard = probe.ask("/v0.1/servers", query=query)
        require(heard.status < 500, f"{query[:40]} answers {heard.status}")


def _small_files(probe: Probe) -> None:
    for name in ("health", "ping", "version"):
        document = probe.ask(f"/v0.1/{name}").expect(200).json()
        require(isinstance(document, dict), f"/v0.1/{name} is not an object")


def _older_path(probe: Probe) -> None:
    name = key_of(probe.sample[0])[0]
    path = f"servers/{quote(name, safe='')}/versions/latest"
    require(
        probe.ask(f"/v0/{path}").json() == probe.ask(f"/v0.1/{path}").json(), "/v0 differs from /v0.1"
    )


SERVING_CHECKS: Final = (
    *checks_of(
        Ability.FILES,
        ("versions", "A server's versions are listed, its own and no other's.", _versions),
        ("version", "A version's address gives the entry that the list has.", _version),
        ("latest", "`versions/latest` gives the version that is latest.", _latest),
        ("unknown", "What does not exist is 404.", _unknown),
        ("small", "`health`, `ping` and `version` answer.", _small_files),
        ("head", "HEAD answers like GET, without a body.", _head),
    ),
    *checks_of(
        Ability.DELETED,
        ("deleted-hidden", "A deleted version is 404, and in no list.", _deleted_hidden),
        ("deleted-asked", "`include_deleted=true` shows it.", _deleted_asked),
        ("deleted-since", "`updated_since` shows it too.", _deleted_since),
        ("deleted-kept", "`updated_since` cannot leave it out.", _since_without_deleted),
        ("deleted-bad", "`include_deleted` is true or false.", _bad_flag),
    ),
    *checks_of(
        Ability.TYPES,
        ("types", "JSON is `application/json`, errors too.", _types),
    ),
    *checks_of(
        Ability.CORS,
        ("cors", "Web pages of other origins may read.", _cors),
    ),
    *checks_of(
        Ability.HEADERS,
        ("preflight", "A preflight allows GET with ordinary headers.", _preflight),
        ("conditional", "An ETag makes the next answer 304.", _conditional),
        ("compressed", "Long answers are compressed, and caches told.", _compressed),
        ("cookies", "There are no cookies.", _no_cookies),
    ),
    *checks_of(
        Ability.ERRORS,
        ("unknown-error", "What does not exist has an error in JSON.", _unknown_in_json),
        ("writing", "Writing without rights is an error in JSON.", _writing),
        ("hostile-paths", "Hostile paths are errors of the client.", _hostile_paths),
        ("hostile-queries", "Hostile queries break nothing.", _hostile_queries),
        ("older", "`/v0` answers as `/v0.1`.", _older_path),
    ),
)
