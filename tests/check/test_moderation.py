"""What an operator has decided holds for everything new: blocks, takedowns, limits, names too close."""

import json
import time
from typing import Any

import git
import pytest
from mcp_static.check.accepted import accepted_bytes
from mcp_static.check.daily_use import daily_use
from mcp_static.check.report import CheckReport
from mcp_static.git.command import GitProcess
from mcp_static.git.repository import open_repository
from mcp_static.model.proofs import ProofId
from mcp_static.model.times import format_time
from mcp_static.proofs.results import holds
from mcp_static.reports.findings import Finding, Level
from mcp_static.settings import parse_settings

from tests.registries import path_of
from tests.stage import BOT, Stage, account_of, failed, settings_text

WEATHER = "io.github.alice/weather"
ALICE = "registry-data/servers/al/io.github.alice"
NOW = int(time.time())


def lines(report: CheckReport, wanted: str) -> list[Finding]:
    return [line for section in report.sections for line in section.findings if line.id == wanted]


def check(
    stage: Stage, files: dict[str, bytes], more: str = "", *, login: str = "alice", branch: str = "b"
) -> CheckReport:
    number = stage.propose(login, files, branch=branch)
    return stage.check(number, requester=login, settings=parse_settings(settings_text(more=more)))


def blocked(**lists: str) -> str:
    return "\n[blocked]\n" + "".join(f'{kind} = ["{one}"]\n' for kind, one in lists.items())


def over_http(url: str, **more: Any) -> dict[str, Any]:
    transport = {"type": "streamable-http", "url": url}
    package = {"registryType": "npm", "identifier": "x", "version": "1.0.0", "transport": transport}
    return {"packages": [{**package, **more}]}


def takedown(**more: Any) -> bytes:
    document = {"status": "deleted", "reason": "It stole tokens.", "at": format_time(NOW), "by": "Ada"}
    return json.dumps({**document, **more}).encode()


# Blocks


def test_a_blocked_account_publishes_nothing_whatever_proves_it(stage: Stage) -> None:
    alice = str(account_of(stage.hub.user("alice")).id)
    report = check(stage, stage.record(WEATHER), blocked(accounts=alice))
    assert report.level is Level.ERROR
    assert all(alice in line.message for line in lines(report, "not-blocked"))


def test_an_account_is_blocked_by_its_id_and_not_by_its_login(stage: Stage) -> None:
    former = str(account_of(stage.hub.user("alice")).id)
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    report = check(stage, stage.record(WEATHER), blocked(accounts=former))
    assert report.level is Level.PASSED


def test_nobody_publishes_for_the_blocked_owner_of_a_namespace(stage: Stage) -> None:
    record = stage.record(WEATHER)
    (content,) = record.values()
    repository = stage.hub.add_repository("alice/weather")
    repository.commit({"server.json": content})
    repository.store.git("tag", "v1.0.0", "main")
    stage.hub.notice_all()
    assert check(stage, record, login="bob").level is Level.PASSED
    owner = str(account_of(stage.hub.user("alice")).id)
    report = check(stage, record, blocked(accounts=owner), login="bob", branch="c")
    assert [owner in line.message for line in lines(report, "not-blocked")] == [True]
    number = f"github.com/repository/{repository.id}"
    report = check(stage, record, blocked(repositories=number), login="bob", branch="d")
    assert [number in line.message for line in lines(report, "not-blocked")] == [True]


def test_a_blocked_repository_is_recognized_though_the_account_proves_the_publish(
    stage: Stage,
) -> None:
    repository = stage.hub.add_repository("alice/weather")
    number = f"github.com/repository/{repository.id}"
    report = check(stage, stage.record(WEATHER), blocked(repositories=number))
    assert [number in line.message for line in lines(report, "not-blocked")] == [True]


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/alice/old",
        "https://www.github.com/alice/now",
        "https://github.com/Alice/Old/",
    ],
)
def test_a_blocked_repository_is_recognized_by_every_address_that_leads_to_it(
    stage: Stage, address: str
) -> None:
    repository = stage.hub.add_repository("alice/old")
    repository.rename("alice/now")  # the old address redirects
    record = stage.record(WEATHER, repository={"url": address, "source": "github"})
    number = f"github.com/repository/{repository.id}"
    report = check(stage, record, blocked(repositories=number))
    assert [number in line.message for line in lines(report, "not-blocked")] == [True]
    assert report.level is Level.ERROR


