"""An operator's commands: one commit each, its entry in the log, and what it changes."""

import json
import time
import tomllib
from pathlib import Path

import pytest
from mcp_static.check.accepted import accepted_bytes
from mcp_static.forges.forge import Account
from mcp_static.model.forge_ids import ForgeId
from mcp_static.model.proofs import ProofId
from mcp_static.model.times import format_time
from mcp_static.proofs.keys import DomainKey
from mcp_static.proofs.results import holds
from mcp_static.settings import parse_settings

from tests.conftest import build_registry
from tests.moderation.desk import REASON, Operator
from tests.registries import START, path_of

ALICE = "io.github.alice/weather"
FOLDER = "registry-data/servers/al/io.github.alice"


@pytest.mark.parametrize(
    ("target", "folder"),
    [
        ("io.github.alice", FOLDER),
        ("io.github.ALICE/Weather", f"{FOLDER}/weather"),
        (f"{ALICE}@1.0.0", f"{FOLDER}/weather/1.0.0"),
        ("io.github.alice/never-seen", f"{FOLDER}/never-seen"),
    ],
)
def test_a_takedown_is_one_commit_with_its_entry_in_the_log(
    operator: Operator, target: str, folder: str
) -> None:
    operator.ok("takedown", target, REASON, "--policy", "2.3")
    takedown = json.loads(operator.file(f"{folder}/takedown.json"))
    assert (takedown["status"], takedown["policy"], takedown["by"]) == ("deleted", "2.3", "Ada")
    (entry,) = operator.log()
    assert (entry["act"], entry["by"], entry["reason"]) == ("takedown", "Ada", "It stole tokens.")
    assert entry["subject"].casefold() == target.casefold()
    assert len(operator.changed()) == 2
    assert (Path(operator.registry.path) / folder / "takedown.json").is_file(), "the work tree has it"
    assert operator.registry.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("arguments", "covered"),
    [
        (["io.github.ALICE"], "covers 2 published versions."),
        ([f"{ALICE}@1.0.0"], "covers 1 published version."),
        (["io.github", "--subdomains"], "covers 2 published versions."),
        (["io.github"], "Nothing is published there yet; it holds for what comes."),
        ([f"{ALICE}@3.0.0"], "Nothing is published there yet; it holds for what comes."),
    ],
)
def test_it_is_said_how_much_a_takedown_covers(
    operator: Operator, arguments: list[str], covered: str
) -> None:
    assert covered in operator.ok("takedown", *arguments, REASON)
    restored = operator.ok("restore", arguments[0], REASON)
    assert covered.replace("covers", "covered").partition(";")[0] in restored


def test_a_takedown_is_restored_by_the_same_name_alone(operator: Operator, tmp_path: Path) -> None:
    operator.ok("takedown", "io.github.alice", REASON)
    code, output = operator.run("restore", ALICE, REASON)
    assert code == 1
    assert "is not taken down" in output
    build_registry(operator.registry, tmp_path / "dist")
    latest = tmp_path / "dist/v0.1/servers/io.github.alice/weather/versions/latest.json"
    assert not latest.exists()
    operator.ok("restore", "io.github.Alice", "--reason=It was a mistake.", "--by=Grace")
    build_registry(operator.registry, tmp_path / "dist")
    assert latest.exists()
    assert [(one["act"], one["by"]) for one in operator.log()] in (
        [("takedown", "Ada"), ("restore", "Grace")],
        [("restore", "Grace"), ("takedown", "Ada")],  # in one second, the name of the act decides
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([ALICE, "--reason="], "reason"),
        ([ALICE, "--reason=two\nlines"], "reason"),
        ([ALICE, REASON, "--quarantine-until=tomorrow"], "until"),
        ([ALICE, REASON, "--quarantine-until=2020-01-01T00:00:00Z"], "has passed"),
        ([ALICE, REASON, "--subdomains"], "not a namespace"),
    ],
)
def test_what_cannot_be_written_changes_nothing(
    operator: Operator, arguments: list[str], message: str
) -> None:
    head = operator.registry.head
    code, output = operator.run("takedown", *arguments)
    assert code == 1
    assert message in output
    assert operator.registry.head == head


@pytest.mark.parametrize("target", ["weather", "a/b/c", "io.github.alice@1.0.0", "io.github.alice/.."])
def test_what_names_nothing_is_wrong_usage(operator: Operator, target: str) -> None:
    code, output = operator.run("takedown", target, REASON)
    assert (code, "Write io.github.alice" in output) == (2, True)


def test_uncommitted_changes_are_not_trampled(operator: Operator) -> None:
    (Path(operator.registry.path) / "registry.toml").write_text("title = 'x'\n")
    code, output = operator.run("takedown", ALICE, REASON)
    assert code == 1
    assert "uncommitted changes" in output


