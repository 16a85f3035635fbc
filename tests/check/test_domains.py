"""Domain keys, delegations and grants at the check, with a DNS and a web of their own."""

import json
from typing import Any

import pytest
from mcp_static.check.report import CheckReport
from mcp_static.model.errors import UnansweredError
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import parse_name
from mcp_static.model.proofs import ProofId
from mcp_static.net.limits import FetchLimits
from mcp_static.proofs import domain_key
from mcp_static.proofs.keys import PrivateKey, key_of, new_private_key
from mcp_static.proofs.signatures import publish_claims, sign_publish, sign_status, status_claims
from mcp_static.publishing.proposing import publish_files, status_bytes, status_file
from mcp_static.reports.findings import Finding, Level
from mcp_static.settings import parse_settings

from tests.check.domains import KEY, WEATHER, Domains
from tests.doubles.https import Handler, always, dripping
from tests.registries import accepted_json, path_of, server_json
from tests.stage import URL, failed, ids, settings_text

PATH = "/.well-known/mcp-registry-auth"
RECORD = key_of(KEY).record


def line(report: CheckReport, proof: str) -> Finding:
    return next(line for section in report.sections for line in section.findings if line.id == proof)


@pytest.mark.parametrize("algorithm", ["ed25519", "ecdsap384"])
def test_a_key_in_dns_speaks_for_its_domain_and_all_below(algorithm: Any, domains: Domains) -> None:
    key = new_private_key(algorithm)
    domains.lab.set_txt("weather-tools.dev", key_of(key).record)
    for name in (WEATHER, "dev.weather-tools.api/weather", "dev.weather-tools.api.v1/weather"):
        report = domains.bring(name, key=key, requester="mallory")  # whoever carries it
        assert report.level is Level.PASSED
        assert report.accepted[0].proof.facts["domain"] == "weather-tools.dev"


def test_a_key_below_does_not_speak_for_what_is_above(domains: Domains) -> None:
    domains.lab.set_txt("api.weather-tools.dev", RECORD)
    below = domains.bring("dev.weather-tools.api/weather")
    assert below.level is Level.PASSED, failed(below)
    assert domains.bring(WEATHER).level is Level.ERROR


def test_several_keys_are_tried_and_stale_ones_named(domains: Domains) -> None:
    stale = [key_of(new_private_key("ed25519")) for _ in range(3)]
    domains.lab.set_txt("weather-tools.dev", *(key.record for key in stale), "v=MCPv1; k=rsa; p=AAAA")
    report = domains.bring()
    message = line(report, "dns-key").message
    assert all(key.fingerprint in message for key in stale), message
    assert key_of(KEY).fingerprint in message
    assert "neither ed25519 nor ecdsap384" in message
    domains.lab.set_txt("weather-tools.dev", *(key.record for key in stale), RECORD)
    assert domains.bring(version="1.0.1").level is Level.PASSED


@pytest.mark.parametrize(
    "signed",
    [
        {"version": "0.9.0"},
        {"name": "dev.weather-tools/other"},
        {"sha256": "0" * 64},
        {"registry": "https://other.weather-tools.dev"},
    ],
)
def test_the_right_key_over_something_else_proves_nothing(
    signed: dict[str, Any], domains: Domains
) -> None:
    domains.lab.set_txt("weather-tools.dev", RECORD)
    report = domains.bring(signed=signed)
    assert "the signature is for" in line(report, "dns-key").message


def test_a_proof_copied_from_another_version_proves_nothing(domains: Domains) -> None:
    domains.lab.set_txt("weather-tools.dev", RECORD)
    content = json.dumps(server_json(WEATHER, "1.0.0")).encode()
    claims = publish_claims(parse_name(WEATHER), "1.0.0", content, URL)
    proof = sign_publish(claims, KEY)
    other = json.dumps(server_json(WEATHER, "1.0.1")).encode()
    files = publish_files(parse_name(WEATHER), "1.0.1", other, proof)
    report = domains.stage.check(domains.stage.propose("mallory", files), requester="mallory")
    assert report.level is Level.ERROR


