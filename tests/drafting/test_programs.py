"""Programs of packages: which one clients will start, and how the record says so."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp_static.drafting.answers import Answers
from mcp_static.drafting.draft import Draft, draft
from mcp_static.drafting.findings import search
from mcp_static.packages.launch import read_runnable
from mcp_static.packages.types import package_type


def drafted(folder: Path, files: dict[str, str], **answers: str) -> Draft:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    said = {"name": "io.github.alice/weather", "description": "Forecasts.", "version": "1.0.0"}
    return draft(search(folder).findings, Answers(**{**said, **answers}))


def command(package: dict[str, Any]) -> str:
    """The command that clients make of a package, as our own readers make it."""
    kind = package_type(package["registryType"])
    assert kind is not None
    assert kind.launch is not None
    launch = kind.launch(read_runnable(package, {}))
    return " ".join([launch.command, *(str(word) for value in launch.args for word in value)])


def pyproject(*scripts: str, name: str = "alice-warehouse") -> dict[str, str]:
    lines = "".join(f'{script} = "x:main"\n' for script in scripts)
    return {
        "pyproject.toml": f'[project]\nname = "{name}"\nversion = "1.0.0"\n[project.scripts]\n{lines}'
    }


def npm(**bin_: str) -> dict[str, str]:
    return {"package.json": json.dumps({"name": "@alice/weather", "version": "1.0.0", "bin": bin_})}


GO = {"go.mod": "module github.com/alice/weather\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (pyproject("alice_warehouse"), "uvx alice-warehouse@1.0.0"),
        (
            pyproject("warehouse", "warehouse-mcp"),
            "uvx --from alice-warehouse==1.0.0 warehouse-mcp",
        ),
        (pyproject("weather"), "uvx --from alice-warehouse==1.0.0 weather"),
        (npm(anything="x.js"), "npx -y @alice/weather@1.0.0"),
        (npm(weather="x.js", admin="y.js"), "npx -y @alice/weather@1.0.0"),
        (npm(admin="x.js", serve_mcp="y.js"), "npx -y --package @alice/weather@1.0.0 serve_mcp"),
        ({**GO, "main.go": "package main\n"}, "go run github.com/alice/weather@v1.0.0"),
        (
            {**GO, "w.go": "package weather\n", "cmd/w/main.go": "// x\npackage main\n"},
            "go run github.com/alice/weather/cmd/w@v1.0.0",
        ),
        (
            {**GO, "cmd/gen/main.go": "package main\n", "cmd/weather-mcp/a.go": "package main\n"},
            "go run github.com/alice/weather/cmd/weather-mcp@v1.0.0",
        ),
        (GO, "go run github.com/alice/weather@v1.0.0"),
    ],
    ids=range(10),
)
def test_what_clients_start_is_the_server(files: dict[str, str], expected: str, tmp_path: Path) -> None:
    result = drafted(tmp_path, files)
    (package,) = result.document["packages"]
    assert command(package) == expected
    assert [one.field for one in result.missing if one.is_necessary] == []


def test_which_of_several_is_asked_where_nothing_tells(tmp_path: Path) -> None:
    result = drafted(tmp_path, pyproject("serve", "admin"))
    (question,) = [one for one in result.missing if one.is_necessary]
    assert (question.field, question.choices) == ("command", ("serve", "admin"))
    answered = drafted(tmp_path, {}, command="admin")
    assert [one.field for one in answered.missing if one.is_necessary] == []
    (package,) = answered.document["packages"]
    assert command(package) == "uvx --from alice-warehouse==1.0.0 admin"


def test_an_author_may_choose_another_than_clients_would(tmp_path: Path) -> None:
    files = npm(weather="x.js", admin="y.js")
    assert "--command names another" in str(drafted(tmp_path, files).notes)
    (package,) = drafted(tmp_path, files, command="admin").document["packages"]
    assert command(package) == "npx -y --package @alice/weather@1.0.0 admin"
    (package,) = drafted(tmp_path, files, command="weather").document["packages"]
    assert "runtimeArguments" not in package


def test_a_readme_tells_the_program_that_people_start(tmp_path: Path) -> None:
    config = {"mcpServers": {"w": {"command": "uvx", "args": ["--from", "alice-warehouse", "admin"]}}}
    files = {**pyproject("serve", "admin"), "README.md": f"```json\n{json.dumps(config)}\n```"}
    (package,) = drafted(tmp_path, files).document["packages"]
    assert command(package).endswith(" admin")


def test_a_subcommand_that_people_give_is_in_the_record_and_nothing_else_is(tmp_path: Path) -> None:
    def words(*more: str) -> str:
        config = {
            "mcpServers": {"w": {"command": "npx", "args": ["-y", "@alice/weather@latest", *more]}}
        }
        files = {**npm(weather="x.js"), "README.md": f"```json\n{json.dumps(config)}\n```"}
        (package,) = drafted(tmp_path, files).document["packages"]
        return command(package)

    assert words("mcp", "--key", "secret") == "npx -y @alice/weather@1.0.0 mcp"
    assert words("secret") == "npx -y @alice/weather@1.0.0"


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ({"package.json": '{"name": "w", "version": "1.0.0"}'}, "installs no program"),
        (
            {"Cargo.toml": '[package]\nname = "w-cli"\nversion = "1.0.0"\n[[bin]]\nname = "w"\n'},
            "clients start w-cli, which this crate does not install",
        ),
        ({**GO, "w.go": "package weather\n"}, "is that of a library"),
    ],
)
def test_what_no_client_can_start_is_said(files: dict[str, str], note: str, tmp_path: Path) -> None:
    result = drafted(tmp_path, files)
    assert note in str((result.notes, search(tmp_path).notes))


def test_a_package_for_a_private_registry_says_where_it_is(tmp_path: Path) -> None:
    address = "https://artifactory.corp.example/api/npm/npm-local"
    document = {
        "name": "@corp/tool",
        "version": "1.0.0",
        "bin": "x",
        "publishConfig": {"registry": address},
    }
    (package,) = drafted(tmp_path, {"package.json": json.dumps(document)}).document["packages"]
    assert package["registryBaseUrl"] == address
    assert command(package) == f"npx -y --registry {address} @corp/tool@1.0.0"
