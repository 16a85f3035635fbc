"""Many entries: the official registry, where a corpus has it, imported whole."""

import json
import subprocess
from pathlib import Path
from typing import Any

from mcp_static.api.entries import OFFICIAL_META
from mcp_static.api.source_entries import key_of

from tests.conftest import Corpus
from tests.importing.entries import git, take
from tests.servers import Served


def is_part_of(ours: Any, source: Any) -> bool:
    """Whether nothing but `format` and `type` is other than in the source, whatever is left out."""
    if isinstance(ours, dict):
        return all(
            key in {"format", "type"} or (key in source and is_part_of(part, source[key]))
            for key, part in ours.items()
        )
    if isinstance(ours, list):
        return len(ours) == len(source) and all(map(is_part_of, ours, source))
    return bool(ours == source)


def test_the_official_registry_is_reproduced(corpus: Corpus) -> None:
    """Every server object, every time to the second, every isLatest."""
    assert corpus.imported.left_out == []
    shown = {}
    for part in (corpus.out / "data/pages/all").iterdir():
        for found in json.loads(part.read_bytes())["servers"]:
            shown[found["server"]["name"], found["server"]["version"]] = found
    assert len(shown) == len(corpus.entries) == corpus.imported.published
    assert corpus.built.versions == len(corpus.entries)
    assert corpus.built.servers == len({found["server"]["name"] for found in corpus.entries})
    if corpus.file.name.startswith("official-2025-12"):
        assert (corpus.built.versions, corpus.built.servers) == (2378, 915)
    altered = {finding.path for finding in corpus.imported.altered}
    for source in corpus.entries:
        ours = shown[source["server"]["name"], source["server"]["version"]]
        theirs, mine = source["_meta"][OFFICIAL_META], ours["_meta"][OFFICIAL_META]
        is_whole = ours["server"] == source["server"]
        assert is_whole is (" ".join(key_of(source) or ()) not in altered), "what is altered is named"
        assert is_whole or is_part_of(ours["server"], source["server"])
        assert mine["publishedAt"][:19] == theirs["publishedAt"][:19]
        if theirs["isLatest"] is not None:
            assert mine["isLatest"] == theirs["isLatest"]


def test_importing_again_adds_nothing(corpus: Corpus, tmp_path: Path) -> None:
    clone = tmp_path / "clone.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(corpus.repository), str(clone)], check=True)
    before = git(clone, "rev-parse", "HEAD")
    report = take(corpus.file, clone, lenient=True)
    assert (report.published, report.statuses, report.commits) == (0, 0, 0)
    assert report.known == len(corpus.entries)
    assert git(clone, "rev-parse", "HEAD") == before


def test_strictly_only_what_breaks_no_publish_rule_is_taken(corpus: Corpus, tmp_path: Path) -> None:
    report = take(corpus.file, tmp_path / "strict.git")
    assert report.published + len(report.left_out) == len(corpus.entries)
    assert 0 < len(report.left_out) < len(corpus.entries) / 20
    assert report.lenience == len(report.left_out), "each is a choice"


def test_no_server_is_lost_for_one_empty_field(corpus: Corpus, tmp_path: Path) -> None:
    report = take(corpus.file, tmp_path / "strict.git")
    empty = {key_of(entry) for entry in corpus.entries if entry["server"].get("repository") == {}}
    assert empty
    left_out = {finding.path for finding in report.left_out if "repository" in finding.message}
    assert left_out == set()
    altered = {finding.path for finding in report.altered if finding.id == "empty"}
    kept = {" ".join(key) for key in empty if key} - {finding.path for finding in report.left_out}
    assert kept <= altered


def test_a_registry_is_mirrored_by_its_api(
    served_corpus: Served, corpus: Corpus, tmp_path: Path
) -> None:
    mirror = tmp_path / "mirror.git"
    report = take(served_corpus.url, mirror, lenient=True)
    assert report.published == len(corpus.entries)
    again = take(served_corpus.url, mirror, lenient=True)
    assert again.published == 0
    assert 0 < again.known < 50  # asked for what was updated since, not for everything
