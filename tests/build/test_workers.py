"""The worker processes of a build."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import Corpus
from tests.registries import files_below
from tests.servers import PROJECT, run_cli


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _workers_of(pid: int) -> list[int]:
    """The worker processes of a build, once they have become what they are."""
    try:
        children = [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
        return [
            child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []


def test_a_killed_worker_is_said_and_workers_end_with_their_parent(
    corpus: Corpus, tmp_path: Path
) -> None:
    command = [
        sys.executable,
        "-m",
        "mcp_static",
        "build",
        "--repo",
        str(corpus.repository),
        "--out",
        "dist",
        "--workers",
        "2",
    ]
    for signal_number, target in (
        (signal.SIGKILL, "worker"),
        (signal.SIGKILL, "parent"),
        (signal.SIGTERM, "parent"),
    ):
        process = subprocess.Popen(command, cwd=tmp_path, text=True, env={**os.environ, "PYTHONPATH": str(PROJECT / "builder")},
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        workers: list[int] = []
        while len(workers) < 2 and process.poll() is None:
            workers = _workers_of(process.pid)
        assert len(workers) == 2
        os.kill(workers[0] if target == "worker" else process.pid, signal_number)
        _, message = process.communicate(timeout=30)
        if target == "worker":
            assert process.returncode == 1
            assert "Traceback" not in message
            assert "--workers 1" in message
        for _ in range(100):
            if not any(_is_alive(pid) for pid in workers):
                break
            time.sleep(0.1)
        else:
            raise AssertionError("a worker outlives its parent")


def test_the_same_commit_gives_the_same_bytes_with_any_number_of_workers(
    corpus: Corpus, tmp_path: Path
) -> None:
    run = run_cli("build", "--repo", corpus.repository, "--out", tmp_path / "one", "--workers", "1")
    assert run.returncode == 0, run.stderr
    assert files_below(tmp_path / "one") == files_below(corpus.out)
