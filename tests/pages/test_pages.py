"""The pages that people read: complete, linked, and harmless whatever authors write."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from mcp_static.check.accepted import accepted_bytes
from mcp_static.model.proofs import ProofId
from mcp_static.packages import npm
from mcp_static.pages.host_warnings import OWN as OWN_ADDRESS
from mcp_static.pages.host_warnings import UNPROVEN
from mcp_static.proofs.results import holds

from tests.conftest import Corpus, build_registry
from tests.registries import Registry, accepted_json, files_below, path_of

OWN = 'title = "A & B"\nurl = "https://mcp.example.com/registry"\nrepository = "https://github.com/example/registry"\nnamespace = "com.example.mcp"\n'
OWN_FORGE = "https://git.example.com"
VOID = {"meta", "link", "br", "hr", "img", "input"}


@dataclass
class Page(HTMLParser):
    """A page as a browser takes it apart: its elements, its text, and what is not closed."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text())
    page.close()
    assert not page.open
    return page


def pages_below(out: Path) -> dict[str, Page]:
    root = out.resolve()
    return {path.relative_to(root).as_posix(): read(path) for path in root.rglob("*.html")}


def test_every_link_of_every_page_leads_to_something(corpus: Corpus) -> None:
    files = set(files_below(corpus.out))
    pages = pages_below(corpus.out)
    assert len(pages) > corpus.built.servers
    for name, page in pages.items():
        for address in page.values("href") + page.values("src"):
            if not address.startswith("/"):
                assert address.startswith(
                    ("https://", "http://127.0.0.1:8000", "vscode:mcp/", "cursor://", "#")
                ), (name, address)
                continue
            path = unquote(address.partition("?")[0]).lstrip("/")
            candidates = {path, f"{path}index.html", f"{path}.json"}
            assert candidates & files, (name, address)


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs_inline(corpus: Corpus) -> None:
    for name, page in pages_below(corpus.out).items():
        policies = [
            a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"
        ]
        assert len(policies) == 1
        assert "default-src 'none'" in policies[0]
        assert "unsafe" not in policies[0]
        loaded = page.values("src") + [
            a["href"] for tag, a in page.elements if tag == "link" and a["rel"] != "canonical"
        ]
        assert all(address.startswith("/") for address in loaded), name
        assert not [tag for tag, attributes in page.elements if tag == "style" or "style" in attributes]
        assert not [n for _, attributes in page.elements for n in attributes if n.startswith("on")]


HOSTILE = (
    '"><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} {% raw %} \u202e\u0000 &amp; '
)


@pytest.fixture
def hostile(registry: Registry) -> Registry:
    registry.commit({"registry.toml": OWN})
    registry.publish(
        "com.example/evil",
        title=HOSTILE[:60],
        description=HOSTILE[:90],
        websiteUrl="https://example.com/evil",
        repository={"url": "javascript:alert(1)", "source": "github"},
        packages=[
            {
                "registryType": "npm", "identifier": "evil", "version": "1.0.0", "transport": {"type": "stdio"},
                "environmentVariables": [{"name": "A", "description": HOSTILE, "isRequired": True, "isSecret": True}],
                "packageArguments": [{"type": "positional", "value": HOSTILE}],
            }
        ],
    )  # fmt: skip
    registry.publish("com.example/long", description="x" * 100, title="😀" * 30)
    registry.publish("com.example/gone")
    registry.set_status("com.example/gone", "1.0.0", "deleted", "<b>Gone</b>")
    registry.publish("com.example/old")
    registry.set_status("com.example/old", "1.0.0", "deprecated", "Use <i>new</i>")
    return registry


def test_what_an_author_writes_is_text_and_nothing_else(hostile: Registry, tmp_path: Path) -> None:
    build_registry(hostile, tmp_path / "dist")
    pages = pages_below(tmp_path / "dist")
    evil = pages["servers/com.example/evil/index.html"]
    for page in pages.values():
        scripts = [attributes for tag, attributes in page.elements if tag == "script"]
        for attributes in scripts:
            assert attributes["type"] == ("module" if "src" in attributes else "application/ld+json")
        images = [attributes["src"] for tag, attributes in page.elements if tag == "img"]
        assert all(image.startswith("/registry/") for image in images)
        assert not [tag for tag, _ in page.elements if tag in {"b", "i"}]
        assert not [
            href for href in page.values("href") if href.lower().startswith(("javascript", "data"))
        ]
        assert "49" not in page.text
    out = [
        attributes
        for _, attributes in evil.elements
        if attributes.get("rel") == "nofollow ugc noopener"
    ]
    package = f"{npm.REGISTRY.pages.url}/evil/v/1.0.0"
    assert {attributes["href"] for attributes in out} == {"https://example.com/evil", package}
    assert "javascript:alert(1)" in evil.text  # as text, for whoever wonders


