"""What a domain's TXT records say: asked at its authoritative servers and at independent resolvers.

All must agree about the records that matter here, or nothing is believed.
"""

import math
import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Final

import dns.exception
import dns.name
import dns.rdatatype

from mcp_static.net.addresses import Reach
from mcp_static.net.budget import Budget
from mcp_static.net.dns.dnssec import Security, security_of
from mcp_static.net.dns.queries import Reply, ReplyStatus, Server, ask, judged_ask
from mcp_static.settings.network import DnsSettings, resolver_place

MARKS: Final = ("v=MCPv1", "mcp-publisher=")
"""What a TXT record must hold to matter; a domain has many others, which may well differ."""
_NAME_SERVERS: Final = 6
"""Name servers of a zone that are asked."""
_LISTED: Final = 20
"""Name servers of a zone that are noted."""
_NEEDED_RESOLVERS: Final = 2
_TXT: Final = dns.rdatatype.TXT


class LookupResult(StrEnum):
    """What came of looking a domain up, all servers considered."""

    FOUND = "found"
    NO_RECORD = "no record"
    NO_DOMAIN = "no such domain"
    ALIAS = "an alias"
    WILDCARD = "a wildcard"
    BOGUS = "wrongly signed"
    DISAGREEMENT = "disagreement"
    FAILURE = "a failing zone"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A domain's records that matter, with what each server said."""

    domain: str
    result: LookupResult
    message: str
    texts: tuple[str, ...] = ()
    security: Security = Security.UNKNOWN
    replies: tuple[Reply, ...] = ()

    @property
    def is_found(self) -> bool:
        """Whether there are such records, and all agree about them."""
        return self.result is LookupResult.FOUND

    @property
    def is_conclusive(self) -> bool:
        """Whether asking again would tell the same; else nothing can be said of the domain."""
        return self.result not in {LookupResult.NO_ANSWER, LookupResult.FAILURE}


