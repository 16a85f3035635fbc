"""What an operator takes down: it stays hidden, whatever its owner or a spelling tries."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.model.names import name_problem
from mcp_static.model.takedown import UNREADABLE_REASON
from mcp_static.model.times import format_time
from mcp_static.serve.answers import answer
from mcp_static.serve.snapshot import CurrentSnapshot

from tests.conftest import build_registry
from tests.registries import Registry, files_below, path_of, server_json

ALICE = "io.github.alice/weather"
FOLDER = "registry-data/servers/al/io.github.alice"
PROVENANCE = "com.example.registry/provenance"
DAY = 86_400


def takedown(**more: Any) -> str:
    """A `takedown.json`; `more` replaces or adds members."""
    document = {
        "status": "deleted",
        "reason": "It sends tokens to a third party.",
        "policy": "2.3",
        "at": "2025-10-09T12:00:00Z",
        "by": "an operator",
    }
    return json.dumps(document | more)


@pytest.fixture
def registry(registry: Registry) -> Registry:
    """A registry with two versions of a server, and somebody else's."""
    registry.commit({"registry.toml": 'namespace = "com.example.registry"'})
    registry.publish(ALICE, "1.0.0")
    registry.publish(ALICE, "1.1.0")
    registry.publish("com.example/other")
    return registry


class Built:
    """A registry's output, built anew at each step and asked as a client does."""

    def __init__(self, registry: Registry, out: Path) -> None:
        self._registry = registry
        self._out = out
        self.build()

    def build(self) -> dict[str, str]:
        """Build what is new; gives what is left out, with the reasons."""
        return dict(build_registry(self._registry, self._out).left_out)

    def entry(self, version: str = "latest", name: str = ALICE) -> dict[str, Any] | None:
        """An entry as it is served to everybody."""
        return self._ask(f"{name}/versions/{version}", "")

    def deleted(self, version: str = "latest", name: str = ALICE) -> dict[str, Any]:
        """An entry as it is served to those who ask for deleted ones."""
        found = self._ask(f"{name}/versions/{version}", "include_deleted=true")
        assert found is not None
        return found

    def _ask(self, path: str, query: str) -> dict[str, Any] | None:
        snapshot = CurrentSnapshot(self._out).snapshot()
        answered = answer(snapshot, "GET", f"/v0.1/servers/{path}".encode(), query)
        assert answered.status in {200, 404}
        found: dict[str, Any] = json.loads(answered.body)
        return found if answered.status == 200 else None

    def updated_since(self, time: int) -> set[str]:
        """The versions of Alice's server that a mirror learns of, from a time on."""
        snapshot = CurrentSnapshot(self._out).snapshot()
        query = f"updated_since={format_time(time)}"
        found = json.loads(answer(snapshot, "GET", b"/v0.1/servers", query).body)["servers"]
        return {e["server"]["version"] for e in found if e["server"]["name"] == ALICE}


@pytest.mark.parametrize("folder", [f"{FOLDER}/weather/1.1.0", f"{FOLDER}/weather", FOLDER])
def test_a_takedown_hides_all_below_it_and_says_why(
    folder: str, registry: Registry, tmp_path: Path
) -> None:
    built = Built(registry, tmp_path / "dist")
    is_of_version = folder.endswith("1.1.0")
    registry.commit({f"{folder}/takedown.json": takedown()})
    assert built.build() == {}
    assert built.entry("1.1.0") is None
    assert (built.entry("1.0.0") is not None) is is_of_version
    latest = built.entry()
    assert (latest and latest["server"]["version"]) == ("1.0.0" if is_of_version else None)
    meta = built.deleted("1.1.0")["_meta"]
    official = meta[OFFICIAL_META]
    assert official["status"] == "deleted"
    assert official["statusMessage"] == "It sends tokens to a third party."
    assert official["statusChangedAt"] == official["updatedAt"] == format_time(registry.time)
    assert official["isLatest"] is not is_of_version
    assert meta[PROVENANCE]["takedown"] == {
        "status": "deleted", "reason": "It sends tokens to a third party.", "policy": "2.3",
        "at": "2025-10-09T12:00:00Z",
    }  # fmt: skip
    assert "1.1.0" in built.updated_since(registry.time)
    registry.commit({f"{folder}/takedown.json": None})
    built.build()
    entry = built.entry("1.1.0")
    assert entry is not None
    assert entry["_meta"][OFFICIAL_META]["status"] == "active"
    assert entry["_meta"][OFFICIAL_META]["statusChangedAt"] == format_time(registry.time)
    assert "takedown" not in entry["_meta"][PROVENANCE]
    assert "1.1.0" in built.updated_since(registry.time)


