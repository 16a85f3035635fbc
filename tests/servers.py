"""The embedded host as its own process, on a free port of this machine."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

PROJECT = Path(__file__).parents[1]


def run_cli(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run `mcp-static` as a user does, and give what it did."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "builder"), **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "mcp_static", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        **options,
    )


@dataclass(frozen=True)
class Served:
    """A running server: its address, and its process."""

    url: str
    process: "subprocess.Popen[str]"

    def get(self, path: str, **options: Any) -> requests.Response:
        """Ask it for a path, encoded exactly as written."""
        return requests.get(self.url + path, timeout=30, **options)


@contextmanager
def serve_in_background(out: Path, *more: str | Path) -> Iterator[Served]:
    """Serve a folder on a free port; ended by its own process id."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mcp_static",
            "serve",
            "--out",
            str(out),
            "--port",
            "0",
            *map(str, more),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT / "builder"), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        printed = ""
        while not (match := re.search(r"address is (http://\S+)", printed)):
            line = process.stdout.readline()
            assert line, f"the server ended: {printed}"
            printed += line
        yield Served(match[1], process)
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()
