"""The API reference: an OpenAPI document as a page shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a property of a schema; `place` is where a parameter goes."""

    name: str
    kind: Markup
    description: Markup
    is_required: bool
    place: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """One way in which a request can end."""

    status: str
    description: Markup
    kind: Markup


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to ask for."""

    id: str
    method: str
    path: str
    description: Markup
    parameters: tuple[Field, ...]
    responses: tuple[Response, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """One shape that answers have."""

    name: str
    description: Markup
    fields: tuple[Field, ...]


def operations_of(document: dict[str, Any]) -> tuple[Operation, ...]:
    """The operations of an OpenAPI document, in its order."""
    return tuple(
        Operation(
            path.strip("/").replace("/", "-").translate({ord("{"): None, ord("}"): None}),
            method.upper(),
            path,
            _prose(operation["summary"]),
            tuple(_parameter(parameter) for parameter in operation.get("parameters", ())),
            tuple(_response(*pair) for pair in operation["responses"].items()),
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )


def schemas_of(document: dict[str, Any]) -> tuple[Schema, ...]:
    """The schemas of an OpenAPI document, in its order; objects inside them appear as dotted fields."""
    return tuple(
        Schema(name, _prose(schema.get("description", "")), tuple(_fields(schema)))
        for name, schema in document["components"]["schemas"].items()
    )


def _parameter(parameter: dict[str, Any]) -> Field:
    schema = parameter["schema"]
    default = schema.get("default")
    description = parameter["description"]
    if default is not None:
        description += f" Default: `{str(default).lower()}`."
    is_required = bool(parameter.get("required"))
    return Field(parameter["name"], _kind(schema), _prose(description), is_required, parameter["in"])


def _response(status: str, response: dict[str, Any]) -> Response:
    content = response.get("content", {}).get("application/json")
    kind = _kind(content["schema"]) if content else Markup()
    return Response(status, _prose(response["description"]), kind)


def _fields(schema: dict[str, Any], before: str = "") -> Iterator[Field]:
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        description = _prose(part.get("description", ""))
        yield Field(before + name, _kind(part), description, name in required)
        yield from _fields(part, f"{before}{name}.")


def _kind(schema: dict[str, Any]) -> Markup:
    """A schema in a few words, with links to those that have names."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    if "anyOf" in schema:
        return Markup(" or ").join(_kind(one) for one in schema["anyOf"])
    if "const" in schema:
        return Markup("<code>{}</code>").format(str(schema["const"]).lower())
    if "enum" in schema:
        return Markup(" or ").join(Markup("<code>{}</code>").format(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return Markup("list of {}").format(_kind(schema.get("items", {})))
    words = Markup.escape(schema.get("format") or schema.get("type", "any value"))
    if "minimum" in schema and "maximum" in schema:
        words += Markup(", {} to {}").format(schema["minimum"], schema["maximum"])
    return words


def _prose(text: str) -> Markup:
    """Text with `code` in it; everything else in it is text."""
    return Markup(_markdown().renderInline(text))  # noqa: S704 (the library escapes all but code)


@lru_cache(maxsize=1)
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # loaded when the page is made, by one process alone

    return MarkdownIt("zero").enable("backticks")
