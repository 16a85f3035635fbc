"""The guard of the fast lane: what a unit test must not do, it cannot do unnoticed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import PROJECT


@pytest.mark.parametrize(
    ("body", "is_unit_test"),
    [
        ("subprocess.run(['git', '--version'], check=True)", True),
        ("subprocess.run(['true'], check=True)", False),
        ("subprocess.run('exit 0', shell=True, check=True)", False),
        ("socket.create_server(('127.0.0.1', 0)).close()", False),
        ("with socket.socket() as client: client.connect_ex(('127.0.0.1', 9))", False),
    ],
)
@pytest.mark.parametrize("marker", ["", "@pytest.mark.integration\n"], ids=["unmarked", "marked"])
def test_an_unmarked_test_must_be_a_unit_test(
    marker: str, body: str, is_unit_test: bool, tmp_path: Path
) -> None:
    module = tmp_path / "test_made_up.py"
    module.write_text(
        f"import socket, subprocess, pytest\n\n{marker}def test_made_up() -> None:\n    {body}\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.lanes", "-c", PROJECT / "pyproject.toml", module],
        check=False, capture_output=True, text=True, cwd=PROJECT,
    )  # fmt: skip
    passes = is_unit_test or bool(marker)
    assert done.returncode == (0 if passes else 1), done.stdout
    assert ("Mark it with @pytest.mark.integration" in done.stdout) is not passes
