"""The two OpenAPI 3.1 documents: this registry's API exactly, and the part others can take over.

The resources and parameters are those of the standard's `docs/reference/api/openapi.yaml`; the
schemas come from the models.
"""

from typing import Any, Final

import yaml

from mcp_static import __version__
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.api.limits import DEFAULT_LIMIT, MAX_LIMIT
from mcp_static.api.media import JSON
from mcp_static.api.schemas import served_components, server_components
from mcp_static.model.lifecycle import MAX_STATUS_MESSAGE, Status
from mcp_static.settings import Settings

_API_VERSION: Final = "1.0.0"
"""What the standard's own document says; ToolHive's registry server reads no other."""
_STANDARD: Final = "https://github.com/modelcontextprotocol/registry"

_REF: Final = "#/components/schemas/{model}"


def registry_openapi(settings: Settings) -> dict[str, Any]:
    """What `openapi.yaml` says: the read API that this registry serves."""
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": settings.title,
            "version": _API_VERSION,
            "summary": "The read API of a registry of MCP servers.",
            "description": (
                f"{settings.description}\n\nServed from static files made by mcp-static "
                f"{__version__}. `/v0/…` answers the same as `/v0.1/…`. To publish, open a pull "
                "request in the registry's repository.\n\nThe API is the standard one, defined "
                f"at {_STANDARD}."
            ),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": settings.url}],
        "paths": {
            "/v0.1/servers": {"get": _list_servers()},
            "/v0.1/servers/{serverName}/versions": {"get": _list_versions()},
            "/v0.1/servers/{serverName}/versions/{version}": {"get": _get_version()},
            "/v0.1/health": {"get": _fixed("Say that the registry can be read.", _STATUS_OK)},
            "/v0.1/ping": {"get": _fixed("Answer.", _PONG)},
            "/v0.1/version": {"get": _fixed("Say what is served.", _VERSION)},
        },
        "components": {"schemas": _schemas(is_generic=False)},
    }


