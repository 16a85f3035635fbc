"""The statistics as a page and as data: charts drawn when the site is built, each with its table."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from xml.etree import ElementTree

from markupsafe import Markup

from mcp_static.model.strictjson import dump_json
from mcp_static.packages.types import PACKAGE_TYPES
from mcp_static.store.daily_counts import Month

_LABELS: Final = {
    **{kind.id: kind.label for kind in PACKAGE_TYPES},
    "stdio": "stdio (standard input/output)",
    "streamable-http": "Streamable HTTP",
    "sse": "Server-sent events",
}
_SVG: Final = "{http://www.w3.org/2000/svg}"
_SERIES: Final = 7
"""Lines or bars that can be told apart; the rest is one more."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its title, its picture, and the same figures as rows of a table."""

    id: str
    title: str
    description: str
    picture: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


def kind_name(word: str) -> str:
    """A registry type, or a transport, as people call it."""
    return _LABELS.get(word, word)


def charts_of(months: Sequence[Month]) -> list[Chart]:
    """The charts of some months; none without any."""
    if not months:
        return []
    return [
        _chart(
            "growth",
            "Growth",
            "Servers and versions published by the end of each month.",
            "Line" if len(months) > 1 else "Bar",  # one point makes no line
            months,
            {
                "Servers": [month.all_servers for month in months],
                "Versions": [month.all_versions for month in months],
            },
        ),
        _chart(
            "packages",
            "Package types",
            "Versions published in each month that have a package of each type.",
            "StackedBar",
            months,
            _series(months, lambda month: month.packages),
        ),
        _chart(
            "transports",
            "Transports",
            "Versions published in each month that are reached over each transport.",
            "StackedBar",
            months,
            _series(months, lambda month: month.transports),
        ),
    ]


def statistics_data(months: Sequence[Month]) -> bytes:
    """`data/statistics.json`: the same months as data."""
    rows = [
        {
            "month": month.name,
            "newServers": month.servers,
            "newVersions": month.versions,
            "servers": month.all_servers,
            "versions": month.all_versions,
            "packages": dict(sorted(month.packages.items())),
            "transports": dict(sorted(month.transports.items())),
        }
        for month in months
    ]
    return dump_json({"format": 1, "months": rows}) + b"\n"


def _series(
    months: Sequence[Month], tally_of: Callable[[Month], dict[str, int]]
) -> dict[str, list[int]]:
    totals: Counter[str] = Counter()
    for month in months:
        totals.update(tally_of(month))
    words = sorted(totals, key=lambda word: (-totals[word], word))
    shown, rest = words[:_SERIES], words[_SERIES:]
    found = {kind_name(word): [tally_of(month).get(word, 0) for month in months] for word in shown}
    if rest:
        found["Others"] = [sum(tally_of(month).get(word, 0) for word in rest) for month in months]
    return found


def _chart(
    name: str,
    title: str,
    description: str,
    kind: str,
    months: Sequence[Month],
    series: dict[str, list[int]],
) -> Chart:
    labels = [month.name for month in months]
    rows = tuple(
        (label, tuple(values[index] for values in series.values()))
        for index, label in enumerate(labels)
    )
    drawn = getattr(_drawing_library(), kind)(
        no_prefix=True,  # else every picture has another random name in it
        js=(),
        css=(),
        width=720,
        height=320,
        margin=8,
        show_dots=False,
        max_scale=6,
        show_legend=False,  # it cannot be styled by a sheet; the page has its own
        x_label_rotation=0 if len(labels) <= 12 else 40,
        x_labels_major_every=-(-len(labels) // 12),
        show_minor_x_labels=False,
        include_x_axis=True,
        no_data_text="Nothing yet",
    )
    drawn.x_labels = labels
    for legend, values in series.items():
        drawn.add(legend, values)
    picture = _picture(drawn.render_tree(), f"{title}. {description} The table below has the figures.")
    return Chart(name, title, description, picture, tuple(series), rows)


@lru_cache(maxsize=1)
def _drawing_library() -> Any:
    """pygal, loaded when something is drawn: processes that render servers do without its memory."""
    import pygal

    # It leaves an import hook of Python 2's kind behind, for maps; nothing here needs it.
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal


def _picture(root: ElementTree.Element, description: str) -> Markup:
    """The drawing without the library's own styles, scripts and dates: our sheet styles it."""
    for parent in list(root.iter()):
        for child in list(parent):
            is_comment = not isinstance(child.tag, str)
            if is_comment or child.tag.removeprefix(_SVG) in _LEFT_OUT or _is_overlay(child):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for name in ("id", "style"):
            element.attrib.pop(name, None)
        _tidy(element)
    root.set("role", "img")
    root.set("aria-label", description)
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704 (escaped there)


def _is_overlay(element: ElementTree.Element) -> bool:
    """Whether it is there for the library's script alone."""
    return "overlay" in element.get("class", "")


_LEFT_OUT: Final = frozenset({"defs", "script", "style", "desc", "title"})
_NUMBERS: Final = ("x", "y", "width", "height", "cx", "cy")


def _tidy(element: ElementTree.Element) -> None:
    """Whole tenths are fine enough, and the same on every machine; large numbers get commas."""
    for name in _NUMBERS:
        value = element.get(name)
        if value is not None:
            element.set(name, f"{float(value):.1f}".removesuffix(".0"))
    if element.tag == "text" and element.text and element.text.isdecimal():
        element.text = f"{int(element.text):,}"


def kinds_present(months: Iterable[Month]) -> list[str]:
    """The package types that any version has had, the commonest first."""
    totals: Counter[str] = Counter()
    for month in months:
        totals.update(month.packages)
    return sorted(totals, key=lambda word: (-totals[word], word))
