"""Statistics, sitemaps and browse pages: what they count and name, after any history."""

import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from mcp_static.store.prefix_lists import LIST_LIMIT

from tests.conftest import Corpus, build_registry
from tests.pages.test_pages import pages_below
from tests.registries import START, Registry, files_below

DAY = 86_400
NPM = {"registryType": "npm", "identifier": "x", "version": "1.0.0", "transport": {"type": "stdio"}}
REMOTE = {"type": "streamable-http", "url": "https://x.example.com/mcp"}


def months(out: Path) -> dict[str, dict[str, object]]:
    data = json.loads((out / "data/statistics.json").read_text())
    return {month["month"]: month for month in data["months"]}


def test_each_month_counts_what_was_published_in_it(registry: Registry, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    registry.publish("com.example/one", packages=[NPM], time=START)  # 2025-10-09
    registry.publish("com.example/one", "1.1.0", packages=[NPM], remotes=[REMOTE])
    build_registry(registry, out)
    registry.publish("com.example/two", remotes=[REMOTE], time=START + 70 * DAY)  # in December
    registry.set_status("com.example/one", "1.0.0", "deleted")
    build_registry(registry, out)
    found = months(out)
    assert list(found) == ["2025-10", "2025-11", "2025-12"]
    assert found["2025-10"] == {
        "month": "2025-10", "newServers": 1, "newVersions": 2, "servers": 1, "versions": 2,
        "packages": {"npm": 2}, "transports": {"stdio": 2, "streamable-http": 1},
    }  # fmt: skip
    assert (found["2025-11"]["newVersions"], found["2025-11"]["versions"]) == (0, 2)
    assert (found["2025-12"]["servers"], found["2025-12"]["versions"]) == (2, 3)


def test_charts_have_words_and_tables_and_nothing_of_the_library_but_shapes(corpus: Corpus) -> None:
    page = pages_below(corpus.out)["statistics/index.html"]
    pictures = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert len(pictures) == 3
    for attributes in pictures:
        assert attributes["role"] == "img"
        assert "The table below has the figures." in attributes["aria-label"]
    assert len([tag for tag, _ in page.elements if tag == "table"]) == 3
    total = sum(month["newVersions"] for month in months(corpus.out).values())  # type: ignore[misc]
    assert total == corpus.built.versions


def test_a_sitemap_names_every_server_once(corpus: Corpus) -> None:
    root = corpus.out.resolve()
    index = ElementTree.parse(root / "sitemap.xml").getroot()
    parts = [element.text or "" for element in index.iter() if element.tag.endswith("loc")]
    named: list[str] = []
    for part in parts:
        file = root / part.removeprefix("http://127.0.0.1:8000/")
        tree = ElementTree.parse(file).getroot()
        named += [element.text or "" for element in tree.iter() if element.tag.endswith("loc")]
    assert len(named) == len(set(named))
    pages = {
        f"http://127.0.0.1:8000/{path.removesuffix('index.html')}"
        for path in pages_below(corpus.out)
        if path.startswith("servers/") and path.count("/") == 3
    }
    assert len(pages) == corpus.built.servers
    assert {name for name in named if "/servers/" in name and "/browse/" not in name} == pages


def test_browse_pages_reach_every_server_by_name_and_by_namespace(corpus: Corpus) -> None:
    pages = pages_below(corpus.out)

    def reached(start: str) -> set[str]:
        seen, waiting = set(), [start]
        while waiting:
            page = pages[f"{waiting.pop()}index.html"]
            for address in page.values("href"):
                path = address.lstrip("/")
                is_on_the_way = path.startswith((start, "servers/", "browse/within/"))
                if is_on_the_way and path not in seen and path.endswith("/"):
                    seen.add(path)
                    waiting.append(path)
        return {path for path in seen if path.startswith("servers/") and path.count("/") == 3}

    by_name = reached("browse/servers/")
    assert len(by_name) == corpus.built.servers
    assert reached("browse/namespaces/") == by_name


@pytest.mark.parametrize(
    ("begin", "lists"),
    [("", "abc"), ("index.html", ("index.html~", "index.htmla", "index.htmlb", "index.htmlc"))],
)
def test_a_list_that_grows_too_long_falls_apart_and_grows_together_again(
    registry: Registry, tmp_path: Path, begin: str, lists: Sequence[str]
) -> None:
    out, again = tmp_path / "dist", tmp_path / "again"
    for number in range(LIST_LIMIT):
        registry.publish(f"com.example/{begin}{'ab'[number % 2]}-{number:03}")
    build_registry(registry, out)
    browse = {path for path in files_below(out) if path.startswith("browse/")}
    assert browse == {"browse/servers/index.html", "browse/namespaces/index.html"}
    registry.publish(f"com.example/{begin}c-1")
    report = build_registry(registry, out)
    assert report.why_full == ""
    browse = {path for path in files_below(out) if path.startswith("browse/")}
    assert {f"browse/servers/{one}/index.html" for one in lists} < browse
    assert {f"browse/within/com.example/{one}/index.html" for one in lists} < browse
    namespace = pages_below(out)["servers/com.example/index.html"]
    assert f"/browse/within/com.example/{lists[0]}/" in namespace.values("href")
    build_registry(registry, again)
    assert files_below(again) == files_below(out)
    registry.set_status(f"com.example/{begin}a-000", "1.0.0", "deleted")
    build_registry(registry, out)
    browse = {path for path in files_below(out) if path.startswith("browse/")}
    assert browse == {"browse/servers/index.html", "browse/namespaces/index.html"}
