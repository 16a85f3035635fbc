"""`erase`: what leaves the clone, what stays in it, and when nothing is touched at all.

That everything else is served as before is shown over made-up histories, in tests/build.
"""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from mcp_static.cli import main
from mcp_static.model.errors import InputError
from mcp_static.serve.answers import answer
from mcp_static.serve.snapshot import CurrentSnapshot

from tests.conftest import build_registry
from tests.moderation.desk import REASON, Operator
from tests.registries import Registry, files_below, path_of, server_json

ALICE = "io.github.alice/weather"
FOLDER = "registry-data/servers/al/io.github.alice/weather"
SECRET = "hunter2-must-go"


def objects_of(registry: Registry) -> bytes:
    """The contents of every object in a clone, whether anything leads to it or not."""
    command = ["git", "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(command, cwd=registry.path, check=True, capture_output=True).stdout


def forget_nothing(registry: Registry) -> None:
    """Bring the work tree up to date, as somebody's would be, with its trail in the reflog."""
    registry.git("reset", "--hard", "-q")


@pytest.mark.parametrize(
    "path",
    [
        path_of(ALICE, "1.2.0"),
        path_of(ALICE, "1.2.0", "proof.json"),
        path_of(ALICE, "1.2.0", "accepted.json"),
        path_of(ALICE, "1.2.0", "status.json"),
        path_of(ALICE, "1.2.0", "status.accepted.json"),
        f"{FOLDER}/1.2.0/notes.txt",
        f"{FOLDER}/1.2.0/server.json/server.json",
        f'{FOLDER}/1.2.0/a "quoted"\tname\\ größe',
        f"{FOLDER}/1.2.0",
        f"{FOLDER}/1%2E2.0/server.json",
        "registry-data/servers/xx/io.github.alice/weather/1.2.0/server.json",
        "registry-data/servers/al/io.github.Alice/Weather/1.2.0/server.json",
    ],
)
def test_no_object_of_the_clone_holds_the_bytes_afterwards(operator: Operator, path: str) -> None:
    registry = operator.registry
    registry.commit({path: json.dumps({"name": "invalid", "description": SECRET})})
    registry.commit({path: None})
    registry.publish(ALICE, "1.2.0", description=f"It holds {SECRET}.")
    registry.set_status(ALICE, "1.2.0", "deprecated", SECRET)
    forget_nothing(registry)
    assert SECRET.encode() in objects_of(registry)
    operator.ok("erase", f"{ALICE}@1.2.0", REASON, "--yes")
    assert SECRET.encode() not in objects_of(registry)
    assert registry.git("status", "--porcelain") == ""


def test_a_link_keeps_no_bytes_either(operator: Operator) -> None:
    registry, path = operator.registry, path_of(ALICE, "1.2.0")
    registry.commit({path: SECRET}, modes={path: "120000"})
    forget_nothing(registry)
    operator.ok("erase", ALICE, REASON, "--yes")
    assert SECRET.encode() not in objects_of(registry)


def test_branches_tags_and_what_is_known_of_remote_ones_lose_the_bytes(operator: Operator) -> None:
    registry = operator.registry
    registry.publish(ALICE, "1.2.0", description=SECRET)
    forget_nothing(registry)
    registry.git("branch", "side")
    registry.git("update-ref", "refs/remotes/origin/main", "main")
    registry.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    registry.git("-c", "user.name=A", "-c", "user.email=a@example.com", "tag", "-m", "A tag", "v1")
    registry.publish("com.example/after")
    forget_nothing(registry)
    told = operator.ok("erase", ALICE, REASON, "--yes")
    assert "git push --force origin refs/heads/main refs/heads/side refs/tags/v1\n" in told
    assert SECRET.encode() not in objects_of(registry)
    assert registry.git("rev-parse", "v1^{commit}") == registry.git("rev-parse", "side")
    assert registry.git("cat-file", "tag", "v1").endswith("A tag")


def test_what_still_holds_the_bytes_is_named(operator: Operator) -> None:
    registry = operator.registry
    text = json.dumps(server_json(ALICE, "1.2.0", description=SECRET))
    registry.commit({path_of(ALICE, "1.2.0"): text, "docs/example.json": text})
    registry.git("update-ref", "refs/pull/7/head", "main")
    forget_nothing(registry)
    told = operator.ok("erase", ALICE, REASON, "--yes")
    assert "still lead to the old history:\n  refs/pull/7/head\n" in told
    assert "left there:\n  docs/example.json\n" in told
    registry.git("update-ref", "-d", "refs/pull/7/head")
    assert operator.file("docs/example.json") == text


def test_nothing_is_named_when_nothing_is_left(operator: Operator) -> None:
    told = operator.ok("erase", ALICE, REASON, "--yes")
    assert "refs/heads/main" in told
    assert "still lead" not in told
    assert "stand elsewhere" not in told


def test_one_version_is_erased_without_the_others_and_without_whose_the_name_is(
    operator: Operator,
) -> None:
    registry = operator.registry
    registry.commit({f"{FOLDER}/identity.json": '{"a": "memory"}'})
    forget_nothing(registry)
    kept = operator.file(path_of(ALICE, "1.0.0"))
    operator.ok("erase", f"{ALICE}@1.1.0", REASON, "--yes")
    assert operator.file(path_of(ALICE, "1.0.0")) == kept
    assert operator.file(f"{FOLDER}/identity.json") == '{"a": "memory"}'
    stone = json.loads(operator.file(path_of(ALICE, "1.1.0")))
    assert (stone["name"], stone["version"]) == (ALICE, "1.1.0")
    assert stone["description"] == "Erased by the operator of this registry."
    assert json.loads(operator.file(f"{FOLDER}/1.1.0/takedown.json"))["status"] == "deleted"
    entry = operator.log()[-1]
    assert (entry["act"], entry["subject"], entry["by"]) == ("erase", f"{ALICE}@1.1.0", "Ada")


def test_what_was_erased_stays_hidden_when_its_server_is_restored(
    operator: Operator, tmp_path: Path
) -> None:
    operator.ok("erase", ALICE, REASON, "--yes")
    code, told = operator.run("restore", f"{ALICE}@1.0.0", REASON)
    assert code == 1
    assert "nothing left to restore" in told
    operator.ok("restore", ALICE, REASON)
    operator.registry.publish(ALICE, "2.0.0")
    build_registry(operator.registry, tmp_path / "out")
    snapshot = CurrentSnapshot(tmp_path / "out").snapshot()

    def status(version: str, query: str = "") -> int:
        path = f"/v0.1/servers/{ALICE}/versions/{version}".encode()
        return answer(snapshot, "GET", path, query).status

    assert [status("1.0.0"), status("1.1.0"), status("2.0.0")] == [404, 404, 200]
    assert status("1.0.0", "include_deleted=true") == 200


def test_a_version_that_was_removed_before_is_taken_down_as_well(
    operator: Operator, tmp_path: Path
) -> None:
    """Else whoever adds the tombstone again would show it, once the server is restored."""
    operator.registry.commit({path_of(ALICE, "1.1.0"): None})
    forget_nothing(operator.registry)
    operator.ok("erase", ALICE, REASON, "--yes")
    operator.ok("restore", ALICE, REASON)
    stone = operator.file(path_of(ALICE, "1.0.0")).replace("1.0.0", "1.1.0") + "\n"
    operator.registry.commit({path_of(ALICE, "1.1.0"): stone})
    built = build_registry(operator.registry, tmp_path / "out")
    assert (built.versions, built.deleted) == (1, 2)


def test_the_first_spelling_of_a_name_is_the_one_that_stays(operator: Operator) -> None:
    """An operator's slip must not reserve a namespace for another spelling."""
    operator.registry.commit({path_of(ALICE, version): None for version in ("1.0.0", "1.1.0")})
    forget_nothing(operator.registry)
    operator.ok("erase", "io.github.Alice/Weather", REASON, "--yes")
    assert operator.log()[-1]["subject"] == ALICE
    assert f"{FOLDER}/takedown.json" in operator.changed()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://MCP.example.com:8443/x?key=1", "mcp.example.com"),
        ("https://{tenant}.example.com/", "example.com"),
        ("https://eu-{tenant}.example.com/", "example.com"),
        ("http://localhost:3000/", ""),
        ("{address}/mcp", ""),
    ],
)
def test_the_hosts_whose_addresses_are_free_again_are_named(
    operator: Operator, url: str, host: str
) -> None:
    operator.registry.publish(ALICE, "1.2.0", remotes=[{"type": "sse", "url": url}])
    forget_nothing(operator.registry)
    told = operator.ok("erase", ALICE, REASON, "--yes")
    assert told.partition("--host`:\n")[2] == (f"  {host}\n" if host else "")


