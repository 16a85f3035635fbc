"""Rules over what people read and follow: descriptions, titles, addresses, the repository."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from mcp_static.model.reading import Part, every_value, part_of, parts_of, text_of
from mcp_static.model.strictjson import child_path
from mcp_static.model.visible_text import hidden_character, is_blank
from mcp_static.model.web_addresses import https_problem
from mcp_static.reports.findings import Level
from mcp_static.rules.rule import Breach, Record, Rule


def _hidden_characters(record: Record) -> Iterator[Breach]:
    for path, text in _every_text(record.document):
        character = hidden_character(text)
        if character is not None:
            name = unicodedata.name(character, "")
            yield Breach(path, f"has the character U+{ord(character):04X}{name and f' ({name})'}")


def _every_text(document: Part) -> Iterator[tuple[str, str]]:
    """Every string, and every key that an author may choose, which is at the path of its object."""
    for path, value in every_value(document):
        if isinstance(value, str):
            # A rule of their own tells of line breaks in these.
            yield path, value.replace("\r\n", "\n") if path in {"title", "description"} else value
        elif isinstance(value, dict):
            for key in value:
                yield path, key


def _line_breaks(record: Record) -> Iterator[Breach]:
    for key in ("title", "description"):
        if re.search(r"[\n\t]", text_of(record.document, key) or ""):
            yield Breach(key, "has a line break or a tab")


def _blank(record: Record) -> Iterator[Breach]:
    for key in ("title", "description"):
        text = text_of(record.document, key)
        if text and is_blank(text):
            yield Breach(key, "is blank")


def _website(record: Record) -> Iterator[Breach]:
    address = text_of(record.document, "websiteUrl")
    if address is not None and (problem := https_problem(address)):
        yield Breach("websiteUrl", problem)


def _icons(record: Record) -> Iterator[Breach]:
    for path, icon in parts_of(record.document, "icons"):
        source = text_of(icon, "src")
        if source is not None and (problem := https_problem(source)):
            yield Breach(child_path(path, "src"), problem)


def _repository_https(record: Record) -> Iterator[Breach]:
    url = text_of(part_of(record.document, "repository"), "url")
    if url is not None and url.startswith("http://"):
        yield Breach("repository.url", "is not encrypted")


def _subfolder(record: Record) -> Iterator[Breach]:
    subfolder = text_of(part_of(record.document, "repository"), "subfolder")
    if subfolder is None:
        return
    path = "repository.subfolder"
    if not re.fullmatch(r"[A-Za-z0-9._/-]+", subfolder):
        yield Breach(path, "contains something other than letters, digits, '.', '_', '-' and '/'")
    elif any(segment in {"", ".", ".."} for segment in subfolder.split("/")):
        yield Breach(path, "is not a clean relative path")


TEXT_RULES: Final = (
    Rule(
        id="text-visible",
        requirement="No text holds characters that people do not see and models do: control, format, "
        "private-use and unassigned characters, tag characters, line and paragraph separators; joiners "
        "and variation selectors only where a script or an emoji needs them.",
        fix="Remove the character. Where one is visible, replace it: this registry's Unicode data may "
        "be older than it.",
        check=_hidden_characters,
    ),
    Rule(
        id="text-one-line",
        requirement="Title and description are one line each.",
        fix="Replace line breaks and tabs by spaces.",
        check=_line_breaks,
    ),
    Rule(
        id="text-not-blank",
        requirement="Title and description say something.",
        fix="Write a few words, or leave the title out.",
        check=_blank,
    ),
    Rule(
        id="website-https",
        told_by=("no-placeholder",),
        requirement="`websiteUrl` is an absolute https address without a user name.",
        fix="Write the whole address, such as https://example.com/docs.",
        check=_website,
    ),
    Rule(
        id="icon-https",
        told_by=("no-placeholder",),
        requirement="An icon's `src` is an absolute https address without a user name (no http, no "
        "data: address).",
        fix="Put the icon on an https server, and write its whole address.",
        check=_icons,
    ),
    Rule(
        id="repository-https",
        level=Level.WARNING,
        requirement="`repository.url` is an https address.",
        fix="Write https:// instead of http://.",
        check=_repository_https,
    ),
    Rule(
        id="repository-subfolder",
        requirement="`repository.subfolder` is a clean relative path.",
        fix="Write the path from the repository's root without `/` at either end, `.` or `..`.",
        check=_subfolder,
    ),
)
