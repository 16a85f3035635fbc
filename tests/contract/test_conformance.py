"""That the checks see what is wrong, and blame nobody for what is right."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from mcp_static.api.abilities import Ability
from mcp_static.conformance.check import run_checks
from mcp_static.conformance.checks import CHECKS
from mcp_static.conformance.probe import Probe
from mcp_static.reports.findings import Level

from tests.conftest import build_registry
from tests.registries import Registry
from tests.servers import Served, run_cli, serve_in_background


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry with several versions, odd ones, and deleted ones, served."""
    folder = tmp_path_factory.mktemp("contract")
    registry = Registry(folder / "registry.git")
    for number in range(140):
        name = f"io.github.user{number % 50}/server-{number % 70}"
        registry.publish(name, f"1.{number // 70}.{number % 7}", description=f"Number {number}.")
    registry.publish("com.example/odd", "2025.10.23.1321")
    registry.publish("com.example/odd", "1.0.0+build.7")
    registry.publish("com.example/odd", "2.0.0-RC1")
    registry.set_status("com.example/odd", "1.0.0+build.7", "deleted", "Gone.")
    registry.set_status("io.github.user3/server-3", "1.0.3", "deprecated", "Old.")
    build_registry(registry, folder / "dist")
    with serve_in_background(folder / "dist") as served:
        yield served


Change = Callable[[str, requests.Response], tuple[int, dict[str, str], bytes]]


