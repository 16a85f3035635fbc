"""DNSSEC: whether an answer is signed by a chain of keys that begins at the root (RFC 4035).

That a zone is not signed is believed only if every resolver that answers says so, and none of them
found the answer authentic; the proofs of absence (NSEC) are theirs to check.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import dns.dnssec
import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from mcp_static.net.dns.queries import Reply, ReplyStatus, Server, ask, judged_ask

_ROOT: Final = dns.name.root


class Security(StrEnum):
    """What DNSSEC says about an answer."""

    SECURE = "signed"
    INSECURE = "not signed"
    BOGUS = "wrongly signed"
    UNKNOWN = "not to be told"


class _BogusError(Exception):
    """A signature that does not hold, or is not there though it has to be."""


class _UnknownError(Exception):
    """A question on the way that got no answer."""


def security_of(
    answer: Reply, name: dns.name.Name, resolvers: Sequence[Server], anchors: tuple[str, ...]
) -> Security:
    """Follow the chain of trust down from the root to the records of an answer."""
    assert answer.records is not None
    try:
        zone, keys = _deepest_signed_zone(name, resolvers, anchors)
        if zone is None or keys is None:
            return Security.INSECURE
        _require_signature(answer, keys, zone)
    except _BogusError:
        return Security.BOGUS
    except _UnknownError:
        return Security.UNKNOWN
    return Security.SECURE


def _deepest_signed_zone(
    name: dns.name.Name, resolvers: Sequence[Server], anchors: tuple[str, ...]
) -> tuple[dns.name.Name | None, dns.rrset.RRset | None]:
    """The zone that holds a name, with its keys; None when the chain ends at an unsigned one."""
    resolver = resolvers[0]
    delegation = dns.rrset.from_text_list(_ROOT, 0, "IN", "DS", list(anchors))
    zone, keys = _ROOT, _keys(_ROOT, delegation, resolver)
    for depth in range(2, len(name.labels) + 1):
        child = name.split(depth)[1]
        found = ask(resolver, child, dns.rdatatype.DS, unchecked=True)
        if found.status is ReplyStatus.ANSWER and found.records is not None:
            _require_signature(found, keys, zone)
            zone, keys = child, _keys(child, found.records, resolver)
        elif not found.is_definite:
            raise _UnknownError
        elif _is_zone(child, resolver):
            _require_unsigned(child, resolvers)
            return None, None
    return zone, keys


def _require_unsigned(zone: dns.name.Name, resolvers: Sequence[Server]) -> None:
    """One resolver could be lied to, or lie: the others have to see no signed delegation either."""
    for resolver in resolvers[1:]:
        if judged_ask(resolver, zone, dns.rdatatype.DS).status in {
            ReplyStatus.ANSWER,
            ReplyStatus.BOGUS,
        }:
            raise _BogusError


def _is_zone(name: dns.name.Name, resolver: Server) -> bool:
    reply = ask(resolver, name, dns.rdatatype.SOA, unchecked=True)
    if not reply.is_definite:
        raise _UnknownError
    return reply.status is ReplyStatus.ANSWER


def _keys(zone: dns.name.Name, delegation: dns.rrset.RRset, resolver: Server) -> dns.rrset.RRset:
    """A zone's keys, signed by one that the delegation names."""
    reply = ask(resolver, zone, dns.rdatatype.DNSKEY, unchecked=True)
    if not reply.is_definite:
        raise _UnknownError
    if reply.records is None:
        raise _BogusError
    trusted = [key for key in reply.records if any(_matches(zone, key, ds) for ds in delegation)]
    if not trusted:
        raise _BogusError
    entry = dns.rrset.from_rdata_list(zone, 0, trusted)
    _require_signature(reply, entry, zone)
    return reply.records


def _matches(zone: dns.name.Name, key: dns.rdata.Rdata, delegation: Any) -> bool:
    """Whether a DS record is of this key."""
    try:
        made = dns.dnssec.make_ds(zone, key, delegation.digest_type, validating=True)
    except (dns.exception.DNSException, ValueError):
        return False
    return bool(made == delegation)


def _require_signature(reply: Reply, keys: dns.rrset.RRset, zone: dns.name.Name) -> None:
    if reply.records is None or reply.signatures is None:
        raise _BogusError
    try:
        dns.dnssec.validate(reply.records, reply.signatures, {zone: keys})
    except (dns.exception.DNSException, ValueError):
        raise _BogusError from None
