"""Continuity: what changes hands is seen, and waits; what was there from the start does not."""

import json
import time

import pytest
from mcp_static.check.report import CheckReport
from mcp_static.model.identity import Memory, memory_bytes, read_memory
from mcp_static.model.times import SECONDS_A_DAY, parse_time
from mcp_static.proofs.keys import PrivateKey, key_of, new_private_key
from mcp_static.reports.findings import Finding, Level
from mcp_static.settings import parse_settings

from tests.check.domains import KEY, WEATHER, Domains
from tests.check.memories import land
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.https import always
from tests.registries import accepted_json, path_of
from tests.stage import Stage, failed, held, ids, settings_text, source_record

ALICES = "io.github.alice/weather"
COMPANYS = "io.github.weatherco/forecast"
NAMESPACE = "registry-data/servers/we/dev.weather-tools/identity.json"
NEW = new_private_key("ed25519")


def hold(report: CheckReport) -> Finding:
    """The one line that waits, where nothing is wrong."""
    assert report.level is Level.HELD, failed(report)
    assert report.exit_code == 1
    [line] = held(report)
    assert report.accepted[0].proof == line
    return line


def publish(stage: Stage, login: str, name: str, version: str = "1.0.0") -> CheckReport:
    """A publish that somebody brings."""
    number = stage.propose(login, stage.record(name, version), branch=f"p{len(stage.registry.issues)}")
    return stage.check(number, requester=login)


# ---- accounts


def test_a_recycled_login_waits_for_an_operator(stage: Stage) -> None:
    land(stage, publish(stage, "alice", ALICES))
    assert publish(stage, "alice", ALICES, "1.0.1").level is Level.PASSED
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    line = hold(publish(stage, "alice", "io.github.alice/another"))
    assert line.id == "github-account"
    assert "the login alice was github.com/account/" in line.message
    assert "/approve " in line.fix


def test_what_was_approved_once_is_known(stage: Stage) -> None:
    land(stage, publish(stage, "alice", ALICES))
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    land(stage, publish(stage, "alice", "io.github.alice/another"), 1_800_000_100)
    assert publish(stage, "alice", "io.github.alice/third").level is Level.PASSED


def test_it_waits_for_the_days_of_the_settings(stage: Stage) -> None:
    land(stage, publish(stage, "alice", ALICES))
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    stage.settings = parse_settings(settings_text(more="[continuity]\nwait_days = 30\n"))
    line = hold(publish(stage, "alice", "io.github.alice/another"))
    waits = parse_time(str(line.facts["heldUntil"])) - time.time()
    assert 29 * SECONDS_A_DAY < waits <= 30 * SECONDS_A_DAY


def test_older_notes_stand_in_until_the_namespace_is_adopted(stage: Stage) -> None:
    accepted = json.loads(accepted_json(account_id=stage.hub.user("alice").id))
    accepted["account"]["id"] = stage.hub.user("alice").id  # as it was before ids named their forge
    files = {path_of(ALICES, "0.9.0", "accepted.json"): json.dumps(accepted).encode()}
    stage.registry.commit({**stage.record(ALICES, "0.9.0"), **files})
    assert publish(stage, "alice", ALICES).level is Level.PASSED
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    hold(publish(stage, "alice", "io.github.alice/another"))


def test_a_memory_that_cannot_be_read_knows_nobody(stage: Stage) -> None:
    land(stage, publish(stage, "alice", ALICES))
    stage.registry.commit({"registry-data/servers/al/io.github.alice/identity.json": b"{"})
    assert "cannot be read" in hold(publish(stage, "alice", ALICES, "1.0.1")).message


def test_a_grant_is_the_operators_word_but_a_login_in_it_may_change_hands(stage: Stage) -> None:
    def granted(*accounts: str) -> None:
        grant = f'[[grants]]\nnamespace = "dev.weather-tools"\naccounts = {json.dumps(accounts)}\n'
        stage.settings = parse_settings(settings_text(more=grant))

    granted("github:alice", "github:bob")
    land(stage, publish(stage, "alice", WEATHER))
    assert publish(stage, "bob", WEATHER, "1.0.1").level is Level.PASSED
    stage.hub.rename_user("alice", "alice-formerly")
    new = stage.hub.add_user("alice")
    assert hold(publish(stage, "alice", WEATHER, "1.0.2")).id == "grant"
    granted(f"github.com/account/{new.id}")
    assert publish(stage, "alice", WEATHER, "1.0.3").level is Level.PASSED


