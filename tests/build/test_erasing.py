"""What an erasure changes: the bytes of what was erased, and nothing else that was ever served."""

import gzip
import json
import re
import shutil
from dataclasses import replace
from typing import Any

from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.cli import main

from tests.build.histories import Step, write_step
from tests.build.test_properties import EXAMPLES, workplace
from tests.conftest import build_registry
from tests.registries import Registry, files_below, path_of, server_json

NAMES = ("io.github.user0/server", "io.github.User0/Server", "io.github.user0/other")
VERSIONS = ("1.0.0", "2.0.0-RC", "2.0.0-rc", "odd")
OFTEN_NAMES, OFTEN_VERSIONS = (*NAMES[:1] * 4, *NAMES), (*VERSIONS[:1] * 4, *VERSIONS)
"""Most of what happens should happen to what is erased."""
PROVENANCE = "com.example.registry/provenance"
_ID = re.compile(r"\b(?:[0-9a-f]{40}|[0-9a-f]{12})\b")
_TEXT = re.compile(
    r"Text\. (?:&lt;b&gt;&amp;\u2028|ü 😀|Later \d\.)?|Erased by the operator of this registry\."
    r"|Erased \(\d\)\.|&lt;b&gt;&amp;\u2028|ü 😀"
)
"""The texts of records, messages and tombstones, as pages have them."""
KEPT = ("takedown.json", "identity.json")

KINDS = (
    *["publish"] * 5,
    *["remove", "remove", "break", "foreign", "link", "misplace", "clutter", "accept"],
    *["deprecated", "deleted", "active", "silent", "bad-status"],
    *["take-down", "quarantine", "garble", "restore", "restore", "empty"],
)
steps = st.builds(
    Step,
    kind=st.sampled_from(KINDS),
    name=st.sampled_from(OFTEN_NAMES),
    version=st.sampled_from(OFTEN_VERSIONS),
    seconds=st.sampled_from([0, 60, 3600, 250_000, -50]),
    more=st.sampled_from(["", "<b>&\u2028", "ü 😀"]),
    level=st.sampled_from(["version", "server", "namespace", "subdomains"]),
)
targets = st.builds(
    lambda name, version: f"{name}@{version}" if version else name,
    st.sampled_from(OFTEN_NAMES),
    st.sampled_from(["", "", *OFTEN_VERSIONS]),
)
parts = st.tuples(targets, st.lists(steps, max_size=5))
"""What is erased, and what is committed after that."""


def write(registry: Registry, history: list[Step]) -> None:
    """Commit steps, those included that only this file has."""
    for step in history:
        path = path_of(step.name, step.version)
        valid = json.dumps(server_json(step.name, step.version, description="Text. " + step.more))
        match step.kind:
            case "foreign":  # whose record it is not
                registry.commit({path: json.dumps(server_json(NAMES[2], step.version + "0"))})
            case "link":
                registry.commit({path: valid}, modes={path: "120000"})
            case "misplace":
                registry.commit({path.replace("/us/", "/xx/"): valid + step.more})
            case "clutter":
                registry.commit({path.replace("server.json", "notes.txt"): "Notes. " + step.more})
            case "silent":
                status = {"status": "deprecated", "statusMessage": ""}
                registry.commit({path_of(step.name, step.version, "status.json"): json.dumps(status)})
            case _:
                write_step(registry, step, has_packages=False)  # a tombstone has none


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
    """Whether a file of the registry belongs to what an operator named, in any spelling."""
    name, _, version = target.partition("@")
    folder = path_of(name, version or "x").rsplit("/", 1 if version else 2)[0] + "/"
    path = path.replace("/xx/", "/us/").lower()
    return path.startswith(folder.lower()) and not path.endswith(KEPT)


