"""Looking domains up when servers differ, fail or lie in combination: what is believed, and what is not."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mcp_static.net.addresses import Reach
from mcp_static.net.dns import queries
from mcp_static.net.dns.dnssec import Security
from mcp_static.net.dns.resolution import Lookup, LookupResult, Resolution
from mcp_static.settings.network import DnsSettings, NetworkSettings

from tests.doubles.dns_lab import DnsLab
from tests.doubles.dns_zones import KEY, OTHER_KEY

Change = Callable[[dns.message.Message], dns.message.Message | None]


@pytest.fixture(scope="module")
def lab() -> Iterator[DnsLab]:
    with DnsLab() as lab:
        yield lab


@pytest.fixture(autouse=True, scope="module")
def quick() -> Iterator[None]:
    """Servers on this machine answer at once, or never."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "_SECONDS", 2.0)
        patch.setattr(queries, "_TRIES", 1)
        yield


@contextmanager
def relay(place: str, change: Change) -> Iterator[str]:
    """A server that passes questions on and changes what comes back, or keeps it; its place."""
    host, port = place.split(":")

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, connection = self.request
            question = dns.message.from_wire(wire)
            answer = change(dns.query.tcp(question, host, 5, int(port)))
            if answer is not None:
                connection.sendto(answer.to_wire(max_size=65000), self.client_address)

    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def look_up(
    lab: DnsLab, domain: str, resolvers: tuple[str, ...] = (), connect: dict[str, str] | None = None
) -> Lookup:
    network = NetworkSettings(reach=("127.0.0.0/8",), connect={**lab.connect, **(connect or {})})
    dns_settings = lab.dns_settings(resolvers=resolvers or lab.resolvers)
    return Resolution(dns_settings, Reach(network)).look_up(domain)


def is_for(answer: dns.message.Message, domain: str, kind: dns.rdatatype.RdataType) -> bool:
    asked = answer.question[0]
    return asked.name.to_text(omit_final_dot=True) == domain and asked.rdtype == kind


def silence(_: dns.message.Message) -> None:
    return None


def saying(words: str) -> Change:
    """Change the TXT answers for plain.test, and leave every other as it is."""

    def change(answer: dns.message.Message) -> dns.message.Message:
        if not is_for(answer, "plain.test", dns.rdatatype.TXT):
            return answer
        answer.answer = []
        if words in {"key", "other"}:
            text = KEY if words == "key" else OTHER_KEY
            answer.answer = [dns.rrset.from_text("plain.test.", 0, "IN", "TXT", f'"{text}"', '"more"')]
        codes = {
            "no name": dns.rcode.NXDOMAIN,
            "failure": dns.rcode.SERVFAIL,
            "refusal": dns.rcode.REFUSED,
            "nonsense": dns.rcode.FORMERR,
        }
        answer.set_rcode(codes.get(words, dns.rcode.NOERROR))
        return answer

    return change


@pytest.fixture(scope="module")
def mouths(lab: DnsLab) -> Iterator[dict[str, tuple[str, list[str]]]]:
    """Three resolvers and two name servers of plain.test, each with a word that says what it says."""
    places = {f"r{number}": place for number, place in enumerate(lab.resolvers)}
    places |= dict.fromkeys(("ns1", "ns2"), f"127.0.0.1:{lab.port}")
    words = {name: ["key"] for name in places}

    def speak(name: str) -> Change:
        return lambda answer: saying(words[name][0])(answer)

    with ExitStack() as stack:
        yield {
            name: (stack.enter_context(relay(place, speak(name))), words[name])
            for name, place in places.items()
        }


_CERTAIN = ("key", "other", "nothing", "no name")
_WORD = st.sampled_from((*_CERTAIN, "key", "key", "failure", "refusal", "nonsense"))


