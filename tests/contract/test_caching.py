"""A cache in front of a host: what a publish costs the host, once its clients come back.

Varnish takes the host's own headers at their word. Only its clock is ours: two methods that no client
has, `AGE` and `EXPIRE`, make what it holds as old as it would be after the minute of `max-age`, or
after the ten minutes of `stale-while-revalidate` as well, so that no test waits for either.
"""

import gzip
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.caches import (
    A_MINUTE,
    A_QUARTER_OF_AN_HOUR,
    SNAPSHOT,
    WAIT,
    Cache,
    Origin,
    latest,
    origin,
    varnish,
)
from tests.hosting import site_of
from tests.registries import START, Registry, entries_of, path_of, server_json
from tests.servers import run_cli

VERSIONS: Final = 3050
NAMES: Final = tuple(f"io.github.user{number % 90}/server-{number}" for number in range(1000))
KNOWN: Final = NAMES[::10]
"""The servers whose latest versions a walk asks for."""


@dataclass
class Published:
    """The registry behind the host, which goes on growing from test to test."""

    registry: Registry
    origin: Origin
    count: int = 0

    def publish(self) -> str:
        """Publish version 9.0.0 of the next server; gives its name."""
        name = self.next
        self.count += 1
        self.registry.publish(name, "9.0.0")
        self.origin.site.build()
        return name

    @property
    def next(self) -> str:
        """The server that is next, from behind: the first ones have versions on the last page."""
        return KNOWN[-1 - self.count]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """3,050 versions of 1,000 servers, served by nginx."""
    folder = tmp_path_factory.mktemp("caching")
    registry = Registry(folder / "registry.git")
    for first in range(0, VERSIONS, 50):
        documents = [
            server_json(NAMES[number % 1000], f"1.{number // 1000}.0", description=f"Number {number}.")
            for number in range(first, first + 50)
        ]
        paths = [path_of(document["name"], document["version"]) for document in documents]
        registry.commit(
            {path: json.dumps(document) for path, document in zip(paths, documents, strict=True)},
            time=START + first * 120,
        )
    site = site_of(registry, folder / "site", "nginx")
    with origin(site) as served:
        yield Published(site.registry(), served)


@pytest.fixture
def host(published: Published) -> Origin:
    """The host, of which nothing was asked yet."""
    published.origin.asked()
    return published.origin


def one_cache(published: Published, folder: Path, *options: str) -> Iterator[Cache]:
    """Varnish for as long as the tests of this module run."""
    with varnish(published.origin.site.url, folder / "varnish", *options) as started:
        yield started


