"""Rules over what people read and follow: descriptions, titles, addresses, the repository."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from mcp_static.model.reading import every_value, part_of, parts_of, text_of
from mcp_static.model.strictjson import child_path
from mcp_static.rules.rule import Finding, Record, Rule, Severity

_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""The characters that can make text read differently from how it is stored (Unicode UAX #9)."""

_REPOSITORY: Final = {
    "github": re.compile(r"https?://(?:www\.)?github\.com/[\w.-]+/[\w.-]+/?", re.ASCII),
    "gitlab": re.compile(r"https?://(?:www\.)?gitlab\.com/[\w.-]+(?:/[\w.-]+)+/?", re.ASCII),
}


def is_https(address: str) -> bool:
    """Whether this is an absolute https address with a host and without white space."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not re.search(r"\s", address)


def _hidden_characters(record: Record) -> Iterator[Finding]:
    for path, value in every_value(record.document):
        if isinstance(value, str):
            for character in value:
                control = unicodedata.category(character) == "Cc" and character not in "\n\t"
                if control or character in _BIDI:
                    yield Finding(path, f"has the character U+{ord(character):04X}")
                    break


def _line_breaks(record: Record) -> Iterator[Finding]:
    for key in ("title", "description"):
        if re.search(r"[\n\t]", text_of(record.document, key) or ""):
            yield Finding(key, "has a line break or a tab")


def _blank(record: Record) -> Iterator[Finding]:
    for key in ("title", "description"):
        text = text_of(record.document, key)
        if text and not text.strip():
            yield Finding(key, "is blank")


def _website(record: Record) -> Iterator[Finding]:
    address = text_of(record.document, "websiteUrl")
    if address is not None and not is_https(address):
        yield Finding("websiteUrl", "is no absolute https address")


def _icons(record: Record) -> Iterator[Finding]:
    for path, icon in parts_of(record.document, "icons"):
        source = text_of(icon, "src")
        if source is not None and not is_https(source):
            yield Finding(child_path(path, "src"), "is no absolute https address")


def _repository(record: Record) -> Iterator[Finding]:
    repository = part_of(record.document, "repository")
    url, source = text_of(repository, "url"), text_of(repository, "source")
    if url is None or source is None:
        return
    form = _REPOSITORY.get(source)
    if form is None:
        yield Finding("repository.source", f"{source!r} is neither 'github' nor 'gitlab'")
    elif not form.fullmatch(url):
        yield Finding("repository.url", f"is no address of a {source} repository")


def _repository_https(record: Record) -> Iterator[Finding]:
    url = text_of(part_of(record.document, "repository"), "url")
    if url is not None and url.startswith("http://"):
        yield Finding("repository.url", "is not encrypted")


def _subfolder(record: Record) -> Iterator[Finding]:
    subfolder = text_of(part_of(record.document, "repository"), "subfolder")
    if subfolder is None:
        return
    path = "repository.subfolder"
    if not re.fullmatch(r"[A-Za-z0-9._/-]+", subfolder):
        yield Finding(path, "holds something else than letters, digits, '.', '_', '-' and '/'")
    elif any(segment in {"", ".", ".."} for segment in subfolder.split("/")):
        yield Finding(path, "is no clean relative path")


TEXT_RULES: Final = (
    Rule(
        id="text-visible",
        says="No text holds control characters or characters that turn the reading direction.",
        mend="Remove the character; it is invisible and can make text read as something else.",
        check=_hidden_characters,
    ),
    Rule(
        id="text-one-line",
        says="Title and description are one line each.",
        mend="Replace line breaks and tabs by spaces.",
        check=_line_breaks,
    ),
    Rule(
        id="text-not-blank",
        says="Title and description say something.",
        mend="Write a few words, or leave the title out.",
        check=_blank,
    ),
    Rule(
        id="website-https",
        says="`websiteUrl` is an absolute https address.",
        mend="Use an address that begins with https://.",
        check=_website,
    ),
    Rule(
        id="icon-https",
        says="An icon's `src` is an absolute https address (no http, no data: address).",
        mend="Put the icon on an https server.",
        check=_icons,
    ),
    Rule(
        id="repository-address",
        says="`repository.url` has the form of its `source`: "
        "https://github.com/<owner>/<repository>, or https://gitlab.com/<group>/…/<project>.",
        mend="Give the address of the repository's front page; leave `repository` out if it is "
        "kept elsewhere.",
        check=_repository,
    ),
    Rule(
        id="repository-https",
        severity=Severity.WARNING,
        says="`repository.url` is an https address.",
        mend="Write https:// instead of http://.",
        check=_repository_https,
    ),
    Rule(
        id="repository-subfolder",
        says="`repository.subfolder` is a clean relative path.",
        mend="Write the path from the repository's root without `/` at either end, `.` or `..`.",
        check=_subfolder,
    ),
)
