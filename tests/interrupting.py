"""Ctrl-C, as a terminal sends it: SIGINT to a command and all that it has started in its own group."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO

from tests.servers import PROJECT

_SECONDS = 60


@dataclass(frozen=True)
class Ended:
    """How a command ended that was interrupted."""

    code: int
    stdout: str
    stderr: str


def started(
    *arguments: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] = MappingProxyType({}),
    stdin: int | IO[bytes] | None = None,
) -> "subprocess.Popen[str]":
    """`mcp-static` as a process, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "mcp_static", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PROJECT / "builder"), **env},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Where the tests run in the background, SIGINT is ignored, and programs inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


def interrupted_at(line: str, process: "subprocess.Popen[str]") -> Ended:
    """Interrupt a command as soon as it prints a line with this text on standard error."""
    assert process.stderr is not None
    said = ""
    while line not in said:
        read = process.stderr.readline()
        assert read, f"it ended before {line!r}: {said}"
        said += read
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=_SECONDS)
    return Ended(process.returncode, stdout, said + stderr)


def interrupted_by_git(subcommand: str, folder: Path, *arguments: str | Path, cwd: Path) -> Ended:
    """Interrupt a command at the very moment at which it starts a git command."""
    tools = folder / "tools"
    tools.mkdir(parents=True)
    script = tools / "git"
    script.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = {subcommand} ] && [ ! -e {tools}/once ]; then\n'
        f"  touch {tools}/once\n"
        "  kill -s INT -- -$PPID\n"
        "fi\n"
        f'exec {shutil.which("git")} "$@"\n'
    )
    script.chmod(0o755)
    process = started(*arguments, cwd=cwd, env={"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"})
    stdout, stderr = process.communicate(timeout=_SECONDS)
    assert (tools / "once").exists(), f"git {subcommand} was not started"
    return Ended(process.returncode, stdout, stderr)