@pytest.fixture(scope="module")
def usual_cache(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    """Varnish as it comes: it asks for what is compressed, and unpacks it for who needs that."""
    yield from one_cache(published, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def simple_cache(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    """One that can neither compress nor unpack, and so goes by `Vary` alone."""
    folder = tmp_path_factory.mktemp("simple-cache")
    yield from one_cache(published, folder, "-p", "http_gzip_support=off")


@pytest.fixture
def cache(usual_cache: Cache) -> Cache:
    """The usual cache, empty."""
    usual_cache.empty()
    return usual_cache


def with_status(status: int, asked: list[tuple[int, str]]) -> list[str]:
    """The targets that were answered so, in alphabetical order."""
    return sorted(target for found, target in asked if found == status)


@pytest.mark.parametrize("limit", [100, 30], ids=["stored pages", "pages put together"])
def test_after_a_publish_a_walk_costs_the_host_only_the_bodies_that_changed(
    published: Published, host: Origin, cache: Cache, limit: int
) -> None:
    before = cache.walk(KNOWN, limit)
    assert with_status(200, host.asked()) == sorted(before)

    name = published.publish()
    cache.grow_old(A_QUARTER_OF_AN_HOUR, before)
    after = cache.walk(KNOWN, limit)
    asked = host.asked()

    changed = {target for target in after if after[target] != before.get(target)}
    former = json.loads(before[latest(name)])["server"]["version"]
    # Where the new version is, and where the former latest is that no more.
    pages = {
        target
        for target in after
        if target.startswith("/v0.1/servers?")
        and {(name, former), (name, "9.0.0")} & set(entries_of(after[target]))
    }
    assert len(pages) == 2
    assert changed == pages | {latest(name), SNAPSHOT}
    assert with_status(200, asked) == sorted(changed)
    assert with_status(304, asked) == sorted(after.keys() - changed)
    assert len(asked) == len(after) > 130


@pytest.mark.parametrize("limit", [100, 30], ids=["stored pages", "pages put together"])
def test_without_a_publish_a_stale_walk_costs_the_host_no_body(
    host: Origin, cache: Cache, limit: int
) -> None:
    before = cache.walk(KNOWN, limit)
    host.asked()
    cache.grow_old(A_QUARTER_OF_AN_HOUR, before)
    assert cache.walk(KNOWN, limit) == before
    assert host.asked() == [(304, target) for target in before]


def test_a_second_walk_within_the_minute_never_reaches_the_host(host: Origin, cache: Cache) -> None:
    first = cache.walk(KNOWN)
    assert host.asked() == [(200, target) for target in first]
    assert cache.walk(KNOWN) == first
    assert host.asked() == []


def test_what_is_stale_is_given_once_more_while_it_is_asked_for_again(
    published: Published, host: Origin, cache: Cache
) -> None:
    old = cache.get(SNAPSHOT).content
    published.publish()
    assert cache.get(SNAPSHOT).content == old
    assert host.asked() == [(200, SNAPSHOT)]

    cache.grow_old(A_MINUTE, [SNAPSHOT])
    assert cache.get(SNAPSHOT).content == old
    deadline = time.monotonic() + WAIT
    while (new := cache.get(SNAPSHOT).content) == old:
        assert time.monotonic() < deadline, "nothing was asked for in the background"
        time.sleep(0.05)
    assert json.loads(new)["commit"] == published.registry.head
    assert host.asked() == [(200, SNAPSHOT)]


def test_nobody_is_told_for_long_that_a_new_version_is_not_there(
    published: Published, cache: Cache
) -> None:
    target = latest(published.next).replace("latest", "9.0.0")
    assert cache.get(target).status_code == 404
    published.publish()
    assert cache.get(target).status_code == 200


def test_cookies_and_keys_of_clients_do_not_pass_the_cache_by(host: Origin, cache: Cache) -> None:
    target = latest(KNOWN[0])
    plain = cache.get(target)
    assert cache.get(target, Cookie="a=b", Authorization="Bearer c").content == plain.content
    assert cache.get(target, **{"If-None-Match": plain.headers["ETag"]}).status_code == 304
    assert host.asked() == [(200, target)]


@pytest.mark.parametrize(
    "target",
    [SNAPSHOT, "/v0.1/servers?limit=100", "/v0.1/servers?limit=30"],
    ids=["a file", "a stored page", "a page put together"],
)
def test_a_cache_that_cannot_unpack_keeps_what_is_compressed_apart(
    host: Origin, simple_cache: Cache, target: str
) -> None:
    forms = ("gzip", "identity") * 2
    simple_cache.empty()
    answers = [simple_cache.get(target, **{"Accept-Encoding": form}) for form in forms]
    assert host.asked() == [(200, target)] * 2
    simple_cache.grow_old(A_QUARTER_OF_AN_HOUR, [target])
    answers += [simple_cache.get(target, **{"Accept-Encoding": form}) for form in forms]
    assert host.asked() == [(304, target)] * 2

    assert [answer.headers.get("Content-Encoding") for answer in answers] == ["gzip", None] * 4
    assert {answer.headers["Vary"] for answer in answers} == {"Accept-Encoding"}
    assert len({answer.content for answer in answers}) == 1


def test_a_cache_that_can_unpack_holds_one_form_and_gives_both(host: Origin, cache: Cache) -> None:
    target = "/v0.1/servers?limit=100"
    packed = cache.session.get(cache.url + target, stream=True, timeout=WAIT)
    with packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        body = gzip.decompress(packed.raw.read(decode_content=False))
    plain = cache.get(target, **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.content == body
    assert host.asked() == [(200, target)]


def test_a_cache_raises_no_false_alarm(published: Published, host: Origin, cache: Cache) -> None:
    index = json.loads(cache.get("/data/export/index.json").content)
    held = [f"/{part['path']}" for part in index["parts"]]
    for target in (SNAPSHOT, latest(published.next), "/v0.1/servers?limit=100", *held):
        cache.get(target)
    published.publish()
    # What is held is of before the publish, for up to eleven minutes.
    done = run_cli("verify", cache.url, "--sample", "2000")
    assert done.returncode == 0, done.stdout
    assert ", 0 wrong." in done.stdout
    # A part of the export that changed has another address, so the old one is not taken for it.
    fresh = json.loads(cache.get("/data/export/index.json?now").content)
    changed = {part["path"] for part in fresh["parts"]} - {part["path"] for part in index["parts"]}
    assert changed
    for part in fresh["parts"]:
        answer = cache.get(f"/{part['path']}")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert hashlib.sha256(gzip.decompress(answer.content)).hexdigest() == part["sha256"]
