"""A mirror is what its sources and lists say: what comes in, what is withdrawn, and by whose word."""

import json
from pathlib import Path

import pytest
from mcp_static.git.repository import open_repository
from mcp_static.model.canonical import digest_of
from mcp_static.model.errors import InputError
from mcp_static.reports.findings import Level
from mcp_static.syncing.syncing import SyncOptions, sync, write_reviews

from tests.registries import Registry, path_of
from tests.syncing.sources import MAPS, WEATHER, Mirror, entry, said, table

FILE = "source.ndjson"


def status_of(mirror: Mirror, name: str = WEATHER, version: str = "1.0.0") -> dict[str, str]:
    path = path_of(name, version, "status.json")
    document: dict[str, str] = json.loads(mirror.registry.git("show", f"main:{path}"))
    return document


def test_what_is_approved_is_taken_in_once_with_its_time_and_a_note(mirror: Mirror) -> None:
    mirror.configure(table(FILE, "com.example/*"))
    mirror.offer([entry(version="2.0.0", day=3), entry(), entry("org.other/x")])
    result = mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{WEATHER}@2.0.0"}
    assert result.report.exit_code == 0
    log = mirror.registry.git("log", "--format=%ct %s", "-3").splitlines()
    assert log[0] == f"1759449600 Publish {WEATHER} 2.0.0 (source-registry)"
    assert log[1] == f"1759276800 Publish {WEATHER} 1.0.0 (source-registry)"
    assert int(log[2].split()[0]) > 1_790_000_000  # the clock of the sync: `updated_since` has it all
    note = json.loads(mirror.registry.git("show", f"main:{path_of(WEATHER, '1.0.0', 'accepted.json')}"))
    assert note["proof"] == "source-registry"
    assert note["facts"] == {
        "source": FILE,
        "digest": digest_of(entry()["server"]),
        "publishedAt": "2025-10-01T00:00:00Z",
    }
    head = mirror.registry.head
    assert mirror.sync().made == ()
    assert mirror.registry.head == head


def test_what_the_list_does_not_name_any_more_is_withdrawn_and_comes_back_as_the_source_has_it(
    mirror: Mirror,
) -> None:
    mirror.configure(table(FILE, WEATHER, MAPS))
    mirror.offer([entry(status="deprecated"), entry(MAPS)])
    mirror.sync()
    mirror.configure(table(FILE, MAPS))
    result = mirror.sync()
    assert mirror.served == {f"{MAPS}@1.0.0"}
    assert said(result, "status") == [
        f"{WEATHER} 1.0.0 is deleted now: No longer approved for this registry."
    ]
    status = status_of(mirror)
    assert (status["status"], status["by"], status["source"]) == ("deleted", "sync", FILE)
    mirror.configure(table(FILE, WEATHER, MAPS))
    mirror.sync()
    assert status_of(mirror)["status"] == "deprecated"
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{MAPS}@1.0.0"}


def test_what_is_gone_at_the_source_is_withdrawn(mirror: Mirror) -> None:
    mirror.configure(table(FILE, "com.example/*"))
    mirror.offer([entry(), entry(MAPS), entry(version="2.0.0")])
    mirror.sync()
    mirror.offer([entry(), entry(version="2.0.0", status="deleted")])
    mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0"}
    assert "No longer served" in status_of(mirror, MAPS)["statusMessage"]
    mirror.offer([entry(), entry(MAPS)])
    mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{MAPS}@1.0.0"}


@pytest.mark.parametrize(
    ("content", "level"),
    [("", Level.ERROR), ('{"half": \n', Level.UNKNOWN), (None, Level.UNKNOWN)],
    ids=["empty", "cut short", "not there"],
)
def test_a_source_that_has_nothing_or_fails_withdraws_nothing(
    mirror: Mirror, content: str | None, level: Level
) -> None:
    mirror.configure(table(FILE, "com.example/*"))
    mirror.offer([entry(), entry(MAPS)])
    mirror.sync()
    if content is None:
        (mirror.path / FILE).unlink()
    else:
        (mirror.path / FILE).write_text(content)
    result = mirror.sync()
    assert result.made == ()
    assert result.report.level is level
    assert result.report.exit_code == {Level.ERROR: 1, Level.UNKNOWN: 3}[level]
    assert len(mirror.served) == 2


