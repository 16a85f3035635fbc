"""Hosts as real processes on loopback, each beside nginx sending one bare file; and deploys to a bucket."""

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Final

import requests

from benchmarks.builds import Row
from benchmarks.corpora import make_repository, publish
from benchmarks.processes import Run, mcp_static, median, run
from tests.doubles.s3 import BUCKET, Store, s3_store
from tests.hosting import Site, embedded, free_port, nginx_command, running, workerd

_SECONDS: Final = 5
_TURNS: Final = 2
_PREFIX: Final = "mirror"
_PASSED: Final = Path("data/pages/all/3.json")
_READ_BY_DEPLOY: Final = ("data/snapshot.json", "data/export/index.json", "data/checksums/*")
_UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_LATENCY: Final = re.compile(r"^\s*99%\s+([\d.]+)(us|ms|s)\s*$", re.MULTILINE)
_RATE: Final = re.compile(r"^Requests/sec:\s+([\d.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Load:
    """What `wrk` saw: requests a second, and the 99th percentile of how long one took, in ms."""

    rate: float
    p99: float

    def __str__(self) -> str:
        return f"{self.rate:,.0f} requests/s, p99 {self.p99:.1f} ms"


@dataclass(frozen=True)
class Question:
    """An address that is asked for, and from how many connections at once."""

    message: str
    path: str
    connections: int = 4


def hosts(work: Path, count: int) -> Iterator[Row]:
    """Requests a second of nginx, workerd and `serve` over `count` versions.

    nginx runs all the while, so that every host is measured beside its bare file.
    """
    with tempfile.TemporaryDirectory(dir=work, prefix="hosts-") as folder:
        site = built_site(work, count, Path(folder), "nginx")
        asked = _questions(site.out)
        with _nginx_with_bare_file(site) as bare:
            yield from _rows(f"nginx + njs, {count:,} versions", bare, site.url, asked)
            served = [asked[0], asked[1], *asked[3:]]
            with embedded(site) as hosted:
                yield from _rows(f"`serve`, {count:,} versions", bare, hosted.url, served)
            site = built_site(work, count, Path(folder), "cloudflare")
            with workerd(site) as hosted:
                yield from _rows(f"workerd, {count:,} versions", bare, hosted.url, served)


def deploy(work: Path, count: int) -> Iterator[Row]:
    """What a deploy to a bucket writes after one publish, as a whole process.

    The bucket is a double on loopback, and `--grace 0` leaves out the wait for readers under way.
    """
    with tempfile.TemporaryDirectory(dir=work, prefix="deploy-") as name, s3_store(Path(name)) as store:
        site = built_site(work, count, Path(name), "s3")
        _seed(store, site.out)
        seconds, written, removed = [], 0, 0
        for number in range(3):
            publish(site.repository, number)
            built = build_site(site)
            assert "(incremental build)" in built.printed, built.printed
            done = _deploy(store, site.out)
            counted = re.search(r"(\d+) objects written, (\d+) removed", done.printed)
            assert counted, done.printed
            written, removed = max(written, int(counted[1])), max(removed, int(counted[2]))
            seconds.append(done.seconds)
        start = median([mcp_static("deploy", "--help").seconds for _ in range(3)])
        yield (
            f"deploy of one publish to a bucket, {count:,} versions",
            f"{median(seconds):.2f} s, {written} objects written and {removed} removed at the most",
            f"{median(seconds) / start:.1f} × `mcp-static deploy --help`",
        )


def built_site(work: Path, count: int, folder: Path, name: str) -> Site:
    """A corpus with settings for a host, cloned since they name a port and a folder, and built."""
    site = Site(folder / name, name, free_port(), folder / name / "registry.git")
    site.folder.mkdir()
    corpus = make_repository(work / f"{count}.git", count)
    run("git", "clone", "--quiet", "--bare", corpus, site.repository)
    # More files than any plan of Workers takes, and searches without a bound: what counts here is how
    # the programs cope.
    settings = (
        f'title = "A registry"\nurl = "{site.url}"\nnamespace = "com.example.registry"\n'
        f'repository = "https://github.com/example/registry"\n'
        f'[hosting]\nroot = "{site.out}"\nmax_files = 1000000\nsearches_per_second = 0\n'
    )
    site.registry().commit({"registry.toml": settings})
    build_site(site)
    return site


def build_site(site: Site) -> Run:
    """Build the newest commit of a site."""
    return mcp_static("build", "--repo", site.repository, "--out", site.out, "--host", site.name)


@contextmanager
def _nginx_with_bare_file(site: Site) -> Iterator[str]:
    """nginx with what was built and, in the same process, a server that just sends files.

    Gives the address of a stored page there.
    """
    port = free_port()
    plain = (
        f"server {{ listen 127.0.0.1:{port}; root {site.out};\ntypes {{ application/json json; }} }}\n"
    )
    command = nginx_command(site.folder, f"{plain}include {site.out}/host/nginx.conf;")
    with running(command, site.port, site.folder / "nginx.log"):
        yield f"http://127.0.0.1:{port}/{_PASSED}"


def _questions(out: Path) -> list[Question]:
    """What is asked of every host, the narrowest first."""
    server = json.loads((out / _PASSED).read_bytes())["servers"][0]["server"]["name"]
    name = server.replace("/", "%2F")
    return [
        Question("a page passed through", f"?limit=100&cursor=all.{_PASSED.stem}00"),
        Question("limit=30", f"?limit=30&cursor=all.{_PASSED.stem}30"),
        Question("one version", f"/{name}/versions/latest"),
        Question("search of latest versions", "?search=weather&version=latest&limit=50", 2),
        Question("search of latest versions, no hit", "?search=zzqqzz&version=latest", 2),
        Question("search of all versions", "?search=weather&limit=50", 2),
        Question("search of all versions, no hit", "?search=zzqqzz", 2),
    ]


def _rows(host: str, bare: str, url: str, asked: list[Question]) -> Iterator[Row]:
    """A row for each question, beside the bare file.

    Both are asked for in turn, from as many connections, since the machine's own speed changes within
    minutes.
    """
    for question in asked:
        files, loads = [], []
        for _ in range(_TURNS):
            files.append(_load(bare, question.connections))
            loads.append(_load(f"{url}/v0.1/servers{question.path}", question.connections))
        file, load = _together(files), _together(loads)
        share = load.rate / file.rate
        yield (
            f"{host}: {question.message}",
            str(load),
            f"{share:.{2 if share >= 0.1 else 4}f} × a bare file by nginx ({file})",
        )


def _together(loads: list[Load]) -> Load:
    """The mean rate, and the worst of the latencies."""
    return Load(mean(load.rate for load in loads), max(load.p99 for load in loads))


def _load(url: str, connections: int) -> Load:
    """What `wrk` sees with one thread, after two requests for what is read just once."""
    program = shutil.which("wrk")
    if program is None:
        raise SystemExit("wrk is missing: scripts/system-packages wrk")
    for _ in range(2):
        answer = requests.get(url, timeout=60)
        assert answer.status_code == 200, (url, answer.text)
    printed = run(
        program, "-t1", f"-c{connections}", f"-d{_SECONDS}s", "--latency", "--timeout", "30s", url
    ).printed
    rate, p99 = _RATE.search(printed), _LATENCY.search(printed)
    if not rate or not p99 or "Non-2xx" in printed or "Socket errors" in printed:
        raise SystemExit(f"{url} was not answered well:\n{printed}")
    return Load(float(rate[1]), float(p99[1]) * _UNITS[p99[2]])


def _seed(store: Store, out: Path) -> None:
    """Put what a deploy reads of the release before into the bucket, as though all of it were there.

    Some 160,000 objects would take longer than all the rest, and no deploy after the first looks at
    any but these: what differs is told by the checksums.
    """
    root = out.resolve()
    for pattern in _READ_BY_DEPLOY:
        for path in sorted(root.glob(pattern)):
            key = f"{_PREFIX}/{path.relative_to(root).as_posix()}"
            store.client.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())


def _deploy(store: Store, out: Path) -> Run:
    variables = [f"{name}={value}" for name, value in store.environment().items()]
    program = Path(sys.executable).with_name("mcp-static")
    return run(
        "env", *variables, program, "deploy", f"s3://{BUCKET}/{_PREFIX}", "--out", out, "--grace", "0"
    )
