"""The site for people: how fast its pages are made, and how soon a search answers in a browser."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from mcp_static.build.context import RenderContext, Span
from mcp_static.build.entry_documents import server_documents
from mcp_static.build.output_tree import Tree
from mcp_static.pages.customization import Customization
from mcp_static.pages.site import site_of
from mcp_static.settings import Settings
from mcp_static.store.store import Store
from playwright.sync_api import Page, Request, expect, sync_playwright

from benchmarks.builds import Row
from benchmarks.hosting import built_site
from benchmarks.processes import median, run
from tests.browser.conftest import FLAGS
from tests.hosting import nginx, tool

_WORKERS: Final = 2
_A_TASK: Final = 400
_WORDS: Final = ("weather", "github issues", "postgres database", "zzzz nothing", "image generation")

# When the last key went down, and when the results to all of it stood in the page.
_WATCH: Final = """() => {
  window.times = {};
  document.addEventListener('keydown', () => { window.times.key = performance.now(); }, true);
  new MutationObserver(() => { window.times.shown = performance.now(); })
    .observe(document.getElementById('found'), {childList: true, characterData: true, subtree: true});
}"""
_FETCH: Final = """async () => {
  const start = performance.now();
  const index = await (await fetch('/data/search/index.json', {cache: 'no-store'})).json();
  await Promise.all(index.cards.map(async part => (await fetch('/' + part.path, {cache: 'no-store'})).text()));
  return performance.now() - start;
}"""


def site(work: Path, count: int) -> Iterator[Row]:
    """Pages of all servers of `count` versions, and searches over them."""
    with tempfile.TemporaryDirectory(dir=work, prefix="site-") as folder:
        built = built_site(work, count, Path(folder), "nginx")
        yield from _pages(next((built.folder / "dist.state").glob("*/state.sqlite3")), Path(folder))
        with nginx(built) as hosted:
            yield from _searches(hosted.url)


def _pages(state: Path, folder: Path) -> Iterator[Row]:
    """The page and badge of every server, rendered and written, beside unpacking the same files."""
    with Store.open_immutable(state) as store:
        servers = store.facts.counters.next_server
    spans = [(first, min(first + _A_TASK, servers) - 1) for first in range(0, servers, _A_TASK)]
    target = folder / "pages"
    start = time.perf_counter()
    with ProcessPoolExecutor(_WORKERS) as pool:
        pages = sum(pool.map(_write_pages, [state] * len(spans), spans, [target] * len(spans)))
    seconds = time.perf_counter() - start
    run("tar", "-cf", folder / "pages.tar", "-C", target, ".")
    shutil.rmtree(target)
    target.mkdir()
    unpacked = run("tar", "-xf", folder / "pages.tar", "-C", target).seconds
    yield (
        f"the pages and badges of {pages:,} servers, lists of versions included",
        f"{seconds:.1f} s, {_WORKERS} processes",
        f"{seconds / unpacked:.2f} × `tar -x` of the pages ({unpacked:.1f} s)",
    )


def _write_pages(state: Path, span: tuple[int, int], target: Path) -> int:
    tree, pages = Tree(target), 0
    with Store.open_immutable(state) as store:
        context = RenderContext(store, "com.example", site_of(Settings(), Customization()))
        for document in server_documents(context, Span(*span)):
            if document.path.startswith("servers/") and document.body is not None:
                tree.write(document.path, document.file_bytes())
                pages += document.path.endswith(".html")
    return pages


def _searches(url: str) -> Iterator[Row]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=list(FLAGS))
        cold, warm, fetched, before, loaded = [], [], [], 0, 0
        for words in _WORDS:
            page = browser.new_context().new_page()
            sizes: list[int] = []
            page.on("requestfinished", _adding(sizes))
            page.goto(f"{url}/search/", wait_until="networkidle")
            before = max(before, sum(sizes))
            page.evaluate(_WATCH)
            cold.append(_ask(page, words))
            loaded = max(loaded, sum(sizes) - before)
            page.get_by_role("searchbox").fill("")
            warm.append(_ask(page, words))
            fetched.append(float(page.evaluate(_FETCH)))
            page.context.close()
        browser.close()
    load = median(fetched)
    yield (
        "search page: the first question, from the last key to the results",
        f"{median(cold):.0f} ms, {max(cold):.0f} at the most; {before / 1000:.0f} kB before it, {loaded / 1000:,.0f} kB with it",
        f"{median(cold) / load:.1f} × fetching the cards ({load:.0f} ms)",
    )
    yield (
        "search page: further questions",
        f"{median(warm):.0f} ms, {max(warm):.0f} at the most",
        f"{median(warm) / load:.2f} × fetching the cards",
    )


def _adding(sizes: list[int]) -> Callable[[Request], None]:
    """What notes how many bytes each answer had, as they came over the wire."""

    def note(asked: Request) -> None:
        found = asked.sizes()
        sizes.append(found["responseBodySize"] + found["responseHeadersSize"])

    return note


def _ask(page: Page, words: str) -> float:
    """Milliseconds from the last key of some words to their results."""
    page.get_by_role("searchbox").press_sequentially(words)
    expect(page.locator("#found")).to_contain_text("found", timeout=30_000)
    page.wait_for_timeout(100)  # for an answer to an earlier key to be replaced
    times = page.evaluate("window.times")
    return float(times["shown"]) - float(times["key"])