def test_without_a_signature_the_author_is_told_to_sign(domains: Domains) -> None:
    domains.lab.set_txt("weather-tools.dev", RECORD)
    report = domains.bring(key=None)
    assert "mcp-static sign" in line(report, "dns-key").fix


def test_a_key_over_https_speaks_for_its_host_alone(domains: Domains) -> None:
    domains.serve("weather-tools.dev", always(200, RECORD + "\n"))
    assert domains.bring().level is Level.PASSED
    assert domains.bring("dev.weather-tools.api/weather").level is Level.ERROR


def _redirect(*_: Any) -> tuple[int, dict[str, str], bytes]:
    return 302, {"Location": f"https://api.weather-tools.dev{PATH}"}, b""


def test_a_well_known_address_that_misbehaves_proves_nothing(domains: Domains) -> None:
    domains.serve("api.weather-tools.dev", always(200, RECORD))
    huge = (b"x" * 65536 for _ in range(16384))
    handlers: dict[str, Handler] = {
        "redirects": _redirect,
        "is larger than": lambda *_: (200, {}, huge),
    }
    for number, (message, handler) in enumerate(handlers.items()):
        domains.serve("weather-tools.dev", handler)
        found = line(domains.bring(version=f"1.0.{number}"), "https-key")
        assert (found.level, message in found.message) == ("error", True), found
    assert domains.front.sent < 32 << 20  # of 1 GB


def test_one_byte_a_minute_ends_in_time(domains: Domains, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain_key, "KEY_RECORD", FetchLimits("key record", 4096, 1, 0))
    domains.serve(
        "weather-tools.dev", lambda *_: (200, {}, dripping(domains.front, RECORD.encode(), 60))
    )
    assert "took longer" in line(domains.bring(), "https-key").message


def test_a_well_known_address_inside_is_not_reached(domains: Domains) -> None:
    domains.serve("weather-tools.dev", always(200, RECORD))
    places = "".join(
        f"{json.dumps(a)} = {json.dumps(b)}\n"
        for a, b in {**domains.lab.connect, **domains.front.connect}.items()
    )
    domains.stage.settings = parse_settings(
        settings_text(
            more=f"\n[dns]\nresolvers = {json.dumps(list(domains.lab.resolvers))}\n"
            f"trust_anchors = {json.dumps(list(domains.lab.trust_anchors))}\n"
            f"[network.connect]\n{places}"
        )
    )
    before = len(domains.front.requests)
    assert "not a public address" in line(domains.bring(), "https-key").message
    assert len(domains.front.requests) == before


def test_a_public_suffix_owns_nothing(domains: Domains) -> None:
    report = domains.bring("uk.co/weather")
    assert "public suffix" in line(report, "dns-key").message
    assert report.level is Level.ERROR


def test_a_dns_that_cannot_be_asked_is_unknown(domains: Domains) -> None:
    report = domains.bring("test.servfail/weather")
    assert report.level is Level.UNKNOWN
    assert line(report, "dns-key").level == "unknown"


@pytest.mark.parametrize(
    ("namespace", "message"),
    [
        ("test.tampered", "DNSSEC"),
        ("test.cnameapex", "alias"),
        ("test.signed.wild.a", "wildcard"),
        ("test.plain.differs", "disagree"),
        ("test.plain.lonely", "disagree"),
        ("test.signed.nx", "does not exist"),
        ("test.signed.silent", "no TXT record"),
    ],
)
def test_each_way_dns_can_fail_is_told_by_its_own_sentence(
    namespace: str, message: str, domains: Domains
) -> None:
    assert message in line(domains.bring(f"{namespace}/weather"), "dns-key").message


def test_a_domain_may_name_the_account_that_publishes(domains: Domains) -> None:
    domains.lab.set_txt("weather-tools.dev", "mcp-publisher=github:alice")
    report = domains.bring("dev.weather-tools.api/weather", key=None)
    assert report.level is Level.PASSED
    assert report.accepted[0].proof.id == "dns-delegation"
    other = domains.bring("dev.weather-tools.api/weather", key=None, requester="mallory")
    assert "names alice" in line(other, "dns-delegation").message