# Settings


def test_a_block_keeps_the_comments_of_the_settings(operator: Operator) -> None:
    before = operator.file("registry.toml")
    for option in (
        "--account=github.com/account/1001",
        "--account=github.com/account/1002",
        "--repository=github.com/repository/555",
        "--namespace=com.evil.*",
        "--key=00112233aabbccdd",
        "--host=evil.example",
    ):
        operator.ok("block", option, REASON)
    text = operator.file("registry.toml")
    assert text.startswith(before)
    blocked = parse_settings(text).blocked
    assert blocked.accounts == ("github.com/account/1001", "github.com/account/1002")
    assert (blocked.keys, blocked.hosts) == (("00112233aabbccdd",), ("evil.example",))
    operator.ok("unblock", "--account=github.com/account/1001", REASON)
    assert parse_settings(operator.file("registry.toml")).blocked.accounts == (
        "github.com/account/1002",
    )
    assert {one["subject"] for one in operator.log()} >= {"account github.com/account/1001"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Exactly one of"),
        (["--host=a.example", "--key=00112233aabbccdd"], "Exactly one of"),
        (["--account=alice"], "--account: 'alice' is not an id"),
        (["--host=https://evil.example/"], "--host: 'https://evil.example/' is not a host"),
        (["--key=short"], "--key: 'short' is not a fingerprint"),
    ],
)
def test_a_block_of_nothing_that_is_known_is_refused(
    operator: Operator, arguments: list[str], said: str
) -> None:
    head = operator.registry.head
    code, *output = operator.run("block", *arguments, REASON)
    assert (code, said in "".join(output)) == (2, True)
    assert operator.registry.head == head


def test_what_is_blocked_cannot_be_blocked_again_nor_unblocked_twice(operator: Operator) -> None:
    operator.ok("block", "--host=evil.example", REASON)
    assert operator.run("block", "--host=evil.example", REASON)[0] == 1
    operator.ok("unblock", "--host=evil.example", REASON)
    assert operator.run("unblock", "--host=evil.example", REASON)[0] == 1


def test_a_freeze_is_thawed_to_the_settings_from_before(operator: Operator) -> None:
    before = operator.file("registry.toml")
    operator.ok("freeze", "--reason=An incident")
    merge = tomllib.loads(operator.file("registry.toml"))["merge"]
    assert merge == {"automatic": True, "frozen": True, "frozen_reason": "An incident"}
    assert operator.run("freeze", REASON)[0] == 1
    operator.ok("thaw", "--reason=It is over")
    assert operator.file("registry.toml") == before
    assert operator.run("thaw", REASON)[0] == 1


def test_a_registry_without_settings_can_be_frozen(operator: Operator) -> None:
    operator.registry.commit({"registry.toml": None})
    operator.registry.git("reset", "--hard", "-q")
    operator.ok("freeze", "--reason=An incident")
    assert parse_settings(operator.file("registry.toml")).merge.frozen


# Quarantines