@settings(max_examples=60)
@given(said=st.tuples(_WORD, _WORD, _WORD, _WORD, _WORD))
@example(said=("key", "key", "failure", "key", "refusal"))
@example(said=("key", "key", "key", "failure", "refusal"))
@example(said=("key", "refusal", "refusal", "key", "key"))
@example(said=("no name", "no name", "no name", "no name", "no name"))
def test_a_record_is_found_only_if_all_that_know_agree(
    said: tuple[str, ...], lab: DnsLab, mouths: dict[str, tuple[str, list[str]]]
) -> None:
    """At least two resolvers and one name server have to know, and whoever knows has to agree."""
    for (_, word), now in zip(mouths.values(), said, strict=True):
        word[0] = now
    places = [place for place, _ in mouths.values()]
    connect = {"ns1.plain.test:53": places[3], "ns2.plain.test:53": places[4]}
    lookup = look_up(lab, "plain.test", tuple(places[:3]), connect)
    resolved = [word for word in said[:3] if word in _CERTAIN]
    held = [word for word in said[3:] if word in _CERTAIN]
    if len(resolved) < 2:
        assert not lookup.is_conclusive
    elif {*resolved, *held} == {"no name"}:
        assert lookup.result is LookupResult.NO_DOMAIN
    elif not held:
        assert lookup.result is LookupResult.NO_ANSWER
    elif {*resolved, *held} <= {"nothing", "no name"}:
        assert lookup.result is LookupResult.NO_RECORD
    elif len({*resolved, *held}) == 1:
        text = KEY if resolved[0] == "key" else OTHER_KEY
        assert (lookup.result, lookup.texts) == (LookupResult.FOUND, (text,))
        assert lookup.security is Security.INSECURE
    else:
        assert lookup.result is LookupResult.DISAGREEMENT
    assert bool(lookup.texts) == (lookup.result is LookupResult.FOUND)
    assert lookup.is_conclusive == (lookup.result not in {LookupResult.NO_ANSWER, LookupResult.FAILURE})


def test_name_servers_that_differ_are_named(lab: DnsLab) -> None:
    with relay(f"127.0.0.1:{lab.port}", saying("other")) as stale:
        lookup = look_up(lab, "plain.test", connect={"ns2.plain.test:53": stale})
    assert lookup.result is LookupResult.DISAGREEMENT
    assert lookup.message.count("the authoritative server ns2.plain.test has") == 1


def test_a_name_server_that_is_silent_is_done_without(lab: DnsLab) -> None:
    with relay(f"127.0.0.1:{lab.port}", silence) as silent:
        lookup = look_up(lab, "signed.test", connect={"ns2.signed.test:53": silent})
    assert (lookup.result, lookup.security) == (LookupResult.FOUND, Security.SECURE)


def test_a_name_server_that_does_not_hold_the_zone_is_no_witness(lab: DnsLab) -> None:
    """It may answer NXDOMAIN without authority (AA), as a resolver of somebody's own would."""

    def lame(answer: dns.message.Message) -> dns.message.Message:
        answer = saying("no name")(answer) or answer
        answer.flags &= ~dns.flags.AA
        return answer

    with relay(f"127.0.0.1:{lab.port}", lame) as place:
        lookup = look_up(lab, "plain.test", connect={"ns2.plain.test:53": place})
    assert lookup.result is LookupResult.FOUND


def test_whether_a_record_is_a_wildcards_has_to_be_known(lab: DnsLab) -> None:
    def shy(answer: dns.message.Message) -> dns.message.Message | None:
        return None if b"mcp" in answer.question[0].name.labels[0] else answer

    with relay(f"127.0.0.1:{lab.port}", shy) as place:
        connect = {f"ns{number}.signed.test:53": place for number in (1, 2)}
        lookup = look_up(lab, "a.wild.signed.test", connect=connect)
    assert lookup.result in {LookupResult.WILDCARD, LookupResult.NO_ANSWER}


def test_a_name_with_records_of_its_own_is_no_wildcard(lab: DnsLab) -> None:
    lab.set_txt("own.wild.signed.test", OTHER_KEY)
    lookup = look_up(lab, "own.wild.signed.test")
    assert (lookup.result, lookup.texts) == (LookupResult.FOUND, (OTHER_KEY,))