# ---- domains


def keys(domains: Domains, domain: str, *published: PrivateKey) -> None:
    """The keys that a domain publishes in DNS."""
    domains.lab.set_txt(domain, *(key_of(key).record for key in published))


def test_a_domain_registered_anew_with_another_key_waits(domains: Domains) -> None:
    keys(domains, "weather-tools.dev", KEY)
    land(domains.stage, domains.bring())
    assert domains.bring(version="1.0.1").level is Level.PASSED
    keys(domains, "weather-tools.dev", NEW)
    line = hold(domains.bring(version="1.0.2", key=NEW))
    assert "never proven dev.weather-tools" in line.message
    assert "--previous-key" in line.fix
    hold(domains.bring("dev.weather-tools.api/other", key=NEW))


def test_a_new_key_that_the_old_one_signed_for_does_not_wait(domains: Domains) -> None:
    keys(domains, "weather-tools.dev", KEY)
    land(domains.stage, domains.bring())
    keys(domains, "weather-tools.dev", NEW)
    report = domains.bring(version="1.0.1", key=NEW, previous=KEY)
    assert report.level is Level.PASSED
    land(domains.stage, report)
    assert domains.bring(version="1.0.2", key=NEW).level is Level.PASSED


def test_nobody_hands_over_but_a_remembered_key(domains: Domains) -> None:
    keys(domains, "weather-tools.dev", KEY)
    land(domains.stage, domains.bring())
    keys(domains, "weather-tools.dev", NEW)
    hold(domains.bring(version="1.0.1", key=NEW, previous=new_private_key("ed25519")))
    # The old key alone proves nothing: the new one must be published, and must have signed.
    assert domains.bring(version="1.0.2", key=KEY).level is Level.ERROR
    keys(domains, "weather-tools.dev")
    assert domains.bring(version="1.0.3", key=NEW, previous=KEY).level is Level.ERROR


def test_keys_published_together_from_the_start_are_all_known(domains: Domains) -> None:
    keys(domains, "weather-tools.dev", KEY, NEW)
    land(domains.stage, domains.bring(key=KEY))
    assert domains.bring(version="1.0.1", key=NEW).level is Level.PASSED


def test_a_key_that_joins_later_is_not(domains: Domains) -> None:
    keys(domains, "weather-tools.dev", KEY)
    land(domains.stage, domains.bring())
    keys(domains, "weather-tools.dev", KEY, NEW)
    land(domains.stage, domains.bring(version="1.0.1", key=KEY))
    hold(domains.bring(version="1.0.2", key=NEW))


def test_a_key_after_a_delegation_waits(domains: Domains) -> None:
    domains.lab.set_txt("weather-tools.dev", "mcp-publisher=github:alice")
    land(domains.stage, domains.bring(key=None))
    keys(domains, "weather-tools.dev", KEY)
    assert "by delegation before" in hold(domains.bring(version="1.0.1")).message


def test_a_subdomain_that_somebody_took_over_waits(domains: Domains) -> None:
    keys(domains, "weather-tools.dev", KEY)
    land(domains.stage, domains.bring())
    domains.serve("api.weather-tools.dev", always(200, key_of(NEW).record + "\n"))
    hold(domains.bring("dev.weather-tools.api/weather", key=NEW))


def test_a_subdomains_memory_does_not_lock_out_the_domain_above(domains: Domains) -> None:
    domains.serve("api.weather-tools.dev", always(200, key_of(NEW).record + "\n"))
    land(domains.stage, domains.bring("dev.weather-tools.api/weather", key=NEW))
    keys(domains, "weather-tools.dev", KEY)
    land(domains.stage, domains.bring())  # under its own name, at once


