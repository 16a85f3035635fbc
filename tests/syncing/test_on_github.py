"""A mirror on GitHub: main protected, reviews as pull requests, `/approve` as the approval."""

import json
from pathlib import Path

import git
import pytest
from mcp_static.api.entries import OFFICIAL_META
from mcp_static.build.build import BuildOptions, build
from mcp_static.check.report import CheckReport
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.repository import GitHubRepository
from mcp_static.git.repository import open_repository
from mcp_static.model.canonical import digest_of
from mcp_static.model.errors import InputError
from mcp_static.model.names import parse_name
from mcp_static.publishing.merging import MergeOutcome
from mcp_static.publishing.proposing import branch_for
from mcp_static.settings import parse_settings
from mcp_static.syncing.on_forge import close_others, land_sync, propose_reviews
from mcp_static.syncing.syncing import SyncOptions, SyncResult, sync

from tests.publishing.steps import again, files_of, hand_over, published, run, say
from tests.registries import path_of
from tests.stage import REGISTRY, Stage, client_of, lines_of, settings_text
from tests.syncing.sources import MAPS, WEATHER, Source, entry, serving, table


def configure(stage: Stage, *tables: str) -> None:
    """Commit the settings to main past its protection, as an administrator."""
    text = settings_text(more="\n" + "\n".join(tables))
    stage.registry.commit({"registry.toml": text.encode()})


def sync_there(stage: Stage) -> tuple[SyncResult, list[str]]:
    """`mcp-static sync --on-forge`, in a fresh clone as a workflow has one."""
    folder = stage.clone.parent / f"workflow-{len(list(stage.clone.parent.iterdir()))}.git"
    git.Repo.clone_from(str(stage.registry.path), str(folder), bare=True).close()
    with open_repository(folder) as clone, GitHub("token-of-bot") as github:
        registry = GitHubRepository(github, REGISTRY)
        result = sync(clone, SyncOptions())
        land_sync(registry, clone, result.before, result.after)
        return result, propose_reviews(registry, [review.proposal for review in result.reviews])


def test_main_is_moved_past_its_protection_and_the_deploy_started(protected_stage: Stage) -> None:
    stage = protected_stage
    with serving(Source(entry(), entry(MAPS))) as source:
        configure(stage, table(source.url, "com.example/*"))
        before = stage.registry.head
        sync_there(stage)
        assert path_of(WEATHER, "1.0.0") in files_of(stage)
        assert stage.registry.store.git("rev-list", "--count", f"{before}..main") == "3"
        assert [one.name for one in stage.hub.dispatches] == ["deploy.yml"]
        assert stage.registry.store.git("branch", "--list", "mcp-static/*") == ""
        head = stage.registry.head
        sync_there(stage)
    assert stage.registry.head == head
    assert len(stage.hub.dispatches) == 1


def test_a_review_is_a_pull_request_that_an_operator_approves(
    protected_stage: Stage, tmp_path: Path
) -> None:
    stage = protected_stage
    source = Source(entry(day=1))
    with serving(source):
        configure(stage, table(source.url, WEATHER))
        sync_there(stage)
        configure(stage, table(source.url, WEATHER, approve="review"))
        remote = {"type": "streamable-http", "url": "https://weather.example.com/mcp"}
        source.entries.append(entry(version="2.0.0", day=5, remotes=[remote]))
        result, [address] = sync_there(stage)
        number = int(address.rpartition("/")[2])
        body = stage.registry.issues[number].body or ""
        assert "weather&#46;example&#46;com" in body
        assert "compared with 1&#46;0&#46;0" in body
        assert sync_there(stage)[1] == [address]  # it waits, and is not opened again
        head = stage.pull(number).head_sha
        event = again(stage, number, head)
        assert run(stage, event).outcome is MergeOutcome.NOT_GREEN
        assert path_of(WEATHER, "2.0.0") not in files_of(stage)
        say(stage, "acme", number, f"/approve {head}")
        assert run(stage, event).outcome is MergeOutcome.MERGED
    note = json.loads(published(stage, path_of(WEATHER, "2.0.0", "accepted.json")) or b"")
    acme = f"acme (github.com/account/{stage.hub.user('acme').id})"
    assert note["proof"] == "source-registry"
    assert note["facts"] == {
        "source": source.url,
        "digest": digest_of(source.entries[1]["server"]),
        "publishedAt": "2025-10-05T00:00:00Z",
        "approvedBy": acme,
    }
    out = tmp_path / "out"
    built = build(BuildOptions(repository=stage.registry.path, out=out, workers=1))
    assert built.versions == 2
    shown = json.loads((out / f"v0.1/servers/{WEATHER}/versions/2.0.0.json").read_bytes())
    official = shown["_meta"]["io.modelcontextprotocol.registry/official"]
    assert official["publishedAt"] == "2025-10-05T00:00:00Z"
    assert official["updatedAt"] > "2026"
    assert shown["_meta"]["com.example.registry/provenance"]["accepted"]["facts"]["approvedBy"] == acme
    assert not result.plan.incoming


def check_of(stage: Stage, record: bytes, version: str = "2.0.0") -> CheckReport:
    files, branch = {path_of(WEATHER, version): record}, f"b{len(stage.registry.issues)}"
    number = stage.propose("mallory", files, branch=branch)
    settings = parse_settings(stage.registry.store.git("show", "main:registry.toml"))
    return stage.check(number, requester="mallory", settings=settings)