def test_no_status_and_no_new_version_of_its_owner_lifts_it(registry: Registry, tmp_path: Path) -> None:
    built = Built(registry, tmp_path / "dist")
    registry.commit({f"{FOLDER}/takedown.json": takedown()})
    since = registry.time
    for status in ("deprecated", "deleted", "active"):
        registry.set_status(ALICE, "1.1.0", status, "All is well")
        built.build()
        official = built.deleted("1.1.0")["_meta"][OFFICIAL_META]
        assert official["statusMessage"] == "It sends tokens to a third party."
        assert official["statusChangedAt"] == format_time(since)
    registry.publish(ALICE, "9.0.0")
    registry.publish("io.github.alice/again")
    built.build()
    assert built.entry("9.0.0") is None
    assert built.entry("1.0.0", "io.github.alice/again") is None
    assert built.deleted("9.0.0")["_meta"][PROVENANCE]["takedown"]["policy"] == "2.3"
    registry.set_status(ALICE, "1.1.0", "deprecated", "Old")
    registry.commit({f"{FOLDER}/takedown.json": None})
    built.build()
    entry = built.entry("1.1.0")
    assert entry is not None
    assert entry["_meta"][OFFICIAL_META]["status"] == "deprecated"


def test_a_quarantine_ends_by_itself_when_registry_time_has_passed_its_end(
    registry: Registry, tmp_path: Path
) -> None:
    built = Built(registry, tmp_path / "dist")
    until = registry.time + DAY
    content = takedown(status="quarantined", until=format_time(until))
    registry.commit({f"{FOLDER}/takedown.json": content})
    built.build()
    hidden = built.deleted("1.1.0")["_meta"][PROVENANCE]["takedown"]
    assert (hidden["status"], hidden["until"]) == ("quarantined", format_time(until))
    registry.commit({}, time=until - 1)
    built.build()
    assert built.entry("1.1.0") is None
    registry.commit({}, time=until + 7)
    built.build()
    for version in ("1.0.0", "1.1.0"):
        entry = built.entry(version)
        assert entry is not None
        assert entry["_meta"][OFFICIAL_META]["updatedAt"] == format_time(until + 7)
    registry.commit({}, time=until - 3600)  # registry time does not run backwards
    built.build()
    assert built.entry("1.1.0") is not None


def test_a_quarantine_that_is_confirmed_in_time_stays(registry: Registry, tmp_path: Path) -> None:
    built = Built(registry, tmp_path / "dist")
    until = registry.time + DAY
    path = f"{FOLDER}/weather/takedown.json"
    registry.commit({path: takedown(status="quarantined", until=format_time(until))})
    built.build()
    registry.commit({path: takedown()}, time=until + 1)
    registry.commit({}, time=until + DAY)
    built.build()
    assert built.entry("1.1.0") is None
    assert built.deleted("1.1.0")["_meta"][OFFICIAL_META]["statusChangedAt"] == format_time(until + 1)


