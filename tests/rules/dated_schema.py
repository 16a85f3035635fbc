"""The schema of 2025-12-11, closed: what it says of members, types, limits and values, and no more.

Facts of `internal/validators/schemas/2025-12-11.json` of modelcontextprotocol/registry. The official
server decodes into one Go type for all transports and one for all arguments (`pkg/model/types.go`) and
refuses unknown members everywhere, so that members of the other kinds are known here, with their types.
"""

from typing import Any, Final

TEXT: Final[dict[str, Any]] = {"type": "string"}
FLAG: Final = {"type": "boolean"}


def _object(required: tuple[str, ...] = (), /, **members: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/definitions/{name}"}


def _one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


_INPUT: Final = {
    "description": TEXT,
    "isRequired": FLAG,
    "format": _one_of("string", "number", "boolean", "filepath"),
    "value": TEXT,
    "isSecret": FLAG,
    "default": TEXT,
    "placeholder": TEXT,
    "choices": _list(TEXT),
}
_VARIABLES: Final = {"type": "object", "additionalProperties": _ref("Input")}
_ARGUMENT: Final = {
    **_INPUT,
    "variables": _VARIABLES,
    "name": TEXT,
    "valueHint": TEXT,
    "isRepeated": FLAG,
}
_TRANSPORT: Final = {"headers": _list(_ref("KeyValueInput")), "variables": _VARIABLES}
_URL: Final = {"type": "string", "pattern": r"^https?://[^\s]+$"}


def _http(kind: str) -> dict[str, Any]:
    return _object(("type", "url"), type=_one_of(kind), url=_URL, **_TRANSPORT)


_SCHEMA_MEMBER: Final[dict[str, Any]] = {"$schema": TEXT}
CLOSED_SCHEMA: Final[dict[str, Any]] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "$ref": "#/definitions/Server",
    "definitions": {
        "Input": _object(**_INPUT),
        "KeyValueInput": _object(("name",), **_INPUT, variables=_VARIABLES, name=TEXT),
        "Argument": {
            "anyOf": [
                {
                    **_object(("type",), **_ARGUMENT, type=_one_of("positional")),
                    "anyOf": [{"required": ["valueHint"]}, {"required": ["value"]}],
                },
                _object(("type", "name"), **_ARGUMENT, type=_one_of("named")),
            ]
        },
        "Remote": {"anyOf": [_http("streamable-http"), _http("sse")]},
        "Local": {
            "anyOf": [
                _object(("type",), type=_one_of("stdio"), url=TEXT, **_TRANSPORT),
                _http("streamable-http"),
                _http("sse"),
            ]
        },
        "Package": _object(
            ("registryType", "identifier", "transport"),
            registryType=TEXT,
            registryBaseUrl=TEXT,
            identifier=TEXT,
            version={"type": "string", "minLength": 1, "not": {"const": "latest"}},
            fileSha256={"type": "string", "pattern": "^[a-f0-9]{64}$"},
            runtimeHint=TEXT,
            transport=_ref("Local"),
            runtimeArguments=_list(_ref("Argument")),
            packageArguments=_list(_ref("Argument")),
            environmentVariables=_list(_ref("KeyValueInput")),
        ),
        "Server": _object(
            ("name", "description", "version"),
            **_SCHEMA_MEMBER,
            name={
                "type": "string",
                "minLength": 3,
                "maxLength": 200,
                "pattern": "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$",
            },
            description={"type": "string", "minLength": 1, "maxLength": 100},
            title={"type": "string", "minLength": 1, "maxLength": 100},
            version={"type": "string", "maxLength": 255},
            websiteUrl=TEXT,
            repository=_object(("url", "source"), url=TEXT, source=TEXT, id=TEXT, subfolder=TEXT),
            icons=_list(
                _object(
                    ("src",),
                    src={"type": "string", "maxLength": 255},
                    mimeType=_one_of(
                        "image/png", "image/jpeg", "image/jpg", "image/svg+xml", "image/webp"
                    ),
                    sizes=_list({"type": "string", "pattern": r"^(\d+x\d+|any)$"}),
                    theme=_one_of("light", "dark"),
                )
            ),
            packages=_list(_ref("Package")),
            remotes=_list(_ref("Remote")),
            _meta={
                "type": "object",
                "properties": {
                    "io.modelcontextprotocol.registry/publisher-provided": {"type": "object"}
                },
            },
        ),
    },
}