def test_a_status_is_a_banner_and_what_is_deleted_cannot_be_installed(
    hostile: Registry, tmp_path: Path
) -> None:
    build_registry(hostile, tmp_path / "dist")
    pages = pages_below(tmp_path / "dist")
    gone, old = (pages[f"servers/com.example/{name}/index.html"] for name in ("gone", "old"))
    assert "Deleted. <b>Gone</b>" in gone.text
    assert "Install" not in gone.text
    assert "Deprecated. Use <i>new</i>" in old.text
    assert "Install" in old.text
    namespace = pages["servers/com.example/index.html"].text
    assert "com.example/old" in namespace
    assert "com.example/gone" not in namespace


def test_pages_work_under_a_project_path(hostile: Registry, tmp_path: Path) -> None:
    build_registry(hostile, tmp_path / "dist")
    for name, page in pages_below(tmp_path / "dist").items():
        internal = [
            address for address in page.values("href") + page.values("src") if address.startswith("/")
        ]
        assert all(address.startswith("/registry/") for address in internal), name
        canonical = [a["href"] for tag, a in page.elements if a.get("rel") == "canonical"]
        folder = name.removesuffix("index.html")
        assert canonical == (
            [] if name == "404.html" else [f"https://mcp.example.com/registry/{folder}"]
        )
        assert "A & B" in page.text


def test_a_publish_rewrites_the_pages_that_show_it(
    corpus: Corpus, registry: Registry, tmp_path: Path
) -> None:
    for number in range(30):
        registry.publish(f"io.github.user{number}/server")
    build_registry(registry, tmp_path / "dist")
    before = files_below(tmp_path / "dist")
    registry.publish("io.github.user7/server", "2.0.0")
    build_registry(registry, tmp_path / "dist")
    after = files_below(tmp_path / "dist")
    changed = {
        path for path, body in after.items() if before.get(path) != body and path.endswith(".html")
    }
    assert changed == {
        "index.html",
        "servers/io.github.user7/index.html",
        "servers/io.github.user7/server/index.html",
        "servers/io.github.user7/server/versions/2.0.0.html",
        "statistics/index.html",
    }
    registry.set_status("io.github.user8/server", "1.0.0", "deleted")
    build_registry(registry, tmp_path / "dist")
    assert "servers/io.github.user8/index.html" not in files_below(tmp_path / "dist")
    assert "servers/io.github.user8/server/index.html" in files_below(tmp_path / "dist")


def test_how_a_name_was_proven_stands_on_its_page(registry: Registry, tmp_path: Path) -> None:
    registry.publish("io.github.alice/weather")
    accepted = path_of("io.github.alice/weather", "1.0.0", "accepted.json")
    registry.commit({accepted: accepted_json()})
    build_registry(registry, tmp_path / "dist")
    page = read(tmp_path / "dist/servers/io.github.alice/weather/index.html")
    assert "Verified: published by the owner's account" in page.text
    assert "mcp add-json" not in page.text  # its record names nothing to install
    home = read(tmp_path / "dist/index.html")
    assert "io.github.alice/weather" in home.text


@pytest.mark.parametrize(
    ("repository", "page"),
    [
        ("https://github.com/example/registry", "https://github.com/example/registry/commit/"),
        ("https://github.com/example/registry.git", "https://github.com/example/registry/commit/"),
        ("https://gitlab.com/a/b/registry", "https://gitlab.com/a/b/registry/-/commit/"),
        ("https://git.example.com/registry", ""),
    ],
)
def test_the_commit_of_an_entry_is_linked_where_its_page_is_known(
    registry: Registry, tmp_path: Path, repository: str, page: str
) -> None:
    registry.commit({"registry.toml": f'repository = "{repository}"'})
    commit = registry.publish("com.example/weather")
    out = tmp_path / "dist"
    build_registry(registry, out)
    shown = read(out / "servers/com.example/weather/index.html")
    assert commit[:12] in shown.text
    assert [address for address in shown.values("href") if commit in address] == [
        f"{page}{commit}" for _ in range(bool(page))
    ]


def test_an_empty_registry_has_a_home(registry: Registry, tmp_path: Path) -> None:
    registry.commit({"registry-data/README.md": "records"})
    build_registry(registry, tmp_path / "dist")
    assert "There are no servers yet" in read(tmp_path / "dist/index.html").text


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (OWN, "https://github.com/example/registry/issues/new?template=report.yml&server=io.github.alice%2Fweather"),
        (f'report_url = "https://example.com/abuse?about={{server}}"\n{OWN}', "https://example.com/abuse?about=io.github.alice%2Fweather"),
        ('report_url = "mailto:abuse@example.com"', "mailto:abuse@example.com"),
        ('title = "A"', None),
    ],
)  # fmt: skip
def test_each_servers_page_has_a_link_to_report_it(
    registry: Registry, tmp_path: Path, settings: str, expected: str | None
) -> None:
    registry.commit({"registry.toml": settings})
    registry.publish("io.github.alice/weather")
    build_registry(registry, tmp_path / "dist")
    page = read(tmp_path / "dist/servers/io.github.alice/weather/index.html")
    assert "Report this server" in page.text or expected is None
    assert (expected in page.values("href")) is (expected is not None)


