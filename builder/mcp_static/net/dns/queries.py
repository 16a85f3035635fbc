"""One DNS question to one server, and every way it can end."""

import socket
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

_SECONDS: Final = 3.0
_TRIES: Final = 2
_PAYLOAD: Final = 1232
"""Bytes asked for over UDP, which no network splits (DNS flag day 2020); longer answers take TCP."""


class ReplyStatus(StrEnum):
    """How a question ended."""

    ANSWER = "answers"
    NO_DATA = "has no such record"
    NO_NAME = "says that the name does not exist (NXDOMAIN)"
    ALIAS = "has an alias (CNAME) there"
    FAILURE = "fails (SERVFAIL)"
    BOGUS = "finds its DNSSEC signatures wrong"
    REFUSED = "refuses to answer"
    LAME = "does not hold the zone"
    TIMEOUT = "does not answer in time"
    UNREACHABLE = "cannot be reached"
    MALFORMED = "answers nonsense"


@dataclass(frozen=True, slots=True)
class Server:
    """Whom to ask: how messages name it, its address and port."""

    label: str
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What one server said to one question."""

    server: Server
    status: ReplyStatus
    message: dns.message.Message | None = None
    records: dns.rrset.RRset | None = None
    signatures: dns.rrset.RRset | None = None
    is_authentic: bool = False

    @property
    def is_definite(self) -> bool:
        """Whether the server knows: there are such records, or there are none."""
        return self.status in {
            ReplyStatus.ANSWER,
            ReplyStatus.NO_DATA,
            ReplyStatus.NO_NAME,
            ReplyStatus.ALIAS,
        }

    @property
    def texts(self) -> tuple[str, ...]:
        """The TXT records, the strings of each joined as RFC 7208 and the official registry do."""
        if self.records is None or self.records.rdtype != dns.rdatatype.TXT:
            return ()
        return tuple(
            sorted(b"".join(record.strings).decode(errors="replace") for record in self.records)
        )


def ask(
    server: Server,
    name: dns.name.Name,
    kind: dns.rdatatype.RdataType,
    *,
    authority: bool = False,
    unchecked: bool = False,
) -> Reply:
    """Ask one server one question, over TCP when the answer is truncated; never raises.

    With `authority` the server must hold the zone itself; with `unchecked` a resolver gives its
    answer without judging the signatures (CD, RFC 4035).
    """
    question = dns.message.make_query(name, kind, want_dnssec=True, payload=_PAYLOAD)
    question.flags |= dns.flags.AD
    if authority:
        question.flags &= ~dns.flags.RD
    if unchecked:
        question.flags |= dns.flags.CD
    status = ReplyStatus.TIMEOUT
    for _ in range(_TRIES):
        try:
            message, _ = dns.query.udp_with_fallback(
                question, server.address, _SECONDS, server.port, ignore_unexpected=True
            )
        except dns.exception.Timeout:
            status = ReplyStatus.TIMEOUT
        except (OSError, EOFError, socket.gaierror):
            status = ReplyStatus.UNREACHABLE
        except (dns.exception.DNSException, ValueError):
            status = ReplyStatus.MALFORMED
        else:
            return _reply(server, message, name, kind, authority=authority)
    return Reply(server, status)


def _reply(
    server: Server,
    message: dns.message.Message,
    name: dns.name.Name,
    kind: dns.rdatatype.RdataType,
    *,
    authority: bool,
) -> Reply:
    code = message.rcode()
    if code in {dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NOTAUTH}:
        status = ReplyStatus.FAILURE if code == dns.rcode.SERVFAIL else ReplyStatus.REFUSED
        return Reply(server, status, message)
    if code not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        return Reply(server, ReplyStatus.MALFORMED, message)
    if authority and not message.flags & dns.flags.AA:
        return Reply(server, ReplyStatus.LAME, message)
    if code == dns.rcode.NXDOMAIN:
        return Reply(server, ReplyStatus.NO_NAME, message)
    records = _rrset(message, name, kind)
    if records is None:
        alias = _rrset(message, name, dns.rdatatype.CNAME)
        status = ReplyStatus.ALIAS if alias is not None else ReplyStatus.NO_DATA
        return Reply(server, status, message)
    signatures = _rrset(message, name, dns.rdatatype.RRSIG, kind)
    is_authentic = bool(message.flags & dns.flags.AD)
    return Reply(server, ReplyStatus.ANSWER, message, records, signatures, is_authentic)


def _rrset(
    message: dns.message.Message,
    name: dns.name.Name,
    kind: dns.rdatatype.RdataType,
    covers: dns.rdatatype.RdataType = dns.rdatatype.NONE,
) -> dns.rrset.RRset | None:
    return message.get_rrset(message.answer, name, dns.rdataclass.IN, kind, covers)


def judged_ask(server: Server, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> Reply:
    """Ask a validating resolver; its failure is told apart, since it gives a bogus answer unchecked."""
    reply = ask(server, name, kind)
    if reply.status is ReplyStatus.FAILURE and ask(server, name, kind, unchecked=True).is_definite:
        return Reply(server, ReplyStatus.BOGUS)
    return reply
