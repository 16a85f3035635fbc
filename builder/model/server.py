"""`server.json` as the official schema of 2025-12-11 has it, with the two additions of its draft.

The additions: a transport URL may begin with a `{variable}`, and packages may carry
`postInstallInstructions`. Field meanings and limits: the registry's `server.schema.json`,
`generic-server-json.md` and the changelog of the schema. Unknown fields are allowed everywhere
and are never lost, because what is served is the author's own object, not these models.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

CURRENT_SCHEMA_DATE: Final = "2025-12-11"
ACCEPTED_SCHEMA_DATES: Final = ("2025-09-16", "2025-09-29", "2025-10-11", "2025-10-17", "2025-12-11")
SCHEMA_URL: Final = "https://static.modelcontextprotocol.io/schemas/{date}/server.schema.json"
PUBLISHER_META: Final = "io.modelcontextprotocol.registry/publisher-provided"

URL_TEMPLATE: Final = r"^(https?://[^\s]+|\{[a-zA-Z_][a-zA-Z0-9_]*\}[^\s]*)$"


class _Part(BaseModel):
    """One object of the document. JSON types are never converted: `"1"` is no number."""

    model_config = ConfigDict(
        strict=True,
        extra="allow",
        alias_generator=to_camel,
        populate_by_name=False,
        hide_input_in_errors=True,
    )


class Repository(_Part):
    """Where the server's source code is kept."""

    url: str = Field(description="Address for browsing and cloning.", examples=["https://github.com/alice/weather"])
    source: str = Field(description="The hosting service, such as `github` or `gitlab`.")
    id: str | None = Field(None, description="The service's own identifier of the repository.")
    subfolder: str | None = Field(None, description="Folder of the server inside the repository.")


class Icon(_Part):
    """A picture that stands for the server."""

    src: str = Field(max_length=255, description="HTTPS address of the picture.")
    mime_type: (
        Literal["image/png", "image/jpeg", "image/jpg", "image/svg+xml", "image/webp"] | None
    ) = Field(None, description="Its type, when the address does not tell.")
    sizes: list[Annotated[str, Field(pattern=r"^(\d+x\d+|any)$")]] | None = Field(
        None, description="Sizes it suits, such as `48x48`, or `any`."
    )
    theme: Literal["light", "dark"] | None = Field(None, description="Background it is made for.")


class Input(_Part):
    """A value that the user, or the author in advance, supplies."""

    description: str | None = Field(None, description="What the value is for.")
    is_required: bool | None = Field(None, description="Whether there must be a value.")
    format: Literal["string", "number", "boolean", "filepath"] | None = Field(
        None, description="What kind of value; `string` when absent."
    )
    value: str | None = Field(
        None, description="A fixed value; `{names}` in it are replaced from `variables`."
    )
    is_secret: bool | None = Field(None, description="Whether it must be kept confidential.")
    default: str | None = Field(None, description="The value when the user gives none.")
    placeholder: str | None = Field(None, description="An example of a value, for display.")
    choices: list[str] | None = Field(None, description="The only values allowed.")


class InputWithVariables(Input):
    """An input whose fixed value may refer to further inputs."""

    variables: dict[str, Input] | None = Field(None, description="The inputs it refers to.")


class KeyValueInput(InputWithVariables):
    """A header or an environment variable."""

    name: str = Field(description="Name of the header or environment variable.")


class PositionalArgument(InputWithVariables):
    """A value that stands by itself on the command line."""

    type: Literal["positional"]
    value_hint: str | None = Field(None, description="A label for the value; never on the line.")
    is_repeated: bool | None = Field(None, description="Whether it may stand several times.")

    @model_validator(mode="after")
    def _has_value_or_hint(self) -> "PositionalArgument":
        if self.value is None and self.value_hint is None:
            raise PydanticCustomError(
                "value_or_hint", "a positional argument needs a `value` or a `valueHint`"
            )
        return self


class NamedArgument(InputWithVariables):
    """A flag with its value, such as `--port 8080`."""

    type: Literal["named"]
    name: str = Field(description="The flag, with its leading dashes.", examples=["--port"])
    is_repeated: bool | None = Field(None, description="Whether it may stand several times.")


Argument = Annotated[PositionalArgument | NamedArgument, Field(discriminator="type")]


class StdioTransport(_Part):
    """The server talks over its standard input and output."""

    type: Literal["stdio"]


