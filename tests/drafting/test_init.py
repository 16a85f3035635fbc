"""`mcp-static init` as authors run it: real folders and real repositories."""

import json
from pathlib import Path

import pytest

from tests.drafting.init_runs import ALICE, drafted, init, write_package
from tests.drafting.projects import git, make_repository
from tests.servers import run_cli


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/alice/weather.git",
        "https://alice:hunter2@github.com/alice/weather",
        "ssh://git@github.com:22/alice/weather.git",
        "git@github.com:alice/weather.git",
    ],
)
def test_a_repository_and_a_manifest_need_no_question(address: str, folder: Path) -> None:
    make_repository(folder, address)
    write_package(folder)
    result = init(folder, "--yes")
    assert result.exit_code == 0, result.output
    document = drafted(folder)
    assert document["name"] == ALICE
    assert document["repository"] == {"url": "https://github.com/alice/weather", "source": "github"}
    assert document["packages"][0]["runtimeHint"] == "npx"
    assert "hunter2" not in result.output + (folder / "server.json").read_text()
    assert f'package.json: add `"mcpName": "{ALICE}"`.' in result.output
    assert "mcp-static validate" in result.output
    assert "mcp-static publish" in result.output


def test_it_runs_as_a_command_in_the_folder_itself(folder: Path) -> None:
    make_repository(folder)
    write_package(folder, mcpName=ALICE)
    run = run_cli("init", "--yes", cwd=folder)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines() == [
        f"server.json: {ALICE} 1.2.3",
        "  npm: weather 1.2.3",
        "",
        "Next:",
        "  Publish the packages with these versions, if they are not published yet.",
        "  mcp-static validate",
        "  mcp-static publish --registry ADDRESS",
        "",
        "ADDRESS is the registry's, as its clients use it; the variable MCP_STATIC_REGISTRY can hold it.",
    ]
    assert run_cli("validate", cwd=folder).returncode == 0


def test_a_folder_of_a_monorepo_is_named_as_such(folder: Path) -> None:
    make_repository(folder, "https://gitlab.com/group/sub/servers.git")
    inner = folder / "src" / "tides"
    inner.mkdir(parents=True)
    write_package(inner)
    assert init(inner, "--yes").exit_code == 0
    document = drafted(inner)
    assert document["name"] == "io.gitlab.group/tides"
    assert document["repository"] == {
        "url": "https://gitlab.com/group/sub/servers",
        "source": "gitlab",
        "subfolder": "src/tides",
    }


def test_a_go_module_has_its_version_from_a_real_tag(folder: Path) -> None:
    make_repository(folder)
    (folder / "go.mod").write_text("module github.com/alice/weather\n")
    (folder / "README.md").write_text("# Weather\n\nForecasts for any place on Earth.\n")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    for tag in ("v0.9.0", "v0.10.0"):
        git(folder, "tag", tag)
    assert init(folder, "--yes").exit_code == 0
    document = drafted(folder)
    assert (document["version"], document["packages"][0]["version"]) == ("0.10.0", "v0.10.0")
    assert document["description"] == "Forecasts for any place on Earth."


def test_several_manifests_become_several_packages(folder: Path) -> None:
    make_repository(folder)
    write_package(folder)
    (folder / "pyproject.toml").write_text('[project]\nname = "alice-weather"\nversion = "1.2.3"\n')
    (folder / "Dockerfile").write_text("FROM scratch\n")
    result = init(folder, "--yes")
    assert result.exit_code == 0
    assert [package["registryType"] for package in drafted(folder)["packages"]] == ["npm", "pypi"]
    assert "see --image" in result.output


def test_nothing_is_overwritten_without_force(folder: Path) -> None:
    make_repository(folder)
    write_package(folder)
    (folder / "server.json").write_text("mine")
    result = init(folder, "--yes")
    assert result.exit_code == 1
    assert "--force" in result.output
    assert (folder / "server.json").read_text() == "mine"
    assert init(folder, "--yes", "--force").exit_code == 0
    assert drafted(folder)["name"] == ALICE


def test_a_link_that_leads_nowhere_is_not_written_through(folder: Path) -> None:
    make_repository(folder)
    write_package(folder)
    (folder / "server.json").symlink_to("../elsewhere.json")
    assert init(folder, "--yes").exit_code == 1
    assert init(folder, "--yes", "--force").exit_code == 0
    assert not (folder.parent / "elsewhere.json").exists()
    assert drafted(folder)["name"] == ALICE


