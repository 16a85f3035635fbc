"""What changed between two versions of a server, for people who decide whether to allow the new one.

Every value of both documents is in some row: nothing can change without being shown. Rows are called
by what people know a thing by (the package, the variable, the header), so that an entry that merely
moved within its list is no change.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mcp_static.model.reading import text_of
from mcp_static.model.terminal import printable
from mcp_static.reports.markdown import escaped

PERMISSIONS: Final = "Permissions"
"""The section of arguments that open the user's machine or network to what is started."""

SECTIONS: Final = (
    PERMISSIONS,
    "Packages",
    "Arguments",
    "Environment",
    "Remotes",
    "About the server",
    "Metadata",
)
"""The sections of a comparison, in the order in which a reviewer should meet them."""

_ACCESS: Final = (
    "--privileged", "--cap-add", "--device", "--volume", "-v", "--mount", "--network", "--net", "--pid",
    "--ipc", "--user", "-u", "--security-opt", "--publish", "-p", "--add-host", "--env-file",
    "--allow-", "-A", "--unstable", "--no-sandbox", "--disable-sandbox",
)  # fmt: skip
"""Options of `docker run` (Docker's reference of `docker container run`) and of Deno (its manual's page
on permissions) that give what is started more than its default."""

_LISTS: Final = {"environmentVariables": "Environment", "runtimeArguments": "Arguments"} | {
    "packageArguments": "Arguments"
}
_LONGEST: Final = 400
_AROUND: Final = 40
"""Characters that are shown before and after what differs in a long value."""
_NAME: Final = re.compile(r"[^\s\"#(][^\s\"]*")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that differs: what it is called, and its values, None where it is not there."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two versions, by section; `before` is empty for a server that is new."""

    name: str
    before: str
    after: str
    sections: Mapping[str, tuple[Row, ...]]

    @property
    def title(self) -> str:
        """What is compared with what."""
        if not self.before:
            return f"{self.name} {self.after}: the first version here"
        return f"{self.name} {self.after}, compared with {self.before}"


def compare(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Comparison:
    """Compare two `server.json` documents; without `before`, everything is new."""
    old, new = dict(_rows(before or {})), dict(_rows(after))
    sections: dict[str, list[Row]] = {section: [] for section in SECTIONS}
    for section, label in dict.fromkeys((*old, *new)):
        row = Row(label, old.get((section, label)), new.get((section, label)))
        if row.before != row.after:
            sections[section].append(row)
    return Comparison(
        str(after.get("name", "")),
        str((before or {}).get("version", "")),
        str(after.get("version", "")),
        {section: tuple(rows) for section, rows in sections.items() if rows},
    )


def comparison_text(comparison: Comparison) -> str:
    """The comparison for a terminal: lines with - for what goes and + for what comes."""
    lines = [printable(comparison.title)]
    for section, rows in comparison.sections.items():
        lines.append(f"  {section}")
        for row in rows:
            lines.append(printable(f"    {row.label}"))
            before, after = _short(row.before, row.after), _short(row.after, row.before)
            lines += [printable(f"      - {before}")] if row.before is not None else []
            lines += [printable(f"      + {after}")] if row.after is not None else []
    if not comparison.sections:
        lines.append("  Nothing differs.")
    return "\n".join(lines)


def comparison_markdown(comparison: Comparison) -> str:
    """The comparison as tables; whatever an author wrote is shown as text."""
    blocks = [f"### {escaped(comparison.title)}"]
    for section, rows in comparison.sections.items():
        lines = [f"**{section}**", "", "| | before | after |", "| --- | --- | --- |"]
        for row in rows:
            before, after = _cell(row.before, row.after), _cell(row.after, row.before)
            lines.append(f"| {escaped(row.label)} | {before} | {after} |")
        blocks.append("\n".join(lines))
    if not comparison.sections:
        blocks.append("Nothing differs.")
    return "\n\n".join(blocks)


def _cell(value: str | None, other: str | None) -> str:
    return "—" if value is None else f"<code>{escaped(_short(value, other))}</code>"


def _short(value: str | None, other: str | None) -> str:
    """A value, of a long one what differs from the other: its beginning, if that is long as well."""
    text = value or ""
    if len(text) <= _LONGEST:
        return text
    if other is None:
        return f"{text[:_LONGEST]}… ({len(text):,} characters)"
    start = _alike(text, other)
    alike = min(min(len(text), len(other)) - start, _alike(text[::-1], other[::-1]))
    end = len(text) - alike
    first = max(0, start - _AROUND)
    shown = text[first : min(end + _AROUND, first + _LONGEST)]
    is_cut = end > first + _LONGEST
    how = f"{len(text):,} characters, of which {end - start:,} differ"
    return f"{'…' if first else ''}{shown}… ({how}{', and not all are shown' if is_cut else ''})"


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with that are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, pair in pairs if pair[0] != pair[1]), min(len(one), len(other)))


