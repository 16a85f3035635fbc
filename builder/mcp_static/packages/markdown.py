"""The package types as a table of documentation; `make docs` writes it into docs/authors.md."""

from typing import Final

from mcp_static.packages.types import PACKAGE_TYPES

TABLE_START: Final = "<!-- package types: written by `make docs` from builder/mcp_static/packages -->"
TABLE_END: Final = "<!-- end of the package types -->"


def types_table() -> str:
    """The table, in Markdown: each type, where its packages name their server, what `init` reads."""
    lines = [
        "| package | `registryType` | where it names the server | `init` reads |",
        "| --- | --- | --- | --- |",
    ]
    for kind in PACKAGE_TYPES:
        pattern = f"`{kind.manifest.pattern}`" if kind.manifest else ""
        lines.append(f"| {kind.label} | `{kind.id}` | {kind.marker} | {pattern} |")
    return "\n".join(lines) + "\n"