def generic_openapi() -> bytes:
    """`openapi.generic.yaml`: the resources any registry has, with their extension points, in YAML."""
    return yaml_of(
        {
            "openapi": "3.1.0",
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "info": {
                "title": "A registry of MCP servers",
                "version": _API_VERSION,
                "summary": "What a marketplace or an aggregator takes over and extends.",
                "description": _EXTENDING,
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "paths": {
                "/v0.1/servers": {"get": _list_servers()},
                "/v0.1/servers/{serverName}/versions": {"get": _list_versions()},
                "/v0.1/servers/{serverName}/versions/{version}": {"get": _get_version()},
            },
            "components": {"schemas": _schemas(is_generic=True), "examples": _examples()},
        }
    )


def yaml_of(document: dict[str, Any]) -> bytes:
    """A document in YAML, its parts in their order."""
    text: str = yaml.dump(document, sort_keys=False, allow_unicode=True, width=100, Dumper=_Dumper)
    return text.encode()


class _Dumper(yaml.SafeDumper):
    """Writes every part out, since references between parts confuse OpenAPI readers."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_EXTENDING: Final = f"""\
The three resources of the standard read API. To extend them, keep every field as it is and add your
own data in the two places marked `x-extension-point`:

- in an entry's `_meta`, under a key that begins with a reversed domain of yours
  (`com.example.marketplace/ratings`); readers ignore keys they do not know;
- in query parameters of your own; servers ignore parameters they do not know.

Keep `{OFFICIAL_META}` as you received it: it says what the registry of origin says. The example
`RatedEntry` is an entry with ratings that an aggregator has added."""


def _query(name: str, description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    parameter = {"name": name, "in": "query", "description": description, "schema": schema, **more}
    return parameter | {"allowEmptyValue": True}  # an empty value counts as absent


_INCLUDE_DELETED: Final = _query(
    "include_deleted",
    "Also return deleted entries.",
    {"type": "boolean", "default": False},
)
_SERVER_NAME: Final = {
    "name": "serverName",
    "in": "path",
    "required": True,
    "description": "The server's name, percent-encoded: `com.example%2Fweather`.",
    "schema": {"type": "string"},
    "example": "com.example%2Fweather",
}


def _list_servers() -> dict[str, Any]:
    return {
        "operationId": "listServers",
        "tags": ["servers"],
        "summary": "List entries, a page at a time.",
        "parameters": [
            _query(
                "cursor",
                "Where to go on: `metadata.nextCursor` of the page before, unchanged. It carries "
                "the filters of its walk, which override those of the request.",
                {"type": "string"},
            ),
            _query(
                "limit",
                "The largest number of entries to return.",
                {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            ),
            _query(
                "search",
                "Only entries whose name, title or description contains this, in any case.",
                {"type": "string"},
            ),
            _query(
                "updated_since",
                "Only entries updated at this time or later (RFC 3339), deleted ones included. Entries "
                "updated a little earlier may come too: up to `updatedSinceSlack` seconds of "
                "`/data/snapshot.json`, the time that a change takes to reach every reader.",
                {"type": "string", "format": "date-time"},
            ),
            _query(
                "version",
                "Only this exact version, or `latest`.",
                {"type": "string"},
            ),
            _INCLUDE_DELETED,
        ],
        "responses": {
            "200": _json_response("A page of entries.", _ref("ServerList")),
            "400": _error("A parameter is malformed."),
            **_unsupported(),
        },
    }


def _list_versions() -> dict[str, Any]:
    return {
        "operationId": "listVersions",
        "tags": ["servers"],
        "summary": "List all versions of a server, newest first.",
        "parameters": [_SERVER_NAME, _INCLUDE_DELETED],
        "responses": {
            "200": _json_response("The server's entries.", _ref("ServerList")),
            "400": _error("A parameter is malformed."),
            "404": _error("There is no such server."),
            **_unsupported(),
        },
    }


def _get_version() -> dict[str, Any]:
    return {
        "operationId": "getVersion",
        "tags": ["servers"],
        "summary": "Get one version of a server, or its `latest`.",
        "parameters": [
            _SERVER_NAME,
            {
                "name": "version",
                "in": "path",
                "required": True,
                "description": "The exact version, percent-encoded, or `latest`.",
                "schema": {"type": "string"},
                "example": "1.0.0",
            },
            _INCLUDE_DELETED,
        ],
        "responses": {
            "200": _json_response("The entry.", _ref("ServerResponse")),
            "400": _error("A parameter is malformed."),
            "404": _error("There is no such server or version."),
            **_unsupported(),
        },
    }


def _unsupported() -> dict[str, Any]:
    return {"304": {"description": "What the client holds is still current (`If-None-Match`)."}}


def _fixed(summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "tags": ["registry"],
        "summary": summary,
        "responses": {"200": _json_response(summary, schema), **_unsupported()},
    }


_STATUS_OK: Final = {
    "type": "object",
    "required": ["status"],
    "properties": {"status": {"type": "string", "const": "ok"}},
}
_PONG: Final = {
    "type": "object",
    "required": ["pong"],
    "properties": {"pong": {"type": "boolean", "const": True}},
}
_VERSION: Final = {
    "type": "object",
    "required": ["version", "git_commit", "build_time"],
    "properties": {
        "version": {"type": "string", "description": "The version of mcp-static."},
        "git_commit": {"type": "string", "description": "The commit of the registry's data."},
        "build_time": {
            "type": "string",
            "format": "date-time",
            "description": "The registry time of that commit.",
        },
    },
}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _REF.format(model=name)}


def _json_response(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {JSON: {"schema": schema}}}


def _error(description: str) -> dict[str, Any]:
    return _json_response(description, _ref("Error"))


def _schemas(*, is_generic: bool) -> dict[str, Any]:
    official: dict[str, Any] = {
        "type": "object",
        "description": "What the registry says about the entry.",
        "required": ["status", "statusChangedAt", "publishedAt", "updatedAt", "isLatest"],
        "properties": {
            "status": {"type": "string", "enum": [status.value for status in Status]},
            "statusMessage": {"type": "string", "maxLength": MAX_STATUS_MESSAGE},
            "statusChangedAt": {"type": "string", "format": "date-time"},
            "publishedAt": {"type": "string", "format": "date-time"},
            "updatedAt": {"type": "string", "format": "date-time"},
            "isLatest": {"type": "boolean"},
        },
        "additionalProperties": False,
    }
    meta: dict[str, Any] = {
        "type": "object",
        "description": "Metadata by reversed domain.",
        "properties": {OFFICIAL_META: official},
        "additionalProperties": True,
    }
    metadata: dict[str, Any] = {
        "type": "object",
        "required": ["count"],
        "properties": {
            "count": {"type": "integer", "minimum": 0, "description": "Entries on this page."},
            "nextCursor": {
                "type": "string",
                "pattern": "^[A-Za-z0-9._-]+$",
                "description": "Absent on the last page.",
            },
            "gaps": {
                "type": "array",
                "items": {"type": "integer", "minimum": 0},
                "description": "Positions of a stored page, from its first, without an entry.",
            },
        },
    }
    if is_generic:
        meta["x-extension-point"] = "Keys under a reversed domain of your own."
        del official["required"], official["additionalProperties"]
        del metadata["properties"]["gaps"], metadata["properties"]["nextCursor"]["pattern"]
        meta["examples"] = [_RATED_META]
    else:
        meta["required"] = [OFFICIAL_META]
    return {
        "ServerList": {
            "type": "object",
            "required": ["servers", "metadata"],
            "properties": {
                "servers": {"type": "array", "items": _ref("ServerResponse")},
                "metadata": metadata,
            },
        },
        "ServerResponse": {
            "type": "object",
            "description": "An entry: one version of one server.",
            "required": ["server"] if is_generic else ["server", "_meta"],
            "properties": {"server": _ref("Server"), "_meta": meta},
        },
        "Error": {
            "type": "object",
            "required": ["error"],
            "properties": {"error": {"type": "string", "description": "What is wrong."}},
        },
        **(server_components(_REF) if is_generic else served_components(_REF)),
    }


_RATED_META: Final = {
    OFFICIAL_META: {
        "status": "active",
        "statusChangedAt": "2025-12-01T10:30:00Z",
        "publishedAt": "2025-12-01T10:30:00Z",
        "updatedAt": "2025-12-01T10:30:00Z",
        "isLatest": True,
    },
    "com.example.marketplace/ratings": {"average": 4.6, "count": 128},
}


def _examples() -> dict[str, Any]:
    return {
        "RatedEntry": {
            "summary": "An entry to which an aggregator has added ratings under its own key.",
            "value": {
                "server": {
                    "name": "io.github.alice/weather",
                    "description": "Forecasts for any place on Earth.",
                    "version": "1.0.2",
                    "remotes": [{"type": "streamable-http", "url": "https://weather.example.com/mcp"}],
                },
                "_meta": _RATED_META,
            },
        }
    }