def test_a_key_known_above_first_speaks_for_what_is_below(domains: Domains) -> None:
    keys(domains, "weather-tools.dev", KEY)
    land(domains.stage, domains.bring(), 1_800_000_000)
    domains.serve("api.weather-tools.dev", always(200, key_of(NEW).record + "\n"))
    land(domains.stage, domains.bring("dev.weather-tools.api/weather", key=NEW), 1_800_000_100)
    keys(domains, "weather-tools.dev", KEY)
    assert domains.bring("dev.weather-tools.api/other", key=KEY).level is Level.PASSED


def test_a_new_owner_above_does_not_warm_up_a_key_for_what_is_below(domains: Domains) -> None:
    domains.serve("api.weather-tools.dev", always(200, key_of(KEY).record + "\n"))
    land(domains.stage, domains.bring("dev.weather-tools.api/weather", key=KEY), 1_800_000_000)
    keys(domains, "weather-tools.dev", NEW)  # the domain is registered anew
    land(domains.stage, domains.bring("dev.weather-tools/other", key=NEW), 1_800_000_100)
    hold(domains.bring("dev.weather-tools.api/weather", "1.0.1", key=NEW))


def test_an_old_signature_is_not_brought_later(domains: Domains) -> None:
    keys(domains, "weather-tools.dev", KEY)
    eight_days_ago = int(time.time()) - 8 * SECONDS_A_DAY
    report = domains.bring(signed={"iat": eight_days_ago})
    assert any("more than 7 days" in line.message for line in failed(report))
    six_days_ago = int(time.time()) - 6 * SECONDS_A_DAY
    assert domains.bring(version="1.0.1", signed={"iat": six_days_ago}).level is Level.PASSED


def test_what_proved_a_domain_is_noted_for_later(domains: Domains) -> None:
    keys(domains, "weather-tools.dev", KEY)
    report = domains.bring("dev.weather-tools.api/weather")
    facts = report.accepted[0].proof.facts
    assert facts["nameServers"] == ("ns1", "ns2"), "of the zone that the domain is in"
    assert facts["key"] == key_of(KEY).record
    land(domains.stage, report)
    for folder in ("dev.weather-tools.api", "dev.weather-tools.api/weather", "dev.weather-tools"):
        path = f"registry-data/servers/{'we' if folder == 'dev.weather-tools' else 'ap'}/{folder}"
        document = json.loads(domains.stage.registry.store.read("show", f"main:{path}/identity.json"))
        [identity] = document["identities"]
        assert (identity["kind"], identity["domain"]) == ("key", "weather-tools.dev")


# ---- repositories


@pytest.fixture
def source(stage: Stage) -> RepositoryDouble:
    """The repository of an organization, which has no account to bring anything."""
    return stage.hub.add_repository("weatherco/forecast")


def release(
    source: RepositoryDouble, version: str, at: str = "server.json", **more: object
) -> dict[str, bytes]:
    """A tagged release; gives the files of its publish."""
    content = source_record(COMPANYS, version, **more)
    source.tag(f"v{version}", source.commit({at: content}))
    return {path_of(COMPANYS, version): content}


def bring(stage: Stage, files: dict[str, bytes], login: str = "mallory") -> CheckReport:
    """A stranger asks for a publish."""
    number = stage.propose(login, files, branch=f"p{len(stage.registry.issues)}")
    return stage.check(number, requester=login)


def _repository(name: str, subfolder: str = "") -> dict[str, str]:
    more = {"subfolder": subfolder} if subfolder else {}
    return {"url": f"https://github.com/weatherco/{name}", "source": "github", **more}


def test_the_repository_of_the_first_publish_is_the_servers(
    stage: Stage, source: RepositoryDouble
) -> None:
    land(stage, bring(stage, release(source, "1.0.0")))
    assert bring(stage, release(source, "1.0.1")).level is Level.PASSED
    source.rename("weatherco/renamed")
    moved = release(source, "1.0.2", repository=_repository("renamed"))
    assert bring(stage, moved).level is Level.PASSED
    other = stage.hub.add_repository("weatherco/playground")
    line = hold(bring(stage, release(other, "1.0.3", repository=_repository("playground"))))
    assert "came from server.json in https://github.com/weatherco/" in line.message


def test_another_path_of_it_waits_too(stage: Stage, source: RepositoryDouble) -> None:
    land(stage, bring(stage, release(source, "1.0.0")))
    fixture = release(
        source, "1.0.1", "tests/fixtures/server.json",
        repository=_repository("forecast", "tests/fixtures"),
    )  # fmt: skip
    hold(bring(stage, fixture))