def test_a_page_says_whose_address_it_is_not(registry: Registry, tmp_path: Path) -> None:
    """Of an address, whether its host is proven; of one that is the user's own, that it is."""
    remotes = {
        "com.example/proven": ("https://mcp.example.com/", {}),
        "com.example/foreign": ("https://mcp.example.org/", {}),
        "com.example/own": ("https://{host}/", {"host": {}}),
        "com.example/either": ("https://{host}/", {"host": {"default": "mcp.example.org"}}),
        "com.example/letters": ("https://m\u00fcnchen.example.com/", {}),
    }
    proven = holds(ProofId.DNS_KEY, "It holds.", domain="example.com")
    for name, (url, variables) in remotes.items():
        remote = {"type": "streamable-http", "url": url, "variables": variables}
        registry.publish(name, remotes=[remote])
        accepted = accepted_bytes(proven, None, "0" * 40, 1, 1_700_000_000, (url,))
        registry.commit({path_of(name, "1.0.0", "accepted.json"): accepted})
    transport = {"type": "sse", "url": "https://mcp.example.org/sse"}
    package = {"registryType": "npm", "identifier": "a", "version": "1.0.0", "transport": transport}
    registry.publish("com.example/package", packages=[package])
    transport["url"] = "http://127.0.0.1:8080/sse"
    registry.publish("com.example/near", packages=[package])
    registry.publish("com.example/unknown", remotes=[{"type": "sse", "url": "https://a.example.com/"}])
    build_registry(registry, tmp_path / "out")
    said = {
        name: [line for line in (UNPROVEN, OWN_ADDRESS, "xn--mnchen-3ya.example.com") if line in text]
        for name in (*remotes, *(f"com.example/{last}" for last in ("unknown", "package", "near")))
        if (text := read(tmp_path / "out" / "servers" / name / "index.html").text)
    }
    assert said == {
        "com.example/proven": [],
        "com.example/foreign": [UNPROVEN],
        "com.example/own": [OWN_ADDRESS],
        "com.example/either": [UNPROVEN, OWN_ADDRESS],
        "com.example/letters": ["xn--mnchen-3ya.example.com"],
        "com.example/unknown": [UNPROVEN],
        "com.example/package": [UNPROVEN],
        "com.example/near": [],
    }


def test_a_page_names_who_has_proven_an_address_that_it_leads_to(
    registry: Registry, tmp_path: Path
) -> None:
    """In an incremental build as in a full one, for as long as the other server is served."""
    squatter, owner = "io.github.mallory/weather", "com.example/weather"
    page = tmp_path / "out" / "servers" / squatter / "index.html"
    mark = f"{owner} leads to it too, and has proven that mcp.example.com is its own."

    def says_so() -> bool:
        build_registry(registry, tmp_path / "out")
        build_registry(registry, tmp_path / "anew", full=True)
        assert files_below(tmp_path / "out") == files_below(tmp_path / "anew")
        return mark in read(page).text

    registry.publish(squatter, remotes=[{"type": "sse", "url": "https://mcp.example.com/sse"}])
    registry.publish("io.github.bob/near", remotes=[{"type": "sse", "url": "https://mcp.example.com/"}])
    assert not says_so()
    registry.publish(owner, remotes=[{"type": "sse", "url": "https://MCP.example.com:443/sse"}])
    assert not says_so(), "nobody knows what proves it"
    proven = holds(ProofId.DNS_KEY, "It holds.", domain="example.com")
    accepted = accepted_bytes(proven, None, "0" * 40, 1, 1_700_000_000)
    registry.commit({path_of(owner, "1.0.0", "accepted.json"): accepted})
    assert says_so()
    assert UNPROVEN in read(page).text
    assert mark not in read(tmp_path / "out/servers/io.github.bob/near/index.html").text
    assert "leads to it too" not in read(tmp_path / "out" / "servers" / owner / "index.html").text
    registry.set_status(owner, "1.0.0", "deleted")
    assert not says_so()
    registry.set_status(owner, "1.0.0", "active")
    assert says_so()


@pytest.mark.parametrize(
    ("settings", "proposal"),
    [
        ('repository = "https://github.com/example/registry"\n', "pull request"),
        ('repository = "https://gitlab.com/example/registry"\n', "merge request"),
        ("", "pull request"),
        (
            f'repository = "{OWN_FORGE}/example/registry"\n[[forges]]\nkind = "gitlab"\nurl = "{OWN_FORGE}"\n',
            "merge request",
        ),
    ],
)
def test_authors_are_told_how_to_publish_here(
    registry: Registry, tmp_path: Path, settings: str, proposal: str
) -> None:
    registry.commit({"registry.toml": f'url = "https://mcp.example.com/registry"\n{settings}'})
    registry.publish("com.example/weather", "1.0.0")
    build_registry(registry, tmp_path / "dist")
    text = read(tmp_path / "dist/publish/index.html").text
    assert "mcp-static publish server.json --registry https://mcp.example.com/registry\n" in f"{text}\n"
    others = {"pull request", "merge request"} - {proposal}
    assert f"open a {proposal} that adds" in text
    assert not any(other in text for other in others)
    assert "registry-data/servers/<shard>/<namespace>/<server>/<version>/server.json" in text
