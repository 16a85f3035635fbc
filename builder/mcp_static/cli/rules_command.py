"""`mcp-static rules`: the policy, printed from the rules themselves."""

import click

from mcp_static.rules import RULES
from mcp_static.rules.markdown import rules_page


@click.command("rules")
@click.option(
    "--format", "style", type=click.Choice(["text", "markdown"]), default="text", show_default=True
)
def command(style: str) -> None:
    """Print every rule: what it says, when it applies, and how to fix a breach."""
    if style == "markdown":
        click.echo(rules_page(), nl=False)
        return
    for rule in RULES:
        click.echo(f"{rule.id} ({rule.level.value}, {rule.applies.value})")
        click.echo(f"  {rule.requirement}\n  → {rule.fix}")