@contextmanager
def spoiled(served: Served, change: Change) -> Iterator[str]:
    """The embedded host behind a front that changes its answers."""

    class Handler(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            answer = requests.request(
                self.command, served.url + self.path, headers=dict(self.headers), timeout=30
            )
            status, headers, body = change(self.path, answer)
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in {"content-length", "content-encoding", "transfer-encoding"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._pass)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _edited(
    answer: requests.Response, edit: Callable[[Any], None]
) -> tuple[int, dict[str, str], bytes]:
    if not answer.content or answer.status_code != 200 or "json" not in answer.headers["Content-Type"]:
        return answer.status_code, dict(answer.headers), answer.content
    document = answer.json()
    edit(document)
    return 200, dict(answer.headers), json.dumps(document).encode()


def _first_twice(document: Any) -> None:
    if document.get("servers"):
        document["servers"].append(document["servers"][0])
        document["metadata"]["count"] += 1


def _loops(document: Any) -> None:
    if "metadata" in document:
        document["metadata"]["nextCursor"] = "all.100"


def _no_meta(document: Any) -> None:
    for entry in document.get("servers", [document]):
        entry.pop("_meta", None)


def _all_latest(document: Any) -> None:
    for entry in document.get("servers", []):
        for meta in entry["_meta"].values():
            if "isLatest" in meta:
                meta["isLatest"] = False


def _only_latest(document: Any) -> None:
    if "servers" in document and document.get("metadata"):
        kept = [
            entry
            for entry in document["servers"]
            if all(meta.get("isLatest", True) for meta in entry["_meta"].values())
        ]
        document["servers"], document["metadata"]["count"] = kept, len(kept)


def _lists_latest(path: str, answer: requests.Response) -> tuple[int, dict[str, str], bytes]:
    if path.startswith("/v0.1/servers?"):
        return _edited(answer, _only_latest)
    return answer.status_code, dict(answer.headers), answer.content


def _without_slack(path: str, answer: requests.Response) -> tuple[int, dict[str, str], bytes]:
    if path == "/data/snapshot.json":
        return _edited(answer, lambda document: document.pop("updatedSinceSlack"))
    return answer.status_code, dict(answer.headers), answer.content


def _allows_few_headers(_: str, answer: requests.Response) -> tuple[int, dict[str, str], bytes]:
    few = {"access-control-allow-headers": "Authorization, Content-Type"}
    return answer.status_code, {**answer.headers, **few}, answer.content


def _without(header: str) -> Change:
    def change(_: str, answer: requests.Response) -> tuple[int, dict[str, str], bytes]:
        kept = {name: value for name, value in answer.headers.items() if name.lower() != header}
        return answer.status_code, kept, answer.content

    return change


def _forgets_queries(path: str, answer: requests.Response) -> tuple[int, dict[str, str], bytes]:
    plain = requests.get(answer.url.partition("?")[0], timeout=30)
    return plain.status_code, dict(plain.headers), plain.content


def _always_200(_: str, answer: requests.Response) -> tuple[int, dict[str, str], bytes]:
    return 200, dict(answer.headers), answer.content


@pytest.mark.parametrize(
    ("change", "fails"),
    [
        (lambda _, answer: _edited(answer, _first_twice), {"list-once", "walk-once", "versions"}),
        (lambda _, answer: _edited(answer, _loops), {"walk-once", "search-nothing"}),
        (lambda _, answer: _edited(answer, _no_meta), {"list-shape", "version", "latest"}),
        (lambda _, answer: _edited(answer, _all_latest), {"version-latest"}),
        (_lists_latest, {"list-versions"}),
        (_without_slack, {"since"}),
        (_allows_few_headers, {"preflight"}),
        (_without("access-control-allow-origin"), {"cors"}),
        (_without("etag"), {"conditional"}),
        (_without("content-type"), {"types"}),
        (_forgets_queries, {"limits", "bad-limits", "search", "deleted-asked"}),
        (_always_200, {"unknown", "unknown-error", "bad-limits", "since-bad", "writing", "conditional", "hostile-paths"}),
    ],
    ids=["twice", "loop", "no meta", "no latest", "only latest", "no slack", "few headers", "no cors", "no etag", "no type", "no query", "200"],
)  # fmt: skip
def test_what_is_wrong_is_seen(change: Change, fails: set[str], served: Served) -> None:
    with spoiled(served, change) as url, Probe(url) as probe:
        findings = {check.id: finding for check, finding in run_checks(probe, CHECKS)}
    seen = {name for name, finding in findings.items() if finding.is_error}
    assert fails <= seen
    assert all(findings[name].message for name in seen)


@pytest.mark.parametrize(
    "body",
    [
        b'{"servers": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"servers": [1], "metadata": {"count": 1}}',
        b'{"servers": [null], "metadata": {"count": 1}}',
    ],
    ids=["deep", "number", "null"],
)
def test_an_answer_of_any_shape_is_no_bug_of_ours(body: bytes, served: Served) -> None:
    with spoiled(served, lambda *_: (200, {}, body)) as url, Probe(url) as probe:
        findings = {check.id: finding for check, finding in run_checks(probe, CHECKS)}
    assert findings["list-shape"].is_error


def test_a_registry_without_anything_is_not_blamed(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry.git")
    registry.commit({"registry-data/servers/.gitkeep": ""})
    build_registry(registry, tmp_path / "dist")
    with serve_in_background(tmp_path / "dist") as served, Probe(served.url) as probe:
        findings = [finding for _, finding in run_checks(probe, CHECKS)]
    assert not [finding for finding in findings if finding.is_error]
    assert any(finding.level is Level.NOTE for finding in findings)


def test_the_command_prints_a_table(served: Served) -> None:
    done = run_cli("conformance", f"{served.url}/v0.1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(CHECKS)} checks passed, 0 failed, 0 not tried." in done.stdout
    done = run_cli("conformance", served.url, "--only", "files", "--format", "json")
    (section,) = json.loads(done.stdout)["sections"]
    assert section["title"] == Ability.FILES.value
    assert {finding["level"] for finding in section["findings"]} == {Level.PASSED.value}


def test_what_is_no_registry_is_told(served: Served) -> None:
    assert run_cli("conformance", "registry.example.com").returncode == 2
    assert run_cli("conformance", "http://127.0.0.1:9").returncode == 3
    message = run_cli("conformance", f"{served.url}/data")
    assert message.returncode == 1
    assert "Traceback" not in message.stderr


def test_every_check_has_an_id_of_its_own() -> None:
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids)
