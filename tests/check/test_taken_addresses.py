"""Whose the address of a remote is when its domain has a key: who holds that may take it."""

import json

from mcp_static.check.accepted import accepted_bytes
from mcp_static.check.report import CheckReport
from mcp_static.model.lifecycle import Status
from mcp_static.model.names import parse_name
from mcp_static.model.proofs import ProofId
from mcp_static.proofs.keys import key_of
from mcp_static.proofs.results import holds
from mcp_static.proofs.signatures import sign_status, status_claims
from mcp_static.publishing.proposing import status_bytes, status_file
from mcp_static.reports.findings import Finding, Level
from mcp_static.settings.publishing import RemoteSettings

from tests.check.domains import KEY, WEATHER, Domains
from tests.doubles.https import always
from tests.registries import path_of, server_json
from tests.stage import URL, failed, ids

RECORD = key_of(KEY).record
REMOTES = [{"type": "streamable-http", "url": "https://mcp.weather-tools.dev/"}]
SQUATTER = "io.github.mallory/weather"


def accepted_with(proof: ProofId, **facts: str) -> bytes:
    """An `accepted.json` for a proof that rests on a domain."""
    return accepted_bytes(holds(proof, "It holds.", **facts), None, "0" * 40, 1, 1_700_000_000)


def line(report: CheckReport, finding: str) -> Finding:
    return next(line for section in report.sections for line in section.findings if line.id == finding)


def status(value: Status, replaced: bytes | None) -> bytes:
    """A signed status of the first version."""
    name = parse_name(WEATHER)
    file = status_file(name, "1.0.0", value, "Why.", replaced)
    proof = sign_status(status_claims(name, "1.0.0", file, URL), KEY)
    return status_bytes(file.model_copy(update={"proof": proof}))


def squat(domains: Domains, name: str = SQUATTER, accepted: bytes | None = None) -> None:
    """Another server has the address first."""
    files = {path_of(name, "1.0.0"): json.dumps(server_json(name, remotes=REMOTES)).encode()}
    if accepted is not None:
        files[path_of(name, "1.0.0", "accepted.json")] = accepted
    domains.stage.registry.commit(files)


def test_the_key_of_its_domain_takes_an_address_from_whoever_came_first(domains: Domains) -> None:
    squat(domains, accepted=accepted_with(ProofId.ACCOUNT))
    domains.lab.set_txt("weather-tools.dev", RECORD)
    report = domains.bring(remotes=REMOTES)
    taken = line(report, "remote-unique")
    assert report.level is Level.PASSED, failed(report)
    assert taken.level == "warning"
    assert SQUATTER in taken.message
    assert SQUATTER in taken.fix
    assert report.accepted[0].remotes == ("https://mcp.weather-tools.dev/",)


def test_no_other_proof_takes_an_address(domains: Domains) -> None:
    squat(domains)
    domains.lab.set_txt("weather-tools.dev", "mcp-publisher=github:alice")
    report = domains.bring(remotes=REMOTES, key=None)
    assert line(report, "dns-delegation").level == "passed"
    assert ids(failed(report)) == {"remote-unique"}


def test_a_key_takes_no_address_beyond_its_domain(domains: Domains) -> None:
    domains.stage.registry.commit(
        {
            path_of(SQUATTER, "1.0.0"): json.dumps(
                server_json(SQUATTER, remotes=[{"type": "sse", "url": "https://notweather-tools.dev/"}])
            ).encode()
        }
    )
    domains.lab.set_txt("weather-tools.dev", RECORD)
    report = domains.bring(remotes=[{"type": "sse", "url": "https://notweather-tools.dev"}])
    assert ids(failed(report)) == {"remote-unique"}


def test_a_key_over_https_takes_addresses_of_its_host_alone(domains: Domains) -> None:
    squat(domains)
    domains.serve("weather-tools.dev", always(200, RECORD))
    assert ids(failed(domains.bring(remotes=REMOTES))) == {"remote-unique"}
    domains.serve("mcp.weather-tools.dev", always(200, RECORD))
    assert domains.bring("dev.weather-tools.mcp/weather", remotes=REMOTES).level is Level.PASSED


def test_an_address_that_was_proven_before_waits_for_an_operator(domains: Domains) -> None:
    former = "dev.weather-tools.mcp/weather"
    squat(domains, former, accepted_with(ProofId.HTTPS_KEY, domain="mcp.weather-tools.dev"))
    domains.lab.set_txt("weather-tools.dev", RECORD)
    report = domains.bring(remotes=REMOTES)
    assert report.level is Level.HELD, failed(report)
    assert former in line(report, "remote-unique").message


def test_ones_own_other_server_keeps_its_address(domains: Domains) -> None:
    squat(
        domains, "dev.weather-tools/other", accepted_with(ProofId.DNS_KEY, domain="weather-tools.dev")
    )
    domains.lab.set_txt("weather-tools.dev", RECORD)
    assert ids(failed(domains.bring(remotes=REMOTES))) == {"remote-unique"}


def test_while_a_key_cannot_be_asked_for_nobody_knows_whose_an_address_is(domains: Domains) -> None:
    url = "https://mcp.servfail.test/"
    domains.stage.settings = domains.stage.settings.model_copy(
        update={"remotes": RemoteSettings(internal=("*.test",))}
    )
    domains.stage.registry.commit(
        {
            path_of(SQUATTER, "1.0.0"): json.dumps(
                server_json(SQUATTER, remotes=[{"type": "sse", "url": url}])
            ).encode()
        }
    )
    report = domains.bring("test.servfail/weather", remotes=[{"type": "sse", "url": url}])
    assert report.level is Level.UNKNOWN
    assert line(report, "remote-unique").level == "unknown"


def test_a_key_brings_a_version_back_to_an_address_of_its_own(domains: Domains) -> None:
    squat(domains)
    deleted = status(Status.DELETED, None)
    domains.stage.registry.commit(
        {
            path_of(WEATHER, "1.0.0"): json.dumps(server_json(WEATHER, remotes=REMOTES)).encode(),
            path_of(WEATHER, "1.0.0", "status.json"): deleted,
        }
    )
    domains.lab.set_txt("weather-tools.dev", RECORD)
    active = {path_of(WEATHER, "1.0.0", "status.json"): status(Status.ACTIVE, deleted)}
    report = domains.stage.check(domains.stage.propose("mallory", active), requester="mallory")
    assert report.level is Level.PASSED, failed(report)
    assert line(report, "remote-unique").level == "warning"
