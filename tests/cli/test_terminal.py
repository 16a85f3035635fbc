"""The terminal: help that helps, suggestions, completion, colors, and how much is said."""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from mcp_static.cli import main
from mcp_static.cli.catalog import COMMANDS, GROUPS, OTHER_WORDS
from mcp_static.cli.console import ConsoleProgress, wants_color
from mcp_static.cli.group import Commands

from tests.registries import Registry, path_of
from tests.servers import run_cli

CLI = Path(main.get_command.__code__.co_filename).parent
ALICE = "io.github.alice/weather"


def run(*arguments: str, **env: str) -> Result:
    """Call it as a user does, in this process."""
    return CliRunner(env={"NO_COLOR": "", "FORCE_COLOR": "", **env}).invoke(
        main, arguments, prog_name="mcp-static"
    )


def test_the_list_has_every_command_once_in_the_group_of_who_uses_it() -> None:
    modules = {
        file.name.removesuffix("_command.py").replace("_", "-") for file in CLI.glob("*_command.py")
    }
    assert set(COMMANDS) == modules
    assert sum(map(len, GROUPS.values())) == len(COMMANDS)
    printed = run("--help").output
    for title, entries in GROUPS.items():
        section = printed.partition(f"{title}:\n")[2].partition("\n\n")[0]
        assert re.findall(r"^  ([a-z-]+)", section, re.MULTILINE) == list(entries)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_examples_that_can_be_typed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in ("server.json", "mcp.json", "policy.json", "approved.txt"):
        (tmp_path / file).touch()
    monkeypatch.chdir(tmp_path)
    shown = run(name, "--help").output.partition("Examples:\n")[2].splitlines()
    assert shown
    context = click.Context(main, info_name="mcp-static")
    for example in shown:
        program, called, *arguments = shlex.split(example)
        assert (program, called) == ("mcp-static", name)
        command = main.get_command(context, name)
        assert command is not None
        with CliRunner().isolation(input="y\n"):
            command.make_context(name, arguments, parent=context)


def test_another_commands_option_is_no_example(tmp_path: Path) -> None:
    command = main.get_command(click.Context(main), "validate")
    assert command is not None
    with pytest.raises(click.NoSuchOption):
        command.make_context("validate", ["--wait"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["valdate"], "Did you mean validate?"),
        (["serch", "x"], "Did you mean search or serve?"),
        (["afected-by"], "Did you mean affected-by?"),
        (["help"], "Did you mean --help?"),
        (["yank", "x"], "Did you mean status?"),
        (["validate", "--fromat", "json"], "--format"),
        (["build", "--comit", "HEAD"], "--commit"),
        (["--verson"], "--version"),
    ],
)
def test_what_was_meant_is_said(typed: list[str], meant: str) -> None:
    done = run(*typed)
    assert done.exit_code == 2
    assert meant in done.output
    assert "--help` shows how it is used" in done.output


def test_what_means_nothing_here_suggests_nothing() -> None:
    done = run("zzzzzz")
    assert (done.exit_code, "Did you mean" in done.output) == (2, False)
    assert set(OTHER_WORDS).isdisjoint(COMMANDS)
    assert {word for word in OTHER_WORDS.values() if not word.startswith("-")} <= set(COMMANDS)


def complete(words: str, shell: str = "bash") -> str:
    """What a shell is offered for the last word of a line."""
    env = {
        "_MCP_STATIC_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    return run(**env).output


def test_a_shell_completes_commands_without_loading_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: object) -> None:
        raise AssertionError("a command was loaded")

    monkeypatch.setattr(Commands, "get_command", load)
    assert complete("mcp-static va") == "plain,validate\n"
    assert complete("mcp-static ").count("plain,") == len(COMMANDS)
    assert "--version" in complete("mcp-static --")


