"""Whom a registry takes nothing new from, and how much it takes: `[blocked]` and `[limits]`."""

import re
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mcp_static.model.forge_ids import ACCOUNT, GROUP, PROJECT, REPOSITORY, USER, parse_forge_id

BlockList = Literal["accounts", "repositories", "namespaces", "keys", "hosts"]

BLOCK_LISTS: Final[dict[str, BlockList]] = {
    "account": "accounts",
    "repository": "repositories",
    "namespace": "namespaces",
    "key": "keys",
    "host": "hosts",
}
"""What can be blocked, with the list of the settings that it is in."""

_PATTERN: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?:\.\*)?")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")
_HOST: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f:.]+")
_CONFIG: Final = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def namespace_pattern(value: str) -> str:
    """A pattern of namespaces as it is; raises ValueError if it is not one."""
    if not _PATTERN.fullmatch(value):
        raise ValueError(f"{value!r} is neither a namespace nor a pattern that ends in .*")
    return value


def covers(pattern: str, namespace: str) -> bool:
    """Whether a pattern covers a namespace; letters' case does not matter."""
    pattern, name = pattern.casefold(), namespace.casefold()
    if pattern.endswith(".*"):
        return name == pattern[:-2] or name.startswith(pattern[:-1])
    return name == pattern


class BlockSettings(BaseModel):
    """Whom and what the registry takes nothing new from; what it has already stays as it is."""

    model_config = _CONFIG

    accounts: tuple[str, ...] = Field(
        (), description="Ids such as `github.com/account/1001`: requesters, and owners of namespaces."
    )
    repositories: tuple[str, ...] = Field(
        (), description="Ids such as `github.com/repository/555`: where records come from."
    )
    namespaces: tuple[str, ...] = Field((), description="`com.example`, or `com.example.*`.")
    keys: tuple[str, ...] = Field((), description="Fingerprints, as `mcp-static keygen` prints them.")
    hosts: tuple[str, ...] = Field(
        (), description="Hosts of remotes and packages, each with all below it."
    )

    @field_validator("accounts")
    @classmethod
    def _are_accounts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _forge_ids(value, ACCOUNT, USER, GROUP)

    @field_validator("repositories")
    @classmethod
    def _are_repositories(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _forge_ids(value, REPOSITORY, PROJECT)

    @field_validator("namespaces")
    @classmethod
    def _are_patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(namespace_pattern, value))

    @field_validator("keys")
    @classmethod
    def _are_fingerprints(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not _FINGERPRINT.fullmatch(text):
                raise ValueError(f"{text!r} is not a fingerprint of 16 hexadecimal digits")
        return value

    @field_validator("hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not _HOST.fullmatch(text):
                raise ValueError(f"{text!r} is not a host in lowercase, such as evil.example")
        return value

    def pattern_over(self, namespace: str) -> str | None:
        """The pattern that blocks a namespace; None for none."""
        return next((pattern for pattern in self.namespaces if covers(pattern, namespace)), None)

    def host_over(self, host: str) -> str | None:
        """The blocked host that a host is, or is below; None if there is none."""
        return next((one for one in self.hosts if host == one or host.endswith(f".{one}")), None)


def _forge_ids(value: tuple[str, ...], *kinds: str) -> tuple[str, ...]:
    for text in value:
        found = parse_forge_id(text)
        if found is None or found.kind not in kinds:
            raise ValueError(f"{text!r} is not an id such as github.com/{kinds[0]}/1001")
    return value


class LimitSettings(BaseModel):
    """How much the registry takes, and how close a name may come to somebody else's."""

    model_config = _CONFIG

    publishes_a_day: int = Field(
        500, ge=0, description="Versions that one account, or one namespace, may publish in a day."
    )
    bytes_a_day: int = Field(10_000_000, ge=0, description="Their size, all in all.")
    pull_request_bytes: int = Field(
        2_000_000, ge=0, description="What the files of one pull request may have together."
    )
    similar_names: Literal["hold", "report", "ignore"] = Field(
        "hold",
        description="What becomes of a new name that is easily taken for that of somebody else.",
    )
    similar_edits: int = Field(
        1, ge=0, le=3, description="Edits between two names that are close; lookalikes always are."
    )
