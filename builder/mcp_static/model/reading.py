"""Reading parts of a document that may be of the wrong shape, without ever raising.

Rules and pages look at what is there and pass over what is not; that a part is missing or of the
wrong JSON type is said once, by the rules over the shape.
"""

from collections.abc import Iterator
from typing import Any

from mcp_static.model.strictjson import child_path

Part = dict[str, Any]


def text_of(part: Part, key: str) -> str | None:
    """The member `key` when it is a string."""
    value = part.get(key)
    return value if isinstance(value, str) else None


def part_of(part: Part, key: str) -> Part:
    """The member `key` when it is an object, else an empty one."""
    value = part.get(key)
    return value if isinstance(value, dict) else {}


def fold_name(name: str) -> str:
    """A name without case, underscores and hyphens: `publishedAt` and `published_at` become one."""
    return name.replace("_", "").replace("-", "").lower()


def objects_in(value: object) -> list[Part]:
    """The objects of an array; empty if it is not an array."""
    return (
        [element for element in value if isinstance(element, dict)] if isinstance(value, list) else []
    )


def parts_of(part: Part, key: str, path: str = "") -> Iterator[tuple[str, Part]]:
    """The objects of the array `key`, each with its JSON path."""
    value = part.get(key)
    if isinstance(value, list):
        base = child_path(path, key)
        for index, element in enumerate(value):
            if isinstance(element, dict):
                yield child_path(base, index), element


def packages_of(document: Part, *registry_types: str) -> Iterator[tuple[str, Part]]:
    """The packages, each with its path; only those of the given registry types, if any."""
    for path, package in parts_of(document, "packages"):
        if not registry_types or package.get("registryType") in registry_types:
            yield path, package


def arguments_of(document: Part) -> Iterator[tuple[str, Part]]:
    """Every runtime and package argument, each with its path."""
    for path, package in packages_of(document):
        for key in ("runtimeArguments", "packageArguments"):
            yield from parts_of(package, key, path)


def every_value(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a document, depth first, each with its path."""
    yield path, value
    if isinstance(value, dict):
        for key, member in value.items():
            yield from every_value(member, child_path(path, key))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from every_value(element, child_path(path, index))
