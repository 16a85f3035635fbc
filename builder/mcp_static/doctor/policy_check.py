"""Policy files, as the clients that they are for hold a server against them."""

from collections.abc import Iterator, Sequence
from typing import Final

from mcp_static.doctor.clients import Client
from mcp_static.doctor.configurations import ConfiguredServer
from mcp_static.doctor.likeness import (
    Likeness,
    commands_of,
    likenesses,
    matches_remote,
    named_version,
    of_its_name,
    package_version,
)
from mcp_static.doctor.policy_files import PolicyFile
from mcp_static.doctor.registry import AskedRegistry
from mcp_static.model.errors import NoCommandError
from mcp_static.packages.configurations import joined, placeholder
from mcp_static.packages.methods import methods_of
from mcp_static.policies.gemini_cli import GEMINI_CLI
from mcp_static.policies.kiro import KIRO, bare_name
from mcp_static.policies.matchers import Identity, Verdict
from mcp_static.reports.findings import Finding, Level


def policy_findings(
    client: Client,
    server: ConfiguredServer,
    registry: AskedRegistry | None,
    policies: Sequence[PolicyFile],
) -> list[Finding]:
    """What a client says of a server under each of its policies; with a registry, also why."""
    findings = []
    for policy in policies:
        judged = policy.judge(client.policy, server.identity)
        if judged is not None:
            findings.append(_finding(judged, client, server, registry, policy))
    return findings


def _finding(
    judged: Verdict,
    client: Client,
    server: ConfiguredServer,
    registry: AskedRegistry | None,
    policy: PolicyFile,
) -> Finding:
    name, source = server.shown_name, policy.source
    if judged is Verdict.ALLOWED:
        return Finding("policy", Level.PASSED, f"is allowed by {source}", path=name)
    if judged is Verdict.DENIED:
        message = f"is denied by {source}"
        fix = "Remove it, or ask your administrator; what was withdrawn may be unsafe."
        return Finding("policy-denied", Level.ERROR, message, fix, name)
    if policy.is_fixed_set:
        message = f"is not allowed by {source}: users add none to its fixed set"
        return Finding("fixed-set", Level.ERROR, message, "Remove it, or ask your administrator.", name)
    kind, reason, fix = _why(client, server, registry)
    return Finding(kind, Level.ERROR, f"is not allowed by {source}: {reason}", fix, name)


_ASK: Final = "Ask your administrator."


def _why(
    client: Client, server: ConfiguredServer, registry: AskedRegistry | None
) -> tuple[str, str, str]:
    """The id of a reason, the reason, and what to do about it."""
    identity = server.identity
    like = _likeness(identity, registry) if registry is not None else None
    if like is None:
        if any("${" in text for text in (identity.url, *identity.command)):
            return "has-variable", "policies compare no variables", "Write the value out."
        if registry is None:
            return "not-listed", "it is not in its list", f"{_ASK} --registry finds what it may be."
        return "not-listed", "it is like no server of the registry", _ASK
    if client.policy in (GEMINI_CLI, KIRO):
        return _name(client, identity, like)
    if identity.url:
        return _remote(identity, like)
    return _command(identity, like, registry)


def _likeness(identity: Identity, registry: AskedRegistry) -> Likeness | None:
    """The server of the registry that this is, by its package or address, else by its name."""
    found = next(likenesses(identity, registry.servers), None)
    return found or next(of_its_name(identity, registry.latest(identity.name).server), None)


def _name(client: Client, identity: Identity, like: Likeness) -> tuple[str, str, str]:
    if client.policy is GEMINI_CLI and identity.command:
        return "not-listed", "its list can hold remotes alone", "Use a remote of the server."
    name = bare_name(like.name) if client.policy is KIRO else like.name
    if name == identity.name:
        return "not-listed", "its list lacks this server", _ASK
    return "name-differs", f"it seems to be {name}", f"Rename it to {name}."


def _remote(identity: Identity, like: Likeness) -> tuple[str, str, str]:
    assert like.method.connection is not None
    if matches_remote(identity.url, like.method.connection):
        return "not-listed", f"its list lacks {like.name}", _ASK
    url = joined(like.method.connection.url, placeholder)
    return "remote-differs", f"its address is not that of {like.name}", f"Use {url}."


def _command(
    identity: Identity, like: Likeness, registry: AskedRegistry | None
) -> tuple[str, str, str]:
    try:
        known = list(commands_of(like.method))
    except NoCommandError as error:
        return "not-listed", f"no list can hold {like.name}: {error.message}", _ASK
    if identity.command in known:
        return "not-listed", f"its list lacks {like.name}", _ASK
    fix = f"Start it as its page shows: {' '.join(known[0])}"
    version = named_version(identity.command, like.method)
    if version and registry is not None and version not in set(_versions(identity, like, registry)):
        reason = (
            f"its version of {like.name} is no longer in the registry; the latest is {like.version}"
        )
        return "version-gone", reason, fix
    return "command-differs", f"it is started by another command than {like.name}", fix


def _versions(identity: Identity, like: Likeness, registry: AskedRegistry) -> Iterator[str | None]:
    """The versions of the same package in all that are listed of a server."""
    for document in registry.versions(like.name):
        for method in methods_of(document):
            if method.launch is not None and named_version(identity.command, method) is not None:
                yield package_version(method)
