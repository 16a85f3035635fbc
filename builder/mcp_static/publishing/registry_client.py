"""A registry as its address shows it: what `data/snapshot.json` says, and single entries.

The address is the user's own choice, so it may be one on this machine or inside a company.
"""

import os
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

import orjson

from mcp_static.api.paths import SNAPSHOT
from mcp_static.model.errors import InputError, ServiceError, UsageError
from mcp_static.model.layout import version_problem
from mcp_static.model.names import ServerName
from mcp_static.model.registry_address import registry_address as without_api_path
from mcp_static.net.client import Client
from mcp_static.settings.network import NetworkSettings

VARIABLE: Final = "MCP_STATIC_REGISTRY"
_SECONDS: Final = 20
_MAX_BYTES: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class RegistryFacts:
    """What authors' commands need to know about a registry.

    `url` is how signatures name it; `repository` where pull requests go, on a `forge` of that kind. The
    ids are those of the applications to log in with, on GitHub and on its GitLab; empty for none.
    """

    address: str
    title: str
    url: str
    repository: str
    client_id: str = ""
    gitlab_client_id: str = ""
    forge: str = ""


def registry_address(given: str | None) -> str:
    """The address that was given, or that the environment names; raises UsageError if there is none."""
    address = given or os.environ.get(VARIABLE, "")
    if not address:
        raise UsageError(
            "No registry is named.",
            f"Add --registry with the address that its clients use, or set {VARIABLE} to it.",
        )
    if re.match(r"https?://[^/?#]*@", address):
        raise UsageError(
            "The registry's URL has a user or a password in it.",
            "Leave them out, and name an environment variable that holds them, in registry.toml: "
            "[network] credentials.",
        )
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", address) or not _has_host(address):
        raise UsageError(
            f"{address!r} is not the URL of a registry.", "Give one that begins with https://."
        )
    return without_api_path(address)


def _has_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:  # a bracket that is not closed, a port beyond 65535
        return False
    return bool(parts.hostname) and port != 0


def read_facts(address: str, network: NetworkSettings | None = None) -> RegistryFacts:
    """What a registry says about itself; raises InputError if it is not one of ours, ServiceError.

    `network` is the one that it is asked from.
    """
    document = _get(f"{address}/{SNAPSHOT}", network)
    facts = document.get("registry") if document is not None else None
    if not isinstance(facts, dict):
        raise InputError(
            f"{address} is not a static registry: it has no {SNAPSHOT}.",
            "Check the address; it is the one that clients are given.",
        )
    return RegistryFacts(
        address=address,
        title=str(facts.get("title", "")),
        url=str(facts.get("url") or address),
        repository=str(facts.get("repository", "")),
        client_id=str(facts.get("githubClientId", "")),
        gitlab_client_id=str(facts.get("gitlabClientId", "")),
        forge=str(facts.get("forge", "")),
    )


def versions_of(address: str, name: ServerName, network: NetworkSettings | None = None) -> list[str]:
    """The versions of a server that a registry serves, deleted ones aside; raises ServiceError."""
    document = _get(f"{address}/v0.1/servers/{quote(str(name), safe='')}/versions", network)
    entries = document.get("servers") if document is not None else None
    servers = [
        entry.get("server")
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict)
    ]
    found = [server.get("version") for server in servers if isinstance(server, dict)]
    return [version for version in found if isinstance(version, str) and not version_problem(version)]


def served_version(
    address: str, name: ServerName, version: str, network: NetworkSettings | None = None
) -> dict[str, Any] | None:
    """The server object of a version that a registry serves, or None; raises ServiceError."""
    path = f"v0.1/servers/{quote(str(name), safe='')}/versions/{quote(version, safe='')}"
    document = _get(f"{address}/{path}", network)
    server = document.get("server") if document is not None else None
    return server if isinstance(server, dict) else None


def repository_name(facts: RegistryFacts, site: str) -> str:
    """The `owner/name` of a registry's repository on GitHub's site; raises InputError for others."""
    path = urlsplit(facts.repository).path.strip("/").removesuffix(".git")
    if not facts.repository.startswith(f"{site}/") or path.count("/") != 1:
        raise InputError(
            f"{facts.title or facts.address} takes pull requests at "
            f"{facts.repository or 'no address that it names'}, which is not on GitHub or GitLab.",
            "Push a branch there yourself: `mcp-static publish --remote <address of a Git remote>`.",
        )
    return path


def _get(url: str, network: NetworkSettings | None) -> dict[str, Any] | None:
    """The JSON object at an address; None if there is none."""
    with Client(max_bytes=_MAX_BYTES, seconds=_SECONDS, network=network) as client:
        answer = client.get(url)
        client.require_signed_in(url, answer)
    if answer.status == 404:
        return None
    if answer.status >= 400:
        raise ServiceError(f"{url} answers {answer.status}.", "Check the address, or try again.")
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None
