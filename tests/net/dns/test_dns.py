"""Looking domains up: one clear outcome for each way in which DNS can answer, or not."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dns.message
import dns.query
import dns.rdatatype
import pytest
from mcp_static.net.addresses import Reach
from mcp_static.net.dns import queries
from mcp_static.net.dns.dnssec import Security
from mcp_static.net.dns.resolution import Lookup, LookupResult, Resolution
from mcp_static.settings.network import DnsSettings, NetworkSettings

from tests.doubles.dns_lab import DnsLab
from tests.doubles.dns_zones import KEY, OTHER_KEY


@pytest.fixture(scope="module")
def lab() -> Iterator[DnsLab]:
    """A DNS of its own."""
    with DnsLab() as lab:
        yield lab


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers on this machine answer at once, or never."""
    monkeypatch.setattr(queries, "_SECONDS", 2.0)


def look_up(lab: DnsLab, domain: str, **more: object) -> Lookup:
    return Resolution(lab.dns_settings(**more), Reach(lab.network_settings())).look_up(domain)


@pytest.mark.parametrize(
    ("domain", "security"),
    [
        ("example.com", Security.SECURE),
        ("signed.test", Security.SECURE),
        ("SIGNED.test", Security.SECURE),
        ("split.signed.test", Security.SECURE),
        ("plain.test", Security.INSECURE),
    ],
)
def test_what_all_agree_about_is_found(domain: str, security: Security, lab: DnsLab) -> None:
    lookup = look_up(lab, domain)
    assert (lookup.result, lookup.security, lookup.texts) == (LookupResult.FOUND, security, (KEY,))
    assert len(lookup.replies) == 5  # two authoritative servers, three resolvers


@pytest.mark.parametrize(
    ("domain", "result"),
    [
        ("silent.signed.test", LookupResult.NO_RECORD),
        ("nx.signed.test", LookupResult.NO_DOMAIN),
        ("no domain", LookupResult.NO_DOMAIN),
        ("x" * 64 + ".test", LookupResult.NO_DOMAIN),
        ("cnameapex.test", LookupResult.ALIAS),
        ("a.wild.signed.test", LookupResult.WILDCARD),
        ("a.b.wild.signed.test", LookupResult.WILDCARD),
        ("tampered.test", LookupResult.BOGUS),
        ("wrongds.test", LookupResult.BOGUS),
        ("expired.test", LookupResult.BOGUS),
        ("differs.plain.test", LookupResult.DISAGREEMENT),
        ("lonely.plain.test", LookupResult.DISAGREEMENT),
    ],
)
def test_everything_else_has_an_outcome_of_its_own(
    domain: str, result: LookupResult, lab: DnsLab
) -> None:
    lookup = look_up(lab, domain)
    assert (lookup.result, lookup.texts) == (result, ())
    assert lookup.is_conclusive


@pytest.mark.parametrize("domain", ["servfail.test", "dead.test", "refused.test"])
def test_what_does_not_answer_is_no_answer(domain: str, lab: DnsLab) -> None:
    lookup = look_up(lab, domain)
    assert lookup.result in {LookupResult.FAILURE, LookupResult.NO_ANSWER}
    assert not lookup.is_conclusive


def test_a_disagreement_names_who_says_what(lab: DnsLab) -> None:
    message = look_up(lab, "differs.plain.test").message
    assert f"the resolver {lab.resolvers[2]} has" in message
    assert "the authoritative server ns1.plain.test has" in message


def test_long_answers_come_over_tcp(lab: DnsLab) -> None:
    host, port = lab.resolvers[0].split(":")
    question = dns.message.make_query("big.signed.test", dns.rdatatype.TXT, want_dnssec=True)
    _, used_tcp = dns.query.udp_with_fallback(question, host, 5, int(port))
    assert used_tcp
    lookup = look_up(lab, "big.signed.test")
    assert (lookup.result, lookup.texts) == (LookupResult.FOUND, (KEY,))


def test_a_change_is_seen(lab: DnsLab) -> None:
    lab.set_txt("api.example.com", OTHER_KEY)
    assert look_up(lab, "api.example.com").texts == (OTHER_KEY,)
    lab.set_txt("api.example.com")
    assert look_up(lab, "api.example.com").result is LookupResult.NO_RECORD


def test_a_resolver_that_is_down_is_done_without_and_two_are_not(lab: DnsLab) -> None:
    one, two, _ = lab.resolvers
    assert look_up(lab, "signed.test", resolvers=(one, two, "127.0.0.1:9")).result is LookupResult.FOUND
    alone = look_up(lab, "signed.test", resolvers=(one, "127.0.0.1:9"))
    assert alone.result is LookupResult.NO_ANSWER
    assert not alone.is_conclusive


