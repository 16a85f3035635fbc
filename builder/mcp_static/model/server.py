"""`server.json` as the official schema of 2025-12-11 has it, with the two additions of its draft.

The additions: a transport URL may begin with a `{variable}`, and packages may carry
`postInstallInstructions`. Field meanings and limits: the registry's `server.schema.json`,
`generic-server-json.md` and the changelog of the schema. A member of another kind of transport or
argument has the type that it has there, since readers in typed languages keep one type for all kinds
(`pkg/model/types.go`). The shapes allow unknown fields, which are never lost from what is served; that
nothing new has any is a rule of its own.
"""

from typing import Any, Final

from pydantic_core import PydanticCustomError

from mcp_static.model.shapes import (
    Shape,
    anything,
    by_type,
    document,
    flag,
    list_of,
    map_of,
    one_of,
    record,
    ref,
    text,
)

CURRENT_SCHEMA_DATE: Final = "2025-12-11"
ACCEPTED_SCHEMA_DATES: Final = (
    "2025-07-09",
    "2025-09-16",
    "2025-09-29",
    "2025-10-11",
    "2025-10-17",
    "2025-12-11",
)
SCHEMA_URL: Final = "https://static.modelcontextprotocol.io/schemas/{date}/server.schema.json"
PROJECT_FOLDERS: Final = ("", ".mcp/")
"""Where a repository keeps its records: beside its manifest, or where .NET's template puts them."""
PROJECT_PLACES: Final = tuple(f"{folder}server.json" for folder in PROJECT_FOLDERS)
PUBLISHER_META: Final = "io.modelcontextprotocol.registry/publisher-provided"

MAX_PUBLISHER_META_BYTES: Final = 4096
"""What the official registry allows a publisher to provide, as compact JSON."""
FORMATS: Final = ("string", "number", "boolean", "filepath")
MIME_TYPES: Final = ("image/png", "image/jpeg", "image/jpg", "image/svg+xml", "image/webp")
THEMES: Final = ("light", "dark")

URL_TEMPLATE: Final = r"^(https?://[^\s]+|\{[a-zA-Z_][a-zA-Z0-9_]*\}[^\s]*)$"

REPOSITORY: Final = record(
    "Repository",
    "Where the server's source code is kept.",
    required={
        "url": text("Address for browsing and cloning.", example="https://github.com/alice/weather"),
        "source": text("The hosting service, such as `github` or `gitlab`."),
    },
    optional={
        "id": text("The service's own identifier of the repository."),
        "subfolder": text("Folder of the server inside the repository."),
    },
)

ICON: Final = record(
    "Icon",
    "An icon of the server.",
    required={"src": text("HTTPS address of the picture.", longest=255)},
    optional={
        "mimeType": one_of("Its type, when the address does not tell.", *MIME_TYPES),
        "sizes": list_of(
            text("A size such as `48x48`, or `any`.", pattern=r"^(\d+x\d+|any)$"),
            "Sizes it suits.",
        ),
        "theme": one_of("Background it is made for.", *THEMES),
    },
)

_INPUT_FIELDS: Final[dict[str, Shape]] = {
    "description": text("What the value is for."),
    "isRequired": flag("Whether there must be a value."),
    "format": one_of("What kind of value; `string` when absent.", *FORMATS),
    "value": text("A fixed value; `{names}` in it are replaced from `variables`."),
    "isSecret": flag("Whether it must be kept confidential."),
    "default": text("The value when the user gives none."),
    "placeholder": text("An example of a value, for display."),
    "choices": list_of(text("A value."), "The only values allowed."),
}
INPUT: Final = record(
    "Input", "A value that the user, or the author in advance, supplies.", {}, _INPUT_FIELDS
)
_VARIABLES: Final = map_of(ref(INPUT), "Inputs that `{names}` in braces refer to.")
_WITH_VARIABLES: Final = {**_INPUT_FIELDS, "variables": _VARIABLES}

KEY_VALUE_INPUT: Final = record(
    "KeyValueInput",
    "A header or an environment variable.",
    required={"name": text("Name of the header or environment variable.")},
    optional=_WITH_VARIABLES,
)


def _has_value_or_hint(argument: dict[str, Any]) -> dict[str, Any]:
    if "value" not in argument and "valueHint" not in argument:
        raise PydanticCustomError(
            "value_or_hint", "is a positional argument without a `value` or a `valueHint`"
        )
    return argument


_REPEATED: Final = flag("Whether it may be repeated.")
_NO_NAME: Final = text("Of named arguments; it means nothing here.")
_NO_HINT: Final = text("Of positional arguments; it means nothing here.")
POSITIONAL_ARGUMENT: Final = record(
    "PositionalArgument",
    "A value on the command line without a flag; it has a `value` or a `valueHint`.",
    required={"type": one_of("Its kind.", "positional")},
    optional={
        **_WITH_VARIABLES,
        "valueHint": text("A label for the value; never on the command line."),
        "isRepeated": _REPEATED,
        "name": _NO_NAME,
    },
    check=_has_value_or_hint,
    anyOf=[{"required": ["value"]}, {"required": ["valueHint"]}],
)
NAMED_ARGUMENT: Final = record(
    "NamedArgument",
    "A flag with its value, such as `--port 8080`.",
    required={
        "type": one_of("Its kind.", "named"),
        "name": text("The flag, with its leading dashes.", example="--port"),
    },
    optional={**_WITH_VARIABLES, "isRepeated": _REPEATED, "valueHint": _NO_HINT},
)
ARGUMENT: Final = by_type(
    "A word or two of the command line.",
    positional=ref(POSITIONAL_ARGUMENT),
    named=ref(NAMED_ARGUMENT),
)

