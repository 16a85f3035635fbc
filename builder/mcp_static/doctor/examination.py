"""The examination: each server of each configuration, judged as its client would judge it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mcp_static.doctor.clients import Client, RegistryOnly
from mcp_static.doctor.configurations import ConfiguredServer
from mcp_static.doctor.policy_check import policy_findings
from mcp_static.doctor.policy_files import PolicyFile
from mcp_static.doctor.registry import AskedRegistry
from mcp_static.doctor.registry_check import registry_findings
from mcp_static.reports.findings import Finding, Level, Report, Section
from mcp_static.reports.printing import counted_of


@dataclass(frozen=True, slots=True)
class Configuration:
    """A client's configuration: its servers, or, if it cannot be read, why."""

    client: Client
    file: str
    servers: Sequence[ConfiguredServer] = ()
    problem: str = ""


def examine(
    configurations: Sequence[Configuration],
    registry: AskedRegistry | None,
    policies: Sequence[PolicyFile],
) -> Report:
    """What the clients would say. Raises UnansweredError if the registry does not answer."""
    sections = [_section(one, registry, policies) for one in configurations]
    judged = [server for section in sections for server in section.servers]
    blocked = sum(server.is_blocked for server in judged)
    unread = sum(bool(one.problem) for one in configurations)
    summary = f"{counted_of(len(judged) - blocked, 'server')} allowed, {blocked} blocked."
    if unread:
        summary += f" {counted_of(unread, 'configuration')} could not be read."
    if not configurations:
        summary = "No configuration of a client was found."
    return Report(tuple(section.section for section in sections), summary)


@dataclass(frozen=True, slots=True)
class _Judged:
    findings: tuple[Finding, ...]

    @property
    def is_blocked(self) -> bool:
        return any(finding.is_error for finding in self.findings)


@dataclass(frozen=True, slots=True)
class _Examined:
    section: Section
    servers: tuple[_Judged, ...]


def _section(
    configuration: Configuration, registry: AskedRegistry | None, policies: Sequence[PolicyFile]
) -> _Examined:
    client = configuration.client
    title = f"{client.title}: {configuration.file}"
    if configuration.problem:
        unread = Finding("configuration", Level.ERROR, configuration.problem, "Correct the file.")
        return _Examined(Section(title, configuration.file, (unread,)), ())
    judged = tuple(
        _Judged(tuple(_judge(client, server, registry, policies))) for server in configuration.servers
    )
    findings = tuple(finding for one in judged for finding in one.findings)
    if not findings:
        findings = (Finding("configuration", Level.NOTE, "it has no servers"),)
    return _Examined(Section(title, configuration.file, findings), judged)


def _judge(
    client: Client,
    server: ConfiguredServer,
    registry: AskedRegistry | None,
    policies: Sequence[PolicyFile],
) -> Iterator[Finding]:
    findings = []
    if registry is not None and client.registry_only is not RegistryOnly.NO_CHECK:
        findings += registry_findings(client, server, registry)
    findings += policy_findings(client, server, registry, policies)
    if findings:
        yield from findings
    else:
        yield Finding(
            "allowed",
            Level.NOTE,
            f"is compared with nothing here: {client.title} does not ask a registry, and none of the "
            "policies is its own",
            path=server.shown_name,
        )
