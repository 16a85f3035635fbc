"""Describing JSON documents: small words for pydantic's core schemas.

The core is used directly, because a schema so described validates without the rest of pydantic,
which takes longer to load than `mcp-static validate` may take in all; the JSON Schemas are generated
from the same description by pydantic's own generator (`mcp_static.api.schemas`).
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Shape: TypeAlias = Any
"""A pydantic core schema (`pydantic_core.CoreSchema`)."""


def text(
    description: str,
    *,
    shortest: int | None = None,
    longest: int | None = None,
    pattern: str | None = None,
    example: str | None = None,
) -> Shape:
    """A string, with limits in characters."""
    limits = {"min_length": shortest, "max_length": longest, "pattern": pattern}
    given = {key: limit for key, limit in limits.items() if limit is not None}
    examples = {"examples": [example]} if example else {}
    return {"type": "str", "strict": True, **given, "metadata": _said(description, **examples)}


def flag(description: str) -> Shape:
    """True or false."""
    return {"type": "bool", "strict": True, "metadata": _said(description)}


def one_of(description: str, *values: str) -> Shape:
    """One of a few strings."""
    return {"type": "literal", "expected": list(values), "metadata": _said(description)}


def list_of(items: Shape, description: str) -> Shape:
    """An array."""
    return {"type": "list", "strict": True, "items_schema": items, "metadata": _said(description)}


def map_of(values: Shape, description: str) -> Shape:
    """An object whose keys are the author's own."""
    return {
        "type": "dict",
        "strict": True,
        "keys_schema": {"type": "str"},
        "values_schema": values,
        "metadata": _said(description),
    }


def anything(description: str) -> Shape:
    """An object of any content."""
    return map_of({"type": "any"}, description)


def record(
    name: str,
    description: str,
    required: Mapping[str, Shape],
    optional: Mapping[str, Shape] | None = None,
    check: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    **keywords: Any,
) -> Shape:
    """An object of known fields, and of any others: unknown fields are never an error.

    `check` looks at the whole object and raises a PydanticCustomError; `keywords` say the same in
    JSON Schema.
    """
    fields: dict[str, Any] = {
        key: {"type": "typed-dict-field", "schema": member, "required": True}
        for key, member in required.items()
    }
    for key, member in (optional or {}).items():
        fields[key] = {"type": "typed-dict-field", "schema": member, "required": False}
    shape: Shape = {
        "type": "typed-dict",
        "fields": fields,
        "extra_behavior": "allow",
        "strict": True,
        "config": {"title": name},
    }
    if check is not None:
        function = {"type": "no-info", "function": check}
        shape = {"type": "function-after", "function": function, "schema": shape}
    return shape | {"ref": name, "metadata": _said(description, **keywords)}


def by_type(description: str, **choices: Shape) -> Shape:
    """One of several objects, told apart by their member `type`."""
    return {
        "type": "tagged-union",
        "choices": {tag.replace("_", "-"): shape for tag, shape in choices.items()},
        "discriminator": "type",
        "strict": True,
        "metadata": _said(description),
    }


def document(main: Shape, *parts: Shape) -> Shape:
    """A whole document, with the parts that it refers to."""
    return {"type": "definitions", "schema": main, "definitions": list(parts)}


def ref(part: Shape) -> Shape:
    """A reference to a part, which is described once and named in JSON Schemas."""
    return {"type": "definition-ref", "schema_ref": part["ref"]}


def _said(description: str, **more: Any) -> dict[str, Any]:
    return {"pydantic_js_updates": {"description": description, **more}}
