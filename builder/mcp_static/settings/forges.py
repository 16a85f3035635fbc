"""Forges beside github.com and gitlab.com: where they are, and the namespaces that they get."""

import re
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator

from mcp_static.model.names import FORGE_PARENTS
from mcp_static.settings.part import Part

_URL: Final = re.compile(r"https://(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*(?::\d{1,5})?")
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,100}")
_RESERVED: Final = (*FORGE_PARENTS, "io.modelcontextprotocol")


class ForgeSettings(Part):
    """A forge of the operator's: a GitHub Enterprise Server, or a GitLab of one's own."""

    kind: Literal["github", "gitlab"]
    url: str = Field(description="Its address, as people see it: `https://git.example.com`.")
    token_variable: str = Field(
        "",
        description="The environment variable with a token that may read there; without one, it is "
        "asked as anybody may.",
    )

    @field_validator("url")
    @classmethod
    def _is_a_forge_of_ones_own(cls, value: str) -> str:
        value = value.rstrip("/").lower()
        if not _URL.fullmatch(value):
            raise ValueError("is not an https address of a host alone")
        parent = _parent(value)
        if any(_is_within(parent, reserved) for reserved in _RESERVED):
            raise ValueError(f"would get the namespaces {parent}.*, which stand for others")
        return value

    @field_validator("token_variable")
    @classmethod
    def _is_a_variable(cls, value: str) -> str:
        if value and not _VARIABLE.fullmatch(value):
            raise ValueError("is not the name of a variable in capitals; the token itself stays out")
        return value

    @property
    def host(self) -> str:
        """What ids of its accounts begin with: its host, with a port if there is one."""
        return urlsplit(self.url).netloc

    @property
    def parent(self) -> str:
        """What its namespaces begin with: `com.example.git` for git.example.com."""
        return _parent(self.url)


def _parent(url: str) -> str:
    return ".".join(reversed((urlsplit(url).hostname or "").split(".")))


def _is_within(namespace: str, parent: str) -> bool:
    return namespace == parent or f"{namespace}.".startswith(f"{parent}.")


def _are_apart(forges: tuple[ForgeSettings, ...]) -> tuple[ForgeSettings, ...]:
    for number, one in enumerate(forges):
        for other in forges[number + 1 :]:
            if _is_within(one.parent, other.parent) or _is_within(other.parent, one.parent):
                raise ValueError(f"{one.url} and {other.url} would share namespaces")
    return forges


def hosts_of(forges: tuple[ForgeSettings, ...]) -> tuple[tuple[str, str], ...]:
    """Their kinds and hosts."""
    return tuple((forge.kind, forge.host) for forge in forges)


Forges = Annotated[tuple[ForgeSettings, ...], AfterValidator(_are_apart)]
"""Forges of which no one's namespaces are within another's."""
