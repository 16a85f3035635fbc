"""Deploys to a folder, after one publish and with every file gone through."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.builds import Row
from benchmarks.corpora import publish
from benchmarks.hosting import build_site, built_site
from benchmarks.processes import Run, mcp_static, median, run

_DEPLOYS: Final = 5
"""More than are kept, so that the last ones work on the tree of an earlier release."""


def deploy(work: Path, count: int) -> Iterator[Row]:
    """What deploys of an output for nginx to a folder cost, as whole processes."""
    with tempfile.TemporaryDirectory(dir=work, prefix="folder-") as name:
        folder = Path(name)
        site, place = built_site(work, count, folder, "nginx"), folder / "srv"
        first = _deploy(site.out, place)
        copy = run("cp", "-r", "--preserve=timestamps", f"{site.out}/", folder / "copy")
        yield (
            f"first deploy to a folder, {count:,} versions",
            f"{first.seconds:.1f} s",
            f"{first.seconds / copy.seconds:.1f} × `cp -r` ({copy.seconds:.1f} s)",
        )
        seconds, copied = [], 0
        for number in range(_DEPLOYS):
            publish(site.repository, number)
            build_site(site)
            done = _deploy(site.out, place)
            counted = re.search(r"(\d+) files copied, all others shared", done.printed)
            assert counted, done.printed
            copied = max(copied, int(counted[1]))
            seconds.append(done.seconds)
        start = median([mcp_static("deploy", "--help").seconds for _ in range(3)])
        yield (
            f"deploy of one publish to a folder, {count:,} versions",
            f"{median(seconds):.2f} s, {max(seconds):.2f} at the most, {copied} files copied at the most",
            f"{median(seconds) / start:.1f} × `mcp-static deploy --help`",
        )
        full = _deploy(site.out, place, "--full")
        yield (
            f"the same with `--full`, {count:,} versions",
            f"{full.seconds:.1f} s",
            f"{full.seconds / median(seconds):.0f} × one that goes by what changed",
        )


def _deploy(out: Path, place: Path, *more: str) -> Run:
    return mcp_static("deploy", place, "--out", out, *more)