def test_a_delegation_to_a_login_that_changed_hands_proves_nothing(domains: Domains) -> None:
    domains.lab.set_txt("weather-tools.dev", "mcp-publisher=github:alice")
    hub = domains.stage.hub
    accepted = accepted_json(ProofId.DNS_DELEGATION, account_id=hub.user("alice").id)
    domains.stage.registry.commit(
        {
            path_of(WEATHER, "0.1.0"): json.dumps(server_json(WEATHER, "0.1.0")).encode(),
            path_of(WEATHER, "0.1.0", "accepted.json"): accepted,
        }
    )
    hub.rename_user("alice", "alice-formerly")
    hub.add_user("alice")
    report = domains.bring(key=None)
    assert line(report, "dns-delegation").level is Level.HELD
    assert "the login alice was" in line(report, "dns-delegation").message


@pytest.mark.parametrize(
    ("account", "level"),
    [("github:alice", Level.PASSED), ("github:bob", Level.ERROR), ("github:alice#1", Level.ERROR)],
)
@pytest.mark.parametrize(
    "pattern", ["dev.weather-tools.*", "dev.weather-tools.api", "DEV.Weather-Tools.*"]
)
def test_a_grant_stands_for_every_proof(
    account: str, level: Level, pattern: str, domains: Domains
) -> None:
    domains.configure(f'\n[[grants]]\nnamespace = "{pattern}"\naccounts = ["{account}"]\n')
    assert domains.bring("dev.weather-tools.api/weather", key=None).level is level
    assert domains.bring("dev.weather-toolss/weather", key=None).level is Level.ERROR


def status(value: Status, replaced: bytes | None, key: PrivateKey = KEY) -> bytes:
    """A signed status of the first version."""
    name = parse_name(WEATHER)
    file = status_file(name, "1.0.0", value, "Why.", replaced)
    proof = sign_status(status_claims(name, "1.0.0", file, URL), key)
    return status_bytes(file.model_copy(update={"proof": proof}))


def test_a_key_may_set_a_status_and_no_status_comes_back(domains: Domains) -> None:
    stage, path = domains.stage, path_of(WEATHER, "1.0.0", "status.json")
    domains.lab.set_txt("weather-tools.dev", RECORD)
    content = json.dumps(server_json(WEATHER, "1.0.0")).encode()
    stage.registry.commit({path_of(WEATHER, "1.0.0"): content})

    def check(content: bytes) -> CheckReport:
        branch = f"status-{len(stage.registry.issues)}"
        number = stage.propose("mallory", {path: content}, branch=branch)
        return stage.check(number, requester="mallory")

    deleted = status(Status.DELETED, None)
    assert check(deleted).level is Level.PASSED
    stage.registry.commit({path: deleted})
    active = status(Status.ACTIVE, deleted)
    assert check(active).level is Level.PASSED
    stage.registry.commit({path: active})
    assert "status-file" in ids(failed(check(deleted)))
    changed = json.loads(deleted) | {"replaces": json.loads(status(Status.DELETED, active))["replaces"]}
    forged = check(json.dumps(changed).encode())
    assert "replaces" in line(forged, "dns-key").message
    assert check(status(Status.DELETED, active, new_private_key("ed25519"))).level is Level.ERROR


def test_a_proof_that_holds_needs_no_other(domains: Domains) -> None:
    """The DNS cannot be asked, and the web server can: one proof is enough."""
    domains.serve("servfail.test", always(200, RECORD))
    report = domains.bring("test.servfail/weather")
    assert report.level is Level.PASSED
    assert line(report, "dns-key").level == "note"


def test_a_key_is_still_tried_where_nobody_knows_who_asks(
    domains: Domains, monkeypatch: pytest.MonkeyPatch
) -> None:
    domains.lab.set_txt("weather-tools.dev", RECORD)
    unknown = UnansweredError("the account alice could not be looked up")
    monkeypatch.setattr("tests.stage.account_of", lambda _: unknown)
    report = domains.bring()
    assert line(report, "dns-key").has_passed
    assert report.level is Level.UNKNOWN, "whoever it is may be blocked"
