"""JSON Schemas, generated from the models: what `mcp-static schema` prints and the site publishes."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from builder.model.server import Server
from builder.model.settings import Settings
from builder.model.status import StatusRecord

SCHEMAS: Final[Mapping[str, type[BaseModel]]] = {
    "server": Server,
    "status": StatusRecord,
    "registry": Settings,
}
"""The documents that have a schema: `server.json`, `status.json`, `registry.toml`."""


class _AbsentNotNull(GenerateJsonSchema):
    """A field that may be absent has no null among its values, as in the official schema."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def schema_of(name: str, settings: Settings) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one kind of document, as this registry publishes it."""
    schema = SCHEMAS[name].model_json_schema(by_alias=True, schema_generator=_AbsentNotNull)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{settings.url}/schemas/{name}.schema.json",
        **schema,
    }


def component_schemas(model: type[BaseModel], template: str) -> dict[str, Any]:
    """The schemas of a model and of all it refers to, by name, with references of that template."""
    schema = model.model_json_schema(
        by_alias=True, ref_template=template, schema_generator=_AbsentNotNull
    )
    parts: dict[str, Any] = schema.pop("$defs", {})
    return {model.__name__: schema, **parts}
