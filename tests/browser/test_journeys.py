"""What visitors do: search, filter, copy, go by keyboard, do without scripts."""

import json
import re

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import FLAGS, Open
from tests.hosting import Hosted, tool
from tests.servers import Served


def results(page: Page) -> list[str]:
    """The names of the servers that a search has found."""
    return page.locator("#results .name").all_text_contents()


def test_one_types_and_servers_appear(project_site: Hosted, open_page: Open) -> None:
    page = open_page(f"{project_site.url}/search/")
    field = page.get_by_role("searchbox")
    expect(field).to_be_focused()
    field.press_sequentially("weath")
    expect(page.get_by_role("status").first).to_have_text("1 server found.")
    assert results(page) == ["com.example/weather"]
    page.get_by_role("link", name="Weather").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Weather")


def test_every_word_has_to_be_found_somewhere(project_site: Hosted, open_page: Open) -> None:
    page = open_page(f"{project_site.url}/search/?q=USER3+counts")
    expect(page.get_by_role("status").first).to_have_text("9 servers found.")
    page.get_by_role("searchbox").fill("user3 snow")
    expect(page.get_by_role("status").first).to_have_text(
        "No servers found. Try fewer words, or clear the filters."
    )
    assert results(page) == []


def test_the_whole_name_comes_before_its_beginning_and_that_before_other_words(
    project_site: Hosted, open_page: Open
) -> None:
    page = open_page(f"{project_site.url}/search/?q=Tool-1")
    expect(page.get_by_role("status").first).to_have_text("11 servers found.")
    assert results(page)[0] == "io.github.user1/tool-1"
    page.get_by_role("searchbox").fill("old")
    expect(page.get_by_role("status").first).to_have_text("1 server found.")


def test_what_is_asked_stands_in_the_address(project_site: Hosted, open_page: Open) -> None:
    page = open_page(f"{project_site.url}/")
    page.get_by_role("searchbox").fill("tool")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status").first).to_have_text("60 servers found.")
    assert len(results(page)) == 50
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#results > li")).to_have_count(60)
    expect(page.locator("#results > li").nth(50).get_by_role("link")).to_be_focused()
    page.get_by_label("Runs").select_option("local")
    expect(page.get_by_role("status").first).to_have_text(
        "No servers found. Try fewer words, or clear the filters."
    )
    page.get_by_label("Runs").select_option("remote")
    page.get_by_role("searchbox").fill("counts to 5")
    page.wait_for_url("**/search/?q=counts+to+5&location=remote")
    again = open_page(page.url)
    expect(again.get_by_role("status").first).to_have_text("21 servers found.")
    assert results(again) == results(page)
    expect(again.get_by_label("Runs")).to_have_value("remote")


def test_whoever_comes_back_from_a_result_finds_the_search_as_it_was(
    project_site: Hosted, open_page: Open
) -> None:
    page = open_page(f"{project_site.url}/search/")
    page.get_by_role("searchbox").fill("tool")
    page.get_by_label("Runs").select_option("remote")
    page.get_by_role("button", name="Show more").click()
    page.locator("#results > li").nth(59).get_by_role("link").click()  # before the address is written
    page.wait_for_url("**/servers/**")
    page.go_back()
    expect(page.locator("#results > li")).to_have_count(60)
    expect(page.get_by_role("searchbox")).to_have_value("tool")
    expect(page.get_by_label("Runs")).to_have_value("remote")
    assert page.url.endswith("/search/?q=tool&location=remote")


def test_filters_are_facts_of_records(project_site: Hosted, open_page: Open) -> None:
    page = open_page(f"{project_site.url}/search/")
    said = page.get_by_role("status").first
    assert page.get_by_label("Package").locator("option").all_text_contents() == [
        "Any", "npm", "NuGet", "Container images", "PyPI",
    ]  # fmt: skip
    page.get_by_label("Package").select_option("pypi")
    expect(said).to_have_text("1 server found.")
    page.get_by_label("Transport").select_option("sse")
    expect(said).to_have_text("1 server found.")
    page.get_by_label("Transport").select_option("streamable-http")
    expect(said).to_have_text("No servers found. Try fewer words, or clear the filters.")
    for name in ("Package", "Transport"):
        page.get_by_label(name).select_option("")
    expect(said).to_have_text("Type a search or choose a filter.")
    page.get_by_label("Status").select_option("deprecated")
    expect(said).to_have_text("1 server found.")
    page.get_by_label("Status").select_option("deleted")
    expect(page.locator("#results .name")).to_have_text(["com.example/gone"])
    page.get_by_label("Status").select_option("")
    page.get_by_role("searchbox").fill("gone")
    expect(said).to_have_text("No servers found. Try fewer words, or clear the filters.")


def test_what_authors_write_is_text_in_results_too(project_site: Hosted, open_page: Open) -> None:
    page = open_page(f"{project_site.url}/search/?q=evil")
    expect(page.locator("#results a")).to_have_text(["<script>alert(1)</script>"])
    assert page.locator("#results img, #results script").count() == 0


