"""How Git is let in to a remote: with a token, and from the network that the settings describe.

All of it is in the environment of the process that it is for, so that no file, no address and no list
of arguments holds a secret (git-config(1), `GIT_CONFIG_COUNT`; gitcredentials(7)).
"""

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import git

from mcp_static.git.command import run
from mcp_static.model.errors import GitError, OperatorError
from mcp_static.settings import SETTINGS_FILE, parse_settings
from mcp_static.settings.network import NetworkSettings

GITHUB_USER: Final = "x-access-token"
"""Who a token of GitHub's says that it is ("Authenticating as a GitHub App installation")."""
GITLAB_USER: Final = "oauth2"
"""Who a token of GitLab's says that it is; any name will do (gitlabhq/gitlabhq, doc/api/oauth2.md)."""

_PASSWORD: Final = "MCP_STATIC_PROXY_PASSWORD"  # noqa: S105 (a name)
_HELPER: Final = f'!f() {{ test "$1" = get && printf "password=%s\\n" "${_PASSWORD}"; }}; f'


@dataclass(frozen=True, slots=True)
class GitAccess:
    """What Git is given for the remotes of one forge: a token and its user, and a network."""

    token: str | None = field(default=None, repr=False)
    user: str = GITHUB_USER
    network: NetworkSettings = field(default_factory=NetworkSettings)

    def environment(self, url: str) -> dict[str, str]:
        """What the environment of a Git process has to hold in order to reach an address.

        Raises OperatorError where the settings name what cannot be used.
        """
        if urlsplit(url).scheme not in {"https", "http"}:
            return {}
        origin = _without_user(url)
        config = [*self._header(origin)]
        more = _authorities(self.network)
        proxy, password = _proxy(self.network, url)
        if proxy is not None:
            config.append((f"http.{origin}/.proxy", proxy))
        if proxy and password:
            key = f"credential.{_without_user(proxy)}.helper"
            config += [
                (f"http.{origin}/.proxyAuthMethod", "basic"),
                (key, ""),  # takes the user's own away
                (key, _HELPER),
            ]
            more[_PASSWORD] = password
        return {**more, **_config(config)}

    def _header(self, origin: str) -> Iterator[tuple[str, str]]:
        if self.token and origin.startswith("https://"):
            secret = base64.b64encode(f"{self.user}:{self.token}".encode()).decode()
            yield f"http.{origin}/.extraHeader", f"Authorization: Basic {secret}"


def network_of(repository: git.Repo) -> NetworkSettings:
    """The network of a registry's settings at `HEAD`, as far as they are there without fetching.

    Raises InputError for settings that cannot be read.
    """
    try:
        text = run(repository, "cat-file", "blob", f"HEAD:{SETTINGS_FILE}")
    except GitError:  # there is none, or it is among what a partial clone lacks
        return NetworkSettings()
    return parse_settings(text.removeprefix("\ufeff")).network


def _config(entries: list[tuple[str, str]]) -> dict[str, str]:
    """Settings of Git's for one process, after those that its environment has already."""
    there = os.environ.get("GIT_CONFIG_COUNT", "")
    first = int(there) if there.isdecimal() else 0
    made = {"GIT_CONFIG_COUNT": str(first + len(entries))} if entries else {}
    for number, (key, value) in enumerate(entries, first):
        made |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return made


def _authorities(network: NetworkSettings) -> dict[str, str]:
    """Whom Git trusts: whom requests trust, unless its own variable says otherwise."""
    from mcp_static.net.bundle import trusted_authorities  # slow to load, and not needed offline

    own = os.environ.get("GIT_SSL_CAINFO", "")
    trusted = trusted_authorities(network, own)
    if not trusted or trusted == own:
        return {}
    return {"GIT_SSL_CAPATH" if Path(trusted).is_dir() else "GIT_SSL_CAINFO": trusted}


def _proxy(network: NetworkSettings, url: str) -> tuple[str | None, str]:
    """The proxy for an address, and its password; None where Git's own settings are to count."""
    from mcp_static.net.access import Access, proxy_headers  # slow to load, and not needed offline

    access = Access(network)
    proxy = access.proxy(url)
    header = proxy_headers(access, proxy).get("Proxy-Authorization", "") if proxy else ""
    if not header:
        return (proxy if network.proxy or network.direct else None), ""
    scheme, _, secret = header.partition(" ")
    if scheme != "Basic":
        raise OperatorError(
            f"Git signs in at the proxy {proxy} with a user and a password alone.",
            'Give its credentials in [network] the scheme "basic".',
        )
    user, _, password = base64.b64decode(secret).decode().partition(":")
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{user}@{parts.netloc}", password


def _without_user(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
