"""Runs of `mcp-static init` in a folder, and what they drafted."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from mcp_static.cli import main

from tests.servers import run_cli

ALICE = "io.github.alice/weather"
PACKAGE = {"name": "weather", "version": "1.2.3", "description": "Forecasts.", "bin": "cli.js"}


def write_package(folder: Path, **more: Any) -> None:
    (folder / "package.json").write_text(json.dumps({**PACKAGE, **more}))


def init(*arguments: str | Path, answers: str = "") -> Result:
    return CliRunner().invoke(main, ["init", *map(str, arguments)], input=answers)


def drafted(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "server.json").read_bytes())
    run = run_cli("validate", folder / "server.json")
    assert run.returncode == 0, run.stdout
    return document
