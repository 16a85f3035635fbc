"""What reads sources has no right to write: what it hands over is judged by paths and lists."""

import base64
import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from mcp_static.cli.sync_command import command
from mcp_static.git.repository import open_repository
from mcp_static.git.writing import NewCommit
from mcp_static.model.canonical import digest_of
from mcp_static.model.errors import InputError
from mcp_static.syncing import handover
from mcp_static.syncing.handover import SyncHandover, read_sync_handover
from mcp_static.syncing.judging import judged
from mcp_static.syncing.reviews import LONGEST_BODY, Proposal

from tests.registries import path_of
from tests.syncing.sources import MAPS, WEATHER, Mirror, entry, table

FILE = "source.ndjson"
OWN = "com.example/own"


def run(*arguments: object) -> None:
    command.main([str(one) for one in arguments], standalone_mode=False)


def handed(mirror: Mirror, tmp_path: Path, *more: str) -> dict[str, Any]:
    run("--repo", mirror.path, "--handover", tmp_path / "handover.json", *more)
    document: dict[str, Any] = json.loads((tmp_path / "handover.json").read_bytes())
    return document


def judge(
    mirror: Mirror, document: dict[str, Any], *, adopt: bool = False
) -> tuple[tuple[NewCommit, ...], tuple[Proposal, ...]]:
    with open_repository(mirror.path) as repository:
        return judged(repository, SyncHandover.model_validate(document), adopt=adopt)


@pytest.fixture
def reviewed(mirror: Mirror) -> Mirror:
    """A mirror with a record of its own, which has something to take in, withdraw and review."""
    mirror.configure(table(FILE, WEATHER, "com.example/gone"))
    mirror.registry.publish(OWN)
    mirror.offer([entry(), entry("com.example/gone")])
    mirror.sync()
    mirror.configure(table(FILE, WEATHER), table("other.ndjson", MAPS, approve="review"))
    mirror.offer([entry(), entry(version="2.0.0", day=2)])
    mirror.offer([entry(MAPS)], "other.ndjson")
    return mirror


def test_what_is_handed_over_lands_as_the_sync_itself_would_have_made_it(
    reviewed: Mirror, tmp_path: Path
) -> None:
    head = reviewed.registry.head
    document = handed(reviewed, tmp_path)
    assert reviewed.registry.head == head  # the part that reads has written nothing
    _, [review] = judge(reviewed, document)
    assert review.title == f"Take in {MAPS} 1.0.0"
    run("--repo", reviewed.path, "--land", tmp_path / "handover.json")
    assert reviewed.served == {f"{WEATHER}@1.0.0", f"{WEATHER}@2.0.0", f"{OWN}@1.0.0"}
    assert reviewed.sync().made == ()
    with pytest.raises(InputError, match="does not hold"):
        run("--repo", reviewed.path, "--land", tmp_path / "handover.json")


def test_publishes_in_the_meantime_keep_no_sync_from_landing(reviewed: Mirror, tmp_path: Path) -> None:
    """A slow source leaves anybody time to publish, again and again."""
    document = handed(reviewed, tmp_path)
    reviewed.registry.publish("io.github.mallory/x")
    run("--repo", reviewed.path, "--land", tmp_path / "handover.json")
    assert reviewed.served >= {f"{WEATHER}@2.0.0", "io.github.mallory/x@1.0.0"}
    assert "com.example/gone@1.0.0" not in reviewed.served
    document["before"] = "1" * 40
    with pytest.raises(InputError, match="does not come from"):
        judge(reviewed, document)


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def add(
    name: str, file: str, content: bytes, version: str = "1.0.0"
) -> Callable[[dict[str, Any]], None]:
    """Put another file among the changes."""

    def change(document: dict[str, Any]) -> None:
        document["changes"][path_of(name, version, file)] = encoded(content)

    return change


def note(**more: Any) -> bytes:
    facts = {"source": FILE, "digest": "sha256:" + "0" * 64, "publishedAt": "2025-10-01T00:00:00Z"}
    facts |= more.pop("facts", {})
    document = {"proof": "source-registry", "facts": facts, "acceptedAt": "2025-10-01T00:00:00Z"}
    return json.dumps(document | more).encode()


def take_in(
    name: str, version: str = "1.0.0", **files: bytes | None
) -> Callable[[dict[str, Any]], None]:
    """Another version to take in; a file is left out if it is None."""
    given = {"server": b"{}", "accepted": note(), **files}

    def change(document: dict[str, Any]) -> None:
        document["versions"].append(
            {
                path_of(name, version, f"{file}.json"): encoded(content)
                for file, content in given.items()
                if content is not None
            }
        )

    return change


def two_at_once(document: dict[str, Any]) -> None:
    take_in(WEATHER, "3.0.0")(document)
    other = document["versions"].pop()
    document["versions"][0] |= {path: other[path] for path in other if path.endswith("server.json")}


def twice(document: dict[str, Any]) -> None:
    document["versions"].append(document["versions"][0])


