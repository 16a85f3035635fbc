"""The command line: exit codes, messages, and nothing but plain lines in a log."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from mcp_static.cli import main

from tests.registries import Registry, path_of, server_json
from tests.servers import run_cli

ALICE = "io.github.alice/weather"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        *([c, "--help"] for c in ("validate", "build", "serve", "import", "rules", "schema")),
    ],
)
def test_help_is_there(arguments: list[str]) -> None:
    run = run_cli(*arguments)
    assert run.returncode == 0
    assert run.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["build", "--nonsense"],
        ["import", "x"],
        ["serve", "--port", "99999"],
        ["schema", "x"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    run = run_cli(*arguments)
    assert run.returncode == 2
    assert "Usage" in run.stderr


def test_validate_reports_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text(json.dumps(server_json(ALICE, title=3), indent=2))
    run = run_cli("validate", cwd=tmp_path)
    assert run.returncode == 1
    assert "✗ 6:3: title" in run.stdout
    assert json.loads(run_cli("validate", "--format", "json", cwd=tmp_path).stdout)["level"] == "error"
    assert run_cli("validate", "--format", "github", cwd=tmp_path).stdout.startswith(
        "::error file=server.json"
    )
    run = run_cli("validate", "-", input=json.dumps(server_json(ALICE)))
    assert (run.returncode, run.stdout) == (0, "standard input is valid.\n")


def test_validate_says_what_it_cannot_read(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "missing.json", "cannot be read"), (tmp_path, "no server.json")):
        run = run_cli("validate", path)
        assert run.returncode == 1
        assert message in run.stderr
        assert "Traceback" not in run.stderr


def test_validate_finds_the_files_of_a_folder(tmp_path: Path) -> None:
    for name, folder in (("a", ".mcp"), ("b", "servers/b"), ("c", "node_modules/c"), ("d", ".git/d")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "server.json").write_text(
            json.dumps(server_json(f"io.github.alice/{name}"))
        )
    run = run_cli("validate", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, ".mcp/server.json is valid.\n")
    run = run_cli("validate", ".", cwd=tmp_path)
    assert run.stdout.splitlines() == [".mcp/server.json is valid.", "servers/b/server.json is valid."]
    run = run_cli("validate", "servers", ".mcp/server.json", cwd=tmp_path)
    assert run.stdout.splitlines() == ["servers/b/server.json is valid.", ".mcp/server.json is valid."]


def test_validate_holds_a_file_against_its_registry_and_its_place(
    registry: Registry, tmp_path: Path
) -> None:
    registry.publish(ALICE)
    file = tmp_path / path_of(ALICE, "1.0.0")
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(server_json(ALICE, "1.0.1")))
    assert "path-from-name" in run_cli("validate", file).stdout
    file.write_text(json.dumps(server_json(ALICE)))
    assert run_cli("validate", file).returncode == 0
    assert "already published" in run_cli("validate", file, "--registry", registry.path).stdout


def test_validate_tells_an_address_from_a_clone() -> None:
    result = CliRunner().invoke(main, ["validate", "--registry", "https://mcp.example.com"])
    assert result.exit_code == 2
    assert "https://mcp.example.com is an address" in result.output
    assert "leave the option out" in result.output


def test_build_says_what_it_did_in_plain_lines(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    registry.commit({path_of(ALICE, "1.0.1"): "\x1b[31m{"})
    out = tmp_path / "dist"
    run = run_cli("build", "--repo", registry.path, "--out", out)
    assert run.returncode == 0
    assert "1 version of 1 server, 1 left out" in run.stdout
    assert "left out: registry-data/servers/al/io.github.alice/weather/1.0.1/server.json" in run.stderr
    assert "\x1b" not in run.stderr + run.stdout
    assert "up to date" in run_cli("build", "--repo", registry.path, "--out", out).stdout
    registry.publish(ALICE, "2.0.0")
    assert "(incremental build)" in run_cli("build", "--repo", registry.path, "--out", out).stdout
    run = run_cli("build", "--repo", registry.path, "--out", tmp_path / "strict", "--strict")
    assert run.returncode == 1


@pytest.mark.parametrize("prepare", ["nothing", "empty", "no-data", "shallow-commit"])
def test_repositories_that_cannot_be_built_end_with_1(prepare: str, tmp_path: Path) -> None:
    path = tmp_path / "r.git"
    if prepare != "nothing":
        registry = Registry(path)
        if prepare == "no-data":
            registry.commit({"README.md": "x"})
        elif prepare == "shallow-commit":
            registry.publish(ALICE)
    commit = ["--commit", "no-such-branch"] if prepare == "shallow-commit" else []
    run = run_cli("build", "--repo", path, "--out", tmp_path / "dist", *commit)
    assert run.returncode == 1
    assert run.stderr.startswith("error: ")
    assert len(run.stderr.splitlines()) >= 2
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "dist").exists()


def test_uncommitted_records_are_mentioned(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "tree", bare=False)
    registry.publish(ALICE)
    registry.git("reset", "--hard", "-q")
    (registry.path / "registry-data/new").write_text("x")
    run = run_cli("build", "--repo", registry.path, "--out", tmp_path / "dist")
    assert "uncommitted" in run.stderr


def test_without_git_that_is_what_is_told(tmp_path: Path) -> None:
    done = run_cli("build", cwd=tmp_path, env={"PATH": str(tmp_path)})
    assert (done.returncode, done.stderr) == (
        3,
        "error: git is not installed.\nInstall it; version 2.38 or newer.\n",
    )