def test_erasing_again_changes_no_more_than_the_log(operator: Operator) -> None:
    operator.registry.set_status(ALICE, "1.0.0", "deprecated", SECRET)
    forget_nothing(operator.registry)
    operator.ok("erase", ALICE, REASON, "--yes")
    head = operator.registry.head
    operator.ok("erase", ALICE, REASON, "--yes")
    assert operator.registry.git("rev-parse", "main~1") == head


def test_a_build_takes_up_rewritten_history_only_when_told_to(
    operator: Operator, tmp_path: Path
) -> None:
    registry, out = operator.registry, tmp_path / "out"
    build_registry(registry, out)
    operator.ok("erase", ALICE, REASON, "--yes")
    with pytest.raises(InputError, match="History was rewritten"):
        build_registry(registry, out)
    build_registry(registry, out, accept_rewrite=True)
    build_registry(registry, tmp_path / "fresh")
    assert files_below(out) == files_below(tmp_path / "fresh")


def test_a_run_that_git_refuses_leaves_a_clean_clone_and_can_be_repeated(operator: Operator) -> None:
    registry = operator.registry
    registry.publish(ALICE, "1.2.0", description=SECRET)
    forget_nothing(registry)
    registry.git("branch", "side")
    lock = registry.git_dir / "refs/heads/side.lock"
    lock.touch()
    code, told = operator.run("erase", ALICE, REASON, "--yes")
    assert (code, told.startswith("error: ")) == (1, True)
    assert registry.git("status", "--porcelain") == ""
    lock.unlink()
    operator.ok("erase", ALICE, REASON, "--yes")
    assert SECRET.encode() not in objects_of(registry)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("io.github.alice", "one by one"),
        ("io.github.alice/never", "never had"),
        (f"{ALICE}@9.9.9", "never had"),
    ],
)
def test_what_was_never_there_cannot_be_erased(operator: Operator, target: str, why: str) -> None:
    assert why in refusal(operator, target)


