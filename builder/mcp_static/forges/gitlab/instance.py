"""Which GitLab: gitlab.com, or the one that a registry lives on.

GitLab tells its pipelines by predefined variables (gitlabhq/gitlabhq,
doc/ci/variables/predefined_variables.md): `GITLAB_CI`, `CI_SERVER_URL` and `CI_API_V4_URL`.
"""

import os
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from mcp_static.forges.environment import address_in
from mcp_static.model.forge_ids import GITLAB_HOST

TOKEN_VARIABLE: Final = "GITLAB_TOKEN"  # noqa: S105 (a name)
TRIGGER_VARIABLE: Final = "MCP_STATIC_TRIGGER_TOKEN"
"""The variable with the token of a pipeline trigger, by which a check is started."""
BOT_VARIABLE: Final = "MCP_STATIC_BOT"
"""The variable with the name of the account that writes, for jobs whose token is another's."""

_API: Final = "/api/v4"


@dataclass(frozen=True, slots=True)
class Instance:
    """One GitLab: the address of its site, and that of its API without `/api/v4`."""

    site: str
    api: str

    @property
    def host(self) -> str:
        """What ids of its accounts begin with."""
        return urlsplit(self.site).netloc.lower()


PUBLIC: Final = Instance(f"https://{GITLAB_HOST}", f"https://{GITLAB_HOST}")


def runs_here() -> bool:
    """Whether this is a job of GitLab's CI."""
    return os.environ.get("GITLAB_CI") == "true"


def registry_instance() -> Instance:
    """The GitLab that the registry lives on, by the environment; gitlab.com if that is not set.

    Raises UsageError for anything that is not an address.
    """
    site = address_in("CI_SERVER_URL") or PUBLIC.site
    return Instance(site, address_in("CI_API_V4_URL").removesuffix(_API) or site)
