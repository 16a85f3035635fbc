"""`make bench`: measures every figure and prints the table of benchmarks/README.md."""

import argparse
import platform
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks import builds, caching, folders, hosting, site, small
from benchmarks.builds import Row
from benchmarks.corpora import named_corpus


def _builds(work: Path, sizes: list[int]) -> Iterator[Row]:
    for size in sizes:
        yield from builds.full_build(work, size)
        yield from builds.check_publish(work, size)
        yield from builds.incremental_build(work, size)
    builds.clear(work)
    yield from builds.against_node(work)


def _deploys(work: Path, sizes: list[int]) -> Iterator[Row]:
    yield from hosting.deploy(work, max(sizes))
    yield from folders.deploy(work, max(sizes))


def _small(work: Path, _: list[int]) -> Iterator[Row]:
    yield from small.validate(work)
    yield from small.serve(work)


_GROUPS: Final[dict[str, Callable[[Path, list[int]], Iterator[Row]]]] = {
    "builds": _builds,
    "hosting": lambda work, sizes: hosting.hosts(work, max(sizes)),
    "site": lambda work, sizes: site.site(work, max(sizes)),
    "deploy": _deploys,
    "caching": lambda work, _: caching.walk_after_publish(work),
    "small": _small,
}


def main() -> None:
    """Measure what is asked for, a line as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--sizes", type=_sizes, default="2400,27000,100000",
        help="versions, joined by commas; hosts and deploys take the largest",
    )  # fmt: skip
    parser.add_argument(
        "--only", nargs="+", choices=_GROUPS, default=list(_GROUPS), help="what to measure"
    )
    parser.add_argument("--work", type=Path, help="folder for the corpora, kept for the next run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = (arguments.work or Path(folder)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        entries = "real entries" if named_corpus() else "made-up entries"
        print(f"{_machine()}; {entries}\n\n| work | figure | beside |\n| --- | --- | --- |")
        for group in arguments.only:
            for name, figure, beside in _GROUPS[group](work, arguments.sizes):
                print(f"| {name} | {figure} | {beside} |", flush=True)


def _sizes(text: str) -> list[int]:
    """The sizes of an argument; raises ValueError, which argparse explains."""
    return [int(size) for size in text.split(",")]


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    cores = Path("/proc/cpuinfo").read_text().count("processor\t")
    day = datetime.now(UTC).date().isoformat()
    return f"{day}: {model}, {cores} cores, Python {platform.python_version()}, {platform.system()}"


if __name__ == "__main__":
    main()