def test_a_quarantine_that_was_over_when_it_came_is_named(registry: Registry, tmp_path: Path) -> None:
    path = f"{FOLDER}/takedown.json"
    over = takedown(status="quarantined", until=format_time(registry.time - 1))
    registry.commit({path: over})
    built = Built(registry, tmp_path / "dist")
    assert "hides nothing" in built.build()[path]
    assert built.entry("1.1.0") is not None
    registry.commit({path: takedown()})
    assert built.build() == {}
    assert built.entry("1.1.0") is None


def test_no_other_spelling_escapes(registry: Registry, tmp_path: Path) -> None:
    built = Built(registry, tmp_path / "dist")
    registry.commit({"registry-data/servers/al/io.github.ALICE/Weather/takedown.json": takedown()})
    built.build()
    assert built.entry("1.1.0") is None
    registry.publish("io.github.Alice/weather-2")
    reasons = built.build()
    twin = path_of("io.github.Alice/weather-2", "1.0.0")
    assert reasons[twin] == "its namespace differs only in case from io.github.alice [name-unique]"
    assert built.entry("1.0.0", "io.github.Alice/weather-2") is None
    registry.publish(ALICE, "2.0.0-RC")
    registry.publish(ALICE, "2.0.0")
    paths = [f"{FOLDER}/weather/{version}/takedown.json" for version in ("2.0.0-rc", "2.0.0-RC")]
    registry.commit(
        {
            "registry-data/servers/al/io.github.ALICE/Weather/takedown.json": None,
            paths[0]: takedown(reason="One."),
            paths[1]: takedown(reason="Two."),
        }
    )
    built.build()
    assert built.entry("2.0.0") is not None
    assert built.entry("2.0.0-RC") is None
    registry.commit({paths[1]: None})
    built.build()
    assert built.deleted("2.0.0-RC")["_meta"][OFFICIAL_META]["statusMessage"] == "One."


def test_the_domains_below_are_covered_if_it_says_so(registry: Registry, tmp_path: Path) -> None:
    registry.publish("com.example.sub/server")
    registry.publish("com.example-2/server")
    built = Built(registry, tmp_path / "dist")
    path = "registry-data/servers/ex/com.example/takedown.json"

    def shown() -> list[bool]:
        built.build()
        names = ("com.example/other", "com.example.sub/server", "com.example-2/server")
        return [built.entry("1.0.0", name) is not None for name in names]

    assert shown() == [True, True, True]
    registry.commit({path: takedown()})
    assert shown() == [False, True, True]
    registry.commit({path: takedown(subdomains=True)})
    assert shown() == [False, False, True]
    registry.publish("com.example.SUB.deep/late")
    built.build()
    assert built.entry("1.0.0", "com.example.SUB.deep/late") is None
    registry.commit({path: "garbled"})
    assert shown() == [False, False, True]
    registry.commit({path: None})
    assert shown() == [True, True, True]


@pytest.mark.parametrize(
    ("content", "mode"),
    [
        ("", "100644"),
        ("{", "100644"),
        ("[]", "100644"),
        (takedown(status="removed"), "100644"),
        (takedown(reason=""), "100644"),
        (takedown(reason="two\nlines"), "100644"),
        (takedown(reason="x" * 501), "100644"),
        (takedown(at="yesterday"), "100644"),
        (takedown(status="quarantined"), "100644"),
        (takedown(until="2030-01-01T00:00:00Z"), "100644"),
        (takedown(status="quarantined", until="9999-12-31T23:59:59-23:00"), "100644"),
        (takedown(subdomains=True), "100644"),  # a server has none
        (takedown(more=1), "100644"),
        (takedown(reason="\ud800"), "100644"),
        (" " * 200_000, "100644"),
        ("elsewhere.json", "120000"),
    ],
)
def test_what_cannot_be_read_hides_all_the_same(
    content: str, mode: str, registry: Registry, tmp_path: Path
) -> None:
    built = Built(registry, tmp_path / "dist")
    path = f"{FOLDER}/weather/takedown.json"
    registry.commit({path: content}, modes={path: mode})
    reasons = built.build()
    assert "hides everything below it, though it cannot be read: " in reasons[path]
    assert built.entry("1.1.0") is None
    assert built.deleted("1.1.0")["_meta"][OFFICIAL_META]["statusMessage"] == UNREADABLE_REASON
    assert built.entry("1.0.0", "com.example/other") is not None
    registry.commit({path: takedown()})
    assert built.build() == {}
    registry.commit({path: None})
    assert built.build() == {}
    assert built.entry("1.1.0") is not None


