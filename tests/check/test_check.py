"""What the check of a pull request lets through, and what it keeps out."""

import pytest
from mcp_static.check.checking import check
from mcp_static.forges.clients import Clients
from mcp_static.forges.github.client import GitHub
from mcp_static.git.diffing import read_change
from mcp_static.model.change import MAX_PATHS
from mcp_static.proofs.context import proof_context
from mcp_static.reports.findings import Level
from mcp_static.reports.printing import print_report

from tests.registries import accepted_json, path_of
from tests.stage import Stage, account_of, failed, held, ids, lines_of, source_record

WEATHER = "io.github.alice/weather"


def test_the_namespaces_own_account_may_publish(stage: Stage) -> None:
    report = stage.check(stage.propose("alice", stage.record(WEATHER)), requester="alice")
    assert report.level is Level.PASSED
    assert [accepted.proof.id for accepted in report.accepted] == ["github-account"]
    assert report.accepted[0].proof.facts["id"] == str(account_of(stage.hub.user("alice")).id)


def test_the_first_publish_is_told_how_the_account_writes_itself(stage: Stage) -> None:
    stage.hub.add_user("Alice-Labs")
    tool = stage.record("io.github.alice-labs/tool")
    report = stage.check(stage.propose("Alice-Labs", tool), requester="Alice-Labs")
    assert report.level is Level.PASSED
    (warning,) = (line for line in lines_of(report) if line.id == "account-spelling")
    assert warning.level is Level.WARNING
    assert "io.github.Alice-Labs/tool" in warning.fix
    stage.registry.commit(tool)
    newer = stage.record("io.github.alice-labs/tool", "1.1.0")
    report = stage.check(stage.propose("Alice-Labs", newer, branch="newer"), requester="Alice-Labs")
    assert "account-spelling" not in ids(lines_of(report))


def test_an_account_that_is_written_as_it_writes_itself_is_told_nothing(stage: Stage) -> None:
    report = stage.check(stage.propose("alice", stage.record(WEATHER)), requester="alice")
    assert "account-spelling" not in ids(lines_of(report))


def test_another_account_may_not(stage: Stage) -> None:
    report = stage.check(stage.propose("mallory", stage.record(WEATHER)), requester="mallory")
    assert report.level is Level.ERROR
    assert ids(failed(report)) == {"github-account", "source"}
    assert not report.accepted


def test_nobody_confirmed_may_not(stage: Stage) -> None:
    report = stage.check(stage.propose("alice", stage.record(WEATHER)))
    assert "github-account" in ids(failed(report))


def test_membership_of_an_organization_grants_nothing(stage: Stage) -> None:
    number = stage.propose("alice", stage.record("io.github.weatherco/weather"))
    line = next(
        line for line in failed(stage.check(number, requester="alice")) if line.id == "github-account"
    )
    assert "organization" in line.message


def test_a_login_that_changed_hands_is_not_the_one_that_published_before(stage: Stage) -> None:
    accepted = accepted_json(account_id=stage.hub.user("alice").id)
    stage.registry.commit(
        {
            **stage.record(WEATHER, "0.9.0"),
            path_of(WEATHER, "0.9.0", "accepted.json"): accepted,
        }
    )
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    report = stage.check(stage.propose("alice", stage.record(WEATHER)), requester="alice")
    [line] = held(report)
    assert line.id == "github-account"
    assert "the login alice was" in line.message


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ({".github/workflows/check.yml": b"name: mine\n"}, "change-only-data"),
        ({"builder/mcp_static/cli/__init__.py": b""}, "change-only-data"),
        ({"registry.toml": b"title = 'x'\n"}, "change-only-data"),
        ({path_of(WEATHER, "1.0.0", "accepted.json"): b"{}"}, "change-no-reserved"),
        ({"registry-data/servers/al/io.github.alice/weather/1.0.0/notes.txt": b""}, "change-layout"),
        ({"registry-data/servers/zz/io.github.alice/weather/2.0.0/server.json": b"{}"}, "change-layout"),
        ({"registry-data/servers/al/io.github.alice/weather/x y/server.json": b"{}"}, "change-layout"),
        ({"registry-data/servers/al/io.github.alice/%2E%2E/1.0.0/server.json": b"{}"}, "change-layout"),
        ({path_of(WEATHER, "0.1.0", "proof.json"): b"{}"}, "change-signature-with-record"),
        ({path_of("io.github.bob/maps", "1.0.0"): b"{}"}, "change-immutable"),
        ({path_of("io.github.bob/maps", "1.0.0"): None}, "change-immutable"),
        ({path_of("io.github.bob/maps", "1.0.0", "status.json"): None}, "change-immutable"),
    ],
)  # fmt: skip
def test_a_change_that_is_no_publish_is_refused_whole(
    files: dict[str, bytes | None], rule: str, stage: Stage
) -> None:
    stage.registry.commit(
        {
            **stage.record("io.github.bob/maps"),
            path_of("io.github.bob/maps", "1.0.0", "status.json"): b'{"status":"deprecated"}',
        }
    )
    number = stage.propose("alice", {**stage.record(WEATHER), **files})
    report = stage.check(number, requester="alice")
    assert report.level is Level.ERROR
    assert rule in ids(failed(report))
    assert not report.accepted