def test_a_repository_that_is_not_shown_waits_for_an_operator_where_some_are_blocked(
    stage: Stage,
) -> None:
    """Its owner may hide a blocked one for as long as a check takes."""
    repository = stage.hub.add_repository("alice/weather")
    repository.private = True
    assert check(stage, stage.record(WEATHER)).level is Level.PASSED
    number = f"github.com/repository/{repository.id}"
    report = check(stage, stage.record(WEATHER), blocked(repositories=number), branch="c")
    assert report.level is Level.HELD
    assert ["alice/weather" in line.message for line in lines(report, "not-blocked")] == [True]


@pytest.mark.parametrize("pattern", ["io.github.ALICE", "io.github.*"])
def test_a_blocked_namespace_publishes_nothing_in_any_spelling(stage: Stage, pattern: str) -> None:
    report = check(stage, stage.record(WEATHER), blocked(namespaces=pattern))
    assert {line.id for line in failed(report)} == {"not-blocked"}
    assert not lines(report, "github-account"), "no proof is tried for what is blocked"


@pytest.mark.parametrize(
    "more",
    [
        {"remotes": [{"type": "sse", "url": "https://evil.example/sse"}]},
        {"remotes": [{"type": "sse", "url": "https://a.EVIL.example.:8443/sse"}]},
        {"remotes": [{"type": "sse", "url": "https://{tenant}.evil.example/sse", "variables": {"tenant": {"description": "Yours"}}}]},
        {"packages": [{"registryType": "oci", "identifier": "evil.example/x:1", "transport": {"type": "stdio"}}]},
        {"packages": [{"registryType": "mcpb", "identifier": "https://dl.evil.example/x.mcpb", "fileSha256": "0" * 64, "transport": {"type": "stdio"}}]},
        over_http("https://{HOST}/mcp", environmentVariables=[{"name": "HOST", "default": "evil.example"}]),
        over_http("https://{HOST}/mcp", environmentVariables=[{"name": "HOST", "value": "{SUB}.evil.example"}]),
        over_http("https://{HOST}/mcp", environmentVariables=[{"name": "HOST", "value": "{H}", "variables": {"H": {"value": "evil.example"}}}]),
        over_http("https://a.{host}/mcp", packageArguments=[{"type": "named", "name": "--host", "choices": ["good.example", "evil.example"]}]),
        over_http("https://{host}/mcp", runtimeArguments=[{"type": "positional", "valueHint": "host", "value": "evil.example"}]),
        over_http("https://evil.example:{PORT}/mcp", environmentVariables=[{"name": "PORT"}]),
    ],
)  # fmt: skip
def test_a_blocked_host_is_led_to_by_no_remote_and_no_package(
    stage: Stage, more: dict[str, Any]
) -> None:
    files = stage.record(WEATHER, **more)
    assert not lines(check(stage, files, blocked(hosts="vil.example")), "not-blocked")
    report = check(stage, files, blocked(hosts="evil.example"), branch="c")
    assert len(lines(report, "not-blocked")) == 1


# Takedowns


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        (f"{ALICE}/weather/1.0.0", WEATHER),
        (f"{ALICE}/weather", WEATHER),
        (ALICE, WEATHER),
        (ALICE, "io.github.Alice/Weather"),
        (f"{ALICE}/weather", "io.github.Alice/WEATHER"),
    ],
)
def test_what_is_taken_down_takes_no_publish(stage: Stage, folder: str, name: str) -> None:
    stage.registry.commit({f"{folder}/takedown.json": takedown(policy="2.1")})
    report = check(stage, stage.record(name))
    (line,) = lines(report, "not-taken-down")
    assert line.is_error
    assert "It stole tokens. (2.1)" in line.message
    assert not report.accepted


def test_a_takedown_of_one_version_leaves_the_others_alone(stage: Stage) -> None:
    stage.registry.commit({f"{ALICE}/weather/1.0.0/takedown.json": takedown()})
    assert check(stage, stage.record(WEATHER, "1.0.1")).level is Level.PASSED


def test_its_owner_cannot_set_a_status_below_a_takedown(stage: Stage) -> None:
    stage.registry.commit(stage.record(WEATHER))
    stage.registry.commit({f"{ALICE}/weather/takedown.json": takedown()})
    status = {path_of(WEATHER, "1.0.0", "status.json"): b'{"status":"active"}'}
    assert {line.id for line in failed(check(stage, status))} == {"not-taken-down"}


