"""Ids of accounts and repositories that name their forge: `github.com/account/1001`.

A number alone says nothing: user 2 of one GitHub is not user 2 of another. On GitHub, users and
organizations share one sequence of numbers, so both are `account`; on GitLab, users and groups do not.
"""

import re
from dataclasses import dataclass
from typing import Final

GITHUB_HOST: Final = "github.com"
GITLAB_HOST: Final = "gitlab.com"

ACCOUNT: Final = "account"
"""A user or an organization of GitHub."""
REPOSITORY: Final = "repository"
USER: Final = "user"
GROUP: Final = "group"
PROJECT: Final = "project"

FORGE_ID: Final = (
    r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?"
    r"/(?:account|repository|user|group|project)/(?:0|[1-9]\d{0,17})"
)
"""How an id is written, as a regular expression."""


@dataclass(frozen=True, slots=True, order=True)
class ForgeId:
    """What never changes about an account or a repository: the forge's host, the kind, the number."""

    host: str
    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.host}/{self.kind}/{self.number}"


def parse_forge_id(text: str) -> ForgeId | None:
    """Read `host/kind/number`, None for anything else; there is one way to write each id."""
    if not re.fullmatch(FORGE_ID, text, re.ASCII):
        return None
    host, kind, number = text.split("/")
    return ForgeId(host, kind, int(number))


def recorded_account(value: object) -> ForgeId | None:
    """The id of an account as a record has it; before ids named their forge, all were of github.com."""
    if isinstance(value, str):
        return parse_forge_id(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return ForgeId(GITHUB_HOST, ACCOUNT, value)
    return None