class Comparison:
    """The builds of a history with and without erasures, in the same words."""

    def __init__(self, targets: list[str], ids: dict[str, str]) -> None:
        self._targets = {target.lower() for target in targets}
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
        text = re.sub("[0-9a-f]{64}|(?<=-)[0-9a-f]{32}", "a digest", text)
        if path.endswith(".tsv"):
            return [self._columns(line.split("\t")) for line in text.split("\n")]
        text = text if "json" in path else re.sub(_TEXT, "a text", text)
        lines = text.split("\n")
        if "json" not in path:
            return lines
        documents = filter(None, lines) if "ndjson" in path else [text]
        found = [json.loads(document, object_pairs_hook=self._members) for document in documents]
        return [*found, len(lines)]

    def _is_erased(self, name: str, version: str) -> bool:
        return not self._targets.isdisjoint({name.lower(), f"{name}@{version}".lower()})

    def _columns(self, columns: list[str]) -> list[str]:
        """A row of the search: entries end in their texts, cards have them after the name."""
        if len(columns) == 7 and self._is_erased(columns[0], columns[5]):
            return columns[:1] + columns[4:]
        if len(columns) > 5 and self._is_erased(columns[3], columns[4]):
            return columns[:5]
        return columns

    def _members(self, pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        members = dict(pairs)
        if "server" in members and "_meta" in members:
            server, meta = dict(members["server"]), dict(members["_meta"])
            if self._is_erased(server["name"], server["version"]):
                own = [(key, value) for key, value in meta[PROVENANCE] if key != "accepted"]
                official = dict(meta[OFFICIAL_META])
                if official.get("statusMessage") and "takedown" not in dict(own):
                    official["statusMessage"] = "a text"
                return [*official.items(), *own, (server["name"], server["version"])]
        # A note that was left out, as it came before its record, is gone and counts no more.
        return [(key, value) for key, value in pairs if key != "leftOut"]


def erase_once(registry: Registry, control: Registry, target: str) -> bool:
    """Erase something in the one, and commit what comes with an erasure to the other.

    Gives whether it ever was there; if it was, no object has its bytes any more.
    """
    told, known = told_of(registry, "main"), blobs_by_path(control)
    was_there = any(is_erased(path, target) for path, _ in blobs_by_path(registry))
    assert erase(registry, target) == (0 if was_there else 1)
    if not was_there:
        assert told_of(registry, "main") == told
        return False
    assert told_of(registry, "main~1") == told
    written = filter(None, registry.git("diff", "--name-only", "main~1", "main").split("\n"))
    registry.time = int(registry.git("log", "-1", "--format=%ct", "main"))
    control.commit(
        {path: registry.git("show", f"main:{path}") + "\n" for path in written}, time=registry.time
    )
    objects = registry.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    gone = {blob for path, blob in known if is_erased(path, target)}
    gone -= {blob for path, blob in known if not is_erased(path, target)}
    assert gone.isdisjoint(objects.split())
    return True


_TWO_MESSAGES = [Step("publish"), Step("deprecated", more="One."), Step("deprecated", more="Two.")]
_LINK_FIRST = [Step("link"), Step("publish", more="ü 😀")]
_RESTORED = [Step("restore", level="server"), Step("restore")]


@settings(max_examples=EXAMPLES // 3)
@example(_TWO_MESSAGES, (NAMES[0], []), [])
@example(_LINK_FIRST, (NAMES[0], []), [])
@example([Step("publish"), Step("silent")], (NAMES[0], _RESTORED), [])
@given(st.lists(steps, min_size=1, max_size=12), parts, st.lists(parts, max_size=1))
def test_erasures_change_nothing_but_the_bytes_of_what_is_erased(
    history: list[Step], part: tuple[str, list[Step]], more: list[tuple[str, list[Step]]]
) -> None:
    """All documents, chains, cursors and times stay, and what is committed later does the same.

    Only the very bytes that were erased would be taken otherwise, so later publishes have others.
    """
    with workplace() as (registry, out):
        write(registry, history)
        control = Registry(shutil.copytree(registry.path, out.with_name("control.git")))
        erased = []
        for number, (target, later) in enumerate([part, *more]):
            if erase_once(registry, control, target):
                erased.append(target)
            others = [
                replace(step, more=f"Later {number}.") if step.kind in {"publish", "foreign"} else step
                for step in later
            ]
            for each in (registry, control):
                write(each, others)
        ids = dict(zip(commits_of(control), commits_of(registry), strict=True))
        build_registry(control, out.with_name("before"))
        build_registry(registry, out)
        # The names of some parts have a digest of what is in them.
        before, after = (
            {re.sub("-[0-9a-f]{32}", "", path): content for path, content in files_below(place).items()}
            for place in (out.with_name("before"), out)
        )
        comparison = Comparison(erased, ids)
        assert before.keys() == after.keys()
        changed = [path for path in before if not comparison.is_alike(path, before[path], after[path])]
        assert changed == []