def test_a_tick_is_committed_once_a_quarantine_has_ended(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = int(time.time()) + 3600
    operator.ok("takedown", ALICE, REASON, f"--quarantine-until={format_time(ends)}")
    head = operator.registry.head
    assert "nothing to do" in operator.ok("tick")
    assert operator.registry.head == head
    monkeypatch.setattr("mcp_static.moderation.ticking.time.time", lambda: ends + 5)
    assert ALICE in operator.ok("tick")
    assert operator.changed() == []
    assert operator.registry.git("rev-parse", "main~1") == head
    assert "nothing to do" in operator.ok("tick")


# What rests on something


def test_affected_by_finds_what_rests_on_an_account_a_repository_a_key_and_a_host(
    operator: Operator,
) -> None:
    registry = operator.registry
    alice = Account("alice", ForgeId("github.com", "account", 1001))
    bob = Account("bob", ForgeId("github.com", "account", 1002))
    source = holds(
        ProofId.SOURCE, "…", login="alice", id=str(alice.id), repositoryId="github.com/repository/5"
    )
    signed = holds(ProofId.DNS_KEY, "…", domain="example.com", fingerprint="00112233aabbccdd")
    remotes = [{"type": "sse", "url": "https://mcp.evil.example/sse"}]
    registry.publish(ALICE, "2.0.0", remotes=remotes)
    registry.commit(
        {
            path_of(ALICE, "1.0.0", "accepted.json"): accepted_bytes(source, bob, "0" * 40, 1, START),
            path_of("com.example/other", "1.0.0", "status.accepted.json"): accepted_bytes(
                signed, alice, "0" * 40, 2, START
            ),
        }
    )

    def found(option: str) -> set[tuple[str, str, str]]:
        rows = json.loads(operator.ok("affected-by", option, "--format=json"))
        return {(row["name"], row["version"], row["because"]) for row in rows}

    assert found("--account=github.com/account/1001") == {
        (ALICE, "1.0.0", "proved the publish"),
        ("com.example/other", "1.0.0", "asked for the status"),
    }
    assert found("--account=github.com/account/1002") == {(ALICE, "1.0.0", "asked for the publish")}
    assert found("--repository=github.com/repository/5") == {
        (ALICE, "1.0.0", "had the bytes of the publish")
    }
    assert found("--key=00112233aabbccdd") == {("com.example/other", "1.0.0", "signed the status")}
    assert found("--host=evil.example") == {(ALICE, "2.0.0", "leads to mcp.evil.example")}
    assert found("--host=vil.example") == set()
    assert operator.ok("affected-by", "--host=evil.example", "--format=names") == f"{ALICE}\n"
    assert "leads to mcp.evil.example" in operator.ok("affected-by", "--host=evil.example")


def test_affected_by_finds_previous_keys_and_what_identity_files_remember(operator: Operator) -> None:
    old, new, spare = (DomainKey("ed25519", bytes([number]) * 32) for number in (1, 2, 3))
    signed = holds(
        ProofId.DNS_KEY,
        "It holds.",
        domain="example.com",
        key=new.record,
        fingerprint=new.fingerprint,
        keys=(new.record, spare.record),
        previousKey=old.record,
    )
    owner = ForgeId("github.com", "account", 1001)
    repository = ForgeId("github.com", "repository", 5)
    source = holds(
        ProofId.SOURCE, "It holds.", login="alice", id=str(owner), repositoryId=str(repository)
    )
    other = "com.example/other"
    operator.registry.commit(
        {
            path_of(other, "1.0.0", "accepted.json"): accepted_bytes(signed, None, "0" * 40, 1, START),
            path_of(ALICE, "1.0.0", "accepted.json"): accepted_bytes(source, None, "0" * 40, 2, START),
        }
    )
    operator.registry.git("reset", "--hard", "-q")
    operator.ok("adopt")

    def found(option: str) -> set[tuple[str, str, str]]:
        rows = json.loads(operator.ok("affected-by", option, "--format=json"))
        return {(row["name"], row["version"], row["because"]) for row in rows}

    key = "is proven by the key at example.com, says identity.json"
    remembered = {("com.example", "", key), (other, "", key)}
    assert found(f"--key={old.fingerprint}") == {
        (other, "1.0.0", "endorsed the new key of the publish")
    }
    assert found(f"--key={new.fingerprint}") == {(other, "1.0.0", "signed the publish"), *remembered}
    assert found(f"--key={spare.fingerprint}") == remembered
    assert found("--host=example.com") == remembered
    assert {row[:2] for row in found(f"--account={owner}")} == {
        (ALICE, "1.0.0"),
        (ALICE, ""),
        ("io.github.alice", ""),
    }
    assert {row[:2] for row in found(f"--repository={repository}")} == {(ALICE, "1.0.0"), (ALICE, "")}
    assert operator.ok("affected-by", "--host=example.com", "--format=names") == f"{other}\n"
    table = operator.ok("affected-by", "--host=example.com").splitlines()
    assert table == [f"{name:<{len(other)}}  {key}" for name in ("com.example", other)]


def test_a_takedown_that_is_said_again_covers_no_less(operator: Operator) -> None:
    operator.ok("takedown", "com.evil", REASON, "--subdomains")
    operator.ok("takedown", "com.evil", "--reason=It is worse than we thought.")
    takedown = json.loads(operator.file("registry-data/servers/ev/com.evil/takedown.json"))
    assert (takedown["reason"], takedown["subdomains"]) == ("It is worse than we thought.", True)
    operator.ok("restore", "com.evil", REASON)
    operator.ok("takedown", "com.evil", REASON)
    assert "subdomains" not in operator.file("registry-data/servers/ev/com.evil/takedown.json")


@pytest.mark.parametrize("first", [(), ("--quarantine-until", "2099-12-31T00:00:01Z")])
def test_a_quarantine_takes_no_place_of_a_takedown_that_holds_longer(
    operator: Operator, first: tuple[str, ...]
) -> None:
    operator.ok("takedown", ALICE, REASON, *first)
    before = operator.file(f"{FOLDER}/weather/takedown.json")
    code, output = operator.run("takedown", ALICE, REASON, "--quarantine-until=2099-12-31T00:00:00Z")
    assert code == 1
    assert "`restore` first" in output
    assert operator.file(f"{FOLDER}/weather/takedown.json") == before
    operator.ok("takedown", ALICE, REASON)
    assert json.loads(operator.file(f"{FOLDER}/weather/takedown.json"))["status"] == "deleted"