def refusal(operator: Operator, target: str = ALICE) -> str:
    """What is printed when nothing is erased."""
    head = operator.registry.head
    code, told = operator.run("erase", target, REASON, "--yes")
    assert code == 1
    assert operator.registry.head == head
    assert told.startswith("error: ")
    return told


def test_uncommitted_work_is_not_thrown_away(operator: Operator) -> None:
    (operator.registry.path / "registry.toml").write_text("title = 'Mine'\n")
    assert "uncommitted changes" in refusal(operator)
    assert (operator.registry.path / "registry.toml").read_text() == "title = 'Mine'\n"


def test_a_linked_work_tree_would_keep_the_old_history(operator: Operator, tmp_path: Path) -> None:
    operator.registry.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    assert "linked work trees" in refusal(operator)


def test_a_shallow_clone_is_refused(operator: Operator, tmp_path: Path) -> None:
    origin = f"file://{operator.registry.path}"
    operator.registry.git("clone", "-q", "--depth=1", origin, str(tmp_path / "shallow"))
    assert "shallow" in refusal(Operator(Registry(tmp_path / "shallow", bare=False)))


def test_no_answer_is_a_no(operator: Operator) -> None:
    head = operator.registry.head
    arguments = ["erase", ALICE, REASON, "--repo", str(operator.registry.path)]
    asked = CliRunner().invoke(main, arguments, input="\n")
    assert (asked.exit_code, "cannot be undone" in asked.output) == (1, True)
    assert operator.registry.head == head
