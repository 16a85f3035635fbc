"""Rules over remotes in their registry: whose addresses they are, and which hosts it lets them have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mcp_static.model.public_suffixes import is_below_known_suffix
from mcp_static.model.reading import Part, text_of
from mcp_static.model.remotes import FREE, remote_addresses
from mcp_static.model.web_addresses import WebAddress
from mcp_static.reports.findings import Level
from mcp_static.rules.rule import Breach, Record, RegistryIndex, RemoteClaim, Rule

REMOTE_UNIQUE: Final = "remote-unique"
_HOST: Final = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.(?!$)|$))+")


@dataclass(frozen=True, slots=True)
class Contest:
    """An address of a record, at a JSON path, that versions of other servers lead to."""

    path: str
    address: WebAddress
    claims: tuple[RemoteClaim, ...]

    @property
    def message(self) -> str:
        """What the author is told."""
        return f"leads to {self.address}, which {self.claims[0].name} already uses"


def contests(document: Part, index: RegistryIndex) -> list[Contest]:
    """The addresses of a record that are other servers' as well."""
    return [
        Contest(path, address, same)
        for path, address, claims in _others(document, index)
        if (same := tuple(claim for claim in claims if claim.address == str(address)))
    ]


def _others(
    document: Part, index: RegistryIndex
) -> Iterator[tuple[str, WebAddress, list[RemoteClaim]]]:
    """Each address of a record, with what other servers have at that address or near it."""
    name, seen = text_of(document, "name"), set()
    for path, address in remote_addresses(document):
        if (path, str(address)) not in seen:
            seen.add((path, str(address)))
            claims = [claim for claim in index.remote_claims(address.near) if claim.name != name]
            yield path, address, sorted(claims)


def _unique(record: Record, index: RegistryIndex) -> Iterator[Breach]:
    for contest in contests(record.document, index):
        yield Breach(contest.path, contest.message)


def _similar(record: Record, index: RegistryIndex) -> Iterator[Breach]:
    for path, address, claims in _others(record.document, index):
        if claims and all(claim.address != str(address) for claim in claims):
            first = claims[0]
            yield Breach(
                path, f"leads to {address}, which differs little from {first.address} of {first.name}"
            )


def _host(record: Record, index: RegistryIndex) -> Iterator[Breach]:
    found = {
        (path, problem): None
        for path, address in remote_addresses(record.document)
        if not address.is_ip and not address.is_on_the_users_machine
        if (problem := _host_problem(address.host, index.allowed.internal_hosts))
    }
    for path, problem in found:
        yield Breach(path, problem)


def _host_problem(host: str, internal: tuple[str, ...]) -> str | None:
    if not _HOST.fullmatch(host.replace(FREE, "x")):
        return f"has the host {host!r}, which is no name in the DNS"
    _, free, written = host.rpartition(FREE)
    _, _, domain = written.partition(".") if free else ("", "", host)
    if domain and (is_below_known_suffix(domain) or _is_internal(domain, internal, bool(free))):
        return None
    if free:
        return f"leaves open whose domain {host!r} is in"
    return f"has the host {host!r}, which is below no known public suffix"


def _is_internal(domain: str, patterns: tuple[str, ...], has_more: bool) -> bool:
    """Whether the settings admit a domain; `has_more` if something is still to come before it."""
    return any(
        domain.endswith(pattern[1:]) or (has_more and domain == pattern[2:])
        if pattern.startswith("*.")
        else domain == pattern and not has_more
        for pattern in patterns
    )


REMOTE_REGISTRY_RULES: Final = (
    Rule(
        id="remote-host",
        told_by=("no-example-host", "no-placeholder"),
        requirement="A remote's host is below a public suffix (publicsuffix.org), or one of those that "
        "the registry's settings allow; of a template, at least the registrable domain is written out, "
        "unless one variable is the whole host.",
        fix="Use the name under which everybody reaches the server; a registry for internal servers "
        "lists their hosts in `[remotes] internal`, which `validate --registry` reads.",
        check_within=_host,
    ),
    Rule(
        id=REMOTE_UNIQUE,
        requirement="A remote's address belongs to one server: no version of another server uses it, "
        "except one that its owner has deleted. Addresses are compared as browsers read them, with "
        "defaults, fixed values and choices filled in. Whoever proves the host with the key of its "
        "domain may take the address.",
        fix="Use the server's own address, delete the other server first, or sign with the key of the "
        "address's domain.",
        check_within=_unique,
    ),
    Rule(
        id="remote-similar",
        level=Level.WARNING,
        requirement="A remote's address differs from those of other servers in more than its query or "
        "stray slashes.",
        fix="Make sure that it is the server's own.",
        check_within=_similar,
    ),
)