def test_an_empty_list_withdraws_everything_only_when_told(mirror: Mirror) -> None:
    mirror.configure(table(FILE, WEATHER))
    mirror.offer([entry()])
    mirror.sync()
    mirror.configure(table(FILE))
    result = mirror.sync()
    assert (len(result.made), result.report.exit_code) == (0, 1)
    assert "its list names nothing" in said(result, "empty-list")[0]
    mirror.configure("")  # no sources at all
    assert mirror.sync().report.exit_code == 1
    assert mirror.served == {f"{WEATHER}@1.0.0"}
    assert mirror.sync(allow_withdraw_all=True).report.exit_code == 0
    assert mirror.served == set()


def test_a_version_that_no_tree_can_hold_keeps_nothing_else_out(mirror: Mirror) -> None:
    """Forges refuse a push with a folder that Git keeps for itself, and all that comes with it."""
    mirror.configure(table(FILE, "com.example/*"))
    names = (".git", ".GIT", ".gitmodules", "git~1")
    mirror.offer([entry(), *(entry(MAPS, version) for version in names)])
    result = mirror.sync()
    assert len(said(result, "entry")) == 3
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{MAPS}@git~1"}
    mirror.registry.git("fsck", "--strict")


def test_a_revocation_holds_while_the_source_is_down(mirror: Mirror) -> None:
    mirror.configure(table(FILE, WEATHER, MAPS))
    mirror.offer([entry(), entry(MAPS)])
    mirror.sync()
    mirror.configure(table(FILE, MAPS))
    (mirror.path / FILE).unlink()
    assert mirror.sync().report.exit_code == 3
    assert mirror.served == {f"{MAPS}@1.0.0"}


def test_an_owners_own_status_wins_and_is_not_passed_over_in_silence(mirror: Mirror) -> None:
    mirror.configure(table(FILE, "com.example/*"))
    mirror.offer([entry(), entry(MAPS)])
    mirror.sync()
    mirror.registry.set_status(WEATHER, "1.0.0", "deprecated", "Use 2.")
    mirror.registry.set_status(MAPS, "1.0.0", "deleted")
    assert mirror.sync().made == ()  # neither is set back to what the source says
    mirror.configure(table(FILE, "com.example/other"), table("other.ndjson", "com.example/other"))
    mirror.offer([entry("com.example/other")])
    mirror.offer([], "other.ndjson")
    result = mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0", "com.example/other@1.0.0"}
    assert "stays deprecated" in said(result, "owner-status")[0]


def test_changed_bytes_of_a_known_version_are_named_and_never_taken(mirror: Mirror) -> None:
    mirror.configure(table(FILE, WEATHER))
    mirror.offer([entry()])
    mirror.sync()
    mirror.offer([entry(description="Something else by now.")])
    result = mirror.sync()
    assert result.made == ()
    assert digest_of(entry()["server"]) in said(result, "changed-bytes")[0]
    shown = mirror.registry.git("show", f"main:{path_of(WEATHER, '1.0.0')}")
    assert "Forecasts" in shown


def test_a_digest_pins_what_comes_in_and_what_is_here(mirror: Mirror) -> None:
    pinned = {f"{WEATHER}@1.0.0": digest_of(entry()["server"])}
    mirror.configure(table(FILE, WEATHER, digests=pinned))
    mirror.offer([entry(description="A forgery."), entry(version="2.0.0")])
    result = mirror.sync()
    assert mirror.served == {f"{WEATHER}@2.0.0"}
    assert "is pinned to" in said(result, "digest")[0]
    mirror.offer([entry(), entry(version="2.0.0")])
    mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{WEATHER}@2.0.0"}
    mirror.configure(table(FILE, WEATHER, digests={f"{WEATHER}@1.0.0": "sha256:" + "0" * 64}))
    mirror.sync()
    assert mirror.served == {f"{WEATHER}@2.0.0"}


