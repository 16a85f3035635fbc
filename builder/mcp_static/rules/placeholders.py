"""Rules against what a template left behind: placeholders that nobody filled in.

A version cannot be changed once it is published, so a `${VERSION}` in it stays for good.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any, Final

from mcp_static.model.reading import every_value, packages_of, parts_of, text_of
from mcp_static.model.remotes import filled_addresses
from mcp_static.model.server import PUBLISHER_META
from mcp_static.model.strictjson import child_path
from mcp_static.model.web_addresses import parse_address
from mcp_static.reports.findings import Level
from mcp_static.rules.rule import Applies, Breach, Record, Rule

_EXPRESSION: Final = re.compile(
    r"\$\{\{?[^{}]*\}\}?|\{\{[^{}]*\}\}|<%[^%]*%>|#\{[^{}]*\}|\{%[^%]*%\}|\$\([^()]*\)|\$[A-Za-z_]\w*|%[A-Z][A-Z0-9_]+%"
    r"|(?<!\w)__[A-Z][A-Z0-9_]*__(?!\w)|@@?[A-Z][A-Z0-9_]+@@?"
)
"""Expressions of shells, build tools and templates."""

_OF_THE_SHELL: Final = (
    r"(?!\{(?:HOME|USER|USERPROFILE|PATH|PWD|SHELL|TMPDIR|TEMP|APPDATA|LOCALAPPDATA|XDG_[A-Z_]+)\})"
)
_IN_PROSE: Final = re.compile(
    rf"\$\{{\{{[^{{}}]*\}}\}}|\{{\{{[^{{}}]*\}}\}}|\${_OF_THE_SHELL}\{{[A-Z][A-Z0-9_]*\}}"
    r"|\$npm_package_\w+|\bYOUR_[A-Z0-9_]+"
)
"""What a sentence for people holds only where a template was not filled in.

