"""The documentation as a website: it builds without a warning, and its pages load nothing from elsewhere."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.servers import PROJECT

SOURCES = ("zensical.toml", "docs", "benchmarks")
_LOADING_LINKS = {
    "stylesheet",
    "icon",
    "preload",
    "modulepreload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
}
_CSS_ADDRESS = re.compile(r"(?:url\(|@import\s)\s*[\"']?((?:https?:)?//[^\s\"')]+)")


def build_site(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the documentation from a copy in `folder`, as `make docs-site` does."""
    return subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"],
        check=False, capture_output=True, text=True, cwd=folder, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


def copy_sources(folder: Path) -> Path:
    """A copy of what the site is built from."""
    for name in SOURCES:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


@dataclass
class PageReader(HTMLParser):
    """The addresses that a page makes a browser load, its links, and the text of its styles."""

    addresses: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    is_style: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and _LOADING_LINKS & set(given.get("rel", "").split()):
            self.addresses.append(given.get("href", ""))
        if tag == "a":
            self.links.append(given.get("href", ""))
        if "src" in given:
            self.addresses.append(given["src"])
        self.addresses += [
            part.split()[0] for part in given.get("srcset", "").split(",") if part.strip()
        ]
        self.styles.append(given.get("style", ""))
        self.is_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if self.is_style:
            self.styles.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.is_style = False


def read_page(page: Path) -> PageReader:
    """A page, read; its addresses include those in its styles."""
    reader = PageReader()
    reader.feed(page.read_text())
    reader.addresses += _CSS_ADDRESS.findall("\n".join(reader.styles))
    return reader


def is_there(page: Path, address: str) -> bool:
    """Whether an address within the site leads to a file, or to a folder with a page."""
    target = page.parent / urlsplit(address).path
    return target.is_file() or (target / "index.html").is_file()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_sources(tmp_path_factory.mktemp("docs"))
    done = build_site(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build/guide"


@pytest.mark.integration
def test_every_page_is_built(site: Path) -> None:
    built = {str(page.parent.relative_to(site)) for page in site.rglob("index.html")}
    sources = {
        page.relative_to(PROJECT / "docs").with_suffix("") for page in (PROJECT / "docs").rglob("*.md")
    }
    assert built == {str(page.parent if page.name == "index" else page) for page in sources}
    assert "2,378 real entries" in (site / "figures/index.html").read_text()


@pytest.mark.integration
def test_pages_load_only_files_of_the_site(site: Path) -> None:
    for page in site.rglob("*.html"):
        for address in read_page(page).addresses:
            target = urlsplit(address)
            assert not target.scheme or target.scheme == "data", f"{page} loads {address}"
            assert not target.netloc, f"{page} loads {address}"
    for sheet in site.rglob("*.css"):
        assert not _CSS_ADDRESS.findall(sheet.read_text()), f"{sheet} loads from elsewhere"


@pytest.mark.integration
def test_addresses_within_the_site_lead_somewhere(site: Path) -> None:
    for page in site.rglob("index.html"):
        reader = read_page(page)
        for address in reader.addresses + reader.links:
            assert urlsplit(address).scheme or is_there(page, address), f"{page} names {address}"


@pytest.mark.integration
def test_nothing_on_a_page_starts_what_the_theme_would_fetch(site: Path) -> None:
    """The theme's script fetches Mermaid, the repository's stars and other things only for pages that use them."""
    for page in site.rglob("*.html"):
        text = page.read_text()
        assert 'class="mermaid"' not in text
        assert "language-mermaid" not in text  # it would stay a block of code
        assert 'data-md-component="source"' not in text
        assert "glightbox" not in text


@pytest.mark.integration
@pytest.mark.parametrize("link", ["[here](missing.md)", "[here](authors.md#missing)"])
def test_a_link_to_nothing_fails_the_build(link: str, tmp_path: Path) -> None:
    folder = copy_sources(tmp_path)
    with (folder / "docs/index.md").open("a") as page:
        page.write(f"\n{link}\n")
    done = build_site(folder)
    assert done.returncode != 0
    assert "does not exist" in done.stdout + done.stderr


def test_every_decision_is_listed_in_order() -> None:
    folder = PROJECT / "docs/decisions"
    listed = re.findall(r"^\d+\. \[(.+)\]\((.+)\)$", (folder / "index.md").read_text(), re.MULTILINE)
    assert [name for _, name in listed] == sorted(page.name for page in folder.glob("[0-9]*.md"))
    for number, (title, name) in enumerate(listed, 1):
        text = (folder / name).read_text()
        assert name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. {title}\n")
        parts = [text.index(f"**{part}.**") for part in ("Context", "Decision", "Consequence")]
        assert parts == sorted(parts)


def test_the_map_has_every_folder_of_the_package() -> None:
    package = PROJECT / "builder/mcp_static"
    folders = {path.parent.name for path in package.glob("*/__init__.py")}
    listed = re.findall(
        r"^ {6}([a-z]+)/ ", (PROJECT / "docs/contributors.md").read_text(), re.MULTILINE
    )
    assert sorted(listed) == sorted(folders)
