"""Registries on hosts that read no query."""

import gzip
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from mcp_static.hosts.hosts import host_named
from mcp_static.model.errors import ServiceError
from mcp_static.settings import Settings

from tests.conftest import build_registry
from tests.doubles.static_hosts import static_host
from tests.hosting import free_port
from tests.importing.doubles import PATH, Answerer, page, registry_double
from tests.importing.entries import NAME, entry, take
from tests.registries import Registry

VERSIONS = f"/v0.1/servers/{quote(NAME, safe='')}/versions"


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_registry_that_reads_no_query_loses_no_version(
    *, is_ours: bool, registry: Registry, tmp_path: Path
) -> None:
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        registry.publish(NAME, version)
    registry.publish("com.example/other")
    registry.set_status(NAME, "1.1.0", "deleted", "Gone.")
    out = tmp_path / "dist"
    build_registry(registry, out, target=host_named("github-pages").target(Settings()))
    shown = out.resolve()
    if not is_ours:
        shown = tmp_path / "theirs"
        shutil.copytree(out, shown)
        shutil.rmtree(shown / "data")
    port = free_port()
    with static_host("github-pages", shown, "/repo", port):
        into = tmp_path / "mirror.git"
        report = take(f"http://127.0.0.1:{port}/repo", into)
        again = take(f"http://127.0.0.1:{port}/repo", into)
    # Deleted ones are where only our own exports have them.
    assert (report.published, report.statuses) == ((4, 1) if is_ours else (3, 0))
    assert report.left_out == []
    assert (again.published, again.statuses, again.commits) == (0, 0, 0)


def test_an_export_in_the_middle_of_a_deploy_is_not_taken(registry: Registry, tmp_path: Path) -> None:
    registry.publish(NAME)
    registry.publish("com.example/other")
    build_registry(registry, tmp_path / "dist", target=host_named("github-pages").target(Settings()))
    shown = tmp_path / "shown"
    shutil.copytree(tmp_path / "dist", shown)
    (part,) = shown.glob("data/export/0-*.ndjson.gz")
    for content in (gzip.compress(b"{}\n"), b"\x1f\x8bnothing"):
        part.write_bytes(content)
        port = free_port()
        with (
            static_host("github-pages", shown, "", port),
            pytest.raises(ServiceError, match="not what its index says"),
        ):
            take(f"http://127.0.0.1:{port}", tmp_path / "mirror.git")


def listing(entries: list[Any], answers: dict[str, tuple[int, bytes]]) -> Answerer:
    """A registry that lists the same whatever it is asked; the rest is there by its path."""
    return lambda query: answers.get(query[PATH], page(entries))


def test_what_a_list_has_without_a_name_is_named_and_not_passed_over(tmp_path: Path) -> None:
    nameless = entry()
    del nameless["server"]["name"]
    answers = {"/data/snapshot.json": (404, b""), VERSIONS: page([entry()])}
    with registry_double(listing([entry(), nameless], answers), reads_no_query=True) as (url, _):
        report = take(url, tmp_path / "r.git")
    assert (report.published, len(report.left_out)) == (1, 1)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"/data/snapshot.json": (503, b"")}, "answers 503"),
        ({"/data/snapshot.json": (200, b'{"exports": "data/export.json"}')}, "lists no exports"),
        (
            {"/data/snapshot.json": (404, b""), VERSIONS: page([entry()], "more")},
            "does not have all versions on one page",
        ),
        (
            {"/data/snapshot.json": (404, b""), VERSIONS: (404, b""), unquote(VERSIONS): (404, b"")},
            "does not answer with its versions",
        ),
    ],
)
def test_a_part_that_is_missing_is_never_passed_over(
    answers: dict[str, tuple[int, bytes]], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urllib3.util.retry.Retry.sleep", lambda *_: None)
    answerer = listing([entry(), entry("com.example/maps")], answers)
    with (
        registry_double(answerer, reads_no_query=True) as (url, _),
        pytest.raises(ServiceError, match=message),
    ):
        take(url, tmp_path / "r.git")