Every machine has the variables of its shell: whoever writes `${HOME}` means that one.
"""

_TEMPLATES: Final = re.compile(
    r"templat|syntax|mustache|handlebars|jinja|liquid|curly|braces", re.IGNORECASE
)
"""What is said of a server, or of an input, that is about expressions in double braces."""

_TEXTS_TO_FILL: Final = re.compile(r"format|pattern|prompt", re.IGNORECASE)
"""What inputs that take such expressions are called as well."""

_A_VALUE: Final = re.compile(
    r"<(?:none|null|nil|all|any|auto|default|empty|unset|unknown|missing|stdin|stdout|eof|br ?/?"
    r"|/?[a-z])>|<\|[^<>]*\|>",
    re.IGNORECASE,
)
"""What is in angle brackets because a program is given it so."""

_TO_FILL_IN: Final = r"\[(?:your|describe|insert|add|enter|fill in|todo)\b[^\[\]]*\]"
_CONSTANT: Final = re.compile(r"(?:\$|%|@@?|__)[A-Z][A-Z0-9_]{3,}(?:%|@@?|__)?|\$\([^()]*\)")
"""An expression that is a whole text: in a sentence it may be what the sentence is about."""
_BRACKETS: Final = re.compile(rf"<[^<>]*>|{_TO_FILL_IN}", re.IGNORECASE)
_SQUARE: Final = re.compile(_TO_FILL_IN, re.IGNORECASE)
_YOURS: Final = re.compile(
    r"\bYOUR[_-][A-Z0-9_-]+|(?<![a-z0-9-])your[-_]?(?:user-?name|user|name|login|org|organi[sz]ation|company"
    r"|domain|project|repo(?:sitory)?|package|server|mcp-server|image|app|id|version)(?![a-z0-9])"
)
_BLANK: Final = r"todo|tbd|fixme|xxx|change[ _-]?me|replace[ _-]?me|placeholder"
_ADJECTIVES: Final = r"(?:(?:a|an|the|your|my|some|this|short|brief|mcp|server|package)\s+)*"
_NOTHING_SAID: Final = re.compile(
    rf"(?:{_BLANK}|(?-i:TODO|TBD|FIXME)\b\s*(?:[:\u2013\u2014-]|(?:add|write|describe|fill)\b).*"
    r"|lorem ipsum(?:\W+(?:dolor|sit)\b.*)?"
    rf"|(?:(?:add|write|insert|enter|put|provide)\s+)?{_ADJECTIVES}(?:description|title|name)"
    rf"(?:\s+of\s+{_ADJECTIVES}(?:server|project|package|tool))?(?:\s+(?:goes\s+)?here)?"
    rf"|describe\s+{_ADJECTIVES}(?:server|project|package|tool)(?:\s+here)?)[.:!\u2026]*",
    re.IGNORECASE | re.DOTALL,
)
_NAMES: Final = frozenset({"Todo", "Placeholder"})
"""Titles that name what a server is for; what nobody filled in is written `TODO` or `placeholder`."""

_NO_VERSION: Final = re.compile(
    r"undefined|null|none|nan|0\.0\.0-(?:development|semantically-released|placeholder)"
    rf"|v?x\.y(?:\.z)?|\{{[^{{}}]*\}}|\[[^\[\]]*\]|<.*>|version|{_BLANK}",
    re.IGNORECASE,
)
_YOUR_SECRET: Final = re.compile(
    r"your[-_ ](?:[a-z0-9]+[-_ ])*(?:key|token|secret|password|credentials?)(?:[-_ ]here)?",
    re.IGNORECASE,
)
_SCHEME: Final = re.compile(r"(?:Bearer|Basic|Token|ApiKey)\s+", re.IGNORECASE)
_EMPTY_FILE: Final = hashlib.sha256(b"").hexdigest()
_RELEASED: Final = "Let the release fill it in, or write the version that is released, such as 1.2.3."
_VARIABLE_NAME: Final = "Write the name that the program reads, such as WEATHER_API_KEY."
_FIXES: Final = {
    "version": _RELEASED,
    "description": "Write what the server does: a published version cannot be changed.",
    "title": "Write the server's name as people should read it, or leave `title` out.",
}
_FIXES_WITHIN: Final = {
    "version": _RELEASED,
    "fileSha256": "Write the digest of the published file; `sha256sum FILE` prints it.",
    "identifier": "Write the name of the published package.",
    "default": "Leave it out, or write what holds for most users; an example goes into `placeholder`.",
}
"""What to do about a placeholder, by the path or by the field; the rule's fix says it of the others."""
_EXACT: Final = frozenset(
    {
        "name",
        "version",
        "identifier",
        "url",
        "websiteUrl",
        "src",
        "registryBaseUrl",
        "fileSha256",
        "runtimeHint",
        "id",
        "subfolder",
    }
)
"""Fields that a program takes as they are; variables in braces have rules of their own."""


def _placeholders(record: Record) -> Iterator[Breach]:
    meta = child_path(child_path("", "_meta"), PUBLISHER_META)
    about_templates: set[str] = set()
    for path, value in every_value(record.document):
        if isinstance(value, dict) and _is_about_templates(path, value):
            about_templates.add(path)
        if not isinstance(value, str) or path.startswith(meta) or path == "$schema":
            continue
        found = placeholder_in(path, value)
        if found.startswith("{{") and path.rpartition(".")[0] in about_templates and not _exact(path):
            continue
        if found:
            key = path.rpartition(".")[2]
            is_variable = key == "name" and "environmentVariables[" in path
            fix = _VARIABLE_NAME if is_variable else _FIXES.get(path) or _FIXES_WITHIN.get(key, "")
            yield Breach(path, f"has the placeholder {found[:80]!r}", fix)


def _is_about_templates(path: str, part: dict[str, Any]) -> bool:
    """Whether a server has to do with templates by its description, an input also by its name."""
    keys = ("name", "valueHint", "description") if path else ("description",)
    words = re.sub(r"\{\{[^{}]*\}\}", "", " ".join(text_of(part, key) or "" for key in keys))
    return bool(_TEMPLATES.search(words) or (path and _TEXTS_TO_FILL.search(words)))