def test_a_shell_completes_options_and_their_values() -> None:
    assert "plain,--format" in complete("mcp-static validate --f")
    assert set(complete("mcp-static validate --format ").split()) == {
        "plain,text", "plain,json", "plain,github",
    }  # fmt: skip
    assert "--verbose" in complete("mcp-static validate --v")
    assert complete("mcp-static build --host git").split() == [
        "plain,github-pages", "plain,gitlab-pages",
    ]  # fmt: skip


@pytest.mark.parametrize("color", [{}, {"FORCE_COLOR": "1"}])
def test_without_a_command_the_help_is_shown(color: dict[str, str]) -> None:
    done = run(**color)
    assert done.exit_code == 2
    assert done.stderr == run("--help", **color).stdout
    assert ("\x1b[1m" in done.stderr) == bool(color)


@pytest.mark.parametrize(
    "call",
    [("search", "a\udcff"), ("show", "a\udcff/b"), ("block", "--host", "\udcff", "--reason", "x")],
)
def test_bytes_that_are_no_text_are_wrong_usage(call: tuple[str, ...]) -> None:
    done = run(*call)
    assert (done.exit_code, "it is not UTF-8" in done.stderr) == (2, True)


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e300", "-1", str(10**20)])
@pytest.mark.parametrize("call", [("check", "--wait"), ("deploy", "s3://abc", "--grace")])
def test_no_time_to_wait_is_endless(call: tuple[str, ...], seconds: str) -> None:
    done = run(*call, seconds)
    assert done.exit_code == 2
    assert f"Invalid value for '{call[-1]}'" in done.stderr


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_has_a_short_option(option: str) -> None:
    assert run(option).output.startswith("mcp-static, version ")


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, None),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, None),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
    ],
)
def test_the_environment_decides_about_colors(environment: dict[str, str], wanted: bool | None) -> None:
    assert wants_color(environment) is wanted


def test_colors_are_for_terminals_and_for_whoever_forces_them(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text("{")
    file = str(tmp_path / "server.json")
    assert "\x1b" not in run("validate", file).output
    forced = run("validate", file, FORCE_COLOR="1").output
    assert "\x1b[31m✗\x1b[0m" in forced
    assert click.unstyle(forced) == run("validate", file).output
    assert "\x1b" not in run("validate", file, FORCE_COLOR="1", NO_COLOR="1").output
    assert "\x1b" not in run("validate", "--format", "json", file, FORCE_COLOR="1").output
    assert "\x1b[1m" in run("--help", FORCE_COLOR="1").output
    assert "\x1b" not in run("--help").output


@pytest.mark.parametrize("place", ["before", "after"])
def test_quiet_leaves_results_and_errors(place: str, registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    registry.commit({path_of(ALICE, "1.0.1"): "{"})

    def built(option: str, out: Path) -> tuple[str, str]:
        command = ["build", "--repo", str(registry.path), "--out", str(out)]
        done = run_cli(*([option, *command] if place == "before" else [*command, option]))
        assert done.returncode == 0, done.stderr
        return done.stdout, done.stderr

    stdout, stderr = built("--quiet", tmp_path / "quiet")
    assert "1 left out" in stdout
    assert stderr == ""
    stdout, stderr = built("-v", tmp_path / "verbose")
    assert "  > git " in stderr
    assert "Reading history" in stderr


def test_an_error_is_said_however_quiet() -> None:
    done = run("-q", "validate", "nowhere.json")
    assert done.exit_code == 1
    assert "error: nowhere.json cannot be read" in done.output


def test_verbose_shows_requests_and_no_secret_in_them(tmp_path: Path) -> None:
    done = run_cli("-v", "search", "x", "--registry", "http://127.0.0.1:9", cwd=tmp_path)
    assert (done.returncode, "could not be reached" in done.stderr) == (3, True)


def test_progress_does_not_pass_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    with ConsoleProgress() as progress:
        progress.stage("Writing", 3)
        progress.advance(2)
        progress.advance(2)
        assert progress.done == 3
        progress.stage("Reading")
        progress.advance(5)
        assert progress.done == 5
