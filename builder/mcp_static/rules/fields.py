"""Rules over the names of fields: every one is known, and has the name that it has today.

Versions cannot be changed once they are published, and a field that no schema knows is read by nobody;
the official registry (1.6.0) refuses every one. What the registry itself leaves out, such as `status`,
has rules of its own (`rules/shape.py`).
"""

import re
from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from mcp_static.model.known_members import Described, described_objects
from mcp_static.model.server import PUBLISHER_META, SERVER_DOCUMENT
from mcp_static.model.spelling import nearest, plain
from mcp_static.model.strictjson import child_path
from mcp_static.rules.rule import Applies, Breach, Record, Rule
from mcp_static.rules.secrets import looks_like_a_secret

_TOP: Final = "Server"
_LEFT_TO_OTHER_RULES: Final = {_TOP: frozenset({"status"}), "ServerMeta": None}
"""Fields that the registry drops, with a warning: by the title of the object, None for all of it."""

_RENAMED: Final = {
    "version_detail": "version",
    "package_canonical": "registryType",
    "registry_name": "registryType",
    "package_name": "identifier",
}
"""Names of the schemas before 2025-09-16, beside those in snake_case (the schema's changelog)."""

_HABITS: Final[Mapping[str, Mapping[str, str]]] = {
    _TOP: {
        "displayName": "title",
        "homepage": "websiteUrl",
        "website": "websiteUrl",
        "icon": "icons",
        "iconUrl": "icons",
        "logo": "icons",
        "remote": "remotes",
        "endpoints": "remotes",
        "url": "remotes",
        "package": "packages",
        "repo": "repository",
        "summary": "description",
        "desc": "description",
        "about": "description",
        "schema": "$schema",
        "schemaVersion": "$schema",
        "meta": "_meta",
        "mcpName": "name",
    },
    "Package": {
        "env": "environmentVariables",
        "environment": "environmentVariables",
        "envVars": "environmentVariables",
        "args": "packageArguments",
        "arguments": "packageArguments",
        "runtimeArgs": "runtimeArguments",
        "packageArgs": "packageArguments",
        "runtime": "runtimeHint",
        "registry": "registryType",
        "type": "registryType",
        "packageType": "registryType",
        "registryUrl": "registryBaseUrl",
        "name": "identifier",
        "package": "identifier",
        "packageName": "identifier",
        "image": "identifier",
        "download_url": "identifier",
        "downloadUrl": "identifier",
        "sha256": "fileSha256",
        "hash": "fileSha256",
        "transportType": "transport",
        "transports": "transport",
    },
    "Repository": {"type": "source", "directory": "subfolder", "path": "subfolder"},
    "Icon": {"url": "src", "href": "src", "size": "sizes", "type": "mimeType"},
    "transport": {
        "transportType": "type",
        "transport": "type",
        "protocol": "type",
        "endpoint": "url",
        "uri": "url",
        "href": "url",
    },
    "input": {
        "required": "isRequired",
        "require": "isRequired",
        "secret": "isSecret",
        "sensitive": "isSecret",
        "repeated": "isRepeated",
        "multiple": "isRepeated",
        "enum": "choices",
        "options": "choices",
        "values": "choices",
        "allowedValues": "choices",
        "defaultValue": "default",
        "type": "format",
        "hint": "valueHint",
        "example": "placeholder",
        "key": "name",
        "flag": "name",
        "help": "description",
        "title": "description",
    },
}
"""What people write instead, by the title of the object or its group (`_group`)."""

_CLIENT_CONFIGURATION: Final = frozenset(
    {
        "mcpServers",
        "servers",
        "command",
        "args",
        "env",
        "inputs",
        "disabled",
        "autoApprove",
        "alwaysAllow",
        "cwd",
        "envFile",
        "timeout",
    }
)
"""Members of clients' `mcp.json` files, which say how one machine runs a server."""

_OF_TRANSPORTS: Final = frozenset({"url", "headers", "variables"})
_STARTED: Final = frozenset({_TOP, "transport"})
"""Objects beside packages in which people write how a client starts a server."""

_INSTALLED: Final = (
    "Say what to install instead: a package with `registryType`, `identifier`, `version` and "
    "`transport`; each client makes its own command from it. `mcp-static init` drafts one."
)
_PROVIDED: Final = frozenset({"publisherprovided", "xpublisher"})
"""What people call their own data outside `_meta`, without case and separators."""

_ENTRY: Final = (
    "Write what it holds as the whole file, without `server` and the registry's `_meta` around it."
)
_PUBLISHER: Final = f'"_meta": {{"{PUBLISHER_META}": {{…}}}}'


def unknown_fields(document: dict[str, Any]) -> Iterator[tuple[Described, str]]:
    """Every field that no schema knows, with the object that it is in."""
    for found in described_objects(document, SERVER_DOCUMENT):
        ignored = _LEFT_TO_OTHER_RULES.get(found.owner, frozenset())
        if ignored is None:
            continue
        for key in found.value:
            if key not in found.members and key not in ignored:
                yield found, key


def stands_for(found: Described, key: str) -> str:
    """The known field that an unknown one was meant for, as far as its name tells; or empty."""
    if old := name_today(key, found.members):
        return old
    habits = {**_HABITS.get(_group(found), {}), **_HABITS.get(found.owner, {})}
    known = {habit: name for habit, name in habits.items() if name in found.members}
    known |= {name: name for name in found.members}
    return known.get(nearest(key, known, cutoff=0.8), "")