_HEADERS: Final = list_of(ref(KEY_VALUE_INPUT), "Headers to send.")

STDIO_TRANSPORT: Final = record(
    "StdioTransport",
    "The server talks over its standard input and output.",
    required={"type": one_of("Its kind.", "stdio")},
    optional={
        "url": text("Of the other transports; it means nothing here."),
        "headers": _HEADERS,
        "variables": _VARIABLES,
    },
)


def _http_transport(name: str, kind: str, description: str) -> Shape:
    return record(
        name,
        description,
        required={
            "type": one_of("Its kind.", kind),
            "url": text("Its address; may hold `{variables}`.", pattern=URL_TEMPLATE),
        },
        optional={"headers": _HEADERS, "variables": _VARIABLES},
    )


STREAMABLE_HTTP_TRANSPORT: Final = _http_transport(
    "StreamableHttpTransport", "streamable-http", "The server answers over streamable HTTP."
)
SSE_TRANSPORT: Final = _http_transport(
    "SseTransport", "sse", "The server answers over server-sent events."
)
REMOTE_STREAMABLE_HTTP: Final = _http_transport(
    "RemoteStreamableHttpTransport", "streamable-http", "A hosted server over streamable HTTP."
)
REMOTE_SSE: Final = _http_transport(
    "RemoteSseTransport", "sse", "A hosted server over server-sent events."
)

POST_INSTALL_INSTRUCTION: Final = record(
    "PostInstallInstruction",
    "A step to show after installation; clients never run it by themselves (schema draft).",
    required={"description": text("What to do.")},
    optional={
        "command": text("A command to show, never to run unasked."),
        "documentation": text("Address of a fuller explanation."),
        "optional": flag("Whether the step may be left out."),
    },
)

PACKAGE: Final = record(
    "Package",
    "A way to install and run the server on the user's machine.",
    required={
        "registryType": text("The package's type, such as `npm` or `oci`."),
        "identifier": text("The package's name, image reference or address."),
        "transport": by_type(
            "How to talk to it.",
            stdio=ref(STDIO_TRANSPORT),
            streamable_http=ref(STREAMABLE_HTTP_TRANSPORT),
            sse=ref(SSE_TRANSPORT),
        ),
    },
    optional={
        "registryBaseUrl": text("The package registry's address."),
        "version": text("Exact version.", shortest=1, longest=255),
        "fileSha256": text(
            "SHA-256 of the package's file, in lowercase hexadecimal digits.",
            pattern="^[a-f0-9]{64}$",
        ),
        "runtimeHint": text("The runner, such as `npx` or `uvx`."),
        "runtimeArguments": list_of(ARGUMENT, "Words for the runner."),
        "packageArguments": list_of(ARGUMENT, "Words for the package."),
        "environmentVariables": list_of(ref(KEY_VALUE_INPUT), "Environment variables to set."),
        "postInstallInstructions": list_of(
            ref(POST_INSTALL_INSTRUCTION), "Steps to show after installation."
        ),
    },
)

SERVER: Final = record(
    "Server",
    "One version of one MCP server, as its author describes it in `server.json`.",
    required={
        "name": text(
            "Reversed domain, a slash, and the server's own name.",
            shortest=3,
            longest=200,
            pattern="^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$",
            example="io.github.alice/weather",
        ),
        "description": text("What the server does.", shortest=1, longest=100),
        "version": text("One release; semantic versioning is advised.", longest=255, example="1.0.2"),
    },
    optional={
        "$schema": text(
            "Address of the schema this file follows.",
            example=SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE),
        ),
        "title": text("Name for display.", shortest=1, longest=100),
        "repository": ref(REPOSITORY),
        "websiteUrl": text("Its home page."),
        "icons": list_of(ref(ICON), "Pictures that represent it."),
        "packages": list_of(ref(PACKAGE), "Ways to run it locally."),
        "remotes": list_of(
            by_type(
                "How to reach it.", streamable_http=ref(REMOTE_STREAMABLE_HTTP), sse=ref(REMOTE_SSE)
            ),
            "Addresses where it is hosted.",
        ),
        "_meta": record(
            "ServerMeta",
            "Extensions.",
            required={},
            optional={
                PUBLISHER_META: anything("Anything the author wants downstream to know."),
            },
        ),
    },
)

SERVER_DOCUMENT: Final = document(
    ref(SERVER),
    SERVER,
    REPOSITORY,
    ICON,
    INPUT,
    KEY_VALUE_INPUT,
    POSITIONAL_ARGUMENT,
    NAMED_ARGUMENT,
    STDIO_TRANSPORT,
    STREAMABLE_HTTP_TRANSPORT,
    SSE_TRANSPORT,
    REMOTE_STREAMABLE_HTTP,
    REMOTE_SSE,
    POST_INSTALL_INSTRUCTION,
    PACKAGE,
)
"""The whole description of `server.json`, with every part it refers to."""

SCHEMA_TAGS: Final = frozenset({"stdio", "streamable-http", "sse", "positional", "named"})
"""Values of `type` that pydantic adds to the place of an error and that are not part of the path."""