@pytest.mark.parametrize("kind", ["same", "other bytes", "not there", "not listed"])
def test_the_proof_holds_for_what_the_source_serves_and_a_list_names(
    protected_stage: Stage, kind: str
) -> None:
    stage = protected_stage
    there = entry(version="2.0.0")
    with serving(Source(*([] if kind == "not there" else [there]))) as source:
        configure(stage, table(source.url, f"{WEATHER}@^1" if kind == "not listed" else WEATHER))
        document = dict(there["server"])
        if kind == "other bytes":
            document["description"] = "Not what the source serves."
        report = check_of(stage, json.dumps(document).encode())
    proofs = {
        finding.level.value
        for section in report.sections
        for finding in section.findings
        if finding.id == "source-registry"
    }
    assert proofs == {"passed" if kind == "same" else "error"}
    assert report.is_green is (kind == "same")


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_source_may_serve_what_an_author_could_not_publish(
    protected_stage: Stage, is_listed: bool
) -> None:
    stage = protected_stage
    there = entry(version="2.0.0")
    there["server"]["license"] = "MIT"
    with serving(Source(there)) as source:
        configure(stage, table(source.url, WEATHER if is_listed else "com.example/other"))
        report = check_of(stage, json.dumps(there["server"]).encode())
    (finding,) = (line for line in lines_of(report) if line.id == "unknown-field")
    assert finding.level.value == ("warning" if is_listed else "error")
    assert report.is_green is is_listed


def test_nobody_adds_what_a_source_serves_to_a_server_of_the_registrys_own(
    protected_stage: Stage,
) -> None:
    """An imported record has no note, and a stranger's higher version would take its place."""
    stage = protected_stage
    there = entry(version="9.0.0")
    with serving(Source(there)) as source:
        configure(stage, table(source.url, WEATHER))
        record = json.dumps(there["server"]).encode()
        assert check_of(stage, record, "9.0.0").is_green
        own = {**entry()["server"], "description": "Of the registry's own."}
        stage.registry.commit({path_of(WEATHER, "1.0.0"): json.dumps(own).encode()})
        report = check_of(stage, record, "9.0.0")
    assert not report.is_green
    assert "published in this registry itself" in repr(report)


def test_a_pin_holds_for_a_pull_request_whichever_table_has_it(protected_stage: Stage) -> None:
    stage = protected_stage
    there = entry(version="2.0.0")
    pins = {f"{WEATHER}@2.0.0": f"sha256:{'1' * 64}"}
    with serving(Source(there)) as source:
        configure(stage, table(source.url, WEATHER), table(source.url, MAPS, digests=pins))
        assert not check_of(stage, json.dumps(there["server"]).encode()).is_green


@pytest.mark.parametrize("kind", ["time", "redirect"])
def test_a_hostile_source_ends_no_check(protected_stage: Stage, kind: str) -> None:
    stage = protected_stage
    there = entry(version="2.0.0")
    with serving(Source(there)) as source:
        if kind == "redirect":
            source.redirects_to = "gopher://x"
        else:
            there["_meta"][OFFICIAL_META]["publishedAt"] = 10**400
        configure(stage, table(source.url, WEATHER))
        assert not check_of(stage, json.dumps(there["server"]).encode()).is_green


@pytest.mark.parametrize("published", ["9999-12-31T00:00:00Z", "yesterday", ""])
def test_main_takes_no_date_of_a_source_that_cannot_be(protected_stage: Stage, published: str) -> None:
    """Registry time never runs backwards: one commit of the year 9999 would stop it for good."""
    stage = protected_stage
    there = entry(version="2.0.0")
    with serving(Source(there)) as source:
        configure(stage, table(source.url, WEATHER))
        record = json.dumps(there["server"]).encode()
        number = stage.propose("mallory", {path_of(WEATHER, "2.0.0"): record})
        handover = hand_over(stage, stage.event(number, "mallory"))
    facts = {**handover.records[0].facts, "publishedAt": published}
    forged = handover.model_copy(
        update={"records": (handover.records[0].model_copy(update={"facts": facts}),)}
    )
    before = stage.registry.head
    with pytest.raises(InputError, match="no time at which its source"):
        run(stage, stage.event(number, "mallory"), forged)
    assert stage.registry.head == before
    assert run(stage, stage.event(number, "mallory"), handover).outcome is MergeOutcome.MERGED


def test_reviews_that_are_no_longer_due_are_closed(protected_stage: Stage) -> None:
    stage = protected_stage
    with serving(Source(entry(), entry(MAPS))) as source:
        configure(stage, table(source.url, "com.example/*", approve="review"))
        _, addresses = sync_there(stage)
        foreign = stage.propose("mallory", {"x": b"x"}, branch="mcp-sync/mine")
        del source.entries[1]
        result, kept = sync_there(stage)
    assert len(addresses) == 2
    with GitHub("token-of-bot") as github:
        registry = GitHubRepository(github, REGISTRY)
        proposals = [review.proposal for review in result.reviews]
        assert result.has_all_reviews
        assert close_others(registry, proposals) == [one for one in addresses if one not in kept]
        assert close_others(registry, proposals) == []
    assert stage.pull(foreign).state == "open"
    assert len(stage.registry.store.git("branch", "--list", "mcp-sync/*").splitlines()) == 1


def test_a_fork_of_the_same_owner_is_not_the_registry(protected_stage: Stage) -> None:
    stage = protected_stage
    fork = stage.hub.add_repository("acme/other", fork_of=stage.registry)
    branch = branch_for(parse_name(WEATHER), "", "sync")
    fork.commit({"x": b"x"}, branch, parent=stage.registry.head, login="acme")
    stage.hub.add_token("token-of-acme", "acme")
    wanted = {"base": "main", "head": f"acme:{branch}", "head_repo": "other", "title": "Mine"}
    with client_of(stage.hub, "token-of-acme") as client:
        client.requester.requestJsonAndCheck("POST", f"/repos/{REGISTRY}/pulls", input=wanted)
    with GitHub("token-of-bot") as github:
        assert GitHubRepository(github, REGISTRY).own_pull_from(branch) is None
