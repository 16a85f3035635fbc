"""The reusable action: what each command is called with, and what is refused."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.servers import PROJECT

ACTION: dict[str, Any] = yaml.safe_load((PROJECT / "action.yml").read_text())
[SCRIPT] = [step["run"] for step in ACTION["runs"]["steps"] if step.get("id") == "run"]


def run(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The step that runs a command, with a program in its place that prints each of its words."""
    program = folder / "bin/mcp-static"
    program.parent.mkdir(exist_ok=True)
    program.write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    program.chmod(0o755)
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", SCRIPT],
        check=False, capture_output=True, text=True, cwd=folder,
        env={
            "PATH": f"{program.parent}:/usr/bin:/bin",
            "RUNNER_TEMP": str(folder / "temp"),
            "GITHUB_EVENT_PATH": "event.json",
            "GITHUB_STEP_SUMMARY": "summary",
            "GITHUB_OUTPUT": "output",
            "GITHUB_REPOSITORY": "acme/registry",
            "ARGUMENTS": "",
            "HANDOVER": "",
            **inputs,
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "arguments", "words"),
    [
        ("build", "--host nginx --out dist", ["build", "--full", "--host", "nginx", "--out", "dist"]),
        ("deploy", "s3://bucket", ["deploy", "s3://bucket"]),
        ("sync", "", ["sync", "--on-forge", "acme/registry"]),
        ("sync", "--dry-run", ["sync", "--dry-run"]),
        ("tick", "", ["tick", "--on-forge", "acme/registry"]),
    ],
)
def test_a_command_gets_what_it_needs(
    command: str, arguments: str, words: list[str], tmp_path: Path
) -> None:
    done = run(tmp_path, COMMAND=command, ARGUMENTS=arguments)
    assert (done.returncode, done.stdout.splitlines()) == (0, words)


def test_what_a_check_hands_over_is_kept_out_of_the_checkout(tmp_path: Path) -> None:
    handover = str(tmp_path / "temp/handover/handover.json")
    for command in ("check", "report", "merge", "read-comment", "bot"):
        words = run(tmp_path, COMMAND=command).stdout.splitlines()
        assert words[words.index("--handover") + 1] == handover
    assert run(tmp_path, COMMAND="merge", HANDOVER="other.json").stdout.splitlines()[-1] == "other.json"


@pytest.mark.parametrize("command", ["", "import", "check; id", "$(id)"])
def test_anything_else_is_refused(command: str, tmp_path: Path) -> None:
    done = run(tmp_path, COMMAND=command)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no command of a workflow" in done.stderr


def test_no_word_of_an_argument_is_a_word_of_the_shell(tmp_path: Path) -> None:
    done = run(tmp_path, COMMAND="sync", ARGUMENTS='$(id) `id` ; id * "a b"')
    assert done.stdout.splitlines() == ["sync", "$(id)", "`id`", ";", "id", "*", '"a', 'b"']


def test_no_expression_stands_in_a_script() -> None:
    assert not any("${{" in step.get("run", "") for step in ACTION["runs"]["steps"])


def test_its_actions_are_those_of_the_workflows() -> None:
    check = (PROJECT / ".github/workflows/check.yml").read_text()
    for step in ACTION["runs"]["steps"]:
        assert "uses" not in step or step["uses"] in check