@pytest.mark.parametrize(("subdomains", "level"), [(True, Level.ERROR), (False, Level.PASSED)])
def test_a_takedown_of_a_domain_holds_below_it_if_it_says_so(
    stage: Stage, subdomains: bool, level: Level
) -> None:
    grants = '\n[[grants]]\nnamespace = "dev.weather-tools.*"\naccounts = ["github:alice"]\n'
    path = "registry-data/servers/we/dev.weather-tools/takedown.json"
    stage.registry.commit({path: takedown(subdomains=subdomains)})
    assert check(stage, stage.record("dev.weather-tools.api/x"), grants).level is level


def test_a_takedown_that_cannot_be_read_holds_all_the_same(stage: Stage) -> None:
    stage.registry.commit({f"{ALICE}/takedown.json": b"oops"})
    (line,) = lines(check(stage, stage.record(WEATHER)), "not-taken-down")
    assert line.is_error


@pytest.mark.parametrize(("hours", "count"), [(1, 1), (-1, 0)])
def test_a_quarantine_ends_by_itself(stage: Stage, hours: int, count: int) -> None:
    content = takedown(
        status="quarantined", at=format_time(NOW - 7200), until=format_time(NOW + 3600 * hours)
    )
    stage.registry.commit({f"{ALICE}/takedown.json": content})
    assert len(lines(check(stage, stage.record(WEATHER)), "not-taken-down")) == count


# Limits


def published(
    stage: Stage, version: str, *, asked_by: str = "alice", ago: int = 600, by: str = BOT
) -> None:
    """A publish as the merge leaves it, in the name of alice."""
    alice = account_of(stage.hub.user("alice"))
    proof = holds(ProofId.ACCOUNT, "It holds.", login="alice", id=str(alice.id))
    note = accepted_bytes(proof, account_of(stage.hub.user(asked_by)), "0" * 40, 1, NOW - ago)
    files = stage.record(WEATHER, version)
    note_path = path_of(WEATHER, version, "accepted.json")
    stage.registry.commit({**files, note_path: note}, login=by)


def limits(**values: int | str) -> str:
    return "\n[limits]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def test_the_publishes_of_a_day_are_counted_by_account_and_namespace(stage: Stage) -> None:
    published(stage, "0.1.0", ago=90_000)
    published(stage, "0.2.0")
    report = check(stage, stage.record(WEATHER), limits(publishes_a_day=2))
    assert report.level is Level.PASSED
    published(stage, "0.3.0")
    report = check(stage, stage.record(WEATHER), limits(publishes_a_day=2), branch="c")
    assert report.level is Level.HELD
    assert len(lines(report, "daily-limit")) == 2, "for the account, and for the namespace"


def test_a_false_date_of_a_commit_ends_no_count(stage: Stage) -> None:
    published(stage, "0.1.0")
    stage.registry.commit({"README.md": b"by hand\n"}, time=1_000_000_000)
    published(stage, "0.2.0")
    report = check(stage, stage.record(WEATHER), limits(publishes_a_day=2))
    assert report.level is Level.HELD


def test_a_note_that_the_merge_did_not_write_ends_no_count(stage: Stage) -> None:
    published(stage, "0.1.0")
    published(stage, "0.2.0")
    published(stage, "0.0.1", ago=90_000, by="mallory")
    report = check(stage, stage.record(WEATHER), limits(publishes_a_day=2))
    assert report.level is Level.HELD
    published(stage, "0.0.2", ago=90_000)
    assert (
        check(stage, stage.record(WEATHER), limits(publishes_a_day=2), branch="c").level is Level.PASSED
    )


def test_what_strangers_ask_for_counts_against_them_alone(stage: Stage) -> None:
    published(stage, "0.1.0", asked_by="mallory")
    published(stage, "0.2.0", asked_by="mallory")
    report = check(stage, stage.record(WEATHER), limits(publishes_a_day=2))
    assert report.level is Level.PASSED
    files = stage.record("io.github.mallory/x")
    report = check(stage, files, limits(publishes_a_day=2), login="mallory", branch="c")
    assert ["mallory" in line.message for line in lines(report, "daily-limit")] == [True]


def test_the_bytes_of_a_day_are_counted(stage: Stage) -> None:
    published(stage, "0.1.0")
    size = len(next(iter(stage.record(WEATHER).values())))
    files = stage.record(WEATHER)
    assert check(stage, files, limits(bytes_a_day=2 * size)).level is Level.PASSED
    report = check(stage, files, limits(bytes_a_day=2 * size - 1), branch="c")
    assert report.level is Level.HELD


