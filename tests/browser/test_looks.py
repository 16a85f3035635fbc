"""Every kind of page: accessible in both themes, never wider than the screen, and kept as a picture."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, kind_of
from tests.hosting import Hosted
from tests.servers import PROJECT

PICTURES = PROJECT / "artifacts" / "screenshots"
KINDS = (
    "/",
    "/search/?q=counts",
    "/search/?q=nothing+like+this",
    "/browse/servers/",
    "/browse/namespaces/",
    "/servers/com.example/",
    "/servers/com.example/weather/",
    "/servers/com.example/weather/versions/1.0.0.html",
    "/servers/com.example/often/",
    "/servers/com.example/gone/",
    "/servers/com.example/old/",
    "/servers/com.example/long/",
    "/servers/com.example/rtl/",
    "/servers/com.example/emoji/",
    "/servers/com.example/large/",
    "/servers/com.example/private/",
    "/servers/com.example/bare/",
    "/servers/com.example/evil/",
    "/statistics/",
    "/publish/",
    "/aggregators/",
    "/reference/",
    "/policies.html",
    "/404.html",
)
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def settled(page: Page) -> Page:
    """The page, once its search, if it has one, has answered."""
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", KINDS)
def test_axe_finds_nothing(
    project_site: Hosted, open_page: Open, axe: str, path: str, scheme: str
) -> None:
    page = settled(open_page(project_site.url + path, color_scheme=scheme))
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", STANDARDS
    )
    problems = [
        (one["id"], one["help"], [node["target"] for node in one["nodes"][:3]])
        for one in found["violations"]
    ]
    assert not problems, json.dumps(problems, indent=1)


@pytest.mark.parametrize("width", [320, 768, 1280, 2560])
@pytest.mark.parametrize("path", KINDS)
def test_no_page_is_wider_than_its_screen(
    project_site: Hosted, open_page: Open, path: str, width: int
) -> None:
    page = settled(open_page(project_site.url + path, viewport={"width": width, "height": 800}))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width in {320, 1280}:
        _keep(page, f"{kind_of(path)}-{width}.png")


@pytest.mark.parametrize("path", ["/", "/servers/com.example/weather/", "/statistics/"])
def test_dark_pages_are_dark(project_site: Hosted, open_page: Open, path: str) -> None:
    page = settled(open_page(project_site.url + path, color_scheme="dark"))
    colours = page.evaluate(
        "['backgroundColor', 'color'].map(name => getComputedStyle(document.body)[name])"
    )
    paper, ink = (sum(int(part) for part in text[4:-1].split(",")) for text in colours)
    assert paper < 150 < 600 < ink
    _keep(page, f"{kind_of(path)}-dark.png")


def test_paper_has_the_text_and_no_buttons(project_site: Hosted, open_page: Open) -> None:
    page = open_page(f"{project_site.url}/servers/com.example/weather/")
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Copy").first.is_visible()
    assert not page.get_by_role("navigation", name="Site").is_visible()
    assert page.get_by_text("claude mcp add-json").first.is_visible()  # though its part is closed
    _keep(page, "server-printed.png")


def test_who_wants_no_motion_gets_none(project_site: Hosted, open_page: Open) -> None:
    moving = "getComputedStyle(document.querySelector('.card')).transitionDuration"
    assert open_page(f"{project_site.url}/", reduced_motion="reduce").evaluate(moving) == "0s"
    assert open_page(f"{project_site.url}/").evaluate(moving) != "0s"


def _keep(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=Path(PICTURES, name))
