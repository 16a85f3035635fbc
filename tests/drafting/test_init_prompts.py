"""What `mcp-static init` asks authors at real prompts."""

import json
from pathlib import Path

from tests.drafting.init_runs import ALICE, drafted, init, write_package
from tests.drafting.projects import git, make_repository


def test_an_input_that_ends_says_what_is_missing_and_how_to_give_it(folder: Path) -> None:
    result = init(folder, answers=f"{ALICE}\n")
    assert result.exit_code == 1
    assert "The input ended before every question was answered." in result.output
    assert "--yes" in result.output
    assert "--description  " in result.output
    assert "--name  " not in result.output, "that is answered"
    assert "Aborted" not in result.output
    assert not (folder / "server.json").exists()


def test_what_is_missing_is_listed_all_at_once(folder: Path) -> None:
    result = init(folder, "--yes")
    assert result.exit_code == 1
    for option in ("--name", "--description", "--server-version"):
        assert f"\n{option}  " in result.output
    assert not list(folder.iterdir())


def test_options_answer_everything(folder: Path) -> None:
    options = ["--name", ALICE, "--description", "Forecasts.", "--server-version", "1.0.0"]
    assert init(folder, "--yes", *options).exit_code == 0
    assert (
        init(folder, "--yes", "--force", *options, "--remote", "https://w.alice.io/mcp").exit_code == 0
    )
    assert drafted(folder)["remotes"] == [{"type": "streamable-http", "url": "https://w.alice.io/mcp"}]


def test_prompts_ask_what_is_unknown_until_it_keeps_the_rules(folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM scratch\n")
    answers = [
        *("weather", ALICE),
        *("x" * 101, "Forecasts."),
        *("", "^1.0", "1.0.0"),
        "ghcr.io/alice/weather",
        *("http://w.alice.io/mcp", "https://127.0.0.1/mcp", "https://w.alice.io/mcp"),
    ]
    result = init(folder, answers="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert result.output.count("Error: ") == 5
    document = drafted(folder)
    assert (document["name"], document["description"]) == (ALICE, "Forecasts.")
    assert document["packages"][0]["identifier"] == "ghcr.io/alice/weather:1.0.0"
    assert document["remotes"][0]["url"] == "https://w.alice.io/mcp"


def test_prompts_offer_the_newest_tag_and_take_no_for_an_answer(folder: Path) -> None:
    make_repository(folder)
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    git(folder, "tag", "v3.1.4")
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "weather"\ndescription = "Forecasts."\ndynamic = ["version"]\n'
    )
    result = init(folder, answers="\n\n")
    assert result.exit_code == 0, result.output
    assert "Name of the server" not in result.output
    document = drafted(folder)
    assert (document["version"], document["packages"][0]["version"]) == ("3.1.4", "3.1.4")
    assert "remotes" not in document


def test_prompts_that_nobody_answers_write_nothing(folder: Path) -> None:
    assert init(folder).exit_code == 1
    assert not list(folder.iterdir())


def test_prompts_ask_about_programs_and_variables(folder: Path) -> None:
    make_repository(folder)
    write_package(folder, bin={"serve": "x.js", "admin": "y.js"})
    config = {"mcpServers": {"w": {"command": "npx", "args": ["weather"], "env": {"KEY": "secret"}}}}
    (folder / ".mcp.json").write_text(json.dumps(config))
    result = init(folder, answers="nothing\nserve\nno-name\nKEY CITY\n\n")
    assert result.exit_code == 0, result.output
    assert "Program that starts the server: serve, admin" in result.output
    assert "(- for none) [KEY]" in result.output
    assert result.output.count("Error: ") == 2
    assert "secret" not in result.output
    (package,) = drafted(folder)["packages"]
    assert package["runtimeArguments"][1] == {"type": "positional", "value": "serve"}
    assert [one["name"] for one in package["environmentVariables"]] == ["KEY", "CITY"]