def test_a_busy_day_takes_no_more_processes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    class Counted(GitProcess):
        def __init__(self, repository: git.Repo, *arguments: str, **options: Any) -> None:
            started.append(arguments)
            super().__init__(repository, *arguments, **options)

    for module in ("blobs", "history"):
        monkeypatch.setattr(f"mcp_static.git.{module}.GitProcess", Counted)
    counts = []
    for version in ("0.1.0", "0.2.0"):
        published(stage, version)
        started.clear()
        with open_repository(stage.registry.path) as repository:
            daily_use(repository, stage.registry.head, NOW, stage.settings.merge.identity)
        counts.append(len(started))
    assert counts[0] == counts[1]


def test_the_versions_of_one_pull_request_count_together(stage: Stage) -> None:
    files = {**stage.record(WEATHER, "1.0.0"), **stage.record(WEATHER, "1.0.1")}
    assert check(stage, files, limits(publishes_a_day=1)).level is Level.HELD


def test_a_pull_request_has_a_size(stage: Stage) -> None:
    report = check(stage, stage.record(WEATHER), limits(pull_request_bytes=100))
    assert {line.id for line in failed(report)} == {"pull-request-size"}


# Names


@pytest.mark.parametrize(
    "name",
    [
        "io.github.a1ice/weather",
        "io.github.aIice/weather",
        "io.github.alicee/weather",
        "io.github.laice/weather",
        "io.github.al-ice/weather",
    ],
)
def test_a_name_that_is_easily_taken_for_anothers_waits_for_an_operator(
    stage: Stage, name: str
) -> None:
    stage.registry.commit(stage.record(WEATHER))
    login = name.split("/")[0].rpartition(".")[2]
    stage.hub.add_user(login)
    report = check(stage, stage.record(name), login=login)
    assert report.level is Level.HELD
    (line,) = lines(report, "name-similar")
    assert WEATHER in line.message
    assert report.accepted, "it is proven, so that an approval is enough"
    report = check(stage, stage.record(name), limits(similar_names="report"), login=login, branch="c")
    assert report.level is Level.PASSED
    assert lines(report, "name-similar")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("com.xn--pple-43d/pay", "com.apple/pay"),  # U+0430, a Cyrillic letter
        ("com.rnail/box", "com.mail/box"),
        ("com.g00gle/drive", "com.google/drive"),
    ],
)
def test_lookalikes_are_seen_through_punycode_and_ligatures(
    stage: Stage, name: str, other: str
) -> None:
    stage.registry.commit(stage.record(other))
    grant = f'\n[[grants]]\nnamespace = "{name.split("/")[0]}"\naccounts = ["github:bob"]\n'
    settings = grant + limits(similar_edits=0)
    assert lines(check(stage, stage.record(name), settings, login="bob"), "name-similar")


@pytest.mark.parametrize("name", ["io.github.bob/weather", "io.github.a1ice/maps"])
def test_a_name_that_is_only_partly_like_anothers_is_free(stage: Stage, name: str) -> None:
    stage.registry.commit(stage.record(WEATHER))
    login = name.split("/")[0].rpartition(".")[2]
    if login != "bob":
        stage.hub.add_user(login)
    assert check(stage, stage.record(name), login=login).level is Level.PASSED


def test_names_of_one_owner_may_be_alike(stage: Stage) -> None:
    stage.registry.commit(stage.record("dev.weather-tools.api1/x"))
    grant = '\n[[grants]]\nnamespace = "dev.weather-tools.*"\naccounts = ["github:alice"]\n'
    assert check(stage, stage.record("dev.weather-tools.api2/x"), grant).level is Level.PASSED


def test_a_server_that_is_there_is_not_held_again(stage: Stage) -> None:
    stage.hub.add_user("a1ice")
    stage.registry.commit({**stage.record(WEATHER), **stage.record("io.github.a1ice/weather")})
    files = stage.record("io.github.a1ice/weather", "1.0.1")
    assert check(stage, files, login="a1ice").level is Level.PASSED


# A freeze


def test_a_freeze_is_reported_with_its_reason(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    text = settings_text().replace("[merge]", '[merge]\nfrozen = true\nfrozen_reason = "An incident"')
    report = stage.check(number, requester="alice", settings=parse_settings(text))
    assert [line.message for line in failed(report)] == ["publishing is closed for now: An incident"]
