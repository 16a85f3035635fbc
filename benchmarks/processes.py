"""Running whole processes: how long they take, and how much memory they and their children have.

Memory is what the processes hold themselves (`Pss_Anon`), added up: files that git maps are the
system's cache, which any other program can have at once.
"""

import os
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One finished process: wall seconds, peak memory of its whole family in MB, what it printed."""

    seconds: float
    megabytes: float
    printed: str


def run(*command: str | Path, cwd: Path | None = None, code: int = 0) -> Run:
    """Run a command to its end; raises SystemExit when it ends with another exit code."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        start_new_session=True,
    )
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak))
    watcher.start()
    printed, message = process.communicate()
    seconds = time.perf_counter() - started
    watcher.join()
    if process.returncode != code:
        raise SystemExit(f"{command} failed:\n{message}")
    return Run(seconds, peak[0], printed)


def mcp_static(*arguments: str | Path, code: int = 0) -> Run:
    """Run `mcp-static` of this checkout."""
    return run(Path(sys.executable).with_name("mcp-static"), *arguments, code=code)


def median(seconds: list[float]) -> float:
    """The median of some runs."""
    return statistics.median(seconds)


def _watch(process: "subprocess.Popen[str]", peak: list[float]) -> None:
    """Add up the memory of every process of the session, until it ends."""
    while process.poll() is None:
        total = 0
        for entry in os.scandir("/proc"):
            if entry.name.isdecimal():
                total += _memory(int(entry.name), process.pid)
        peak[0] = max(peak[0], total / 1024)
        time.sleep(0.1)


def _memory(pid: int, session: int) -> int:
    """The anonymous memory in KiB of a process of that session, shared parts divided; else 0."""
    try:
        if os.getsid(pid) != session:
            return 0
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1])
    except (OSError, ProcessLookupError):
        pass
    return 0
