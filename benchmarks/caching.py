"""A cache in front of nginx: what a walk costs the host after a publish."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.builds import Row
from benchmarks.corpora import make_repository, original_servers, publish, servers
from tests.caches import A_QUARTER_OF_AN_HOUR, origin, varnish
from tests.hosting import site_of
from tests.registries import Registry

_VERSIONS: Final = 27_000
_PUBLISHES: Final = 5


def walk_after_publish(work: Path) -> Iterator[Row]:
    """A full walk through Varnish, and the same again after each of some publishes.

    Before each, everything in the cache grows too stale to be given, so that each request reaches the
    host: the most that a publish can cost it. The share is of the worst walk.
    """
    published = [server["name"] for server in original_servers()[:_PUBLISHES]]
    names = sorted({*published, *sorted({server["name"] for server in servers(_VERSIONS)})[::10]})
    corpus = Registry(make_repository(work / f"{_VERSIONS}.git", _VERSIONS))
    with tempfile.TemporaryDirectory(dir=work, prefix="caching-") as folder:
        site = site_of(corpus, Path(folder) / "site", "nginx")
        with origin(site) as host, varnish(site.url, Path(folder) / "varnish") as cache:
            seen = cache.walk(names)
            host.asked()
            repeated = cache.walk(names)
            fresh = len(host.asked())
            walks = []
            for number in range(_PUBLISHES):
                publish(site.repository, number)
                host.site.build()
                cache.grow_old(A_QUARTER_OF_AN_HOUR, seen)
                seen = cache.walk(names)
                bodies = sum(status != 304 for status, _ in host.asked())
                walks.append((1 - bodies / len(seen), bodies, len(seen)))
    share, bodies, total = min(walks)
    name = f"walk through Varnish, {_VERSIONS:,} versions"
    yield (
        f"{name}, again within the minute",
        f"{fresh} requests to nginx",
        f"{len(repeated):,} requests",
    )
    yield (
        f"{name}, stale, after one publish: answered by the cache, or after a 304",
        f"{share:.2%}",
        f"{total:,} requests",
    )
    yield (
        f"{name}, stale, after one publish: bodies that nginx sent",
        f"{bodies}",
        f"{total:,} requests",
    )
