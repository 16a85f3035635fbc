"""`make bench`: measures every figure and prints the table of benchmarks/README.md."""

import argparse
import platform
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import builds, small
from benchmarks.builds import Row


def main() -> None:
    """Measure what is asked for, a line as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="2400,27000,100000", help="versions, joined by commas")
    parser.add_argument("--work", type=Path, help="folder for the corpora, kept for the next run")
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",") if size]
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        print(f"{_machine()}\n\n| work | figure | beside |\n| --- | --- | --- |")
        for name, figure, beside in _rows(work, sizes):
            print(f"| {name} | {figure} | {beside} |", flush=True)


def _rows(work: Path, sizes: list[int]) -> Iterator[Row]:
    yield from small.validate(work)
    for size in sizes:
        yield from builds.full_build(work, size)
        yield from builds.check_publish(work, size)
        yield from builds.incremental_build(work, size)
    yield from small.serve(work)
    yield from builds.against_node(work)


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
