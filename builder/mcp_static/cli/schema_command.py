"""`mcp-static schema`: the JSON Schemas, generated from the models."""

import click
import orjson

from mcp_static.api.schemas import SCHEMAS, schema_of
from mcp_static.settings import Settings


@click.command("schema")
@click.argument("name", type=click.Choice(sorted(SCHEMAS)), default="server")
def command(name: str) -> None:
    """Print the JSON Schema of server.json, status.json or registry.toml."""
    schema = schema_of(name, Settings.model_validate({}))
    click.echo(orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode())
