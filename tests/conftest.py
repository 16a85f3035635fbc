"""Fixtures that several test modules share."""

import gzip
import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from builder.hosts.embedded.snapshot import Shown
from builder.render.build import BuildOptions, build
from builder.render.report import BuildReport
from builder.sources.importing import ImportOptions, ImportReport, import_entries
from tests.registries import Registry
from tests.servers import Served, serve_in_background

# An example is a whole history built several times: shrinking one takes minutes, so it is asked for.
_PHASES = set(Phase) if os.environ.get("SHRINK") else set(Phase) - {Phase.shrink, Phase.explain}
settings.register_profile(
    "project",
    deadline=None,
    # A build that fails by chance blames whoever came by; people's own runs look at new examples.
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[phase for phase in Phase if phase in _PHASES],
)
settings.load_profile("project")

_REAL = Path(__file__).parents[2] / "shared" / "data" / "official-2025-12.ndjson.gz"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """An empty bare repository."""
    return Registry(tmp_path / "registry.git")


def build_registry(registry: Registry, out: Path, **options: Any) -> BuildReport:
    """Build a registry in this process."""
    options.setdefault("workers", 1)
    return build(BuildOptions(repository=registry.path, out=out, **options))


@dataclass(frozen=True)
class Corpus:
    """Many entries as a registry serves them, imported and built."""

    file: Path
    entries: list[dict[str, Any]]
    repository: Path
    out: Path
    imported: ImportReport
    built: BuildReport


@pytest.fixture(scope="session")
def corpus_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Entries of the official registry, where the data lies beside the checkout; else made-up ones."""
    named = os.environ.get("MCP_STATIC_CORPUS")
    if named:
        return Path(named)
    if _REAL.is_file():
        return _REAL
    path = tmp_path_factory.mktemp("corpus") / "made-up.ndjson.gz"
    with gzip.open(path, "wt") as stream:
        for entry in _made_up(random.Random(7)):
            stream.write(json.dumps(entry) + "\n")
    return path


def _made_up(chance: random.Random) -> Iterator[dict[str, Any]]:
    """2,000 entries in the shape of real ones: oddities of versions and repositories included."""
    odd = ("{{VERSION}}", "mcp", "1.0.1º", "v16.28.1-2", "2025.10.23.1321")
    time = 1_757_376_000
    for number in range(700):
        name = f"io.github.user{number % 400}/server-{number}"
        versions = [
            f"{chance.randrange(3)}.{n}.{chance.randrange(9)}" for n in range(chance.choice((1, 2, 6)))
        ]
        versions += [chance.choice(odd)] if number % 9 == 0 else []
        for index, version in enumerate(versions):
            time += chance.randrange(1, 4000)
            stamp = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.5Z")
            server: dict[str, Any] = {
                "name": name,
                "description": f"Server {number}.",
                "version": version,
            }
            if number % 10 == 0:
                server["repository"] = {}
            if number % 3 == 0:
                transport = {"type": "stdio"}
                server["packages"] = [
                    {
                        "registryType": "npm",
                        "identifier": f"p{number}",
                        "version": "1.0.0",
                        "transport": transport,
                    }
                ]
            official = {"status": "active", "publishedAt": stamp, "updatedAt": stamp, "isLatest": None}
            yield {"server": server, "_meta": {"io.modelcontextprotocol.registry/official": official}}
            assert index < 10


@pytest.fixture(scope="session")
def corpus(corpus_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The corpus imported with `--lenient` and built once a test process."""
    folder = tmp_path_factory.mktemp("built-corpus")
    repository, out = folder / "registry.git", folder / "dist"
    imported = import_entries(ImportOptions(source=str(corpus_file), into=repository, lenient=True))
    built = build(BuildOptions(repository=repository, out=out, workers=2))
    with gzip.open(corpus_file) as stream:
        entries = [json.loads(line) for line in stream]
    return Corpus(corpus_file, entries, repository, out, imported, built)


@pytest.fixture(scope="session")
def served_corpus(corpus: Corpus) -> Iterator[Served]:
    """The corpus served by the embedded host, as its own process."""
    Shown(corpus.out)
    with serve_in_background(corpus.out) as served:
        yield served