def test_without_authoritative_servers_nothing_is_believed(lab: DnsLab) -> None:
    settings = NetworkSettings(reach=("127.0.0.0/8",))  # leads to port 53, where nobody listens
    lookup = Resolution(lab.dns_settings(), Reach(settings)).look_up("signed.test")
    assert lookup.result is LookupResult.NO_ANSWER


def test_a_name_server_inside_is_never_asked(lab: DnsLab, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    original = dns.query.udp_with_fallback

    def ask(question: dns.message.Message, where: str, *args: object, **more: object) -> object:
        port = args[1] if len(args) > 1 else more.get("port")
        asked.append((where, port))
        return original(question, where, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(dns.query, "udp_with_fallback", ask)
    settings = NetworkSettings()  # ns1.signed.test is at 127.0.0.1, which is inside
    lookup = Resolution(lab.dns_settings(), Reach(settings)).look_up("signed.test")
    assert lookup.result is LookupResult.NO_ANSWER
    resolvers = {(host, int(port)) for host, _, port in (r.partition(":") for r in lab.resolvers)}
    assert set(asked) <= resolvers


@contextmanager
def forger(place: str, forge: Callable[[dns.message.Message], None]) -> Iterator[str]:
    """A resolver whose answers somebody changes on the way; its address."""
    host, port = place.split(":")

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, connection = self.request
            question = dns.message.from_wire(wire)
            answer = dns.query.tcp(question, host, 5, int(port))
            forge(answer)
            connection.sendto(answer.to_wire(max_size=65000), self.client_address)

    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def strip_signatures(answer: dns.message.Message) -> None:
    answer.answer = [rrset for rrset in answer.answer if rrset.rdtype != dns.rdatatype.RRSIG]


def strip_delegations(answer: dns.message.Message) -> None:
    if answer.question[0].rdtype == dns.rdatatype.DS:
        answer.answer = []


def change_the_key(answer: dns.message.Message) -> None:
    for number, rrset in enumerate(answer.answer):
        if rrset.rdtype == dns.rdatatype.TXT:
            text = rrset.to_text().replace("A" * 43, "B" * 43)
            changed = [line.partition(" TXT ")[2] for line in text.splitlines()]
            answer.answer[number] = dns.rrset.from_text(rrset.name, 0, "IN", "TXT", *changed)


@pytest.mark.parametrize(
    ("forge", "result"),
    [
        (strip_signatures, LookupResult.BOGUS),
        (strip_delegations, LookupResult.BOGUS),
        (change_the_key, LookupResult.DISAGREEMENT),
    ],
)
def test_one_resolver_that_lies_does_not_help(
    forge: Callable[[dns.message.Message], None], result: LookupResult, lab: DnsLab
) -> None:
    with forger(lab.resolvers[0], forge) as liar:
        resolvers = (liar, *lab.resolvers[1:])
        assert look_up(lab, "signed.test", resolvers=resolvers).result is result


def test_all_answers_forged_alike_still_lack_the_signature(lab: DnsLab) -> None:
    """Every resolver and the authoritative servers say the same wrong thing, as on a bad network."""
    with (
        forger(lab.resolvers[0], change_the_key) as one,
        forger(lab.resolvers[1], change_the_key) as two,
        forger(f"127.0.0.1:{lab.port}", change_the_key) as held,
    ):
        connect = {f"ns{number}.signed.test:53": held for number in (1, 2)}
        reach = Reach(lab.network_settings(**connect))
        settings = lab.dns_settings(resolvers=(one, two))
        lookup = Resolution(settings, reach).look_up("signed.test")
    assert lookup.result is LookupResult.BOGUS


def test_another_root_key_makes_everything_bogus(lab: DnsLab) -> None:
    anchors = DnsSettings.model_validate({}).trust_anchors
    assert look_up(lab, "signed.test", trust_anchors=anchors).result is LookupResult.BOGUS


def test_nonsense_is_no_answer(lab: DnsLab) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)

        def babble() -> None:
            for _ in range(1):
                _, client = server.recvfrom(4096)
                server.sendto(b"\xff" * 40, client)

        thread = threading.Thread(target=babble)
        thread.start()
        place = f"127.0.0.1:{server.getsockname()[1]}"
        lookup = look_up(lab, "signed.test", resolvers=(lab.resolvers[0], place))
        thread.join()
    assert lookup.result is LookupResult.NO_ANSWER