@pytest.mark.parametrize("out", ["missing/server.json", "."])
def test_a_place_that_cannot_be_written_is_said(out: str, folder: Path) -> None:
    write_package(folder, mcpName=ALICE)
    assert init(folder, "--yes", "--out", folder / out).exit_code == 1
    assert [path.name for path in folder.iterdir()] == ["package.json"]


def test_another_file_is_named_in_what_is_next(folder: Path, tmp_path: Path) -> None:
    write_package(folder, mcpName=ALICE)
    out = tmp_path / "my draft.json"
    result = init(folder, "--yes", "--out", out)
    assert f"mcp-static publish '{out}'" in result.output
    assert [path.name for path in folder.iterdir()] == ["package.json"]
    assert out.is_file()


def test_a_draft_that_breaks_a_rule_is_not_written(folder: Path) -> None:
    write_package(folder, mcpName=ALICE, version="^1.0.0")
    result = init(folder, "--yes")
    assert result.exit_code == 1
    assert "version-is-one-version" in result.output
    assert [path.name for path in folder.iterdir()] == ["package.json"]


def test_a_warning_is_shown_and_does_not_hinder(folder: Path) -> None:
    write_package(folder, mcpName=ALICE, version="1.0")
    result = init(folder, "--yes")
    assert result.exit_code == 0
    assert "version-semantic" in result.output
    assert drafted(folder)["version"] == "1.0"


def test_malformed_files_are_named_and_the_rest_is_used(folder: Path) -> None:
    make_repository(folder, "https://git.example.com/alice/weather.git")
    write_package(folder, mcpName=ALICE)
    (folder / "pyproject.toml").write_text("\x1b[31m = ")
    (folder / "README.md").symlink_to("/etc/hostname")
    result = init(folder, "--yes")
    assert result.exit_code == 0
    assert "note: pyproject.toml is passed over" in result.output
    assert "note: README.md is passed over" in result.output
    assert "note: origin is on neither" in result.output
    assert "\x1b" not in result.output
    assert "repository" not in drafted(folder)


def test_a_server_that_nobody_can_run_is_pointed_out(folder: Path) -> None:
    (folder / "README.md").write_text(f"Forecasts.\n\nmcp-name: {ALICE}\n")
    result = init(folder, "--yes", "--server-version", "1.0.0")
    assert result.exit_code == 0
    assert "nobody can run it" in result.output
    assert drafted(folder)["description"] == "Forecasts."


def test_the_file_can_be_read_by_others_and_no_trace_is_left(folder: Path) -> None:
    write_package(folder, mcpName=ALICE)
    assert init(folder, "--yes").exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["package.json", "server.json"]
    modes = {path.stat().st_mode for path in folder.iterdir()}
    assert len(modes) == 1, "as any other file that is made here"
    assert (folder / "server.json").read_bytes().endswith(b"}\n")


def test_the_root_of_a_workspace_names_its_servers_and_writes_nothing(folder: Path) -> None:
    make_repository(folder)
    (folder / "package.json").write_text('{"private": true, "workspaces": ["packages/*"]}')
    inner = folder / "packages" / "my mcp"
    inner.mkdir(parents=True)
    write_package(inner, mcpName=ALICE)
    result = init(folder, "--yes")
    assert result.exit_code == 1
    assert f"mcp-static init '{inner}'  # weather" in result.output
    assert not (folder / "server.json").exists()
    assert init(inner, "--yes").exit_code == 0
    assert init(folder, "--yes", "--image", "ghcr.io/a/b", "--server-version", "1.0.0").exit_code == 1
    (inner / "server.json").unlink()
    (inner / "package.json").write_text(json.dumps({"name": "plain"}))
    inner.rename(folder / "packages" / "plain")
    assert "none of its members looks like a server (packages/plain)" in init(folder).output


def test_the_next_steps_name_the_registry_that_is_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_repository(folder)
    write_package(folder)
    result = init(folder, "--yes", "--registry", "https://registry.alice.io")
    assert result.output.splitlines()[-1].endswith("server.json --registry https://registry.alice.io")
    monkeypatch.setenv("MCP_STATIC_REGISTRY", "https://registry.alice.io")
    result = init(folder, "--yes", "--force")
    assert result.output.splitlines()[-1].endswith(f"mcp-static publish {folder / 'server.json'}")
