"""Fixtures that several test modules share."""

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from mcp_static.api.source_records import taken_of
from mcp_static.build.build import BuildOptions, build
from mcp_static.build.result import BuildResult
from mcp_static.importing.importing import ImportOptions, import_entries
from mcp_static.importing.report import ImportReport
from mcp_static.serve.snapshot import CurrentSnapshot

from tests.made_up_entries import write_made_up_entries
from tests.registries import Registry
from tests.servers import Served, serve_in_background

pytest_plugins = ["tests.lanes", "tests.doubles.https_fixtures"]

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


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """An empty bare repository."""
    return Registry(tmp_path / "registry.git")


def build_registry(registry: Registry, out: Path, **options: Any) -> BuildResult:
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
    built: BuildResult

    @property
    def servers(self) -> list[dict[str, Any]]:
        """The server objects as they are taken in."""
        return [taken_of(entry["server"], lenient=True)[0] for entry in self.entries]


@pytest.fixture(scope="session")
def corpus_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real entries, if MCP_STATIC_CORPUS names a file of them (NDJSON, gzip); else made-up ones."""
    named = os.environ.get("MCP_STATIC_CORPUS")
    if named:
        return Path(named)
    path = tmp_path_factory.mktemp("corpus") / "made-up.ndjson.gz"
    write_made_up_entries(path)
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that take a corpus, so that they can be run once more with real entries."""
    for item in items:
        if "corpus_file" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.corpus)


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
    CurrentSnapshot(corpus.out)
    with serve_in_background(corpus.out) as served:
        yield served