def test_the_bound_repository_may_name_the_next_one(stage: Stage, source: RepositoryDouble) -> None:
    land(stage, bring(stage, release(source, "1.0.0")))
    other = stage.hub.add_repository("weatherco/next")
    files = release(other, "1.0.1", repository=_repository("next"))
    hold(bring(stage, files))
    source.commit({"server.json": next(iter(files.values()))})
    assert bring(stage, files).level is Level.PASSED


def test_a_stranger_does_not_bind_a_name_to_a_contributed_file(
    stage: Stage, source: RepositoryDouble
) -> None:
    fixture = release(
        source, "1.0.0", "tests/fixtures/server.json",
        repository=_repository("forecast", "tests/fixtures"),
    )  # fmt: skip
    line = hold(bring(stage, fixture))
    assert "counts only if the owner asks for it" in line.message


def test_an_owner_may_ask_for_a_first_publish_from_a_subfolder(stage: Stage) -> None:
    source = stage.hub.add_repository("alice/mono")
    repository = {"url": "https://github.com/alice/mono", "source": "github", "subfolder": "pkgs/w"}
    content = source_record("io.github.alice/w", repository=repository)
    source.tag("v1.0.0", source.commit({"pkgs/w/server.json": content}))
    files = {path_of("io.github.alice/w", "1.0.0"): content}
    hold(bring(stage, files))
    assert bring(stage, files, "alice").level is Level.PASSED


def test_a_repository_that_was_made_again_is_another(stage: Stage, source: RepositoryDouble) -> None:
    land(stage, bring(stage, release(source, "1.0.0")))
    source.delete()
    again = stage.hub.add_repository("weatherco/forecast")
    hold(bring(stage, release(again, "1.0.1")))


def test_an_id_that_older_notes_lack_is_learnt_from_the_address(
    stage: Stage, source: RepositoryDouble
) -> None:
    report = bring(stage, release(source, "1.0.0"))
    land(stage, report)
    folder = "registry-data/servers/we/io.github.weatherco"
    accepted = path_of(COMPANYS, "1.0.0", "accepted.json")
    document = json.loads(stage.registry.store.read("show", f"main:{accepted}"))
    del document["facts"]["repositoryId"]
    gone = (f"{folder}/identity.json", f"{folder}/forecast/identity.json")
    stage.registry.commit({accepted: json.dumps(document).encode(), **dict.fromkeys(gone)})
    land(stage, bring(stage, release(source, "1.0.1")))
    memory = read_memory(stage.registry.store.read("show", f"main:{folder}/forecast/identity.json"))
    assert [one.value for one in memory.identities if one.kind == "source"] == [
        f"github.com/repository/{source.id}"
    ]
    source.delete()
    hold(bring(stage, release(stage.hub.add_repository("weatherco/forecast"), "1.0.2")))


# ---- the file


def test_an_identity_file_reads_back_as_it_was_written(domains: Domains) -> None:
    keys(domains, "weather-tools.dev", KEY, NEW)
    land(domains.stage, domains.bring())
    content = domains.stage.registry.store.read("show", f"main:{NAMESPACE}")
    memory = read_memory(content)
    assert len(memory.identities) == 2
    assert memory_bytes(memory) == content


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"identities":[{}]}', b'{"identities":7}', b"[" * 100_000,
     b'{"identities":[{"kind":"account","value":"x","firstSeen":"tomorrow"}]}',
     b'{"identities":[{"kind":"friend","value":"x","firstSeen":"2026-01-01T00:00:00Z"}]}',
     b" " * 300_000],
)  # fmt: skip
def test_a_hostile_identity_file_is_a_memory_that_knows_nothing(content: bytes) -> None:
    memory = read_memory(content)
    assert memory == Memory(is_readable=False)
    assert memory


def test_what_is_held_is_no_error(stage: Stage) -> None:
    land(stage, publish(stage, "alice", ALICES))
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    report = publish(stage, "alice", "io.github.alice/another")
    assert not report.is_green
    assert ids(failed(report)) == set()
