"""Grants: who may publish under a namespace without another proof."""

import re
from typing import Final

from pydantic import Field, field_validator

from mcp_static.model.forge_ids import ACCOUNT, FORGE_ID, USER, ForgeId, parse_forge_id
from mcp_static.model.moderation import covers, namespace_pattern
from mcp_static.settings.part import Part

_ACCOUNT: Final = re.compile(
    r"(?P<forge>github|gitlab):(?P<login>\w[\w.-]{0,254})(?:#(?P<number>\d{1,18}))?"
    rf"|(?P<id>{FORGE_ID})",
    re.ASCII,
)


class GrantHolder(Part):
    """An account that a grant names: by its id, or by a login and, so that it cannot move, a number."""

    login: str = ""
    kind: str = ACCOUNT
    number: int | None = None
    id: ForgeId | None = None


class Grant(Part):
    """Who may publish under a namespace without another proof; for private registries."""

    namespace: str = Field(description="`com.example`, or `com.example.*` for it and all below it.")
    accounts: tuple[str, ...] = Field(
        min_length=1, description="`github:login`, `gitlab:login#id` or `github.com/account/1001`."
    )

    @field_validator("namespace")
    @classmethod
    def _is_pattern(cls, value: str) -> str:
        return namespace_pattern(value)

    @field_validator("accounts")
    @classmethod
    def _are_accounts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not _ACCOUNT.fullmatch(text):
                raise ValueError(f"{text!r} is not github:login, gitlab:login#id or host/account/id")
        return value

    @property
    def holders(self) -> tuple[GrantHolder, ...]:
        """The accounts, read."""
        matches = (_ACCOUNT.fullmatch(text) for text in self.accounts)
        return tuple(
            GrantHolder(
                login=match["login"] or "",
                kind=USER if match["forge"] == "gitlab" else ACCOUNT,
                number=int(match["number"]) if match["number"] else None,
                id=parse_forge_id(match["id"] or ""),
            )
            for match in matches
            if match
        )

    def covers(self, namespace: str) -> bool:
        """Whether this grant covers a namespace; letters' case does not matter."""
        return covers(self.namespace, namespace)