class StreamableHttpTransport(_Part):
    """The server answers at an address, over streamable HTTP."""

    type: Literal["streamable-http"]
    url: str = Field(pattern=URL_TEMPLATE, description="Its address; may hold `{variables}`.")
    headers: list[KeyValueInput] | None = Field(None, description="Headers to send.")


class SseTransport(_Part):
    """The server answers at an address, over server-sent events."""

    type: Literal["sse"]
    url: str = Field(pattern=URL_TEMPLATE, description="Its address; may hold `{variables}`.")
    headers: list[KeyValueInput] | None = Field(None, description="Headers to send.")


LocalTransport = Annotated[
    StdioTransport | StreamableHttpTransport | SseTransport, Field(discriminator="type")
]


class RemoteStreamableHttpTransport(StreamableHttpTransport):
    """A hosted server over streamable HTTP."""

    variables: dict[str, Input] | None = Field(None, description="Inputs its address refers to.")


class RemoteSseTransport(SseTransport):
    """A hosted server over server-sent events."""

    variables: dict[str, Input] | None = Field(None, description="Inputs its address refers to.")


RemoteTransport = Annotated[
    RemoteStreamableHttpTransport | RemoteSseTransport, Field(discriminator="type")
]


class PostInstallInstruction(_Part):
    """A step to show after installation; clients never run it by themselves (schema draft)."""

    description: str = Field(description="What to do.")
    command: str | None = Field(None, description="A command to show, never to run unasked.")
    documentation: str | None = Field(None, description="Address of a fuller explanation.")
    optional: bool | None = Field(None, description="Whether the step may be left out.")


class Package(_Part):
    """A way to install and run the server on the user's machine."""

    registry_type: str = Field(description="`npm`, `pypi`, `nuget`, `cargo`, `oci`, `mcpb`, `go`.")
    identifier: str = Field(description="The package's name, image reference or address.")
    transport: LocalTransport = Field(description="How to talk to it.")
    registry_base_url: str | None = Field(None, description="The package registry's address.")
    version: str | None = Field(None, min_length=1, max_length=255, description="Exact version.")
    file_sha256: str | None = Field(
        None,
        alias="fileSha256",
        pattern=r"^[a-f0-9]{64}$",
        description="SHA-256 of the package's file, in lowercase hexadecimal digits.",
    )
    runtime_hint: str | None = Field(None, description="The runner, such as `npx` or `uvx`.")
    runtime_arguments: list[Argument] | None = Field(None, description="Words for the runner.")
    package_arguments: list[Argument] | None = Field(None, description="Words for the package.")
    environment_variables: list[KeyValueInput] | None = Field(
        None, description="Environment variables to set."
    )
    post_install_instructions: list[PostInstallInstruction] | None = Field(
        None, description="Steps to show after installation."
    )


class ServerMeta(_Part):
    """What the author adds beside the standard fields."""

    publisher_provided: dict[str, Any] | None = Field(
        None, alias=PUBLISHER_META, description="Anything the author wants downstream to know."
    )


class Server(_Part):
    """One version of one MCP server, as its author describes it in `server.json`."""

    schema_: str | None = Field(
        None,
        alias="$schema",
        description="Address of the schema this file follows.",
        examples=[SCHEMA_URL.format(date=CURRENT_SCHEMA_DATE)],
    )
    name: str = Field(
        min_length=3,
        max_length=200,
        pattern=r"^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$",
        description="Reversed domain, a slash, and the server's own name.",
        examples=["io.github.alice/weather"],
    )
    description: str = Field(min_length=1, max_length=100, description="What the server does.")
    title: str | None = Field(None, min_length=1, max_length=100, description="Name for display.")
    version: str = Field(
        max_length=255, description="One release; semantic versioning is advised.", examples=["1.0.2"]
    )
    repository: Repository | None = Field(None, description="Its source code.")
    website_url: str | None = Field(None, description="Its home page.")
    icons: list[Icon] | None = Field(None, description="Pictures that stand for it.")
    packages: list[Package] | None = Field(None, description="Ways to run it locally.")
    remotes: list[RemoteTransport] | None = Field(None, description="Addresses where it is hosted.")
    meta: ServerMeta | None = Field(None, alias="_meta", description="Extensions.")


SCHEMA_TAGS: Final = frozenset({"stdio", "streamable-http", "sse", "positional", "named"})
"""Values of `type` that pydantic adds to the place of an error and that are no part of the path."""

