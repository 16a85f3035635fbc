"""What may come in, and what happens to it: package registries, remotes, continuity, the merge."""

import re
from typing import Final

from pydantic import Field, field_validator

from mcp_static.packages.types import PACKAGE_TYPES
from mcp_static.settings.part import Part

_IDENTITY: Final = re.compile(r"[^<>\x00-\x1f\x7f]{1,200} <[^<>\s]{1,200}>")
_REGISTRY_URL: Final = re.compile(
    r"(?:https://)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?(/[^\s?#]*)?"
)
_HOST_PATTERN: Final = re.compile(r"(?:\*\.)?(?:[a-z0-9][a-z0-9-]*\.)*[a-z][a-z0-9-]*")
_TYPES_WITH_REGISTRIES: Final = tuple(kind.id for kind in PACKAGE_TYPES if kind.can_trust_registries)


class PackageRegistry(Part):
    """A package registry to trust in addition to the public ones, and under whose address."""

    type: str = Field(json_schema_extra={"enum": [*_TYPES_WITH_REGISTRIES]})
    url: str = Field(description="`https://npm.example.com`; of an OCI registry its host alone.")

    @field_validator("type")
    @classmethod
    def _has_registries(cls, value: str) -> str:
        if value not in _TYPES_WITH_REGISTRIES:
            raise ValueError(f"is not one of {', '.join(_TYPES_WITH_REGISTRIES)}")
        return value

    @field_validator("url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not _REGISTRY_URL.fullmatch(value):
            raise ValueError("is neither an https URL without a query nor the host of an OCI registry")
        return value.rstrip("/")


class RemoteSettings(Part):
    """Where remotes may lead."""

    internal: tuple[str, ...] = Field(
        (),
        description="Hosts without a public suffix that remotes may have: `mcp.corp`, `*.internal`.",
    )

    @field_validator("internal")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not _HOST_PATTERN.fullmatch(text) or text.endswith("localhost"):
                raise ValueError(f"{text!r} is neither a host in lowercase nor *. and a host")
        return value


class ContinuitySettings(Part):
    """What happens when a name is proven by somebody or something that never proved it before."""

    wait_days: int = Field(
        7, ge=0, le=365, description="Days that it waits before an operator can approve it."
    )


class MergeSettings(Part):
    """What happens once a check is green."""

    automatic: bool = Field(
        False, strict=True, description="Whether a green publish is merged without a person."
    )
    identity: str = Field(
        "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>",
        description="The author of the merge's commits; what others note of proofs is not believed.",
    )

    @field_validator("identity")
    @classmethod
    def _is_identity(cls, value: str) -> str:
        if not _IDENTITY.fullmatch(value):
            raise ValueError("is not written as a name and an e-mail address in <>")
        return value

    frozen: bool = Field(
        False, strict=True, description="Whether publishing is closed; `freeze` and `thaw` set it."
    )
    frozen_reason: str = Field("", max_length=500, description="What is said to those who publish.")