class Resolution:
    """Looks domains up by the registry's settings; what was looked up is kept for a run."""

    def __init__(self, settings: DnsSettings, reach: Reach, budget: Budget | None = None) -> None:
        self._anchors = settings.trust_anchors
        self._reach = reach
        self._budget = budget or Budget(math.inf)
        self._resolvers = [
            Server(f"the resolver {text}", *resolver_place(text)) for text in settings.resolvers
        ]
        self._known: dict[str, Lookup] = {}
        self._listed: dict[dns.name.Name, list[dns.name.Name]] = {}

    def look_up(self, domain: str) -> Lookup:
        """The TXT records of a domain that matter here; never raises."""
        if domain not in self._known:
            lookup = self._looked_up(domain) if not self._budget.is_over else None
            if lookup is None or self._budget.is_over:  # not all servers may have been asked
                return Lookup(domain, LookupResult.NO_ANSWER, f"{domain}: {self._budget.message}")
            self._known[domain] = lookup
        return self._known[domain]

    def name_servers(self, domain: str) -> tuple[str, ...]:
        """The names of the servers that a domain's zone lists, in order; never raises."""
        try:
            listed = self._name_servers(dns.name.from_text(domain))
        except dns.exception.DNSException:
            return ()
        return tuple(sorted(name.to_text(omit_final_dot=True).lower() for name in listed))

    def _looked_up(self, domain: str) -> Lookup:
        try:
            name = dns.name.from_text(domain)
        except dns.exception.DNSException:
            return Lookup(domain, LookupResult.NO_DOMAIN, f"{domain} is not a domain name")
        with ThreadPoolExecutor(len(self._resolvers) + 1) as pool:
            held = pool.submit(self._held, name)
            resolved = list(pool.map(lambda server: judged_ask(server, name, _TXT), self._resolvers))
            survey = _Survey(domain, resolved, held.result())
        lookup = survey.conclusion()
        if lookup.result is LookupResult.FOUND:
            return self._confirmed(lookup, name)
        return lookup

    def _confirmed(self, lookup: Lookup, name: dns.name.Name) -> Lookup:
        """Records that all agree about, checked for wildcards and signatures."""
        answers = [reply for reply in lookup.replies if reply.status is ReplyStatus.ANSWER]
        wildcard = self._wildcard(name, [reply.server for reply in answers])
        if wildcard is None:
            message = (
                f"whether the TXT record of {lookup.domain} is a wildcard's could not be asked for"
            )
            return replace(lookup, result=LookupResult.NO_ANSWER, message=message, texts=())
        if wildcard == lookup.texts:
            message = f"the TXT record of {lookup.domain} comes from a wildcard, not from its own name"
            return replace(lookup, result=LookupResult.WILDCARD, message=message, texts=())
        resolvers = [reply.server for reply in answers if reply.server in self._resolvers]
        security = security_of(answers[0], name, resolvers, self._anchors)
        is_authentic = any(reply.is_authentic for reply in answers)
        if security is Security.BOGUS or (security is Security.INSECURE and is_authentic):
            message = f"the DNSSEC signatures of {lookup.domain} do not lead to the root's key"
            return replace(lookup, result=LookupResult.BOGUS, message=message, texts=())
        if security is Security.UNKNOWN:
            message = f"the keys of the zones above {lookup.domain} could not be asked for"
            return replace(lookup, result=LookupResult.NO_ANSWER, message=message, texts=())
        return replace(lookup, security=security)

    def _wildcard(self, name: dns.name.Name, servers: Iterable[Server]) -> tuple[str, ...] | None:
        """The records of a made-up sibling of this name; None if no server tells.

        The zone's own server refuses it if the sibling is in the zone above; resolvers tell then.
        """
        room = 254 - sum(len(label) + 1 for label in name.labels[1:])
        label = f"{secrets.token_hex(8)}-mcp"[:room].encode()
        stranger = dns.name.Name((label, *name.labels[1:]))
        replies = (ask(s, stranger, _TXT, authority=s not in self._resolvers) for s in servers)
        return next((_relevant(reply.texts) for reply in replies if reply.is_definite), None)

    def _held(self, name: dns.name.Name) -> list[Reply]:
        """What the zone's own servers say."""
        servers = self._authoritative(name)
        with ThreadPoolExecutor(max(len(servers), 1)) as pool:
            return list(pool.map(lambda server: ask(server, name, _TXT, authority=True), servers))

    def _authoritative(self, name: dns.name.Name) -> list[Server]:
        """The servers that the zone of a name lists, at the addresses they have."""
        found: list[Server] = []
        for target in self._name_servers(name)[:_NAME_SERVERS]:
            if self._budget.is_over:
                break
            text = target.to_text(omit_final_dot=True)
            message = f"the authoritative server {text}"
            instead = self._reach.instead_of(text, 53)
            if instead != (text, 53):
                found.append(Server(message, *instead))
                continue
            for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
                addresses = [ip_address(a.address) for a in _records(self._ask_any(target, kind))]
                # A zone may list what it likes; our packets go to public servers alone.
                allowed = [address for address in addresses if self._reach.allows(address)]
                if allowed:
                    found.append(Server(message, str(allowed[0]), 53))
                    break
        return found

    def _name_servers(self, name: dns.name.Name) -> list[dns.name.Name]:
        """The names of the servers that the zone of a name lists, the first of them."""
        if name not in self._listed:
            zone = self._zone(name)
            listed = self._ask_any(zone, dns.rdatatype.NS) if zone is not None else None
            records = sorted(_records(listed), key=str)[:_LISTED]
            self._listed[name] = [record.target for record in records]
        return self._listed[name]

    def _zone(self, name: dns.name.Name) -> dns.name.Name | None:
        """The zone that a name is in: the owner of the SOA that its answer, or denial, carries."""
        reply = self._ask_any(name, dns.rdatatype.SOA)
        if reply is None or reply.message is None:
            return None
        for section in (reply.message.answer, reply.message.authority):
            for records in section:
                if records.rdtype == dns.rdatatype.SOA and name.is_subdomain(records.name):
                    return records.name
        return None

    def _ask_any(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> Reply | None:
        """The first definite reply of a resolver; where servers are is not what proves anything."""
        replies = (ask(server, name, kind, unchecked=True) for server in self._resolvers)
        return next((reply for reply in replies if reply.is_definite), None)


class _Survey:
    """What all servers said about one domain, weighed."""

    def __init__(self, domain: str, resolved: list[Reply], held: list[Reply]) -> None:
        self._domain = domain
        self._resolved = resolved
        self._replies = (*held, *resolved)
        self._definite = [reply for reply in resolved if reply.is_definite]
        self._certain = [reply for reply in held if reply.is_definite]

    def conclusion(self) -> Lookup:
        """The finding, with its message."""
        result, message = self._weighed()
        texts: tuple[str, ...] = ()
        if result is LookupResult.FOUND:
            texts = _relevant(self._certain[0].texts)
        return Lookup(self._domain, result, message, texts, replies=self._replies)

    def _weighed(self) -> tuple[LookupResult, str]:
        domain, known = self._domain, [*self._certain, *self._definite]
        if any(reply.status is ReplyStatus.BOGUS for reply in self._resolved):
            return LookupResult.BOGUS, f"a resolver finds the DNSSEC signatures of {domain} wrong"
        if len(self._definite) < _NEEDED_RESOLVERS:
            silent = [reply for reply in self._resolved if not reply.is_definite]
            said = "; ".join(f"{reply.server.label} {reply.status.value}" for reply in silent)
            failing = any(reply.status is ReplyStatus.FAILURE for reply in silent)
            return LookupResult.FAILURE if failing else LookupResult.NO_ANSWER, f"{domain}: {said}"
        if all(reply.status is ReplyStatus.NO_NAME for reply in known):
            return LookupResult.NO_DOMAIN, f"{domain} does not exist (NXDOMAIN)"
        if any(reply.status is ReplyStatus.ALIAS for reply in known):
            return (
                LookupResult.ALIAS,
                f"{domain} is an alias (CNAME), so its TXT records are another name's",
            )
        if not self._certain:
            return LookupResult.NO_ANSWER, f"no authoritative server of {domain} answers"
        if len({_relevant(reply.texts) for reply in known}) > 1:
            return LookupResult.DISAGREEMENT, self._difference(known)
        if not _relevant(known[0].texts):
            return LookupResult.NO_RECORD, f"{domain} has no TXT record with {' or '.join(MARKS)}"
        return LookupResult.FOUND, f"{domain} has TXT records that every server agrees about"

    def _difference(self, known: list[Reply]) -> str:
        said = [
            f"{reply.server.label} has {', '.join(_shown(text) for text in texts) or 'none'}"
            for reply in known
            for texts in [_relevant(reply.texts)]
        ]
        return f"the servers disagree about {self._domain}: {'; '.join(said)}"


def _relevant(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if any(mark in text for mark in MARKS))


def _shown(text: str) -> str:
    return f"`{text[:24]}…{text[-8:]}`" if len(text) > 40 else f"`{text}`"


def _records(reply: Reply | None) -> Iterable[Any]:
    return reply.records or () if reply is not None else ()
