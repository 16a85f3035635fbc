"""`mcp-static rules`: the policy, printed from the rules themselves."""

import click

from mcp_static.rules import RULES
from mcp_static.rules.markdown import handbook


@click.command("rules")
@click.option(
    "--format", "style", type=click.Choice(["text", "markdown"]), default="text", show_default=True
)
def command(style: str) -> None:
    """Print every rule: what it says, when it applies, and how to mend a breach."""
    if style == "markdown":
        click.echo(handbook(), nl=False)
        return
    for rule in RULES:
        click.echo(
            f"{rule.id} ({rule.severity.value}, {rule.applies.value})\n  {rule.says}\n  → {rule.mend}"
        )
