"""In which form a command prints its report."""

from typing import Final

import click

STYLE: Final = click.option(
    "--format",
    "style",
    type=click.Choice(["text", "markdown", "json", "github"]),
    default="text",
    show_default=True,
    help="For people, a comment, programs, or annotations of a GitHub workflow.",
)
JSON: Final = click.option(
    "--json", "is_json", is_flag=True, help="Print JSON, as the registry answers it, for programs."
)
TEXT_OR_JSON: Final = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)
