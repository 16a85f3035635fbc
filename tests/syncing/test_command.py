"""The command: exit codes, reports, and a review without a forge."""

import json
import subprocess
from pathlib import Path

import pytest
from mcp_static.model.canonical import digest_of

from tests.servers import PROJECT, run_cli
from tests.syncing.sources import MAPS, WEATHER, Mirror, Source, entry, serving, table
from tests.test_docs import blocks, run_script


def sync(mirror: Mirror, *options: str) -> subprocess.CompletedProcess[str]:
    return run_cli("sync", "--repo", mirror.path, *options)


def test_the_exit_code_tells_a_list_at_fault_from_a_source_that_failed(mirror: Mirror) -> None:
    mirror.configure(table("source.ndjson", WEATHER))
    run = sync(mirror)
    assert (run.returncode, "cannot be read" in run.stdout) == (3, True)
    mirror.offer([entry()])
    run = sync(mirror)
    assert (run.returncode, run.stdout.splitlines()[-1]) == (
        0, "1 version taken in, 0 withdrawn, 0 other changes of status.",
    )  # fmt: skip
    mirror.configure(table("source.ndjson"))
    run = sync(mirror)
    assert (run.returncode, "--allow-withdraw-all" in run.stdout) == (1, True)
    mirror.configure('[[sources]]\nurl = "x"\n')
    run = sync(mirror)
    assert (run.returncode, "Traceback" in run.stderr) == (1, False)
    assert sync(mirror, "--approve", "HEAD").returncode == 1


def test_reports_and_outputs_are_appended_for_a_workflow(mirror: Mirror, tmp_path: Path) -> None:
    mirror.configure(table("source.ndjson", WEATHER), table("other.ndjson", MAPS, approve="review"))
    mirror.offer([entry()])
    mirror.offer([entry(MAPS)], "other.ndjson")
    report, outputs = tmp_path / "summary.md", tmp_path / "outputs"
    run = sync(mirror, "--report", str(report), "--outputs", str(outputs), "--format", "json")
    assert json.loads(run.stdout)["level"] == "passed"
    assert outputs.read_text() == "changed=true\ntaken-in=1\nwithdrawn=0\nwaiting=1\n"
    assert "the first version here" in report.read_text()


def test_a_review_without_a_forge_is_a_branch_and_approved_by_its_head(mirror: Mirror) -> None:
    package = {
        "registryType": "oci",
        "identifier": "ghcr.io/example/weather:1.0.0",
        "transport": {"type": "stdio"},
    }
    mirror.configure(table("source.ndjson", WEATHER, approve="review"))
    mirror.offer([entry(packages=[package])])
    run = sync(mirror)
    assert mirror.served == set()
    assert "oci ghcr.io/example/weather identifier" in run.stderr
    [branch] = mirror.registry.git(
        "branch", "--list", "mcp-sync/*", "--format", "%(refname:short)"
    ).split()
    head = mirror.registry.git("rev-parse", branch)
    assert head in run.stderr
    assert head in sync(mirror).stderr  # the same branch waits
    mirror.offer([entry(packages=[{**package, "identifier": "ghcr.io/mallory/weather:1.0.0"}])])
    sync(mirror, "--approve", head)
    assert mirror.served == set()  # what was approved is not what is served by now
    mirror.offer([entry(packages=[package])])
    run = sync(mirror, "--approve", head)
    assert run.returncode == 0, run.stdout + run.stderr
    assert mirror.served == {f"{WEATHER}@1.0.0"}
    note = next(
        json.loads(mirror.registry.git("show", f"main:{path}"))
        for path in mirror.registry.git("ls-tree", "-r", "--name-only", "main").split()
        if path.endswith("/accepted.json")
    )
    assert note["facts"]["approvedBy"]


def test_the_page_about_mirrors_runs(tmp_path: Path) -> None:
    there = [
        entry(),
        entry(MAPS),
        entry("io.github.alice/a", "1.2.3"),
        entry("io.github.alice/a", "2.0.0"),
    ]
    page = PROJECT / "docs/mirrors.md"
    with serving(Source(*there)) as source:
        script = "\n".join(blocks(page, "sh")).replace("https://registry.example.org", source.url)
        pin = digest_of(there[1]["server"])
        run_script(script.replace(f"sha256:{'0' * 64}", pin), tmp_path)
    built = tmp_path / "work/allowlist/dist/v0.1/servers"
    assert sorted(str(path.relative_to(built)) for path in built.rglob("versions/*.json")) == [
        f"{name}/versions/{version}.json"
        for name, version in (
            (MAPS, "1.0.0"), (MAPS, "latest"), (WEATHER, "1.0.0"), (WEATHER, "latest"),
            ("io.github.alice/a", "1.2.3"), ("io.github.alice/a", "latest"),
        )
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["", "/", "/v0.1", "/v0.1/servers", "/v0/servers/"])
@pytest.mark.parametrize("command", ["import", "conformance", "verify"])
def test_an_address_with_a_path_of_the_api_is_the_same_for_every_command(
    command: str, path: str, tmp_path: Path
) -> None:
    with serving(Source(entry())) as source:
        address = f"{source.url}{path}"
        options: dict[str, list[str | Path]] = {
            "import": ["--into", tmp_path / "r.git"],
            "conformance": ["--only", "list"],
        }
        run_cli(command, address, *options.get(command, []))
        asked = {one.partition("?")[0] for one in source.asked}
    wanted = "/data/snapshot.json" if command == "verify" else "/v0.1/servers"
    assert wanted in asked
    assert not any(one.startswith(("/v0.1/v0", "/v0/", "/v0.1/servers/v0", "//")) for one in asked)
