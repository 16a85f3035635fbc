"""Sources: the registries and files whose approved entries this registry takes in."""

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from ipaddress import ip_address
from pathlib import PurePosixPath
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from mcp_static.model.approvals import Approval, lines_of_list, parse_approval, parse_approvals
from mcp_static.model.canonical import DIGEST
from mcp_static.model.errors import InputError
from mcp_static.model.registry_address import registry_address
from mcp_static.model.versions import range_problem
from mcp_static.settings.part import Part, has_host_and_port, variable_name

_URL: Final = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[^\s?#@]*)?")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,40}")


class Source(Part):
    """Another registry or a file, and which of its entries are approved."""

    url: str = Field("", description="The address of a registry that has the standard API.")
    file: str = Field(
        "", description="Or a file of entries, as `import` reads them; from the repository's folder."
    )
    include: tuple[str, ...] = Field(
        (), description="Names and patterns, with versions if need be: `com.example/*@^2`."
    )
    include_from: str = Field(
        "", description="A file of the repository with more of them, one a line; `#` begins a comment."
    )
    digests: dict[str, str] = Field(
        {}, description="`name@version` → `sha256:…` of the server object (RFC 8785): nothing else."
    )
    approve: Literal["auto", "review"] = Field(
        "auto", description="`auto` takes new versions at once, `review` proposes them."
    )
    lenient: bool = Field(
        False, strict=True, description="Whether to take what breaks publish rules as well."
    )
    credentials: str = Field(
        "", description="The environment variable with the token for this source, never the token."
    )
    scheme: str = Field("Bearer", description="What comes before the token in `Authorization`.")

    @field_validator("url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not value:
            return value
        if not _URL.fullmatch(value) or not has_host_and_port(value):
            raise ValueError("is not an http or https URL without user name and query")
        return registry_address(value)

    @field_validator("file", "include_from")
    @classmethod
    def _is_inside(cls, value: str) -> str:
        path = PurePosixPath(value)
        if value and (path.is_absolute() or ".." in path.parts or "\\" in value):
            raise ValueError("is not a path below the repository's folder")
        return value

    @field_validator("include")
    @classmethod
    def _are_approvals(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(parse_approval(line)) for line in value)

    @field_validator("digests")
    @classmethod
    def _are_digests(cls, value: dict[str, str]) -> dict[str, str]:
        pins: dict[str, str] = {}
        for key, digest in value.items():
            approval = parse_approval(key)
            if approval.is_pattern or not approval.versions or range_problem(approval.versions):
                raise ValueError(f"{key!r} is not a name, an @ and one version")
            if not DIGEST.fullmatch(digest):
                raise ValueError(f"{key!r} has no sha256: and 64 digits in lowercase")
            if pins.setdefault(str(approval), digest) != digest:
                raise ValueError(f"{approval} is pinned to two digests")
        return pins

    @field_validator("credentials")
    @classmethod
    def _is_variable(cls, value: str) -> str:
        return variable_name(value) if value else value

    @field_validator("scheme")
    @classmethod
    def _is_scheme(cls, value: str) -> str:
        if not _SCHEME.fullmatch(value):
            raise ValueError("is not the name of a scheme such as Bearer")
        return value

    @model_validator(mode="after")
    def _is_one_source(self) -> Self:
        if bool(self.url) is bool(self.file):
            raise ValueError("has to have either `url` or `file`")
        if self.credentials and not _is_private(self.url):
            raise ValueError("`credentials` are sent over https alone")
        return self

    @cached_property
    def approvals(self) -> tuple[Approval, ...]:
        """What `include` says, read; `with_lists` adds to it what a file says."""
        return tuple(parse_approval(line) for line in self.include)

    def covers_name(self, name: str) -> bool:
        """Whether it approves anything of a server."""
        return any(approval.covers_name(name) for approval in self.approvals)

    def covers(self, name: str, version: str) -> bool:
        """Whether it approves a version, digests aside."""
        return any(approval.covers(name, version) for approval in self.approvals)

    @property
    def address(self) -> str:
        """Where its entries come from, as notes and reports name it."""
        return self.url or self.file


def pin_of(sources: Iterable[Source], address: str, name: str, version: str) -> str | None:
    """The digest that a version of an address has to have, if one of its tables pins it."""
    pins = (one.digests.get(f"{name}@{version}") for one in sources if one.address == address)
    return next(filter(None, pins), None)


def with_lists(sources: tuple[Source, ...], read: Callable[[str], str | None]) -> tuple[Source, ...]:
    """The sources with what the files that they name add to `include`.

    `read` gives the text of a file of the repository, None if there is none. Raises InputError.
    """
    return tuple(_with_list(source, read) if source.include_from else source for source in sources)


def _with_list(source: Source, read: Callable[[str], str | None]) -> Source:
    file = source.include_from
    text = read(file)
    if text is None:
        raise InputError(
            f"The list {file} of the source {source.address} is not in the repository.",
            "Commit it, or correct `include_from` in registry.toml.",
        )
    added = parse_approvals(lines_of_list(text), file)
    include = (*source.include, *map(str, added))
    return Source.model_validate({**source.model_dump(), "include": include, "include_from": ""})


def _is_private(url: str) -> bool:
    """Whether nobody between this machine and the source can read what is sent."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
