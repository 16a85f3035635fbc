"""What `mcp-static init` makes of a server.json that is there already."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.drafting.init_runs import ALICE, drafted, init, write_package
from tests.drafting.projects import make_repository
from tests.servers import run_cli


def older(**more: Any) -> str:
    schema = "https://static.modelcontextprotocol.io/schemas/2025-07-09/server.schema.json"
    package = {"registry_type": "npm", "identifier": "weather", "version": "1.0.0"}
    document = {"$schema": schema, "name": ALICE, "description": "Forecasts.", "version": "1.0.0"}
    return json.dumps({**document, "status": "active", "packages": [package], **more})


@pytest.mark.parametrize("place", ["server.json", ".mcp/server.json"])
def test_an_older_file_is_moved_to_the_newest_schema_where_it_is(place: str, folder: Path) -> None:
    file = folder / place
    file.parent.mkdir(exist_ok=True)
    file.write_text(older())
    result = init(folder, "--upgrade")
    assert result.exit_code == 0, result.output
    assert "registry_type: is now registryType" in result.output
    assert run_cli("validate", file).returncode == 0
    again = init(folder, "--upgrade", "--registry", "https://registry.alice.io")
    assert "the newest schema already" in again.output
    assert f"publish {file} --registry https://registry.alice.io" in again.output


def test_what_an_upgrade_cannot_know_is_reported_and_the_rest_is_moved(folder: Path) -> None:
    (folder / "server.json").write_text(older(version="^1.0"))
    result = init(folder, "--upgrade")
    assert result.exit_code == 1
    assert "version-is-one-version" in result.output
    assert '"registryType": "npm"' in (folder / "server.json").read_text()


@pytest.mark.parametrize("content", [None, "{", "[]", '{"a": 1, "a": 2}'])
def test_what_is_no_server_json_is_not_upgraded(content: str | None, folder: Path) -> None:
    if content is not None:
        (folder / "server.json").write_text(content)
    result = init(folder, "--upgrade")
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert [path.read_text() for path in folder.iterdir()] == ([content] if content else [])


def test_an_upgrade_takes_no_answers(folder: Path) -> None:
    (folder / "server.json").write_text(older())
    assert init(folder, "--upgrade", "--name", ALICE).exit_code == 2
    assert (folder / "server.json").read_text() == older()


def test_a_new_draft_keeps_what_only_the_old_file_says(folder: Path) -> None:
    variables = [{"name": "WEATHER_KEY", "description": "From your account.", "is_secret": True}]
    old = {"registry_type": "npm", "identifier": "weather", "version": "1.0.0"}
    said = {"packages": [{**old, "environment_variables": variables}], "title": "Weather"}
    (folder / "server.json").write_text(older(description="Forecasts for all.", **said))
    make_repository(folder)
    write_package(folder)
    assert init(folder, "--yes", "--force").exit_code == 0
    document = drafted(folder)
    assert (document["version"], document["packages"][0]["version"]) == ("1.2.3", "1.2.3")
    assert (document["title"], document["description"]) == ("Weather", "Forecasts for all.")
    assert document["packages"][0]["environmentVariables"] == [
        {"name": "WEATHER_KEY", "description": "From your account.", "isSecret": True}
    ]
    assert init(folder, "--yes", "--force", "--env", "CITY").exit_code == 0
    assert drafted(folder)["packages"][0]["environmentVariables"] == [{"name": "CITY"}]


def test_a_template_that_releases_fill_in_still_names_its_image(folder: Path) -> None:
    image = {"registry_type": "oci", "identifier": "ghcr.io/alice/weather:v{{VERSION}}"}
    variables = [{"name": "WEATHER_KEY", "is_secret": True}]
    (folder / "server.json").write_text(
        older(version="{{VERSION}}", packages=[{**image, "environment_variables": variables}])
    )
    make_repository(folder)
    write_package(folder)
    assert init(folder, "--yes", "--force").exit_code == 0
    document = drafted(folder)
    assert document["version"] == "1.2.3"
    _, package = document["packages"]
    assert package["identifier"] == "ghcr.io/alice/weather:v1.2.3"
    assert package["environmentVariables"] == [{"name": "WEATHER_KEY", "isSecret": True}]


def test_a_template_that_was_never_filled_in_says_nothing(folder: Path) -> None:
    (folder / ".mcp").mkdir()
    (folder / ".mcp/server.json").write_text(
        older(
            name="io.github.<your GitHub username here>/<your repo name>",
            description="<your description here>",
            packages=[{"registry_type": "nuget", "identifier": "<your package ID here>"}],
        )
    )
    make_repository(folder)
    write_package(folder)
    run = init(folder, "--yes")
    assert run.exit_code == 0
    assert ".mcp/server.json is another one" in run.stderr
    assert "<" not in (folder / "server.json").read_text()
    assert drafted(folder)["name"] == ALICE


def test_what_is_wrong_with_an_upgraded_file_is_said_however_quiet(folder: Path) -> None:
    (folder / "server.json").write_text(older(version="^1.0"))
    result = init("--quiet", folder, "--upgrade")
    assert result.exit_code == 1
    assert "version-is-one-version" in result.stderr