def replaced_fields(document: dict[str, Any]) -> frozenset[str]:
    """The paths of fields that are there under another name: not missing, but misspelt."""
    return frozenset(
        child_path(found.path, name)
        for found, key in unknown_fields(document)
        if (name := stands_for(found, key)) and name not in found.value
    )


def name_today(key: str, members: Container[str]) -> str:
    """The name of today for one from before 2025-09-16, when they were in snake_case; or empty."""
    renamed = _RENAMED.get(key, "")
    if renamed in members:
        return renamed
    if re.fullmatch(r"[a-z]+(?:_[a-z0-9]+)+", key):
        head, *tail = key.split("_")
        camel = head + "".join(word.capitalize() for word in tail)
        return camel if camel in members else ""
    return ""


def _group(found: Described) -> str:
    """The kind of an object that has several titles."""
    if found.owner.endswith("Transport"):
        return "transport"
    return "input" if found.owner.endswith(("Input", "Argument")) else found.owner


def _renamed(record: Record) -> Iterator[Breach]:
    for found, key in unknown_fields(record.document):
        if new := name_today(key, found.members):
            yield Breach(child_path(found.path, key), f"is now called `{new}`")


def _unknown(record: Record) -> Iterator[Breach]:
    for found, key in unknown_fields(record.document):
        if not name_today(key, found.members):
            message, fix = _advice(found, key)
            secret = looks_like_a_secret(key, found.value[key])
            yield Breach(child_path(found.path, key), message + (secret and f"; {secret}"), fix)


def _advice(found: Described, key: str) -> tuple[str, str]:
    """What is wrong with an unknown field, and what to write instead."""
    if name := stands_for(found, key):
        if name in found.value:
            return (
                f"is not a field of server.json, and `{name}` is there as well",
                f"Keep one of the two, as `{name}`.",
            )
        form = form_of(name)
        return "is not a field of server.json", f"Call it `{name}`{form and f', {form}'}."
    if found.owner == _TOP and plain(key.rpartition("/")[2]) in _PROVIDED:
        return "is not a field here; it belongs in `_meta`", f"Write {_PUBLISHER}."
    if found.owner == _TOP and key == "server" and isinstance(found.value[key], dict):
        return "holds the server, as in a registry's answer", _ENTRY
    if elsewhere := _elsewhere(found, key):
        return f"is not a field here; it belongs in {elsewhere}", f"Move it into {elsewhere}."
    if key in _CLIENT_CONFIGURATION and (found.owner == "Package" or _group(found) in _STARTED):
        return "is of a client's configuration (`mcp.json`), not of server.json", _INSTALLED
    return (
        "is not a field of server.json, so no client reads it",
        f"Remove it; data of your own may be in {_PUBLISHER}.",
    )


_FORMS: Final = {
    "environmentVariables": 'an array of objects such as {"name": "API_KEY", "isSecret": true}',
    "packageArguments": 'an array of objects such as {"type": "named", "name": "--port"}',
    "runtimeArguments": 'an array of objects such as {"type": "named", "name": "--port"}',
    "headers": 'an array of objects such as {"name": "X-Api-Key", "isSecret": true}',
    "variables": 'an object such as {"port": {"default": "8080"}}',
    "icons": 'an array of objects such as {"src": "https://…/icon.png"}',
    "remotes": 'an array of objects such as {"type": "streamable-http", "url": "https://…"}',
    "packages": 'an array of objects such as {"registryType": "npm", "identifier": "…", …}',
    "repository": 'an object such as {"url": "https://github.com/…", "source": "github"}',
    "transport": 'an object such as {"type": "stdio"}',
    "choices": 'an array of strings such as ["a", "b"]',
    "sizes": 'an array of strings such as ["48x48"]',
    "type": 'one of "stdio", "streamable-http" and "sse"',
}


def form_of(name: str) -> str:
    """What a field holds, in words and with an example; empty where its name tells."""
    return _FORMS.get(name, "")


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """The fields of packages and remotes, which people also write beside them."""
    places: dict[str, str] = {}
    sample: dict[str, Any] = {"packages": [{}], "remotes": [{}], "repository": {}}
    named = {"packages[0]": "each of `packages`", "remotes[0]": "each of `remotes`"}
    named["repository"] = "`repository`"
    for found in described_objects(sample, SERVER_DOCUMENT):
        if found.path in named:
            for key in found.members.keys() - {"id"}:  # an id of one's own is no repository's
                places.setdefault(key, named[found.path])
    return places


def _elsewhere(found: Described, key: str) -> str:
    if found.owner == "Package" and key in _OF_TRANSPORTS:
        return "`transport`"
    if found.owner != _TOP:
        return ""
    place = _places().get(key, "")
    if place:
        return place
    name = _HABITS["Package"].get(key, "") if key in {"env", "args"} else ""
    camel = name_today(key, _places())
    name = camel or name
    return f"{_places()[name]}, as `{name}`" if name else ""


FIELD_RULES: Final = (
    Rule(
        id="renamed-field",
        requirement="Fields have the names they have had since the schema of 2025-09-16.",
        fix="Rename the field; no client reads the old name.",
        check=_renamed,
    ),
    Rule(
        id="unknown-field",
        applies=Applies.AUTHORING,
        requirement="Every field is one that the schema or its draft knows.",
        fix=f"Remove it; data of your own may be in {_PUBLISHER}.",
        check=_unknown,
    ),
)
