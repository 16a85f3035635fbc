"""Moving a `server.json` of an older schema to the newest.

What changed, by date: the changelog of the schema (modelcontextprotocol/registry,
`docs/reference/server-json/CHANGELOG.md`, read in November 2026). Before its first
dated schema, versions were in `version_detail`, and packages had `registry_name` and `name`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from mcp_static.model.known_members import member_names
from mcp_static.model.reading import Part, part_of, text_of
from mcp_static.model.server import CURRENT_SCHEMA_DATE, PUBLISHER_META, SCHEMA_URL, SERVER_DOCUMENT
from mcp_static.model.spelling import TRANSPORT_WORDS, plain
from mcp_static.packages.images import HUB_NAMES, with_tag
from mcp_static.packages.types import package_type, type_called
from mcp_static.rules.fields import name_today

_MEMBERS: Final = member_names(SERVER_DOCUMENT)
_MISSPELT: Final = {"websiteURL": "websiteUrl", "transport_type": "type", "transportType": "type"}
"""What files have instead of a name, beside the names of older schemas."""
_MOVED: Final = {"download_url": "identifier", "version_detail": "version"}
"""Members whose contents are in another one now, in another form."""
_OPTIONAL: Final = frozenset(
    {"title", "repository", "websiteUrl", "icons", "packages", "remotes", "_meta"}
)
_FREE: Final = frozenset({"_meta", "variables"})
"""Members whose keys are the author's own."""


def upgraded(document: Part) -> Part:
    """The document in the newest form; what has no place there stays, for the rules to name."""
    renamed = _with_plain_version(_renamed(document))
    version = text_of(renamed, "version") or ""
    found: Part = {"$schema": SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE)}
    for key, old in renamed.items():
        value = _member(key, old, version)
        is_empty = key in _OPTIONAL and value in ({}, [], "", None)
        if key not in {"$schema", "status"} and not is_empty:
            found[key] = value
    return found


def _member(key: str, value: Any, version: str) -> Any:
    """A member of the document in the newest form."""
    if key == "packages":
        return _each(value, lambda package: _package(package, version))
    if key == "remotes":
        return _each(value, _transport)
    if key == "_meta":
        return {PUBLISHER_META: value[PUBLISHER_META]} if _has_own_data(value) else None
    return value


def _with_plain_version(document: Part) -> Part:
    """The document with what was in `version_detail` in its place."""
    version = text_of(part_of(document, "version_detail"), "version")
    if version is None or "version" in document:
        return document
    return {
        ("version" if key == "version_detail" else key): (version if key == "version_detail" else value)
        for key, value in document.items()
    }


def _each(value: Any, move: Callable[[Part], Part]) -> Any:
    """A list with each of its objects moved; anything else as it is."""
    if not isinstance(value, list):
        return value
    return [move(one) if isinstance(one, dict) else one for one in value]


def _has_own_data(meta: Any) -> bool:
    """Whether `_meta` has what an author may put there; the registry writes the rest (2025-09-29)."""
    return isinstance(meta, dict) and bool(meta.get(PUBLISHER_META))


def changes(before: Part, after: Part) -> Iterator[str]:
    """What an upgrade changed, a line each, without any value."""
    old, new = _keys(before), _keys(after)
    for name in sorted(old - new):
        moved = _MOVED.get(name) or _name_today(name)
        yield f"{name}: {f'is now {moved}' if moved != name else 'is gone'}"
    if before.get("$schema") != after["$schema"]:
        yield f"$schema: is now that of {CURRENT_SCHEMA_DATE}"


def _keys(value: Any) -> frozenset[str]:
    if isinstance(value, dict):
        return frozenset(value).union(*(_keys(one) for key, one in value.items() if key not in _FREE))
    return frozenset().union(*map(_keys, value)) if isinstance(value, list) else frozenset()


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(one) for one in value]
    if not isinstance(value, dict):
        return value
    found: Part = {}
    for key, member in value.items():
        name = _name_today(str(key))
        kept = (
            member
            if key == "_meta"
            else _renamed_variables(member)
            if key == "variables"
            else _renamed(member)
        )
        if name == key or name not in value:
            found[name] = kept
    return found


def _name_today(key: str) -> str:
    """What a member is called in the newest schema; a name that is not known stays."""
    if key in _MOVED:
        return key
    return _MISSPELT.get(key) or name_today(key, _MEMBERS) or key


def _renamed_variables(value: Any) -> Any:
    return {key: _renamed(one) for key, one in value.items()} if isinstance(value, dict) else value


def _package(package: Part, version: str) -> Part:
    found = dict(package)
    if "identifier" not in found and "name" in found:
        found = {("identifier" if key == "name" else key): value for key, value in found.items()}
    kind = text_of(found, "registryType")
    if kind is not None:
        found["registryType"] = type_called(kind) or kind
    if found.get("registryType") == "oci":
        found = _image(found)
    elif found.get("registryType") == "mcpb":
        found = _bundle(found)
    found["transport"] = _transport(part_of(found, "transport") or {"type": "stdio"})
    known = package_type(str(found.get("registryType")))
    if known and known.registry and known.registry.is_named_by(text_of(found, "registryBaseUrl")):
        found.pop("registryBaseUrl", None)
    if known and known.needs_version and version:
        found.setdefault("version", version)
    return found


def _image(package: Part) -> Part:
    """An image with its registry and its tag in the identifier (2025-10-11)."""
    identifier = text_of(package, "identifier") or ""
    host = (
        re.sub(r"^https?://", "", text_of(package, "registryBaseUrl") or "").strip("/") or HUB_NAMES[0]
    )
    first, slash, _ = identifier.partition("/")
    has_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    whole = identifier if has_host or not identifier else f"{host}/{identifier}"
    kept = {key: value for key, value in package.items() if key not in {"version", "registryBaseUrl"}}
    return {**kept, "identifier": with_tag(whole, text_of(package, "version") or "")}


def _bundle(package: Part) -> Part:
    """A bundle by its address (2025-09-16 had it apart)."""
    address = text_of(package, "download_url")
    kept = {
        key: value for key, value in package.items() if key not in {"download_url", "registryBaseUrl"}
    }
    return {**kept, "identifier": address} if address else kept


def _transport(transport: Part) -> Part:
    kind = text_of(transport, "type") or ""
    known = TRANSPORT_WORDS.get(plain(kind))
    return {**transport, "type": known or kind} if kind else transport
