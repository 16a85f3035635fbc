"""The two lanes of the tests, and a guard that keeps the fast one fast.

A unit test starts no process but git and opens no connection; `make check` runs these alone. All
others are integration tests: those in the folders and modules below, and those marked one by one.
A test that is in the wrong lane fails in either, so what is listed here cannot fall behind.
"""

import sys
from pathlib import Path
from typing import Any, Final

import pytest

_TESTS: Final = Path(__file__).parent
_INTEGRATION: Final = (
    "browser",
    "build",
    "check",
    "cli",
    "contract",
    "deploy",
    "doctor/test_doctor.py",
    "drafting/test_init.py",
    "drafting/test_init_older_files.py",
    "drafting/test_init_prompts.py",
    "forges/test_github_client.py",
    "forges/test_gitlab.py",
    "forges/github_double",
    "hosts",
    "importing",
    "net/dns",
    "net/fetching",
    "net/test_access.py",
    "net/test_client.py",
    "packages",
    "proofs/test_live_registries.py",
    "publishing",
    "scaffolding",
    "serve",
    "syncing/test_command.py",
    "syncing/test_on_github.py",
    "syncing/test_on_gitlab.py",
    "syncing/test_sources.py",
    "test_action.py",
    "test_clients.py",
    "test_docs.py",
    "test_lanes.py",
    "test_story.py",
    "test_wheel.py",
    "test_workflows.py",
)
_started: Final[list[str]] = []


def _watch(started: list[str]) -> None:
    """Note every process and connection of this interpreter."""

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen":
            executable, command = arguments[:2]
            program = str(executable or (command if isinstance(command, str) else command[0]))
            if program.rpartition("/")[2] != "git":
                started.append(f"the process {program}")
        elif event in {"socket.bind", "socket.connect"}:
            started.append(f"{event} with {arguments[1]}")

    sys.addaudithook(note)


_watch(_started)


def pytest_configure() -> None:
    """Refuse a list that names what is gone."""
    for name in _INTEGRATION:
        if not (_TESTS / name).exists():
            raise pytest.UsageError(f"{__file__} lists {name}, which does not exist.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the integration tests."""
    listed = {_TESTS / name for name in _INTEGRATION}
    for item in items:
        if not listed.isdisjoint({item.path, *item.path.parents}):
            item.add_marker(pytest.mark.integration)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Forget what earlier tests did."""
    _started.clear()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Fail a unit test that is none."""
    if _started and item.get_closest_marker("integration") is None:
        pytest.fail(
            f"A unit test must not use {_started[0]}. Mark it with @pytest.mark.integration, or "
            f"list its module in tests/lanes.py.",
            pytrace=False,
        )
