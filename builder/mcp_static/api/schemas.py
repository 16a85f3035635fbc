"""JSON Schemas, generated from the models: what `mcp-static schema` prints and the site publishes."""

from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import DEFAULT_REF_TEMPLATE, GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from mcp_static.model.server import SERVER_DOCUMENT
from mcp_static.model.status import StatusFile
from mcp_static.model.takedown import Takedown
from mcp_static.settings import Settings

SCHEMAS: Final = ("server", "status", "takedown", "registry")
"""The documents that have a schema: `server.json`, `status.json`, `takedown.json`, `registry.toml`."""

_MODELS: Final[dict[str, type[BaseModel]]] = {
    "status": StatusFile,
    "takedown": Takedown,
    "registry": Settings,
}


class _AbsentNotNull(GenerateJsonSchema):
    """A field that may be absent has no null among its values, as in the official schema."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def schema_of(name: str, settings: Settings) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one kind of document, as this registry publishes it."""
    if name == "server":
        schema = _server_schema(DEFAULT_REF_TEMPLATE)
    else:
        adapter = TypeAdapter(_MODELS[name])
        schema = adapter.json_schema(by_alias=True, schema_generator=_AbsentNotNull)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{settings.url}/schemas/{name}.schema.json",
        **schema,
    }


def _server_schema(template: str) -> dict[str, Any]:
    return dict(_AbsentNotNull(by_alias=True, ref_template=template).generate(SERVER_DOCUMENT))


def served_components(template: str) -> dict[str, Any]:
    """What every served `server` object conforms to, by part: the JSON types, and little more.

    Entries from before a rule, or from another registry, may break limits that hold for new ones
    (see `mcp_static.rules`), so limits, patterns and allowed values are left out here.
    """
    parts: dict[str, Any] = {}
    for name, schema in server_components(template).items():
        parts[name] = _loosened(schema)
        if name == "Server":
            parts[name]["required"] = schema["required"]
    return parts


_LIMITS: Final = frozenset(
    {"minLength", "maxLength", "pattern", "enum", "const", "required", "anyOf", "discriminator"}
)


def _loosened(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_loosened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "oneOf" in schema:  # the parts a `type` tells apart; any other type is still an object
        return {
            "description": schema.get("description", ""),
            "anyOf": [*schema["oneOf"], {"type": "object"}],
        }
    kept: dict[str, Any] = {}
    for key, part in schema.items():
        if key == "properties":
            kept[key] = {name: _loosened(member) for name, member in part.items()}
        elif key == "const":
            kept.setdefault("type", "string")
        elif key not in _LIMITS:
            kept[key] = _loosened(part)
    return kept


def server_components(template: str) -> dict[str, Any]:
    """The schemas of `server.json` and of all its parts, by name, with references of that template."""
    schema = _server_schema(template)
    parts: dict[str, Any] = schema.pop("$defs")
    return {"Server": schema, **parts}
