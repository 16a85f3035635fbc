"""Builds: against `tar -x` of the same files, after one publish, and against a Node generator."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.corpora import PROPOSER, make_repository, propose, publish, servers
from benchmarks.processes import mcp_static, median, run

Row = tuple[str, str, str]


def full_build(work: Path, count: int) -> Iterator[Row]:
    """A full build, history included, and unpacking the same files with tar, in turn.

    Nothing is removed before the end: for minutes after a removal, ext4 looks at every freed inode
    again before it takes another, which makes whatever creates files up to twice as slow.
    """
    repository = make_repository(work / f"{count}.git", count)
    builds, unpacks, memory, printed = [], [], 0.0, ""
    archive = work / "files.tar"
    more = [work / f"{count}.dist{number}" for number in range(2 if count < 50_000 else 1)]
    for out in (*more, _output(work, count)):
        done = mcp_static("build", "--repo", repository, "--out", out)
        builds.append(done.seconds)
        memory, printed = max(memory, done.megabytes), done.printed
        run("tar", "-cf", archive, "-C", f"{out}/", ".")
        unpacked = Path(f"{out}.unpacked")
        unpacked.mkdir()
        unpacks.append(run("tar", "-xf", archive, "-C", unpacked).seconds)
    size = re.search(r"([\d,]+ versions? of [\d,]+ servers?)", printed)
    assert size
    files = sum(len(names) for _, _, names in os.walk(f"{_output(work, count)}/"))
    build, unpack = median(builds), median(unpacks)
    name = f"full build, {size[1]}"
    yield (
        name,
        f"{build:.1f} s ({files:,} files, {count / build:,.0f} versions/s)",
        f"{build / unpack:.2f} × `tar -x` ({unpack:.1f} s)",
    )
    yield f"{name}: memory", f"{memory:.0f} MB, all processes", ""


def incremental_build(work: Path, count: int) -> Iterator[Row]:
    """A build after one publish, on the output that `full_build` has left."""
    repository = work / f"{count}.git"
    seconds, written = [], 0
    for number in range(6):
        publish(repository, number)
        done = mcp_static("build", "--repo", repository, "--out", _output(work, count))
        counted = re.search(r"([\d,]+) files? written, .*\(incremental build\)", done.printed)
        assert counted, done.printed
        written = max(written, int(counted[1].replace(",", "")))
        seconds.append(done.seconds)
    start = median([run(Path("/bin/true")).seconds, mcp_static("--version").seconds])
    yield (
        f"build after one publish, {count:,} versions",
        f"{median(seconds):.2f} s, {written} files written at the most",
        f"{median(seconds) / start:.1f} × `mcp-static --version`",
    )


def _output(work: Path, count: int) -> Path:
    """Where the last full build of a corpus is."""
    return work / f"{count}.dist"


def clear(work: Path) -> None:
    """Remove what the builds have left, but for the corpora."""
    _remove(work / "files.tar", *work.glob("*.dist*"))


def check_publish(work: Path, count: int) -> Iterator[Row]:
    """A check of one publish with a remote, on what `full_build` has left, with and without its state.

    A grant names the account that brings the publish, so nothing is asked of the network.
    """
    repository = work / f"{count}.git"
    head = propose(repository)
    states = {"with": _output(work, count), "without": work / "none"}
    seconds: dict[str, list[float]] = {name: [] for name in states}
    for name in tuple(states) * 3:
        done = mcp_static(
            "check", "--repo", repository, "--base", "main", "--head", head, "--state", states[name],
            "--author", PROPOSER,
        )  # fmt: skip
        assert "rules passed" in done.printed, done.printed
        seconds[name].append(done.seconds)
    start = median([mcp_static("check", "--help").seconds for _ in range(3)])
    yield (
        f"`check` of one publish, {count:,} versions, with a state",
        f"{median(seconds['with']):.2f} s",
        f"{median(seconds['with']) / start:.1f} × `mcp-static check --help`",
    )
    yield (
        f"`check` of one publish, {count:,} versions, without",
        f"{median(seconds['without']):.2f} s",
        f"{median(seconds['without']) / median(seconds['with']):.1f} × the same with a state",
    )


def against_node(work: Path) -> Iterator[Row]:
    """The same servers through `bos-mcp-registry-engine`, if BOS_ENGINE names a checkout of it.

    Its input is converted to its layout first; it reads no history and writes no pages. Both work in
    memory (/dev/shm), since its figures vary threefold on a disk.
    """
    engine = os.environ.get("BOS_ENGINE")
    if not engine:
        yield "against bos-mcp-registry-engine", "not measured: BOS_ENGINE names no checkout", ""
        return
    shm = Path("/dev/shm/mcp-static-benchmark")
    _remove(shm)
    shm.mkdir()
    count = 10_000
    repository = make_repository(shm / "r.git", count)
    _convert(shm / "servers", count)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(work),
        "MCP_REGISTRY_UPLOAD_ARTIFACTS": "false",
        "MCP_REGISTRY_COMMIT_GENERATED_ARTIFACTS": "false",
    }
    ours, theirs, emitted = [], [], 0
    for number in range(3):
        ours.append(mcp_static("build", "--repo", repository, "--out", shm / f"dist{number}").seconds)
        theirs.append(
            run(
                "env", "-i", *(f"{key}={value}" for key, value in environment.items()),
                "node", Path(engine) / "src/index.js", "--action-type", "generate_registry",
                "--deployment-environment", "none", "--source", shm / "servers",
                "--output", shm / f"node{number}", "--log-level", "warn",
            ).seconds
        )  # fmt: skip
        versions = [
            path
            for path in (shm / f"node{number}").rglob("versions/*.json")
            if path.stem not in {"index", "latest"}
        ]
        emitted = len(versions)
    mine, other = count / median(ours), emitted / median(theirs)
    yield (
        f"full build in memory, {count:,} versions",
        f"{mine:,.0f} versions/s",
        f"{mine / other:.1f} × bos-mcp-registry-engine ({other:,.0f} versions/s)",
    )
    _remove(shm)


def _convert(target: Path, count: int) -> None:
    """Write servers in that engine's layout, leaving out what it refuses."""
    by_name: dict[str, list[dict[str, Any]]] = {}
    for server in servers(count):
        if re.fullmatch(r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?", server["version"]):
            kept = {key: value for key, value in server.items() if key != "repository" or value}
            if "packages" not in kept and "remotes" not in kept:
                kept["packages"] = []
            by_name.setdefault(server["name"], []).append(kept)
    for name, versions in by_name.items():
        folder = target / name.replace("/", "__")
        (folder / "versions").mkdir(parents=True)
        head = {"name": name, "description": versions[-1]["description"][:100]}
        (folder / "server.json").write_text(json.dumps(head))
        for server in versions:
            (folder / "versions" / f"{server['version']}.json").write_text(json.dumps(server))


def _remove(*paths: Path) -> None:
    for path in paths:
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.exists():
            subprocess.run(["rm", "-rf", str(path)], check=True)