@pytest.mark.parametrize(
    ("domain", "security"),
    [("a.b.c.signed.test", Security.SECURE), ("a.b.c.plain.test", Security.INSECURE)],
)
def test_a_record_deep_in_a_zone_is_the_zones(domain: str, security: Security, lab: DnsLab) -> None:
    lab.set_txt(domain, KEY)
    lookup = look_up(lab, domain)
    assert (lookup.result, lookup.security) == (LookupResult.FOUND, security)


@pytest.mark.parametrize("kind", [dns.rdatatype.DS, dns.rdatatype.DNSKEY])
def test_a_chain_that_cannot_be_followed_is_no_answer(
    kind: dns.rdatatype.RdataType, lab: DnsLab
) -> None:
    """Neither signed nor unsigned may be concluded from a question that got lost."""

    def loses(answer: dns.message.Message) -> dns.message.Message | None:
        return None if is_for(answer, "signed.test", kind) else answer

    with relay(lab.resolvers[0], loses) as place:
        lookup = look_up(lab, "signed.test", (place, *lab.resolvers[1:]))
    assert (lookup.result, lookup.is_conclusive) == (LookupResult.NO_ANSWER, False)


def test_signatures_that_only_the_name_servers_lose_are_missed(lab: DnsLab) -> None:
    def bare(answer: dns.message.Message) -> dns.message.Message:
        answer.answer = [rrset for rrset in answer.answer if rrset.rdtype != dns.rdatatype.RRSIG]
        return answer

    with relay(f"127.0.0.1:{lab.port}", bare) as place:
        connect = {f"ns{number}.signed.test:53": place for number in (1, 2)}
        assert look_up(lab, "signed.test", connect=connect).result is LookupResult.BOGUS


def test_one_resolver_that_has_seen_signatures_outweighs_all_that_hide_the_delegation(
    lab: DnsLab,
) -> None:
    def hide(answer: dns.message.Message) -> dns.message.Message:
        if answer.question[0].rdtype == dns.rdatatype.DS:
            answer.answer = []
        return answer

    def hide_all(answer: dns.message.Message) -> dns.message.Message:
        answer.flags &= ~dns.flags.AD
        return hide(answer)

    with ExitStack() as stack:
        liars = [stack.enter_context(relay(place, hide_all)) for place in lab.resolvers[:2]]
        witness = stack.enter_context(relay(lab.resolvers[2], hide))
        assert look_up(lab, "signed.test", (*liars, witness)).result is LookupResult.BOGUS
        assert look_up(lab, "signed.test", (*liars, lab.resolvers[2])).result is LookupResult.BOGUS


def test_a_domain_is_asked_for_once_a_run(lab: DnsLab) -> None:
    resolution = Resolution(lab.dns_settings(), Reach(lab.network_settings()))
    lab.set_txt("once.plain.test", KEY)
    first = resolution.look_up("once.plain.test")
    lab.set_txt("once.plain.test", OTHER_KEY)
    assert resolution.look_up("once.plain.test") is first
    assert look_up(lab, "once.plain.test").texts == (OTHER_KEY,)


@pytest.mark.parametrize(
    "domain", ["", "a..b", ".", "\\", "\\300.test", "é.test", "a" * 64, "a." * 127 + "b"]
)
def test_what_is_no_domain_is_looked_up_without_harm(domain: str, lab: DnsLab) -> None:
    assert look_up(lab, domain).result is not LookupResult.FOUND


def test_the_longest_name_is_looked_up(lab: DnsLab) -> None:
    """The name that is asked to find wildcards is longer than the domain's own."""
    domain = "a." + ".".join(["b" * 60] * 3 + ["c" * 55]) + ".plain.test"
    assert len(domain) == 251
    lab.set_txt(domain, KEY)
    assert look_up(lab, domain).result is LookupResult.FOUND


@pytest.mark.parametrize("anchors", [(), ("nonsense",), ("1 2 3",), ("20326 8 2 XYZ",)])
def test_trust_anchors_that_are_none_are_refused_where_they_are_set(anchors: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="trust_anchors"):
        DnsSettings(trust_anchors=anchors)
