"""A list walked from page to page."""

import json
from pathlib import Path

from mcp_static.conformance.probe import Probe

from tests.contract.conftest import smallest_workerd
from tests.contract.exact_requests import heard
from tests.hosting import Hosted, nginx, site_of
from tests.registries import Registry, day, entries_of


def test_rules_give_pages_of_a_hundred_and_never_less_than_was_asked_for(rules_host: Hosted) -> None:
    def keys(query: str) -> list[tuple[str, str]]:
        status, body = heard(rules_host, f"/v0.1/servers?{query}")
        assert status == 200
        return entries_of(body)

    def walk(since: str) -> list[tuple[str, str]]:
        with Probe(rules_host.url) as probe:
            entries = probe.walk(updated_since=since)
        return [(entry["server"]["name"], entry["server"]["version"]) for entry in entries]

    assert len(keys("limit=5")) == len(keys("")) == len(keys("search=zzz")) == 100
    assert len(keys("cursor=all.200")) == 66
    assert keys("version=1.1.2&limit=3")
    assert {version for _, version in keys("version=1.1.2")} == {"1.1.2"}
    assert keys("version=none") == []
    # The day before, the day itself and later ones; none after the last; all from before the first.
    last = ("com.example/last", "1.0.0")
    assert walk(day(9, "T23:00:00Z")) == walk(day(10)) == [last]
    assert walk(day(11)) == []
    everything = walk("1970-01-01T00:00:00Z")
    assert len(everything) == len(set(everything)) == 268
    assert walk(day(0, "T12:00:00+02:00")) == everything
    assert set(walk(day(3))) == {
        ("com.example/gone", "1.0.0"),
        last,
        ("io.github.user3/server-3", "1.0.3"),
    }
    assert heard(rules_host, "/v0.1/servers?cursor=nonsense")[0] == 400


def test_the_smallest_plan_of_workers_walks_everything_too(
    contract_registry: Registry, tmp_path: Path
) -> None:
    site = site_of(contract_registry, tmp_path / "site", "cloudflare")
    with smallest_workerd(site) as hosted, Probe(hosted.url) as probe:
        for filters in ({"search": "server"}, {"search": "server", "version": "latest"},
                        {"version": "latest", "updated_since": day(0)}):  # fmt: skip
            entries = probe.walk(limit=100, **filters)
            keys = [(e["server"]["name"], e["server"]["version"]) for e in entries]
            assert len(keys) == len(set(keys)) >= 130
        assert len(probe.listing(limit=100, search="server").entries()) == 46


def test_a_walk_meets_everything_once_though_the_registry_goes_on(
    registry: Registry, tmp_path: Path
) -> None:
    for number in range(150):
        registry.publish(f"io.github.user{number}/server")
    site = site_of(registry, tmp_path / "site", "nginx")
    entries = [(f"io.github.user{number}/server", "1.0.0") for number in range(150)]
    with nginx(site) as hosted:
        for query in (
            "",
            "version=latest&",
            "search=io.github&",
            "updated_since=2020-01-01T00:00:00Z&",
        ):
            met, cursor, number = [], "", 0
            while True:
                status, body = heard(hosted, f"/v0.1/servers?{query}limit=30{cursor}")
                assert status == 200
                met += entries_of(body)
                following = json.loads(body)["metadata"].get("nextCursor")
                if following is None:
                    break
                cursor = f"&cursor={following}"
                number += 1
                # Between any two pages: a new server, a new version of another, and one deleted.
                again = site.registry()
                again.publish(f"com.example/new-{number}", f"1.0.{len(met)}-{query[:3] or 'all'}")
                again.publish("com.example/busy", f"{len(met)}.0.{number}-{query[:3] or 'all'}")
                site.build()
            assert {key for key in met if key in entries} == set(entries)
            once = [key for key in met if key in entries]
            assert len(once) == len(set(once))
