"""Walking a document along its description: the members that are known at each place."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mcp_static.model.shapes import Shape
from mcp_static.model.strictjson import child_path


class Member(NamedTuple):
    """A member that an object may have: its shape, and whether the object needs it."""

    shape: Shape
    is_required: bool


class Described(NamedTuple):
    """An object of a document, where it is, and what it may hold.

    `owner` is the title of the object's description, such as `Package`.
    """

    path: str
    value: dict[str, Any]
    owner: str
    members: Mapping[str, Member]


def described_objects(document: dict[str, Any], description: Shape) -> Iterator[Described]:
    """Every object of a document that its description knows the members of, outermost first.

    An object that tells by no `type` which of several it is may hold what any of them holds. Nothing
    is said of what a description leaves open, nor of values of another JSON type than described.
    """
    parts = {part["ref"]: part for part in description["definitions"]}
    yield from _walk(document, description["schema"], "", parts)


def member_names(description: Shape) -> frozenset[str]:
    """The names of all members that the objects of a document may have, wherever they are."""
    parts = {part["ref"]: part for part in description["definitions"]}
    records = (_resolved(part, parts) for part in parts.values())
    return frozenset(name for record in records for name in record["fields"])


def _walk(value: Any, shape: Shape, path: str, parts: dict[str, Shape]) -> Iterator[Described]:
    for one in _records(value, shape, parts):
        found = Described(path, value, one[0], one[1])
        yield found
        for key, member in value.items():
            if key in found.members:
                yield from _walk(member, found.members[key].shape, child_path(path, key), parts)
        return
    shape = _resolved(shape, parts)
    if shape["type"] == "list" and isinstance(value, list):
        for index, element in enumerate(value):
            yield from _walk(element, shape["items_schema"], child_path(path, index), parts)
    elif shape["type"] == "dict" and isinstance(value, dict):
        for key, member in value.items():
            yield from _walk(member, shape["values_schema"], child_path(path, key), parts)


def _records(
    value: Any, shape: Shape, parts: dict[str, Shape]
) -> Iterator[tuple[str, dict[str, Member]]]:
    """The record that a value is by its shape, if it is one: title and members."""
    if not isinstance(value, dict):
        return
    shape = _resolved(shape, parts)
    if shape["type"] == "typed-dict":
        yield shape["config"]["title"], _members(shape)
    elif shape["type"] == "tagged-union":
        kind = value.get(shape["discriminator"])
        choices = shape["choices"]
        if isinstance(kind, str) and kind in choices:
            yield from _records(value, choices[kind], parts)
            return
        every = [found for choice in choices.values() for found in _records(value, choice, parts)]
        members = {key: member for _, known in every for key, member in known.items()}
        yield every[0][0], {key: Member(member.shape, False) for key, member in members.items()}


def _members(shape: Shape) -> dict[str, Member]:
    return {key: Member(field["schema"], field["required"]) for key, field in shape["fields"].items()}


def _resolved(shape: Shape, parts: dict[str, Shape]) -> Shape:
    """A shape without what stands around it: references and checks of the whole."""
    while shape["type"] in {"definition-ref", "function-after"}:
        shape = parts[shape["schema_ref"]] if shape["type"] == "definition-ref" else shape["schema"]
    return shape
