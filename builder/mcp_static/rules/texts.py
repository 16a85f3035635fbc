"""Rules over what people read and follow: descriptions, titles, addresses, the repository."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from mcp_static.model.reading import every_value, part_of, parts_of, text_of
from mcp_static.model.strictjson import child_path
from mcp_static.model.web_addresses import is_https
from mcp_static.reports.findings import Level
from mcp_static.rules.rule import Breach, Record, Rule

_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""The characters that can make text read differently from how it is stored (Unicode UAX #9)."""

_REPOSITORY: Final = {
    "github": re.compile(r"https?://(?:www\.)?github\.com/[\w.-]+/[\w.-]+/?", re.ASCII),
    "gitlab": re.compile(r"https?://(?:www\.)?gitlab\.com/[\w.-]+(?:/[\w.-]+)+/?", re.ASCII),
}


def _hidden_characters(record: Record) -> Iterator[Breach]:
    for path, value in every_value(record.document):
        if isinstance(value, str):
            for character in value:
                control = unicodedata.category(character) == "Cc" and character not in "\n\t"
                if control or character in _BIDI:
                    yield Breach(path, f"has the character U+{ord(character):04X}")
                    break


def _line_breaks(record: Record) -> Iterator[Breach]:
    for key in ("title", "description"):
        if re.search(r"[\n\t]", text_of(record.document, key) or ""):
            yield Breach(key, "has a line break or a tab")


def _blank(record: Record) -> Iterator[Breach]:
    for key in ("title", "description"):
        text = text_of(record.document, key)
        if text and not text.strip():
            yield Breach(key, "is blank")


def _website(record: Record) -> Iterator[Breach]:
    address = text_of(record.document, "websiteUrl")
    if address is not None and not is_https(address):
        yield Breach("websiteUrl", "is not an absolute https address")


def _icons(record: Record) -> Iterator[Breach]:
    for path, icon in parts_of(record.document, "icons"):
        source = text_of(icon, "src")
        if source is not None and not is_https(source):
            yield Breach(child_path(path, "src"), "is not an absolute https address")


def _repository(record: Record) -> Iterator[Breach]:
    repository = part_of(record.document, "repository")
    url, source = text_of(repository, "url"), text_of(repository, "source")
    if url is None or source is None:
        return
    form = _REPOSITORY.get(source)
    if form is None:
        yield Breach("repository.source", f"{source!r} is neither 'github' nor 'gitlab'")
    elif not form.fullmatch(url):
        yield Breach("repository.url", f"is not the address of a {source} repository")


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
        requirement="No text holds control characters or characters that turn the reading direction.",
        fix="Remove the character; it is invisible and can make text read as something else.",
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
        requirement="`websiteUrl` is an absolute https address.",
        fix="Use an address that begins with https://.",
        check=_website,
    ),
    Rule(
        id="icon-https",
        requirement="An icon's `src` is an absolute https address (no http, no data: address).",
        fix="Put the icon on an https server.",
        check=_icons,
    ),
    Rule(
        id="repository-address",
        requirement="`repository.url` has the form of its `source`: "
        "https://github.com/<owner>/<repository>, or https://gitlab.com/<group>/…/<project>.",
        fix="Give the address of the repository's front page; leave `repository` out if it is "
        "kept elsewhere.",
        check=_repository,
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