def test_a_search_goes_by_keyboard_alone(project_site: Hosted, open_page: Open) -> None:
    page = open_page(f"{project_site.url}/search/")
    page.keyboard.type("counts to 1")
    expect(page.get_by_role("status").first).to_have_text("22 servers found.")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.locator("#results > li").nth(1).get_by_role("link")
    expect(second).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/servers/io.github.user1/tool-1/")


def test_every_page_can_be_gone_through_by_keyboard(project_site: Hosted, open_page: Open) -> None:
    page = open_page(f"{project_site.url}/servers/com.example/weather/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    assert page.get_by_role("link", name="Skip to the content").bounding_box()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        look = page.evaluate(
            "(() => { const at = document.activeElement, look = getComputedStyle(at);"
            " return [at.tagName, at.textContent.trim().slice(0, 40), look.outlineStyle, look.outlineWidth]; })()"
        )
        seen.append(look)
    assert all(style != "none" and width != "0px" for _, _, style, width in seen), seen
    assert ["SUMMARY", "Claude Desktop"] in [one[:2] for one in seen]
    page.locator("summary", has_text="Claude Desktop").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("claude_desktop_config.json").first).to_be_visible()


def test_snippets_are_copied_as_they_are(project_site: Hosted, open_page: Open) -> None:
    page = open_page(
        f"{project_site.url}/servers/com.example/weather/",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.get_by_role("heading", name=re.compile("npm package")).scroll_into_view_if_needed()
    section = page.locator("section.method", has=page.get_by_role("heading", name=re.compile("npm")))
    section.locator("summary", has_text="Claude Desktop").click()
    section.get_by_role("button", name="Copy the text for Claude Desktop").click()
    expect(section.get_by_role("button", name="Copy the text for Claude Desktop")).to_have_text(
        "Copied"
    )
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied["mcpServers"]["weather"] == {
        "command": "npx",
        "args": ["-y", "@example/weather@1.0.0"],
        "env": {"API_KEY": "<API_KEY>"},
    }
    link = section.get_by_role("link", name="Install in VS Code", include_hidden=True)
    assert (link.get_attribute("href") or "").startswith("vscode:mcp/install?%7B")


def test_without_scripts_everything_is_found_by_links(project_site: Hosted, browser: Browser) -> None:
    # What Playwright calls a context without JavaScript hides what stands in `noscript` all the same.
    chromium = browser.browser_type.launch(
        executable_path=tool("chromium"), args=[*FLAGS, "--blink-settings=scriptEnabled=false"]
    )
    page = chromium.new_page()
    page.goto(f"{project_site.url}/")
    page.get_by_role("searchbox").fill("weather")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("noscript p")).to_contain_text("Searching needs JavaScript")
    expect(page.locator("noscript p")).to_be_visible()
    page.locator("noscript a").first.click()
    page.get_by_role("link", name="weather", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Weather")
    page.locator("summary", has_text="Cursor").first.click()
    expect(page.locator("details[open] pre").first).to_be_visible()
    assert page.get_by_role("button", name="Copy").count() == 0
    page.get_by_role("link", name="com.example", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("com.example")
    chromium.close()


def test_a_wrong_address_shows_the_way_on(rich_site: Served, open_page: Open) -> None:
    page = open_page(f"{rich_site.url}/")
    answer = page.request.get(f"{rich_site.url}/servers/com.example/nothing/")
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Page not found" in answer.text()
    assert page.request.get(f"{rich_site.url}/v0.1/nothing").json() == {"error": "Not found"}


def test_a_failed_search_says_so_and_can_be_tried_again(
    project_site: Hosted, open_page: Open, visits: "object"
) -> None:
    page = open_page(f"{project_site.url}/search/")

    def fail(route: Route) -> None:
        route.fulfill(status=503)

    page.route("**/data/search/cards/*", fail)
    page.keyboard.type("w")
    expect(page.get_by_role("status").first).to_contain_text("could not be loaded")
    page.unroute("**/data/search/cards/*")
    page.keyboard.type("e")
    expect(page.get_by_role("status").first).to_contain_text("found")
    visits.faults.clear()  # type: ignore[attr-defined]  # the browser tells of the 503 as well


def test_little_is_loaded_before_anything_is_asked(project_site: Hosted, open_page: Open) -> None:
    page = open_page("about:blank")
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto(f"{project_site.url}/search/", wait_until="networkidle")
    assert len(sizes) >= 4
    assert sum(sizes) < 60_000  # of 300,000 that would do


def test_the_badge_is_an_image_that_fits_its_text(project_site: Hosted, open_page: Open) -> None:
    page = open_page(f"{project_site.url}/")
    page.set_content(page.request.get(f"{project_site.url}/servers/com.example/old/badge.svg").text())
    image = page.locator("svg")
    assert image.get_attribute("aria-label") == "A registry: deprecated"
    widths = image.evaluate(
        "one => [...one.querySelectorAll('text')].map(t => t.getComputedTextLength())"
    )
    assert abs(sum(widths) + 24 - float(image.get_attribute("width") or 0)) < 1
