"""What follows from findings and answers, without any file."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.drafting.answers import Answers
from mcp_static.drafting.draft import draft
from mcp_static.drafting.facts import Findings
from mcp_static.drafting.markers import missing_markers
from mcp_static.drafting.readme import first_paragraph
from mcp_static.drafting.repair import repaired
from mcp_static.drafting.versions import Release
from mcp_static.model.origin import Origin
from mcp_static.model.wording import cut, cut_at_sentence, one_line
from mcp_static.packages.manifest import Manifest
from mcp_static.packages.markers import has_marker, marker_in
from mcp_static.rules.run import findings_of, read_record

ALICE = "io.github.alice/weather"
ORIGIN = Origin("github", "alice/weather")
NO_REMOTE = Answers(remote="", image="")


def npm(**more: Any) -> Manifest:
    facts: dict[str, Any] = {"identifier": "weather", "version": "1.0.0", "description": "Forecasts."}
    program = {"commands": ("weather",), "default_command": "weather"}
    return Manifest(file="package.json", registry_type="npm", **{**facts, **program, **more})


def pypi(**more: Any) -> Manifest:
    facts: dict[str, Any] = {"identifier": "alice-weather", "version": "2.0.0"}
    program = {"commands": ("alice-weather",), "default_command": "alice-weather"}
    return Manifest(file="pyproject.toml", registry_type="pypi", **{**facts, **program, **more})


def oci(**more: Any) -> Manifest:
    return Manifest(file="Dockerfile", registry_type="oci", **more)


def document_of(*manifests: Manifest, answers: Answers = NO_REMOTE, **more: Any) -> dict[str, Any]:
    found = Findings(manifests=manifests, **{"origin": ORIGIN, **more})
    drafted = draft(found, answers)
    assert drafted.missing == ()
    errors = [
        (problem.path, problem.message)
        for problem in findings_of(read_record(orjson.dumps(drafted.document)))
        if problem.is_error
    ]
    assert errors == []
    return drafted.document


def test_one_package_in_a_repository_says_it_all() -> None:
    assert document_of(npm(runtime_hint="npx", website="https://weather.example")) == {
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": ALICE,
        "description": "Forecasts.",
        "version": "1.0.0",
        "repository": {"url": "https://github.com/alice/weather", "source": "github"},
        "websiteUrl": "https://weather.example",
        "packages": [
            {
                "registryType": "npm",
                "identifier": "weather",
                "version": "1.0.0",
                "runtimeHint": "npx",
                "transport": {"type": "stdio"},
            }
        ],
    }


def test_the_first_manifest_gives_the_version_and_each_package_keeps_its_own() -> None:
    document = document_of(npm(), pypi())
    assert document["version"] == "1.0.0"
    assert [package["version"] for package in document["packages"]] == ["1.0.0", "2.0.0"]


def test_a_package_without_a_version_takes_the_servers() -> None:
    drafted = draft(Findings(manifests=(npm(), pypi(version=None))), Answers())
    assert [package["version"] for package in drafted.document["packages"]] == ["1.0.0", "1.0.0"]
    assert "pyproject.toml gives no version" in drafted.notes[0]


def test_only_a_go_package_has_its_version_with_a_v() -> None:
    module = Manifest(
        file="go.mod", registry_type="go", identifier="github.com/alice/weather", version="1.2.3"
    )
    document = document_of(module, readme="Forecasts.")
    assert (document["version"], document["packages"][0]["version"]) == ("1.2.3", "v1.2.3")


@pytest.mark.parametrize(
    ("answer", "identifier"),
    [
        (None, "ghcr.io/alice/weather:1.0.0"),
        ("quay.io/alice/w", "quay.io/alice/w:1.0.0"),
        ("localhost:5000/w", "localhost:5000/w:1.0.0"),
        ("quay.io/alice/w:2", "quay.io/alice/w:2"),
        ("quay.io/alice/w@sha256:" + "a1" * 32, "quay.io/alice/w@sha256:" + "a1" * 32),
    ],
)
def test_an_image_has_the_version_for_its_tag(answer: str | None, identifier: str) -> None:
    image = oci(identifier="ghcr.io/alice/weather", version="1.0.0", description="Forecasts.")
    (package,) = document_of(image, answers=Answers(remote="", image=answer))["packages"]
    assert package["identifier"] == identifier
    assert "version" not in package


def test_a_marker_outranks_the_repository_and_an_answer_both() -> None:
    other = "com.example/weather"
    assert document_of(npm(server_name=other))["name"] == other
    assert document_of(npm(), readme=f"<!-- mcp-name: {other} -->")["name"] == other
    answers = Answers(name=ALICE, remote="")
    assert document_of(npm(server_name=other), answers=answers)["name"] == ALICE


def test_markers_that_disagree_or_are_no_names_are_noted() -> None:
    found = Findings(
        manifests=(npm(server_name="nonsense"), oci(server_name=ALICE)),
        readme="mcp-name: com.example/weather",
    )
    drafted = draft(found, Answers())
    assert drafted.document["name"] == ALICE
    assert [note.split()[0] for note in drafted.notes] == ["package.json", "the"]


def test_git_knows_the_repository_better_than_manifests() -> None:
    upstream = npm(repository="https://github.com/bob/servers", subfolder="src/weather")
    assert document_of(upstream)["repository"]["url"] == "https://github.com/alice/weather"
    document = document_of(upstream, origin=None)
    assert document["name"] == "io.github.bob/weather"
    assert document["repository"]["subfolder"] == "src/weather"
    assert document_of(npm(repository="bob/weather"), origin=None)["name"] == "io.github.bob/weather"


def test_a_home_page_that_is_the_repository_is_left_out() -> None:
    assert "websiteUrl" not in document_of(npm(website="https://github.com/alice/weather#readme"))
    assert "websiteUrl" not in document_of(npm(website="http://weather.example"))


def test_a_remote_is_streamable_unless_its_address_says_sse() -> None:
    for url, kind in (
        ("https://w.weather-tools.dev/mcp", "streamable-http"),
        ("https://w.weather-tools.dev/sse", "sse"),
    ):
        document = document_of(npm(), answers=Answers(remote=url))
        assert document["remotes"] == [{"type": kind, "url": url}]


def test_everything_unknown_is_asked() -> None:
    drafted = draft(Findings(), Answers())
    assert [question.field for question in drafted.missing] == [
        "name",
        "description",
        "version",
        "remote",
    ]
    asked = draft(Findings(manifests=(npm(), oci()), origin=ORIGIN), Answers()).missing
    assert [question.field for question in asked] == ["image", "remote"]


texts = st.none() | st.text() | st.text(alphabet=" a\n\u202e\x00\ud800\u200b😀é", max_size=300)


@given(texts, texts, texts, texts)
def test_texts_of_any_kind_keep_the_rules(
    title: str | None, own: str | None, readme: str | None, subfolder: str | None
) -> None:
    manifest = npm(title=one_line(title), description=one_line(own), subfolder=one_line(subfolder))
    answers = Answers(remote="", description=None if one_line(own) else "Forecasts.")
    found = Findings(manifests=(manifest,), readme=readme, subfolder=subfolder or "")
    document = draft(found, answers).document
    problems = findings_of(read_record(orjson.dumps({**document, "name": ALICE})))
    assert [problem.path for problem in problems if problem.is_error] == []


@given(st.text(min_size=1), st.integers(2, 120))
def test_a_cut_text_is_short_enough_and_its_beginning(text: str, longest: int) -> None:
    short = cut(text, longest)
    assert len(short) <= longest
    assert short == text or text.startswith(short.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Forecasts. For any place on Earth.", "Forecasts."),
        ("Forecasts for you! For any place.", "Forecasts for you!"),
        ("Version 1.2 of e.g. this tool.", "Version 1.2 of e.g. this…"),
        ("Made by Alice W. Smith and others.", "Made by Alice W. Smith and…"),
        ("One. Two. Three and four and five.", "One. Two."),
        ("Forecasts for any place on Earth.", "Forecasts for any place on…"),
        ("Short enough", "Short enough"),
    ],
)
def test_a_long_text_ends_with_a_sentence_if_one_is_short_enough(text: str, short: str) -> None:
    assert cut_at_sentence(text, 28) == short


def test_a_description_that_fits_is_preferred_to_the_beginning_of_a_longer_one() -> None:
    long = "Forecasts " + "of the weather " * 10
    document = document_of(npm(description=long), readme="# W\n\nForecasts for any place.")
    assert document["description"] == "Forecasts for any place."
    drafted = draft(Findings(manifests=(npm(description=long),)), Answers())
    assert drafted.document["description"].endswith("weather…")
    assert "--description" in str(drafted.notes)


@pytest.mark.parametrize("version", ["0.0.0", "{{VERSION}}", "${VERSION}", "$npm_package_version"])
def test_a_version_that_a_tool_fills_in_is_none(version: str) -> None:
    release = Release("v1.2.3", "1.2.3")
    assert document_of(npm(version=version), release=release)["version"] == "1.2.3"
    assert [
        one.field for one in draft(Findings(manifests=(npm(version=version),)), NO_REMOTE).missing
    ] == [
        "name",
        "version",
    ]


def test_what_a_rule_refuses_and_no_record_needs_is_left_out() -> None:
    found = Findings(
        manifests=(npm(website="https://user:secret@weather.alice.io/"), pypi(identifier="a b")),
        origin=ORIGIN,
    )
    document, notes = repaired(draft(found, NO_REMOTE).document)
    assert [package["identifier"] for package in document["packages"]] == ["weather"]
    assert [note.split(" is left out")[0] for note in notes] == ["the package a b"]
    assert not [one for one in findings_of(read_record(orjson.dumps(document))) if one.is_error]


def test_a_long_text_is_cut_at_a_word() -> None:
    assert cut("Forecasts for any place on Earth.", 20) == "Forecasts for any…"


@pytest.mark.parametrize(
    "readme",
    [
        "# Weather\n\n[![b](b.svg)](https://ci.example) ![x](y)\n\nForecasts **for**\nany [place](x).",
        "Weather\n=======\n\n<p align=center>hi</p>\n\n- a list\n\nForecasts for any place.",
        "---\ntitle: x\n---\n> quoted\n\nForecasts for any place.\n\nMore.",
        "Weather\n=======\n\n.. image:: x\n\n:a: b\n\nForecasts for any place.",
        f"mcp-name: {ALICE}\n\n<!-- hidden -->\n\nForecasts for any place.",
    ],
)
def test_the_first_paragraph_is_the_first_that_says_something(readme: str) -> None:
    assert first_paragraph(readme) == "Forecasts for any place."


def test_a_readme_without_words_has_no_first_paragraph() -> None:
    assert first_paragraph("# Weather\n\n![x](y)\n") is None


def test_markers_are_read_as_the_proofs_read_them() -> None:
    assert marker_in(f"x <!--mcp-name: {ALICE}--> y") == ALICE
    assert marker_in(f"It is mcp-name: {ALICE}.") == ALICE
    assert has_marker(f"<!-- mcp-name: {ALICE}-->", ALICE)
    assert has_marker(f"mcp-name: {ALICE}", ALICE)
    assert not has_marker(f"mcp-name: {ALICE}-2", ALICE)
    assert not has_marker(f"<!-- mcp-name: {ALICE} -->", ALICE, visible=True)


def test_only_markers_that_are_missing_are_asked_for() -> None:
    crate = Manifest(file="Cargo.toml", registry_type="cargo", identifier="w", version="1.0.0")
    plain = (npm(), pypi(readme="Hello"), crate, oci(identifier="ghcr.io/alice/weather"))
    found = Findings(manifests=plain)
    document = draft(found, Answers(name=ALICE)).document
    assert list(missing_markers(document, found)) == [
        f'package.json: add `"mcpName": "{ALICE}"`.',
        f"README of alice-weather (pypi): add a line `mcp-name: {ALICE}`.",
        f"README of w (cargo): add a line `mcp-name: {ALICE}`, and ship it (`readme` in Cargo.toml).",
        f'Dockerfile: add `LABEL io.modelcontextprotocol.server.name="{ALICE}"`.',
    ]
    marked = (
        npm(server_name=ALICE),
        pypi(readme=f"<!-- mcp-name: {ALICE} -->"),
        oci(identifier="ghcr.io/alice/weather", server_name=ALICE),
    )
    found = Findings(manifests=marked)
    assert list(missing_markers(draft(found, Answers()).document, found)) == []
    other = Findings(manifests=(npm(server_name="com.example/weather"),))
    document = draft(other, Answers(name=ALICE)).document
    assert "change it to" in next(missing_markers(document, other))
