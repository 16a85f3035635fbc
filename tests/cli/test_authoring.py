"""Authors' commands, as processes, against a double of GitHub and a registry served on this machine."""

import json
import os
import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp_static.forges.logins import git_access_for
from mcp_static.proofs.keys import key_of, read_private_key, read_records
from mcp_static.settings.network import NetworkSettings

from tests.desk import WEATHER, Desk, a_desk
from tests.registries import Registry, path_of
from tests.servers import PROJECT, run_cli
from tests.stage import source_record

RECORD = path_of(WEATHER, "1.0.0")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Alice at her desk."""
    with a_desk(tmp_path, monkeypatch) as desk:
        yield desk


def test_publish_forks_and_opens_a_pull_request_once(desk: Desk) -> None:
    said = desk.ok("publish")
    [pull] = desk.stage.registry.pulls()
    assert f"/acme/registry/pull/{pull.number}" in said
    assert pull.head is not None
    assert pull.head.full_name == "alice/registry"
    assert pull.head.store.git("show", f"{pull.head_sha}:{RECORD}") == source_record(WEATHER).decode()
    changed = pull.head.store.git("diff", "--name-only", desk.stage.registry.head, pull.head_sha)
    assert changed == RECORD
    assert "has these very files already" in desk.ok("publish")
    assert [p.head_sha for p in desk.stage.registry.pulls()] == [pull.head_sha]


def test_publish_brings_its_pull_request_up_to_date(desk: Desk) -> None:
    desk.ok("publish")
    (desk.folder / "server.json").write_bytes(source_record(WEATHER, title="Better"))
    desk.stage.registry.commit({"README.md": b"main goes on\n"})
    desk.ok("publish")
    [pull] = desk.stage.registry.pulls()
    assert pull.head is not None
    assert '"Better"' in pull.head.store.git("show", f"{pull.head_sha}:{RECORD}")


def test_publish_pushes_to_the_registry_where_it_may(desk: Desk) -> None:
    desk.stage.registry.grant("alice", "write")
    desk.ok("publish")
    [pull] = desk.stage.registry.pulls()
    assert pull.head is desk.stage.registry


def test_a_fork_that_is_slow_to_come_is_waited_for(desk: Desk) -> None:
    desk.stage.hub.fork_delay = 1
    desk.ok("publish")
    assert len(desk.stage.registry.pulls()) == 1


def test_what_is_published_already_is_told(desk: Desk) -> None:
    desk.stage.registry.commit(desk.stage.record(WEATHER))
    assert "is published already, with these very bytes" in desk.ok("publish")
    (desk.folder / "server.json").write_bytes(source_record(WEATHER, title="Other"))
    done = desk.run("publish")
    assert (done.returncode, "other contents" in done.stderr) == (1, True)
    assert desk.stage.registry.pulls() == []


def test_the_same_contents_in_other_bytes_are_published_already(desk: Desk) -> None:
    desk.stage.registry.commit(desk.stage.record(WEATHER))
    reordered = dict(sorted(json.loads(source_record(WEATHER)).items(), reverse=True))
    (desk.folder / "server.json").write_text(json.dumps(reordered, indent=4))
    said = desk.ok("publish")
    assert "is published already, with these contents" in said
    assert "written differently there" in said
    remote = f"file://{desk.stage.registry.path}"
    assert "Nothing was pushed" in desk.ok("publish", "--remote", remote)
    (desk.folder / "server.json").write_bytes(source_record(WEATHER, title="Other"))
    done = desk.run("publish", "--remote", remote)
    assert (done.returncode, "other contents" in done.stderr) == (1, True)
    assert desk.stage.registry.pulls() == []


def test_what_is_served_already_is_told_without_the_forge(desk: Desk) -> None:
    (desk.folder / "server.json").write_bytes(source_record(WEATHER, version="0.9.0"))
    assert "is published already" in desk.ok("publish", GITHUB_TOKEN="")
    (desk.folder / "server.json").write_bytes(source_record(WEATHER, version="0.9.0", title="Other"))
    for option in ("--dry-run", "--no-check"):
        done = desk.run("publish", option, GITHUB_TOKEN="", GITHUB_API_URL="http://127.0.0.1:9")
        assert (done.returncode, "with other contents" in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize("command", [("publish",), ("status", WEATHER, "deleted")])
def test_a_remote_is_no_forge_to_ask(command: tuple[str, ...], desk: Desk) -> None:
    done = desk.run(*command, "--remote", "file:///nowhere.git", "--dry-run")
    assert (done.returncode, "asks no forge" in done.stderr) == (2, True)


def test_a_dry_run_sends_nothing(desk: Desk) -> None:
    said = desk.ok("publish", "--dry-run")
    assert "brought this very commit" in said
    assert desk.stage.registry.pulls() == []
    assert not any(asked.method != "GET" for asked in desk.stage.hub.requests)


def test_what_would_be_red_is_not_sent_unless_told_to(desk: Desk) -> None:
    (desk.folder / "server.json").write_bytes(source_record("io.github.bob/maps"))
    done = desk.run("publish")
    assert done.returncode == 1
    assert "✗" in done.stdout
    assert desk.stage.registry.pulls() == []
    desk.ok("publish", "--no-check")
    assert len(desk.stage.registry.pulls()) == 1


def test_an_invalid_file_is_reported_and_not_sent(desk: Desk) -> None:
    (desk.folder / "server.json").write_bytes(source_record(WEATHER, description=None))
    done = desk.run("publish")
    assert (done.returncode, "description" in done.stdout) == (1, True)
    (desk.folder / "server.json").unlink()
    done = desk.run("publish")
    assert (done.returncode, "mcp-static init" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("env", "code", "message"),
    [
        ({"GITHUB_TOKEN": ""}, 2, "mcp-static login"),
        ({"GITHUB_TOKEN": "stale"}, 1, "token"),
        ({"MCP_STATIC_REGISTRY": ""}, 2, "--registry"),
        ({"MCP_STATIC_REGISTRY": "ftp://x"}, 2, "not the URL"),
        ({"MCP_STATIC_REGISTRY": "http://127.0.0.1:9"}, 3, "could not be reached"),
        ({"GITHUB_API_URL": "http://127.0.0.1:9"}, 3, "GitHub"),
    ],
)
def test_what_is_missing_is_told(env: dict[str, str], code: int, message: str, desk: Desk) -> None:
    done = desk.run("publish", **env)
    assert done.returncode == code, done.stdout + done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_any_git_remote_will_do(desk: Desk, tmp_path: Path) -> None:
    remote = Registry(tmp_path / "remote.git")
    remote.publish("com.example/other")
    url = f"file://{remote.path}"
    said = desk.ok("publish", "--remote", url, MCP_STATIC_REGISTRY="", GITHUB_TOKEN="")
    [branch] = re.findall(r"The branch (\S+) is at", said)
    assert remote.git("show", f"{branch}:{RECORD}") == source_record(WEATHER).decode()
    assert remote.git("diff", "--name-only", "main", branch) == RECORD
    remote.git("update-ref", "refs/heads/main", branch)
    assert "already" in desk.ok("publish", "--remote", url, MCP_STATIC_REGISTRY="", GITHUB_TOKEN="")
    gone = desk.run("publish", "--remote", f"file://{tmp_path}/nowhere.git")
    assert gone.returncode == 3


def test_wait_follows_the_check_to_the_merge(desk: Desk) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mcp_static", "publish", "--wait"],
        cwd=desk.folder,
        env={**desk.env, "PYTHONPATH": str(PROJECT / "builder")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        while not desk.stage.registry.pulls():
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
        number = desk.stage.registry.pulls()[0].number
        event = desk.stage.event(number, "alice")
        done = run_cli(
            "merge", "--event", event, "--repo", desk.stage.clone,
            env={**desk.env, "GITHUB_TOKEN": "token-of-bot"},
        )  # fmt: skip
        assert "is published as" in done.stdout, done.stdout + done.stderr
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "It is published" in said


@pytest.mark.parametrize("is_merged_by_hand", [False, True])
def test_wait_takes_nothing_for_published_but_what_main_notes(
    is_merged_by_hand: bool, desk: Desk
) -> None:
    desk.ok("publish")
    [pull] = desk.stage.registry.pulls()
    closed: list[str] = []

    def close(method: str, path: str) -> None:
        if path.endswith(f"/pulls/{pull.number}") and not closed:
            closed.append(path)
            if is_merged_by_hand:
                record = (desk.folder / "server.json").read_bytes()
                desk.stage.registry.commit({path_of(WEATHER, "1.0.0"): record})
            desk.stage.hub.close(pull)

    desk.stage.hub.hooks.append(close)
    done = desk.run("publish", "--wait")
    assert (done.returncode, "was closed, not published" in done.stderr) == (1, True), done.stdout


def test_status_sets_one_version_or_all(desk: Desk) -> None:
    desk.stage.registry.commit(desk.stage.record(WEATHER))
    desk.build()
    desk.ok("status", f"{WEATHER}@0.9.0", "deprecated", "-m", "Old.")
    desk.ok("status", WEATHER, "deleted")
    one, both = desk.stage.registry.pulls()
    assert one.head is not None
    assert both.head is not None
    status = json.loads(
        one.head.store.git("show", f"{one.head_sha}:{path_of(WEATHER, '0.9.0', 'status.json')}")
    )
    assert status == {
        "status": "deprecated", "statusMessage": "Old.", "name": WEATHER, "version": "0.9.0",
    }  # fmt: skip
    changed = both.head.store.git("diff", "--name-only", desk.stage.registry.head, both.head_sha)
    assert sorted(changed.split()) == [
        path_of(WEATHER, version, "status.json") for version in ("0.9.0", "1.0.0")
    ]
    assert desk.stage.check(both.number, requester="alice").level == "passed"


def test_a_status_that_stands_already_is_told(desk: Desk) -> None:
    path = path_of(WEATHER, "0.9.0", "status.json")
    desk.stage.registry.commit({path: b'{"status":"deprecated"}'})
    assert "has that status already" in desk.ok("status", f"{WEATHER}@0.9.0", "deprecated")
    desk.ok("status", f"{WEATHER}@0.9.0", "active")
    [pull] = desk.stage.registry.pulls()
    assert desk.stage.check(pull.number, requester="alice").level == "passed"
    for target, code in (("nonsense", 2), (f"{WEATHER}@7.7.7", 1), ("io.github.alice/none", 1)):
        assert desk.run("status", target, "active").returncode == code
    assert (
        f"'{WEATHER}@' has no version after the @."
        in desk.run("status", f"{WEATHER}@", "active").stderr
    )


def test_a_key_is_made_once_and_kept_private(desk: Desk) -> None:
    said = desk.ok("keygen", "example.com")
    path = desk.folder / "example.com.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    [line] = re.findall(r'example\.com\. IN TXT "(.*)"', said)
    key = key_of(read_private_key(path))
    assert read_records([line]).keys == (key,)
    assert key.fingerprint in said
    again = desk.run("keygen", "example.com")
    assert (again.returncode, key_of(read_private_key(path))) == (1, key)
    done = desk.run("keygen", "co.uk")
    assert (done.returncode, "not a domain that can be owned" in done.stderr) == (2, True)
    assert desk.run("keygen", "10.0.0.1").returncode == 2


@pytest.mark.parametrize(
    "arguments", [["sign"], ["publish"], ["status", f"{WEATHER}@1.0.0", "deleted"]], ids=" ".join
)
def test_a_key_file_is_read_before_the_network_is_asked(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "server.json").write_bytes(source_record(WEATHER))
    options = ["--key", "missing.pem", "--registry", "https://registry.invalid"]
    done = run_cli(*arguments, *options, cwd=tmp_path)
    assert (done.returncode, "missing.pem" in done.stderr) == (1, True)


def test_a_signature_is_for_these_very_bytes(desk: Desk) -> None:
    desk.ok("keygen", "example.com")
    (desk.folder / "server.json").write_bytes(source_record("com.example/weather"))
    desk.ok("sign", "--key", "example.com.pem")
    proof = desk.folder / "proof.json"
    desk.ok("publish", "--no-check")
    [pull] = desk.stage.registry.pulls()
    assert pull.head is not None
    path = path_of("com.example/weather", "1.0.0", "proof.json")
    assert pull.head.store.read("show", f"{pull.head_sha}:{path}") == proof.read_bytes()
    (desk.folder / "server.json").write_bytes(source_record("com.example/weather", title="Other"))
    done = desk.run("publish", "--no-check")
    assert (done.returncode, "sha256" in done.stderr) == (1, True)


def test_login_by_a_device_code_and_logout(desk: Desk) -> None:
    hub = desk.stage.hub
    hub.device_login.interval = 0
    env = {**desk.env, "GITHUB_SERVER_URL": hub.url, "GITHUB_TOKEN": "", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "mcp_static", "login", "--client-id", "Iv1.example"],
        env={**env, "PYTHONPATH": str(PROJECT / "builder")},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        code = process.stdout.readline().split()[-1].rstrip(".")
        hub.approve_device(code, "alice")
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    kept = Path(desk.env["XDG_CONFIG_HOME"]) / "mcp-static" / "github-token"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    desk.ok("publish", GITHUB_TOKEN="")
    assert desk.stage.registry.pulls()[0].user.login == "alice"
    assert desk.ok("logout") == "Forgotten.\n"
    assert desk.ok("logout") == "There was no login.\n"
    assert not kept.exists()


def test_a_login_that_is_denied_or_impossible_is_told(desk: Desk) -> None:
    done = desk.run("login", GITHUB_SERVER_URL=desk.stage.hub.url)
    assert (done.returncode, "no OAuth app" in done.stderr) == (1, True)
    desk.stage.hub.device_login.enabled = False
    done = desk.run("login", "--client-id", "x", GITHUB_SERVER_URL=desk.stage.hub.url)
    assert done.returncode == 1


def test_the_login_of_gh_is_used(desk: Desk, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text('#!/bin/sh\n[ "$1 $2" = "auth token" ] && echo token-of-alice\n')
    (tools / "gh").chmod(0o755)
    desk.ok("publish", GITHUB_TOKEN="", PATH=f"{tools}:{os.environ['PATH']}")
    assert desk.stage.registry.pulls()[0].user.login == "alice"


@pytest.mark.parametrize(
    ("env", "code"),
    [
        ({"GITHUB_API_URL": "nonsense"}, 2),
        ({"GITHUB_TOKEN": "a\nb"}, 2),
        ({"GITHUB_TOKEN": "tök"}, 2),
        ({"MCP_STATIC_REGISTRY": "http://127.0.0.1:99999"}, 2),
        ({"MCP_STATIC_REGISTRY": "http://[::1"}, 2),
        ({"PYTHONIOENCODING": "latin-1"}, 0),
        ({"PYTHONIOENCODING": "ascii"}, 0),
    ],
)
def test_odd_surroundings_end_in_no_traceback(env: dict[str, str], code: int, desk: Desk) -> None:
    done = desk.run("publish", "--dry-run", **env)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_message_that_cannot_be_shown_is_refused(desk: Desk) -> None:
    for message, fault in (("a\x1b[31mb", "cannot be shown"), (os.fsdecode(b"bad\xff"), "UTF-8")):
        done = desk.run("status", f"{WEATHER}@0.9.0", "deprecated", "-m", message)
        assert (done.returncode, fault in done.stderr) == (2, True), done.stderr


def test_a_token_for_github_goes_to_github_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    urls = (
        "https://gitlab.example.com/a/b",
        "https://github.com.evil.example/a",
        "https://github.com/a/b",
    )
    found = [git_access_for(url, NetworkSettings()).token for url in urls]
    assert found == [None, None, "secret"]


def test_a_remote_that_is_none_is_told_in_gits_words(desk: Desk) -> None:
    done = desk.run("publish", "--remote", "nowhere/at-all.git")
    assert done.returncode == 3
    assert "does not appear to be a git repository" in done.stderr