@pytest.mark.parametrize(("mode", "kind"), [("120000", "link"), ("100755", "executable")])
def test_links_and_executables_are_refused(mode: str, kind: str, stage: Stage) -> None:
    files = stage.record(WEATHER)
    number = stage.propose("alice", files, modes=dict.fromkeys(files, mode))
    report = stage.check(number, requester="alice")
    assert any(line.id == "change-plain-files" and kind in line.message for line in failed(report))


def test_a_submodule_is_refused(stage: Stage) -> None:
    path = path_of(WEATHER, "1.0.0").removesuffix("/server.json")
    number = stage.propose("alice", {path: stage.registry.head.encode()}, modes={path: "160000"})
    report = stage.check(number, requester="alice")
    assert any(
        line.id == "change-plain-files" and "submodule" in line.message for line in failed(report)
    )


def test_a_commit_of_tomorrow_is_refused(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER), time=4_000_000_000)
    assert "change-dates" in ids(failed(stage.check(number, requester="alice")))


def test_a_pull_request_without_records_is_left_to_people(stage: Stage) -> None:
    number = stage.propose("alice", {"README.md": b"better\n"})
    report = stage.check(number, requester="alice")
    assert not report.is_publish
    assert report.exit_code == 0


def test_what_main_got_meanwhile_is_not_taken_for_a_removal(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    stage.registry.commit(stage.record("io.github.bob/maps"))
    assert stage.check(number, requester="alice").level is Level.PASSED


def test_a_case_twin_is_refused(stage: Stage) -> None:
    stage.registry.commit(stage.record("io.github.Alice/Weather"))
    report = stage.check(stage.propose("alice", stage.record(WEATHER)), requester="alice")
    assert "name-unique" in ids(failed(report))


def test_a_namespace_is_reserved_by_its_first_use_in_any_case(stage: Stage) -> None:
    stage.registry.commit(stage.record("io.github.Alice/other"))
    report = stage.check(stage.propose("alice", stage.record(WEATHER)), requester="alice")
    (line,) = [line for line in failed(report) if line.id == "name-unique"]
    assert "namespace that differs only in case from io.github.Alice" in line.message


def test_namespaces_within_one_pull_request_do_not_differ_in_case_alone(stage: Stage) -> None:
    files = {**stage.record("io.github.Alice/other"), **stage.record(WEATHER)}
    report = stage.check(stage.propose("alice", files), requester="alice")
    assert "name-unique" in ids(failed(report))


def test_a_homoglyph_namespace_is_refused(stage: Stage) -> None:
    path = path_of(WEATHER, "1.0.0").replace("alice", "%D0%B0lice")
    record = source_record(WEATHER).replace(b"io.github.alice", "io.github.\u0430lice".encode())
    report = stage.check(stage.propose("alice", {path: record}), requester="alice")
    assert "change-layout" in ids(failed(report))


def test_twins_within_one_pull_request_are_refused(stage: Stage) -> None:
    files = {**stage.record("io.github.alice/Weather"), **stage.record(WEATHER)}
    report = stage.check(stage.propose("alice", files), requester="alice")
    assert "name-unique" in ids(failed(report))


def test_the_same_version_twice_is_refused(stage: Stage) -> None:
    number = stage.propose("alice", {path_of(WEATHER, "1.0.0"): source_record(WEATHER, title="Other")})
    stage.registry.commit(stage.record(WEATHER))
    report = stage.check(number, requester="alice")
    [line] = failed(report)
    assert (line.id, line.path) == ("change-mergeable", path_of(WEATHER, "1.0.0"))
    assert "already" in line.message


def test_rules_come_before_proofs(stage: Stage) -> None:
    report = stage.check(
        stage.propose("alice", stage.record(WEATHER, description=None)), requester="alice"
    )
    assert not any(not line.is_counted for section in report.sections for line in section.findings)
    assert report.level is Level.ERROR


def test_several_records_are_reported_one_by_one(stage: Stage) -> None:
    files = {**stage.record(WEATHER), **stage.record("io.github.bob/maps")}
    report = stage.check(stage.propose("alice", files), requester="alice")
    marks = {section.title: section.level for section in report.sections}
    assert marks == {
        "What it changes": Level.PASSED,
        "Publish io.github.alice/weather 1.0.0": Level.PASSED,
        "Publish io.github.bob/maps 1.0.0": Level.ERROR,
    }


def test_what_cannot_be_asked_is_unknown_and_never_refused(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    stage.hub.fail_next("GET", "/users/alice", 502, times=20)
    report = stage.check(number, requester="alice")
    assert report.level is Level.UNKNOWN
    assert report.exit_code == 3


def test_a_remote_address_of_another_server_is_refused(stage: Stage) -> None:
    remotes = [{"type": "streamable-http", "url": "https://mcp.weather-tools.dev/"}]
    stage.registry.commit(stage.record("io.github.bob/maps", remotes=remotes))
    number = stage.propose("alice", stage.record(WEATHER, remotes=remotes))
    report = stage.check(number, requester="alice")
    assert "remote-unique" in ids(failed(report))
    stage.registry.commit(
        {path_of("io.github.bob/maps", "1.0.0", "status.json"): b'{"status":"deleted"}'}
    )
    assert stage.check(number, requester="alice").level is Level.PASSED


HOSTILE = "</details> <img src=x onerror=alert(1)> [x](javascript:1) @admin #1 `` ![](//e) <!-- mcp-static -->"


def test_what_an_author_writes_stays_text_in_every_report(stage: Stage) -> None:
    path = f"registry-data/servers/{HOSTILE.replace('/', '')}"
    report = stage.check(stage.propose("alice", {path: b""}), requester="alice")
    printed = print_report(report, "markdown")
    assert "<img" not in printed
    assert "](" not in printed
    assert "@admin" not in printed
    assert "<!--" not in printed
    annotations = print_report(report, "github").splitlines()
    assert sum(line.startswith("::") for line in annotations) == len(failed(report))


@pytest.mark.parametrize("namespace", ["io.github.Alice", "io.github.ALICE"])
def test_nor_under_another_spelling_of_its_namespace(namespace: str, stage: Stage) -> None:
    accepted = accepted_json(account_id=stage.hub.user("alice").id)
    stage.registry.commit(
        {
            **stage.record(WEATHER, "0.9.0"),
            path_of(WEATHER, "0.9.0", "accepted.json"): accepted,
        }
    )
    stage.hub.rename_user("alice", "alice-formerly")
    stage.hub.add_user("alice")
    number = stage.propose("alice", stage.record(f"{namespace}/other"))
    assert ids(failed(stage.check(number, requester="alice"))) == {"name-unique"}


def test_what_is_undone_on_the_way_does_not_matter(stage: Stage) -> None:
    fork = stage.fork("alice")
    fork.commit({"builder/mcp_static/evil.py": b"x", "junk.bin": b"y"}, "publish", login="alice")
    fork.commit(
        {"builder/mcp_static/evil.py": None, "junk.bin": None, **stage.record(WEATHER)},
        "publish",
        login="alice",
    )
    report = stage.check(stage.open("alice", "publish"), requester="alice")
    assert report.level is Level.PASSED, failed(report)


def test_a_branch_brought_up_to_date_by_a_merge_is_fine(stage: Stage) -> None:
    number = stage.propose("alice", stage.record(WEATHER))
    main = stage.registry.commit({"README.md": b"main goes on", **stage.record("io.github.bob/maps")})
    fork = stage.fork("alice")
    stage.hub.bring(fork, main)
    tip = fork.store.git("rev-parse", "refs/heads/publish")
    tree = fork.store.git("merge-tree", "--write-tree", tip, main)
    who = ("-c", "user.name=A", "-c", "user.email=a@weather-tools.dev")
    merged = fork.store.git(*who, "commit-tree", tree, "-p", tip, "-p", main, "-m", "Update")
    fork.store.git("update-ref", "refs/heads/publish", merged)
    stage.hub.notice_all()
    report = stage.check(number, requester="alice")
    assert report.head == merged
    assert report.level is Level.PASSED, failed(report)


def test_many_commits_are_too_many(stage: Stage) -> None:
    fork = stage.fork("alice")
    for number in range(251):
        fork.commit(stage.record(WEATHER, title=f"Title {number}"), "publish", login="alice")
    report = stage.check(stage.open("alice", "publish"), requester="alice")
    assert "change-history" in ids(failed(report))


def test_files_without_number_hide_no_record(stage: Stage) -> None:
    files = {f"aaa/{number}": b"" for number in range(2001)}
    number = stage.propose("mallory", {**files, **stage.record("io.github.bob/maps")})
    report = stage.check(number, requester="mallory")
    assert report.level is Level.ERROR
    assert {"change-only-data", "change-size"} <= ids(failed(report))


def test_a_tree_bomb_costs_no_more_than_the_limits(stage: Stage) -> None:
    """A few small trees, each ten times in the next, list a million files."""
    fork = stage.fork("mallory")
    blob = fork.store.git("hash-object", "-w", "--stdin")
    kind, entry = "100644 blob", blob
    for _ in range(6):
        lines = "".join(f"{kind} {entry}\t{number}\n" for number in range(10))
        entry = fork.store.read("mktree", stdin=lines.encode()).decode().strip()
        kind = "040000 tree"
    base = stage.registry.head
    top = fork.store.git("ls-tree", base) + f"\n040000 tree {entry}\tbomb\n"
    tree = fork.store.read("mktree", stdin=top.encode()).decode().strip()
    who = ("-c", "user.name=A", "-c", "user.email=a@weather-tools.dev")
    commit = fork.store.git(*who, "commit-tree", tree, "-p", base, "-m", "Bomb")
    fork.store.git("update-ref", "refs/heads/bomb", commit)
    stage.hub.notice_all()
    with stage.checking(stage.registry.head) as repository:
        repository.git.fetch("--quiet", str(fork.path), "bomb")
        assert len(read_change(repository, base, commit).paths) == MAX_PATHS + 1


@pytest.mark.parametrize("proof", [b"\x7fELF" * 100_000, b"{}", b""])
def test_a_proof_json_is_a_signature_even_where_it_is_not_needed(proof: bytes, stage: Stage) -> None:
    files = {**stage.record(WEATHER), path_of(WEATHER, "1.0.0", "proof.json"): proof}
    report = stage.check(stage.propose("alice", files), requester="alice")
    assert ids(failed(report)) == {"proof-file"}


def test_a_path_that_is_no_utf8_breaks_no_report(stage: Stage) -> None:
    fork = stage.fork("alice")
    stream = (
        b"commit refs/heads/odd\ncommitter a <a@weather-tools.dev> 1760000000 +0000\ndata 1\n.\n"
        b"from " + stage.registry.head.encode() + b"\n"
        b'M 100644 inline "registry-data/\\377.json"\ndata 0\n\n'
    )
    stage.hub.bring(fork, stage.registry.head)
    fork.store.read("fast-import", "--quiet", stdin=stream)
    head = fork.store.git("rev-parse", "refs/heads/odd")
    with stage.checking(stage.registry.head) as repository, GitHub(None) as github:
        context = proof_context(stage.settings, Clients(github))
        repository.git.fetch("--quiet", str(fork.path), "odd")
        report = check(repository, stage.registry.head, head, context)
    for style in ("text", "markdown", "json", "github"):
        assert "change-layout" in print_report(report, style)
