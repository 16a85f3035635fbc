"""Writes the table of package types into pages of documentation, between the comments that mark it."""

import sys
from pathlib import Path

from mcp_static.packages.markdown import TABLE_END, TABLE_START, types_table


def main() -> None:
    """Rewrite the pages that the arguments name."""
    for page in map(Path, sys.argv[1:]):
        before, start, rest = page.read_text(encoding="utf-8").partition(TABLE_START)
        _, end, after = rest.partition(TABLE_END)
        if not start or not end:
            sys.exit(f"{page} does not mark where the table goes")
        text = f"{before}{start}\n\n{types_table()}\n{end}{after}"
        page.write_text(text, encoding="utf-8")


main()
