"""A registry's own looks and texts: settings, a logo, templates of its repository."""

from pathlib import Path

import pytest
from mcp_static.model.errors import InputError
from mcp_static.pages.site import page_file
from mcp_static.pages.templates import render_template
from mcp_static.settings import parse_settings

from tests.conftest import build_registry
from tests.registries import Registry, files_below
from tests.servers import run_cli

OWN = """
title = "Acme"
url = "https://mcp.acme.example"
[site]
logo = "site/acme.svg"
accent = "#8A1538"
accent_dark = "#ffb3c7"
notice = "Closed on <Sunday>."
welcome = "Ask Ada for access."
publishing = "Write to Ada first."
footer = "Run by Acme."
is_indexed = false
links = [{ text = "Imprint", url = "https://acme.example/imprint" }, { text = "Ada", url = "mailto:ada@acme.example" }]
"""
LOGO = '<svg xmlns="http://www.w3.org/2000/svg"/>'


def text_of(out: Path, path: str) -> str:
    return (out / path).read_text()


def test_settings_change_looks_and_texts(registry: Registry, tmp_path: Path) -> None:
    registry.commit({"registry.toml": OWN, "site/acme.svg": LOGO})
    registry.publish("com.example/weather")
    out = tmp_path / "dist"
    build_registry(registry, out)
    home, publish = text_of(out, "index.html"), text_of(out, "publish/index.html")
    for said in (
        "Closed on &lt;Sunday&gt;.",
        "Ask Ada for access.",
        "Run by Acme.",
        'content="noindex"',
    ):
        assert said in home
    assert "Write to Ada first." in publish
    assert '<a href="mailto:ada@acme.example" rel="noopener">Ada</a>' in home
    logos = [path for path in files_below(out) if path.startswith("assets/logo.")]
    assert len(logos) == 1
    assert text_of(out, logos[0]) == LOGO
    assert home.count(f'"/{logos[0]}"') == 2  # beside the title, and as the icon
    sheet = next(path for path in files_below(out) if path.endswith(".css"))
    assert "--accent: #8a1538" in text_of(out, sheet)
    assert text_of(out, "robots.txt") == "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ('accent = "#ffff00"', "contrast of 1.1"),
        ('accent_dark = "#222222"', "contrast"),
        ('accent = "red"', "is not a colour"),
        ('logo = "../../etc/passwd.png"', "is not the path"),
        ('logo = "logo.exe"', "is not the path"),
        ('links = [{ text = "x", url = "javascript:alert(1)" }]', "is not an https, http or mailto"),
        ('color = "#000000"', "is not a setting"),
    ],
)
def test_settings_that_cannot_be_used_are_named(setting: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as error:
        parse_settings(f"[site]\n{setting}\n")
    assert "site." in str(error.value)


def test_templates_of_the_repository_replace_ours_and_may_extend_them(
    registry: Registry, tmp_path: Path
) -> None:
    registry.publish("com.example/weather")
    out = tmp_path / "dist"
    build_registry(registry, out)
    mine = (
        '{% extends "original/home.html.j2" %}\n'
        "{% block content %}<p>{{ counts.servers }} & counting</p>{{ super() }}{% endblock %}\n"
    )
    registry.commit({"site/templates/home.html.j2": mine, "site/templates/README.md": "{{ not one }}"})
    report = build_registry(registry, out)
    assert "templates changed" in (report.why_full or "")
    home = text_of(out, "index.html")
    assert "<p>1 & counting</p>" in home
    assert "Recently updated" in home
    assert "counting" not in text_of(out, "servers/com.example/weather/index.html")
    registry.publish("com.example/snow")
    assert build_registry(registry, out).why_full == ""
    assert "<p>2 & counting</p>" in text_of(out, "index.html")


@pytest.mark.integration
@pytest.mark.parametrize(
    ("template", "told"),
    [
        (
            "one\n{% block content %}\n{{ nothing }}{% endblock %}",
            "home.html.j2:3: 'nothing' is undefined",
        ),
        ("one\n{% block %}", "home.html.j2:2: "),
        ("{{ site.__class__.__mro__ }}", "unsafe"),
        ("{{ 1 // 0 }}", "home.html.j2:1: "),
        ('{% extends "nowhere.j2" %}', "nowhere.j2"),
    ],
)
def test_a_broken_template_is_told_with_its_line_and_nothing_changes(
    registry: Registry, tmp_path: Path, template: str, told: str
) -> None:
    registry.publish("com.example/weather")
    out = tmp_path / "dist"
    command = ("build", "--repo", registry.path, "--out", out)
    assert run_cli(*command).returncode == 0
    before = files_below(out)
    registry.commit({"site/templates/home.html.j2": template})
    run = run_cli(*command)
    assert run.returncode == 1
    assert f"site/templates/{'' if told[:4] != 'home' else told}" in run.stderr
    assert told in run.stderr
    assert "Traceback" not in run.stderr
    assert files_below(out) == before


def test_a_bug_of_ours_is_not_told_as_a_fault_of_the_template() -> None:
    mine = (("home.html.j2", "{{ page_file(path) }}"),)
    assert render_template("home.html.j2", mine, page_file=page_file, path="/a/") == b"a/index.html"
    with pytest.raises(AttributeError):
        render_template("home.html.j2", mine, page_file=page_file, path=None)


def test_a_logo_that_is_not_there_or_too_large_is_told(registry: Registry, tmp_path: Path) -> None:
    registry.publish("com.example/weather")
    registry.commit({"registry.toml": OWN})
    with pytest.raises(InputError, match=r"site/acme\.svg, which commit"):
        build_registry(registry, tmp_path / "dist")
    registry.commit({"site/acme.svg": "x" * 300_000})
    with pytest.raises(InputError, match="larger than 256 KiB"):
        build_registry(registry, tmp_path / "dist")
