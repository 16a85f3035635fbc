"""A browser, and registries for it to visit."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp_static.model.proofs import ProofId
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.conftest import build_registry
from tests.doubles.static_hosts import static_host
from tests.hosting import NODE_MODULES, Hosted, site_of, tool
from tests.registries import Registry, accepted_json, path_of
from tests.servers import Served, serve_in_background

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WORD = "unbreakable" * 9 + "x"
"""A hundred characters without a space."""

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=tool("chromium"), args=list(FLAGS))
        yield chromium
        chromium.close()


@dataclass
class Visits:
    """Pages opened in one test, and whatever went wrong in them."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, address: str, **options: Any) -> Page:
        """A page in a context of its own; `options` are those of Playwright's `new_context`."""
        context = self.browser.new_context(**options)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(address)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(message.text)


@pytest.fixture
def visits(browser: Browser) -> Iterator[Visits]:
    """Opens pages; in the end none may have reported an error, or asked any other machine."""
    found = Visits(browser)
    yield found
    for context in found.contexts:
        context.close()
    assert not found.faults
    assert not [url for url in found.asked if not url.startswith(("http://127.0.0.1:", "data:"))]


@pytest.fixture
def open_page(visits: Visits) -> Open:
    """Open an address as a visitor with the given preferences."""
    return visits.open


def rich_registry(folder: Path) -> Registry:
    """Servers of every kind, and everything that authors can do to a page."""
    registry = Registry(folder / "registry.git")
    for number in range(60):
        registry.publish(
            f"io.github.user{number % 7}/tool-{number}",
            description=f"Counts to {number}.",
            remotes=[{"type": "streamable-http", "url": f"https://tool{number}.example.com/mcp"}],
        )
    stdio = {"type": "stdio"}
    key = {"name": "API_KEY", "description": "From your account.", "isRequired": True, "isSecret": True}
    registry.publish(
        "com.example/weather",
        title="Weather",
        websiteUrl="https://weather.example.com",
        repository={"url": "https://github.com/example/weather", "source": "github"},
        icons=[{"src": "https://weather.example.com/icon.png"}],
        packages=[
            {
                "registryType": kind,
                "identifier": identifier,
                "version": "1.0.0",
                "transport": stdio,
                "environmentVariables": [key],
            }
            for kind, identifier in (
                ("npm", "@example/weather"), ("pypi", "example-weather"), ("nuget", "Example.Weather"),
                ("oci", "docker.io/example/weather:1.0.0"),
            )
        ],
        remotes=[
            {"type": "sse", "url": "https://weather.example.com/sse", "headers": [{"name": "X-Key", "isRequired": True, "isSecret": True}]}
        ],
    )  # fmt: skip
    accepted = path_of("com.example/weather", "1.0.0", "accepted.json")
    registry.commit({accepted: accepted_json(ProofId.DNS_KEY)})
    for minor in range(72):
        registry.publish("com.example/often", f"1.{minor}.0", title="Often released")
    registry.publish("com.example/long", title=WORD, description=WORD, version="1.0.0-" + "a" * 90)
    registry.publish(
        "com.example/rtl", title="\u05de\u05d6\u05d2 \u05d0\u05d5\u05d5\u05d9\u05e8", description="\u0645\u0631\u062d\u0628\u0627 \u202eabc"
    )  # fmt: skip
    registry.publish("com.example/emoji", title="😀" * 30, description="👩‍👩‍👧‍👦" * 12)
    variables = [
        {"name": f"OPTION_{number}", "description": "Sets something. " * 8} for number in range(360)
    ]
    package = {"registryType": "npm", "identifier": "large", "version": "1.0.0", "transport": stdio}
    registry.publish("com.example/large", packages=[package | {"environmentVariables": variables}])
    private = {**package, "registryBaseUrl": f"https://user:secret@{'a' * 60}.example/{'b' * 90}"}
    registry.publish("com.example/private", packages=[private])
    registry.publish("com.example/bare", description="x", title="x")
    registry.publish(
        "com.example/evil",
        title="<script>alert(1)</script>",
        description='"><img src=x onerror=alert(2)>',
        repository={"url": "javascript:alert(3)", "source": "github"},
    )
    registry.publish("com.example/gone")
    registry.set_status("com.example/gone", "1.0.0", "deleted", "Withdrawn.")
    registry.publish("com.example/old")
    registry.set_status("com.example/old", "1.0.0", "deprecated", "Use com.example/weather.")
    return registry


@pytest.fixture(scope="session")
def project_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    """The rich registry on GitHub Pages, below a project's path."""
    folder = tmp_path_factory.mktemp("project-site")
    registry, more = rich_registry(folder), "[policies]\n"
    site = site_of(registry, folder / "pages", "github-pages", path="/registry", more=more)
    with static_host("github-pages", site.out, site.path, site.port):
        yield Hosted(site.url, site.out)


@pytest.fixture(scope="session")
def rich_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The rich registry from the embedded host."""
    folder = tmp_path_factory.mktemp("rich-site")
    build_registry(rich_registry(folder), folder / "dist")
    with serve_in_background(folder / "dist") as served:
        yield served


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return (NODE_MODULES / "axe-core" / "axe.min.js").read_text()


def kind_of(path: str) -> str:
    """A path as a file's name."""
    return re.sub("[^a-z0-9]+", "-", path.lower()).strip("-") or "home"