def path(text: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["changes"][text] = ""

    return change


def review(*places: tuple[str, str]) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["reviews"][0]["files"] = {path_of(*place): "e30=" for place in places}

    return change


def status(name: str, version: str = "1.0.0", **more: Any) -> bytes:
    """A status as sync writes it."""
    document = {"status": "deleted", "by": "sync", "name": name, "version": version}
    return json.dumps(document | more).encode()


REFUSED = [
    take_in("com.example/unlisted"),
    take_in(OWN),
    take_in(OWN, "2.0.0"),
    take_in(WEATHER),
    take_in(MAPS),
    take_in(WEATHER, "3.0.0", server=None),
    take_in(WEATHER, "3.0.0", accepted=None),
    take_in(WEATHER, "3.0.0", accepted=note(proof="dns-key")),
    take_in(WEATHER, "3.0.0", accepted=note(account={"login": "alice"})),
    take_in(WEATHER, "3.0.0", accepted=note(facts={"source": "other.ndjson"})),
    take_in(WEATHER, "3.0.0", accepted=note(facts={"approvedBy": "acme"})),
    take_in(WEATHER, "3.0.0", accepted=note(facts={"publishedAt": "9999-12-31T00:00:00Z"})),
    take_in(WEATHER, "3.0.0", accepted=note(facts={"publishedAt": "yesterday"})),
    take_in(WEATHER, "3.0.0", status=b'{"status": "active"}'),
    take_in(WEATHER, "3.0.0", status=status(MAPS)),
    take_in(WEATHER, "3.0.0", proof=b"{}"),
    two_at_once,
    twice,
    add(WEATHER, "server.json", b"{}"),
    add(WEATHER, "server.json", b"{}", "3.0.0"),
    add(OWN, "status.json", status(OWN)),
    add(OWN, "accepted.json", note()),
    add(OWN, "accepted.json", note(), "9.0.0"),
    add("com.example/unlisted", "accepted.json", note()),
    add(WEATHER, "status.json", b'{"status": "deleted"}'),
    add(WEATHER, "status.json", status(WEATHER, "2.0.0")),
    add(WEATHER, "accepted.json", note()),
    add(WEATHER, "proof.json", b"{}"),
    path(".github/workflows/deploy.yml"),
    path("registry.toml"),
    path("registry-data/servers/ex/com.example/takedown.json"),
    path("registry-data/servers/ex/com.example/weather/../x/1.0.0/server.json"),
    review(("com.example/unlisted", "1.0.0")),
    review((WEATHER, "3.0.0")),
    review((OWN, "3.0.0")),
    review((MAPS, "1.0.0"), ("com.example/maps-2", "1.0.0")),
]


def test_nothing_but_what_a_sync_may_do_lands(reviewed: Mirror, tmp_path: Path) -> None:
    text = reviewed.registry.git("show", "main:registry.toml")
    reviewed.configure(text.replace(MAPS, "com.example/maps*"))
    document = handed(reviewed, tmp_path)
    judge(reviewed, document)
    for change in REFUSED:
        changed = deepcopy(document)
        change(changed)
        with pytest.raises(InputError, match="does not hold"):
            judge(reviewed, changed)


@pytest.mark.parametrize(
    "member",
    [{"title": "x\n\nRequested-in: 77"}, {"branch": "mcp-sync/another"}, {"message": "Closes #1"}],
)
def test_whoever_reads_words_no_commit_and_names_no_branch(
    reviewed: Mirror, tmp_path: Path, member: dict[str, str]
) -> None:
    """A commit of the bot's that names a comment would count as the wish of whoever wrote that."""
    document = handed(reviewed, tmp_path)
    document["reviews"][0] |= member
    with pytest.raises(ValueError, match="Extra inputs"):
        judge(reviewed, document)


def test_records_of_the_registrys_own_are_adopted_only_where_that_is_asked(
    reviewed: Mirror, tmp_path: Path
) -> None:
    text = reviewed.registry.git("show", "main:registry.toml")
    reviewed.configure(text.replace(f'"{WEATHER}"', f'"{WEATHER}", "{OWN}"'))
    document = handed(reviewed, tmp_path)
    add(OWN, "accepted.json", note())(document)
    judge(reviewed, document, adopt=True)
    with pytest.raises(InputError, match="no note of a sync"):
        judge(reviewed, document)


def test_what_no_list_approves_is_not_restored(reviewed: Mirror, tmp_path: Path) -> None:
    reviewed.sync()
    assert "com.example/gone@1.0.0" not in reviewed.served
    document = handed(reviewed, tmp_path)
    path = path_of("com.example/gone", "1.0.0", "status.json")
    before = hashlib.sha256(reviewed.registry.git("show", f"main:{path}").encode() + b"\n")
    for replaces, message in ((None, "no status of a sync"), (before.hexdigest(), "no list approves")):
        restored = status("com.example/gone", status="active", replaces=replaces)
        add("com.example/gone", "status.json", restored)(document)
        with pytest.raises(InputError, match=message):
            judge(reviewed, document)


def test_what_operators_decided_holds_for_what_is_handed_over(mirror: Mirror, tmp_path: Path) -> None:
    sources = (table(FILE, "com.example/*"), table("other.ndjson", "org.example/*"))
    mirror.configure(*sources)
    mirror.offer([entry(), entry("com.example/x", "2.0.0")])
    mirror.offer([], "other.ndjson")
    document = handed(mirror, tmp_path)
    for decided in (
        '[blocked]\nnamespaces = ["com.example"]\n',
        "[merge]\nfrozen = true\n",
        f"{table(FILE, 'com.example/*', digests={f'{WEATHER}@1.0.0': 'sha256:' + '1' * 64})}",
    ):
        mirror.configure(decided, *sources)
        document["before"] = mirror.registry.head
        with pytest.raises(InputError, match="does not hold"):
            judge(mirror, document)
    mirror.configure(*sources)
    folder = path_of(WEATHER, "1.0.0").rpartition("/")[0]
    takedown = {"reason": "Malware.", "takenDownAt": "2025-01-01T00:00:00Z"}
    mirror.registry.commit({f"{folder}/takedown.json": json.dumps(takedown)})
    document["before"] = mirror.registry.head
    with pytest.raises(InputError, match="was taken down"):
        judge(mirror, document)


def test_a_pinned_version_is_the_contents_and_not_what_the_note_says(
    mirror: Mirror, tmp_path: Path
) -> None:
    pinned = digest_of(entry()["server"])
    mirror.configure(table(FILE, WEATHER, digests={f"{WEATHER}@1.0.0": pinned}))
    mirror.offer([entry()])
    document = handed(mirror, tmp_path)
    judge(mirror, document)
    document["versions"][0][path_of(WEATHER, "1.0.0")] = encoded(b'{"name": "other"}')
    with pytest.raises(InputError, match="pinned"):
        judge(mirror, document)


def test_dates_are_those_of_the_notes_and_of_now(reviewed: Mirror, tmp_path: Path) -> None:
    (first, second), _ = judge(reviewed, handed(reviewed, tmp_path))
    assert first.time > second.time == 1759363200
    assert second.message == f"Publish {WEATHER} 2.0.0 (source-registry)\n"


def test_what_is_too_much_for_one_handover_comes_with_the_next(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "_VERSION_BYTES", 1_500)
    mirror.configure(table(FILE, WEATHER))
    mirror.offer([entry(version=f"{number}.0.0") for number in range(1, 5)])
    runs = 0
    while handed(mirror, tmp_path)["versions"]:
        run("--repo", mirror.path, "--land", tmp_path / "handover.json")
        runs += 1
    assert 1 < runs < 5
    assert len(mirror.served) == 4


def test_no_source_makes_a_note_too_long_for_all_others(mirror: Mirror, tmp_path: Path) -> None:
    """What one part writes and the other refuses would keep everything out."""
    mirror.configure(table(FILE, "com.example/*"))
    long = {"type": "sse", "url": f"https://example.com/{'%C3%A9' * 330}"}
    many = [{"type": "sse", "url": f"https://example.com/{n}{'x' * 2_000}"} for n in range(40)]
    mirror.offer([entry(), entry(MAPS, remotes=[long]), entry("com.example/many", remotes=many)])
    handed(mirror, tmp_path)
    run("--repo", mirror.path, "--land", tmp_path / "handover.json")
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{MAPS}@1.0.0"}


def test_an_adopted_server_goes_on_in_the_same_run(mirror: Mirror, tmp_path: Path) -> None:
    mirror.configure(table(FILE, WEATHER))
    mirror.registry.publish(WEATHER)
    record = json.loads(mirror.registry.git("show", f"main:{path_of(WEATHER, '1.0.0')}"))
    mirror.offer([{**entry(), "server": record}, entry(version="2.0.0", day=2)])
    document = handed(mirror, tmp_path, "--adopt")
    assert len(document["versions"]) == 1
    run("--repo", mirror.path, "--land", tmp_path / "handover.json", "--adopt")
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{WEATHER}@2.0.0"}


def test_no_source_makes_a_description_too_long_for_all_others(mirror: Mirror, tmp_path: Path) -> None:
    mirror.configure(table(FILE, WEATHER, approve="review"), table("other.ndjson", MAPS))
    meta = [{f"key-{n}": "*" * 900 for n in range(start, start + 60)} for start in range(0, 3_000, 60)]
    mirror.offer([entry(version=f"{n}.0.0", _meta={"com.x/y": one}) for n, one in enumerate(meta, 1)])
    mirror.offer([entry(MAPS)], "other.ndjson")
    document = handed(mirror, tmp_path)
    body = document["reviews"][0]["body"]
    assert len(body) <= LONGEST_BODY
    assert body.startswith("**More differs than a description has room for")
    run("--repo", mirror.path, "--land", tmp_path / "handover.json")
    assert mirror.served == {f"{MAPS}@1.0.0"}


@pytest.mark.parametrize("content", ["", "[]", '{"format": 2}', '{"before": "x"}', "{" * 100_000])
def test_what_is_no_handover_is_told(content: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(content)
    with pytest.raises(InputError, match="not what a sync hands over"):
        read_sync_handover(tmp_path / "file")
    with pytest.raises(InputError, match="cannot be read"):
        read_sync_handover(tmp_path / "missing")