def test_a_takedown_outside_the_layout_hides_nothing_and_is_named(
    registry: Registry, tmp_path: Path
) -> None:
    paths = [
        "registry-data/servers/takedown.json",
        "registry-data/servers/al/takedown.json",
        "registry-data/servers/xx/io.github.alice/takedown.json",
        f"{FOLDER}/weather/1.0.0/more/takedown.json",
    ]
    registry.commit(dict.fromkeys(paths, takedown()))
    built = Built(registry, tmp_path / "dist")
    assert built.build().keys() == set(paths)
    assert built.entry("1.1.0") is not None
    registry.commit(dict.fromkeys(paths))
    assert built.build() == {}


@pytest.mark.parametrize("name", ["takedown.json", "Takedown.JSON", "identity.json", "x.json"])
def test_no_name_stands_where_a_file_of_the_layout_belongs(
    name: str, registry: Registry, tmp_path: Path
) -> None:
    assert name_problem(f"io.github.alice/{name}") is not None
    paths = {
        f"{FOLDER}/{name}/1.0.0/server.json": server_json(f"io.github.alice/{name}"),
        f"{FOLDER}/weather/{name}/server.json": server_json(ALICE, name),
    }
    registry.commit({path: json.dumps(document) for path, document in paths.items()})
    assert build_registry(registry, tmp_path / "dist").versions == 3


def test_a_page_says_that_and_why_it_was_taken_down_and_nothing_of_its_author(
    registry: Registry, tmp_path: Path
) -> None:
    registry.publish(
        ALICE,
        "2.0.0",
        title="Buy gold",
        description="Call now.",
        websiteUrl="https://evil.example.com/",
        repository={"url": "https://github.com/evil/evil", "source": "github"},
    )
    registry.commit({f"{FOLDER}/weather/takedown.json": takedown()})
    build_registry(registry, tmp_path / "dist")
    files = files_below(tmp_path / "dist")
    for path in (f"servers/{ALICE}/index.html", f"servers/{ALICE}/versions/2.0.0.html"):
        page = files[path].decode()
        assert "Taken down by this registry." in page
        assert "It sends tokens to a third party." in page
        assert "2.3" in page
        for text in ("Buy gold", "Call now", "evil", "Install", "Copy"):
            assert text not in page
    listed = [
        path
        for path, body in files.items()
        if path.endswith((".html", ".xml"))
        and not path.startswith(f"servers/{ALICE}/")
        and ALICE.encode() in body
    ]
    assert listed == []
    until = format_time(registry.time + DAY)
    content = takedown(status="quarantined", until=until)
    registry.commit({f"{FOLDER}/weather/takedown.json": content})
    build_registry(registry, tmp_path / "dist")
    page = (tmp_path / f"dist/servers/{ALICE}/index.html").read_text()
    assert "Quarantined by this registry." in page
    assert until[:10] in page


def test_a_takedown_costs_what_it_hides(registry: Registry, tmp_path: Path) -> None:
    for number in range(60):
        registry.publish(f"io.github.user{number}/server")
    registry.commit({f"{FOLDER}/takedown.json": takedown()})
    out = tmp_path / "dist"
    build_registry(registry, out)
    registry.commit({"registry-data/servers/us/io.github.user7/takedown.json": takedown()})
    report = build_registry(registry, out)
    assert report.why_full == ""
    assert report.written + report.removed < 60