def _exact(path: str) -> bool:
    return path.rpartition(".")[2] in _EXACT


def placeholder_in(path: str, text: str) -> str:
    """What is left of a template in the text at a path; empty if nothing is."""
    key = path.rpartition(".")[2]
    if key == "name" and "Arguments[" in path:
        return ""  # a flag, which has rules of its own
    if key == "fileSha256" and (set(text) == {"0"} or text == _EMPTY_FILE):
        return text
    if key == "version" and _NO_VERSION.fullmatch(text.strip()):
        return text
    if key in _EXACT:
        return _first(text, _EXPRESSION, _BRACKETS, _YOURS) or _zero_digest(text)
    if key in {"title", "description"} and path == key:
        if _NOTHING_SAID.fullmatch(text.strip()) and not (key == "title" and text in _NAMES):
            return text
        return _first(text, _IN_PROSE, _SQUARE) or _whole(text) or _whole(text, _CONSTANT)
    if key in {"value", "default"} or key.startswith("choices["):
        plain = _SCHEME.sub("", text, count=1)
        if _A_VALUE.fullmatch(plain):
            return ""
        return (
            _first(text, _IN_PROSE)
            or _whole(plain)
            or _whole(plain, _YOUR_SECRET)
            or _whole(plain, _YOURS)
        )
    return _first(text, re.compile(r"\{\{[^{}]*\}\}"))


def _first(text: str, *patterns: re.Pattern[str]) -> str:
    return next((match[0] for pattern in patterns if (match := pattern.search(text))), "")


def _whole(text: str, pattern: re.Pattern[str] = _BRACKETS) -> str:
    """The text, where it is nothing but a placeholder, such as one in brackets."""
    return text if pattern.fullmatch(text.strip()) else ""


def _zero_digest(text: str) -> str:
    match = re.search(r"sha256:0{64}", text)
    return match[0] if match else ""


def _example_remotes(record: Record) -> Iterator[Breach]:
    for path, remote in parts_of(record.document, "remotes"):
        yield from _example_hosts(child_path(path, "url"), filled_addresses(remote))


def _example_transports(record: Record) -> Iterator[Breach]:
    for path, package in packages_of(record.document):
        transport = package.get("transport")
        url = text_of(transport, "url") if isinstance(transport, dict) else None
        if url:
            yield from _example_hosts(f"{path}.transport.url", filled_addresses({"url": url}))


def _example_hosts(path: str, addresses: Iterator[str]) -> Iterator[Breach]:
    read = [address for address in map(parse_address, addresses) if address is not None]
    for host in dict.fromkeys(address.host for address in read if address.is_for_examples):
        yield Breach(path, f"leads to {host!r}, a host for examples that belongs to nobody")


PLACEHOLDER_RULES: Final = (
    Rule(
        id="no-placeholder",
        applies=Applies.AUTHORING,
        requirement="No placeholder of a template is left: `${VERSION}`, `{{VERSION}}`, "
        "`$npm_package_version`, `<your description here>`, `YOUR_…`, a digest of zeros or of an empty "
        "file.",
        fix="Fill it in: a published version cannot be changed. What users fill in themselves is a "
        "variable in single braces, or an entry of `environmentVariables`.",
        check=_placeholders,
    ),
    Rule(
        id="no-example-host",
        applies=Applies.AUTHORING,
        requirement="No remote is on a host that is reserved for examples: example.com, .org, .net and "
        "all of `.example` (RFC 2606).",
        fix="Give the address of the server.",
        check=_example_remotes,
    ),
    Rule(
        id="no-example-transport",
        level=Level.WARNING,
        requirement="No package answers on a host that is reserved for examples.",
        fix="Write the address where the package listens, such as http://localhost:8080/mcp.",
        check=_example_transports,
    ),
)
