"""What a command loads: libraries that few calls need take longer than the call itself."""

import subprocess
import sys

import pytest

from tests.servers import PROJECT


@pytest.mark.integration
@pytest.mark.parametrize(
    ("command", "unneeded"),
    [
        ("validate", ("pydantic", "git", "requests", "regex")),
        (
            "check",
            ("dns", "gitlab", "joserfc", "markdown_it", "tomlkit", "filelock", "rapidfuzz", "regex"),
        ),
    ],
)
def test_a_command_loads_no_library_that_few_calls_need(
    command: str, unneeded: tuple[str, ...]
) -> None:
    code = f"import sys, mcp_static.cli.{command}_command\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(PROJECT / "builder")},
    )
    assert not set(unneeded) & set(done.stdout.split())