def test_versions_and_ranges_choose_and_what_matches_nothing_is_named(mirror: Mirror) -> None:
    mirror.configure(table(FILE, f"{WEATHER}@^2", f"{MAPS}@1.0.0", "com.example/nope", "org.none/*"))
    versions = ["1.9.0", "2.0.0", "2.1.0-rc.1", "2.5.0", "3.0.0", "nightly"]
    mirror.offer([*(entry(version=version) for version in versions), entry(MAPS), entry(MAPS, "1.1.0")])
    result = mirror.sync()
    assert mirror.served == {f"{WEATHER}@2.0.0", f"{WEATHER}@2.5.0", f"{MAPS}@1.0.0"}
    assert said(result, "no-match") == [
        "com.example/nope matches nothing that the source serves",
        "org.none/* matches nothing that the source serves",
    ]
    assert result.report.exit_code == 0


def test_a_server_comes_from_the_first_source_that_has_it_and_from_no_other(mirror: Mirror) -> None:
    mirror.configure(table("inside.ndjson", "com.example/*"), table("outside.ndjson", "*"))
    mirror.offer([entry(version="1.0.0")], "inside.ndjson")
    mirror.offer([entry(version="9.9.9"), entry("org.other/x")], "outside.ndjson")
    mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0", "org.other/x@1.0.0"}
    (mirror.path / "inside.ndjson").unlink()  # down: what it may have is not taken from elsewhere
    mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0", "org.other/x@1.0.0"}


def test_the_registrys_own_servers_take_nothing_from_a_source(mirror: Mirror) -> None:
    mirror.registry.publish(WEATHER, "1.0.0", description="Our own.")
    mirror.configure(table(FILE, "com.example/*"))
    mirror.offer([entry(), entry(version="9.9.9"), entry(MAPS)])
    result = mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{MAPS}@1.0.0"}
    assert "is published in this registry itself" in said(result, "own-record")[0]


def test_what_was_imported_before_is_handed_over_when_asked(mirror: Mirror) -> None:
    mirror.registry.publish(WEATHER, "1.0.0")
    mirror.configure(table(FILE, "com.example/*"))
    mirror.offer([entry(), entry(version="2.0.0", day=2)])
    assert mirror.served == {f"{WEATHER}@1.0.0"}
    mirror.sync(adopt=True)
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{WEATHER}@2.0.0"}
    mirror.offer([entry(version="2.0.0", day=2)])
    mirror.sync()
    assert mirror.served == {f"{WEATHER}@2.0.0"}


def test_a_takedown_a_block_and_a_freeze_keep_out_what_a_list_approves(mirror: Mirror) -> None:
    takedown = {"status": "deleted", "reason": "Malware.", "at": "2025-10-01T00:00:00Z", "by": "ops"}
    folder = path_of(MAPS, "1.0.0").rpartition("/1.0.0")[0]
    mirror.registry.commit({f"{folder}/takedown.json": json.dumps(takedown)})
    mirror.configure('[blocked]\nnamespaces = ["org.bad"]\n', table(FILE, "*"))
    mirror.offer([entry(), entry(MAPS), entry("org.bad/x")])
    result = mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0"}
    assert said(result, "not-taken-down")
    assert said(result, "not-blocked")
    mirror.configure("[merge]\nfrozen = true\n", table(FILE, "*"))
    mirror.offer([entry(version="2.0.0")])
    result = mirror.sync()
    assert said(result, "publishing-open")
    assert mirror.served == set()  # what is gone is withdrawn all the same


