"""Logging in to a GitLab: the token of the environment, or of a device login, which is renewed.

The device authorization grant is in GitLab since 17.2; its tokens last two hours (gitlabhq/gitlabhq,
doc/api/oauth2.md, read in November 2026). A token goes to the GitLab that it is for, and to no other,
whatever a registry says about where it lives.
"""

import os
import time
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from mcp_static.forges.device_login import DeviceFlow, Tokens
from mcp_static.forges.environment import address_in
from mcp_static.forges.gitlab.instance import TOKEN_VARIABLE, Instance, registry_instance
from mcp_static.forges.kept_files import forget, keep, read_kept
from mcp_static.model.errors import UsageError
from mcp_static.settings.network import NetworkSettings

HOST_VARIABLE: Final = "GITLAB_HOST"
"""The variable with the GitLab that GITLAB_TOKEN is for; GitLab's own program `glab` reads it too."""
LOGINS_FILE: Final = "gitlab-logins.json"
_SCOPE: Final = "api"
_BEFORE_ITS_END: Final = 120
"""Seconds before its end from which a token is renewed."""


class KeptLogin(BaseModel):
    """A login to one GitLab; `expires_at` is in seconds since 1970, None for never."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    token: str = Field(repr=False)
    refresh_token: str | None = Field(default=None, repr=False)
    expires_at: float | None = None


class _Logins(RootModel[dict[str, KeptLogin]]):
    """Logins by the host that they are for."""


def device_flow(client_id: str, instance: Instance, network: NetworkSettings) -> DeviceFlow:
    """How people log in to a GitLab, through one of its applications."""
    return DeviceFlow(
        forge=instance.host,
        codes=f"{instance.site}/oauth/authorize_device",
        tokens=f"{instance.site}/oauth/token",
        client_id=client_id,
        scope=_SCOPE,
        network=network,
    )


def token_instance() -> Instance:
    """The GitLab that the environment's token is for: gitlab.com, unless a variable says otherwise.

    Raises UsageError for a variable that holds no address.
    """
    host = os.environ.get(HOST_VARIABLE, "")
    if not host:
        return registry_instance()
    site = address_in(HOST_VARIABLE, usual_scheme="https")
    return Instance(site, site)


def token_from_environment(instance: Instance) -> str | None:
    """The environment's token, if it is for this GitLab."""
    token = os.environ.get(TOKEN_VARIABLE) or None
    return token if token and token_instance().host == instance.host else None


def find_token(instance: Instance, network: NetworkSettings) -> str | None:
    """A token: of the environment, or of an earlier login; None if there is none that still holds.

    Raises UnansweredError where a login has to be renewed and nobody answers.
    """
    return token_from_environment(instance) or _kept_token(instance, network)


def require_token(instance: Instance, network: NetworkSettings) -> str:
    """As `find_token`; raises UsageError where nobody is logged in."""
    token = find_token(instance, network)
    if token is None:
        raise UsageError(
            f"Nobody is logged in to {instance.host}.",
            f"Run `mcp-static login`, or {how_to_set(instance)}.",
        )
    return token


def how_to_set(instance: Instance) -> str:
    """What to do for a GitLab where one cannot log in."""
    named = (
        "" if token_instance().host == instance.host else f", and {HOST_VARIABLE} to {instance.host}"
    )
    return f"set {TOKEN_VARIABLE} to a personal access token of yours with the scope `{_SCOPE}`{named}"


def keep_login(instance: Instance, client_id: str, tokens: Tokens) -> None:
    """Store a login, readable by its owner alone; raises InputError if that fails."""
    end = None if tokens.expires_in is None else time.time() + tokens.expires_in
    kept = KeptLogin(
        client_id=client_id,
        token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at=end,
    )
    logins = {**_kept(), instance.host: kept}
    keep(LOGINS_FILE, _Logins(logins).model_dump_json(), TOKEN_VARIABLE)


def kept_hosts() -> frozenset[str]:
    """The hosts of the GitLabs that there is a login for."""
    return frozenset(_kept())


def forget_logins() -> bool:
    """Forget the stored logins; gives whether there was one."""
    return forget(LOGINS_FILE)


def _kept_token(instance: Instance, network: NetworkSettings) -> str | None:
    login = _kept().get(instance.host)
    if login is None:
        return None
    if login.expires_at is None or time.time() < login.expires_at - _BEFORE_ITS_END:
        return login.token
    if login.refresh_token is None:
        return None
    tokens = device_flow(login.client_id, instance, network).renewed(login.refresh_token)
    if tokens is None:
        return None
    keep_login(instance, login.client_id, tokens)
    return tokens.access_token


def _kept() -> dict[str, KeptLogin]:
    try:
        return _Logins.model_validate_json(read_kept(LOGINS_FILE)).root
    except ValidationError:  # no file yet, or one that is none of ours
        return {}
