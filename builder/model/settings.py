"""`registry.toml`: what a registry says about itself, read from the commit that is built."""

import re
import tomllib
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from builder.model.errors import InputError

SETTINGS_FILE: Final = "registry.toml"
_HTTP_URL: Final = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")


class Settings(BaseModel):
    """The registry's own settings; every one has a default that works on this machine."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    title: str = Field("MCP Static Registry", min_length=1, max_length=100)
    description: str = Field("MCP servers, published through Git.", max_length=500)
    url: str = Field("http://127.0.0.1:8000", description="Where the registry is served.")
    repository: str = Field("", description="Where its Git repository takes pull requests.")
    namespace: str = Field(
        "", description="The registry's own reversed domain, for `provenance` in `_meta`."
    )

    @field_validator("url", "repository")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if value and not _HTTP_URL.fullmatch(value):
            raise ValueError("is no http or https address without a query")
        return value.rstrip("/")

    @field_validator("namespace")
    @classmethod
    def _is_reversed_domain(cls, value: str) -> str:
        if value and not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", value):
            raise ValueError("is no reversed domain such as com.example.registry")
        if value.startswith("io.modelcontextprotocol"):
            raise ValueError("belongs to the Model Context Protocol itself")
        return value


def parse_settings(text: str) -> Settings:
    """Read `registry.toml`; raises InputError that names every setting at fault."""
    try:
        return Settings.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{SETTINGS_FILE} is not TOML: {error}", "Mend that line.") from None
    except ValidationError as error:
        faults = [
            f"  {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors(include_url=False)
        ]
        known = ", ".join(Settings.model_fields)
        raise InputError(
            "\n".join([f"{SETTINGS_FILE} has settings that cannot be used:", *faults]),
            f"The settings are: {known}.",
        ) from None