def _rows(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """Every value of a document, by its section and label, each label once."""
    count: Counter[tuple[str, str]] = Counter()
    for key, value in document.items():
        section = {"packages": "Packages", "remotes": "Remotes", "_meta": "Metadata"}.get(
            key, "About the server"
        )
        start = "" if key in {"packages", "remotes"} else _plain(key)
        for place, leaf in _leaves(section, start, value):
            count[place] += 1
            number = f" ({count[place]})" if count[place] > 1 else ""
            yield (place[0], f"{place[1]}{number}"), _written(leaf)


def _leaves(section: str, label: str, value: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    """The values below one, with section and label; an argument that opens something is shown twice."""
    if isinstance(value, dict) and value:
        for key, member in value.items():
            yield from _leaves(_LISTS.get(key, section), f"{label} {_plain(key)}".strip(), member)
    elif isinstance(value, list) and value:
        seen: Counter[str] = Counter()
        for index, element in enumerate(value):
            called = _called(element, index)
            seen[called] += 1
            again = f" ({seen[called]})" if seen[called] > 1 else ""
            below = f"{label} {called}{again}".strip()
            if section == "Arguments" and _opens(element):
                yield (PERMISSIONS, below), _argument(element)
            yield from _leaves(section, below, element)
    else:
        yield (section, label), value


def _called(element: Any, index: int) -> str:
    """What people know an element of a list by."""
    if not isinstance(element, dict):
        return f"#{index + 1}"
    kind = text_of(element, "registryType")
    if kind is not None:
        return f"{_plain(kind)} {_plain(_without_version(text_of(element, 'identifier') or ''))}"
    for key in ("name", "url", "valueHint", "src"):
        if text := text_of(element, key):
            return _plain(text)
    return f"#{index + 1}"


def _without_version(identifier: str) -> str:
    """A package's name; an image without its tag and digest, a bundle whatever its release."""
    name = identifier.partition("@sha256:")[0]
    head, slash, last = name.rpartition("/")
    return name if "://" in name else f"{head}{slash}{last.partition(':')[0]}"


def _argument(element: Any) -> str:
    """An argument as it would be written."""
    if not isinstance(element, dict):
        return str(element)
    parts = (text_of(element, key) for key in ("name", "value", "default"))
    return " ".join(dict.fromkeys(filter(None, parts)))


def _opens(element: Any) -> bool:
    written = _argument(element)
    first = written.partition("=")[0].partition(" ")[0]
    return first in _ACCESS or first.startswith("--allow-")


def _plain(name: str) -> str:
    """A name as part of a label; in quotes if it could be taken for several parts."""
    return name if _NAME.fullmatch(name) else json.dumps(name)


def _written(leaf: Any) -> str:
    """A value as people read it; a text that looks like another kind of value is in quotes."""
    if not isinstance(leaf, str):
        return json.dumps(leaf, ensure_ascii=False)
    try:
        json.loads(leaf)
    except ValueError:
        return leaf
    except RecursionError:
        pass
    return json.dumps(leaf, ensure_ascii=False)