def test_an_entry_that_cannot_be_read_is_not_gone(mirror: Mirror) -> None:
    mirror.configure(table(FILE, "com.example/*"))
    mirror.offer([entry(), entry(MAPS)])
    mirror.sync()
    mirror.offer([entry(status="unheard-of"), entry(MAPS)])
    result = mirror.sync()
    assert result.made == ()
    assert "unknown status" in said(result, "entry")[0]


def test_a_list_with_a_byte_order_mark_keeps_its_first_name(mirror: Mirror) -> None:
    source = table(FILE, include_from="approved.txt")
    mirror.registry.commit(
        {"registry.toml": source, "approved.txt": f"\ufeff{WEATHER}\n{MAPS}  # maps\n"}
    )
    mirror.offer([entry(), entry(MAPS)])
    mirror.sync()
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{MAPS}@1.0.0"}
    mirror.registry.commit({"approved.txt": None})
    with pytest.raises(InputError, match=r"approved\.txt"):
        mirror.sync()


def test_a_dry_run_says_what_would_be_done_and_does_nothing(mirror: Mirror) -> None:
    mirror.configure(table(FILE, WEATHER))
    mirror.offer([entry()])
    result = mirror.sync(dry_run=True)
    assert said(result, "taken-in") == [f"{WEATHER} 1.0.0 is taken in"]
    assert mirror.served == set()


def test_what_comes_back_does_not_lead_where_another_server_does_by_now(mirror: Mirror) -> None:
    remotes = [{"type": "streamable-http", "url": "https://weather.example.com/mcp"}]
    mirror.configure(table(FILE, WEATHER))
    mirror.offer([entry(remotes=remotes), entry(MAPS, remotes=remotes)])
    mirror.sync()
    mirror.configure(table(FILE, MAPS))
    mirror.sync()
    assert mirror.served == {f"{MAPS}@1.0.0"}
    mirror.configure(table(FILE, WEATHER, MAPS))
    result = mirror.sync()
    assert mirror.served == {f"{MAPS}@1.0.0"}
    assert "has taken an address of it" in said(result, "remote-unique")[0]


@pytest.mark.parametrize("file", ["registry.toml", "approved.txt"])
def test_a_trial_tells_of_settings_and_lists_that_are_not_committed(file: str, tmp_path: Path) -> None:
    registry = Registry(tmp_path, bare=False)
    registry.commit(
        {"registry.toml": table(FILE, include_from="approved.txt"), "approved.txt": WEATHER}
    )
    registry.git("reset", "--hard", "--quiet")
    (tmp_path / FILE).write_text(json.dumps(entry()))
    (tmp_path / file).write_text("")
    with open_repository(tmp_path) as repository:
        result = sync(repository, SyncOptions(dry_run=True))
    assert len(result.plan.incoming) == 1
    assert result.report.notes == (
        f"{file} has changes that are not committed; only what is committed counts.",
    )


def test_settings_that_were_never_committed_are_told_of(tmp_path: Path) -> None:
    registry = Registry(tmp_path, bare=False)
    registry.commit({"README.md": "A registry."})
    registry.git("reset", "--hard", "--quiet")
    (tmp_path / "registry.toml").write_text(table(FILE, WEATHER))
    with open_repository(tmp_path) as repository:
        notes = sync(repository, SyncOptions()).report.notes
    assert notes == (
        "registry.toml has no [[sources]].",
        "registry.toml has changes that are not committed; only what is committed counts.",
    )


def test_several_reviews_are_approved_at_once(mirror: Mirror) -> None:
    mirror.configure(table(FILE, WEATHER, MAPS, approve="review"))
    mirror.offer([entry(), entry(MAPS)])
    with open_repository(mirror.path) as repository:
        heads = write_reviews(repository, sync(repository, SyncOptions()))
    mirror.sync(approve=tuple(heads.values()))
    assert mirror.served == {f"{WEATHER}@1.0.0", f"{MAPS}@1.0.0"}
