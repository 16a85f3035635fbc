"""Web pages of other origins ask every host that answers preflights, in Chromium."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FLAGS
from tests.contract.conftest import BY_RULES, FULL, Serve
from tests.doubles.static_hosts import static_host
from tests.hosting import free_port, tool

ASK = """async ([address, options]) => {
  try {
    const answer = await fetch(address, options);
    return { status: answer.status, tag: answer.headers.get('ETag'), body: await answer.text() };
  } catch (error) {
    return { status: 0, body: String(error) };
  }
}"""
ORDINARY = {
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "Content-Type": "application/json",
    "If-None-Match": '"unknown"',
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "X-Requested-With": "fetch",
}
"""What readers in web pages send, and our documentation tells them to."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=tool("chromium"), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def elsewhere(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page of another origin."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "index.html").write_text("<!doctype html><title>Elsewhere</title>")
    port = free_port()
    with static_host("github-pages", folder, "", port):
        context = browser.new_context()
        page = context.new_page()
        page.on("console", lambda message: print(message.text))
        page.goto(f"http://127.0.0.1:{port}/index.html")
        yield page
        context.close()


def ask(page: Page, address: str, **options: Any) -> dict[str, Any]:
    """What a page gets to see."""
    found: dict[str, Any] = page.evaluate(ASK, [address, options])
    return found


@pytest.mark.parametrize("name", [*FULL, *BY_RULES, "s3"])
def test_a_page_may_send_ordinary_headers(name: str, serve: Serve, elsewhere: Page) -> None:
    address = f"{serve(name).url}/v0.1/servers?limit=100"
    for headers in (ORDINARY, {"Authorization": "Bearer x", **ORDINARY}):
        answer = ask(elsewhere, address, headers=headers)
        assert answer["status"] == 200, answer["body"]
    if answer["tag"]:
        again = ask(elsewhere, address, cache="no-store", headers={"If-None-Match": answer["tag"]})
        assert again["status"] == 304, again["body"]


@pytest.mark.parametrize("name", [*FULL, *BY_RULES])
def test_a_page_may_read_why_it_may_not_write(name: str, serve: Serve, elsewhere: Page) -> None:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer x"}
    address = f"{serve(name).url}/v0.1/publish"
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = ask(elsewhere, address, method=method, headers=headers)
        assert answer["status"] == 501, answer["body"]
        assert "pull request" in answer["body"]
