"""The embedded host, over real HTTP."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import requests
from mcp_static.model.errors import InputError
from mcp_static.serve.app import listen, serve
from mcp_static.serve.snapshot import CurrentSnapshot

from tests.conftest import Corpus, build_registry
from tests.registries import START, Registry, entries_of
from tests.servers import PROJECT, Served, run_cli, serve_in_background

ALICE = "io.github.alice/weather"
V1 = "/v0.1/servers"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry with one entry of every fate, served."""
    folder = tmp_path_factory.mktemp("small")
    registry = Registry(folder / "r.git")
    registry.publish(ALICE, "1.0.0", time=START, description="Forecasts & <more>")
    registry.publish(ALICE, "2.0.0+build.1", title="Wetter")
    registry.publish("com.example/maps", "1.0.0")
    registry.publish("com.example/gone", "1.0.0")
    registry.set_status("com.example/gone", "1.0.0", "deleted")
    registry.publish("com.example/half", "1.0.0")
    registry.publish("com.example/half", "2.0.0", time=START + 90_000)
    registry.set_status("com.example/half", "2.0.0", "deleted", "Recalled.")
    build_registry(registry, folder / "dist")
    with serve_in_background(folder / "dist") as served:
        yield served


@dataclass(frozen=True)
class Raw:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    content: bytes


def ask(served: Served, method: str, target: str, **headers: str) -> Raw:
    """A request exactly as written, which friendlier clients would not send."""
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=30)
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    response = connection.getresponse()
    answer = Raw(
        response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    )
    connection.close()
    return answer


@pytest.mark.parametrize("api", ["/v0", "/v0.1"])
@pytest.mark.parametrize("name", [ALICE, quote(ALICE, safe=""), "io.github.alice%2fweather"])
def test_names_may_be_encoded_or_not_and_versions_too(small: Served, api: str, name: str) -> None:
    for version in ("1.0.0", "2.0.0+build.1", "2.0.0%2Bbuild.1", "latest"):
        response = small.get(f"{api}/servers/{name}/versions/{version}")
        assert response.status_code == 200
        assert response.json()["server"]["name"] == ALICE
    listed = small.get(f"{api}/servers/{name}/versions/").json()
    assert [e["server"]["version"] for e in listed["servers"]] == ["2.0.0+build.1", "1.0.0"]


def test_what_is_not_there_or_deleted_is_a_true_404(small: Served) -> None:
    for path in (
        f"{V1}/com.example%2Fmissing/versions", f"{V1}/{ALICE}/versions/9.9.9", f"{V1}/com.example%2Fgone/versions",
        f"{V1}/com.example%2Fgone/versions/latest", f"{V1}/com.example%2Fgone/versions/1.0.0",
        f"{V1}/com.example%2Fhalf/versions/2.0.0", "/v0.1", "/v0.1/servers/x", "/v0.2/servers", "/data/nothing",
        "/data", f"{V1}/{ALICE}", f"{V1}/{ALICE}/other",
    ):  # fmt: skip
        response = small.get(path)
        assert response.status_code == 404, path
        assert list(response.json()) == ["error"]
    page = small.get("/nothing")
    assert (page.status_code, page.headers["Cache-Control"]) == (404, "no-cache")
    assert "Page not found" in page.text


def test_deleted_entries_are_shown_to_those_who_ask(small: Served) -> None:
    assert small.get(f"{V1}/com.example%2Fgone/versions/1.0.0?include_deleted=true").status_code == 200
    assert small.get(f"{V1}/com.example%2Fgone/versions/latest?include_deleted=true").status_code == 200
    half = small.get(f"{V1}/com.example%2Fhalf/versions?include_deleted=true").content
    assert entries_of(half) == [("com.example/half", "2.0.0"), ("com.example/half", "1.0.0")]
    latest = small.get(f"{V1}/com.example%2Fhalf/versions/latest?include_deleted=true").json()
    assert latest["server"]["version"] == "1.0.0"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [(ALICE, "1.0.0"), (ALICE, "2.0.0+build.1"), ("com.example/maps", "1.0.0"), ("com.example/half", "1.0.0")]),
        ("version=latest", [(ALICE, "2.0.0+build.1"), ("com.example/maps", "1.0.0"), ("com.example/half", "1.0.0")]),
        ("version=1.0.0", [(ALICE, "1.0.0"), ("com.example/maps", "1.0.0"), ("com.example/half", "1.0.0")]),
        ("version=2.0.0%2Bbuild.1", [(ALICE, "2.0.0+build.1")]),
        ("version=nine", []),
        ("search=WETTER", [(ALICE, "2.0.0+build.1")]),
        ("search=%26%20%3CMORE", [(ALICE, "1.0.0")]),
        ("search=alice%2Fwea", [(ALICE, "1.0.0"), (ALICE, "2.0.0+build.1")]),
        ("search=alice&version=latest", [(ALICE, "2.0.0+build.1")]),
        ("search=zzz", []),
        ("search=gone", []),
        ("search=gone&include_deleted=true", [("com.example/gone", "1.0.0")]),
        ("version=2.0.0&include_deleted=true", [("com.example/half", "2.0.0")]),
        ("updated_since=2025-10-10T00:00:00Z", [("com.example/half", "1.0.0"), ("com.example/half", "2.0.0")]),
        ("updated_since=2025-10-10T02:00:00%2B02:00&version=2.0.0", [("com.example/half", "2.0.0")]),
        ("updated_since=2025-10-10T02:00:00+02:00&search=half&limit=1", [("com.example/half", "1.0.0")]),
        ("updated_since=2031-01-01T00:00:00Z", []),
        ("unknown=1&source=cli&search=", [(ALICE, "1.0.0"), (ALICE, "2.0.0+build.1"), ("com.example/maps", "1.0.0"), ("com.example/half", "1.0.0")]),
        ("limit=1", [(ALICE, "1.0.0")]),
    ],
)  # fmt: skip
def test_filters_combine(small: Served, query: str, expected: list[tuple[str, str]]) -> None:
    response = small.get(f"{V1}?{query}")
    assert response.status_code == 200
    assert entries_of(response.content) == expected
    assert response.json()["metadata"]["count"] == len(expected)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=-1", "limit=ten", "limit=1.5", "limit=" + "9" * 50, "limit=1&limit=2",
     "cursor=nonsense", "cursor=all.x", "cursor=../../etc", "cursor=" + "a" * 5000, "cursor=%00",
     "updated_since=yesterday", "updated_since=2025-02-30T00:00:00Z", "include_deleted=maybe", "search=%FF",
     "updated_since=2025-10-10T00:00:00Z&include_deleted=false", "include_deleted=0&updated_since=2025-10-10T00:00:00Z",
     "search=a%00b", "version=a&version=b", "search=" + "x" * 65_000, "x=1&" * 200],
)  # fmt: skip
def test_malformed_parameters_are_400_with_a_reason(small: Served, query: str) -> None:
    response = small.get(f"{V1}?{query}")
    assert response.status_code in {400, 414}
    if len(query) < 10_000:
        assert response.status_code == 400
        assert response.json()["error"].startswith("Invalid parameter")


@pytest.mark.parametrize(
    "target",
    ["/v0.1/servers/..%2f..%2fdata/versions", "/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%00", "/data/%2e%2e/x",
     "/v0.1/servers/%ff/x/versions", "/v0.1/servers/a/b/versions/..%5c..%5cx", "//data//snapshot.json",
     "/v0.1/servers/a/b/versions/" + "x" * 3000, "/data/pages", "/%252e%252e/x"],
)  # fmt: skip
def test_no_path_leads_outside(small: Served, target: str) -> None:
    response = ask(small, "GET", target)
    assert response.status == 404
    assert b"root:" not in response.content


def test_writing_is_refused_with_the_way_to_do_it(small: Served) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/v0.1/publish", f"{V1}/{ALICE}/versions/1.0.0", "/anything"):
            response = ask(small, method, path, Content_Length="0")
            assert response.status == 501
            assert "pull request" in json.loads(response.content)["error"]
    response = ask(small, "TRACE", V1)
    assert (response.status, response.headers.get("allow")) == (405, "GET, HEAD, OPTIONS")


def test_browsers_from_anywhere_may_read(small: Served) -> None:
    preflight = ask(small, "OPTIONS", V1, Origin="https://ide.example", Access_Control_Request_Method="GET",
                    Access_Control_Request_Headers="authorization")  # fmt: skip
    assert preflight.status == 204
    assert preflight.headers.get("access-control-allow-origin") == "*"
    assert "GET" in preflight.headers["access-control-allow-methods"].split(", ")
    assert preflight.headers["access-control-allow-headers"] == "Authorization, Content-Type, *"
    for path in (V1, f"{V1}?limit=0", "/nothing", "/feed.xml"):
        assert small.get(path).headers["Access-Control-Allow-Origin"] == "*"


def test_unchanged_documents_are_not_sent_again(small: Served) -> None:
    for path in (V1, f"{V1}/{ALICE}/versions/latest", f"{V1}?search=alice", "/data/snapshot.json"):
        first = small.get(path)
        tag = first.headers["ETag"]
        assert "stale-while-revalidate" in first.headers["Cache-Control"]
        for given in (tag, f'"other", {tag}', "*", tag.removeprefix("W/")):
            again = small.get(path, headers={"If-None-Match": given})
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert small.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_is_get_without_a_body(small: Served) -> None:
    for path in (V1, f"{V1}/{ALICE}/versions/1.0.0", "/nothing"):
        plain = ask(small, "GET", path)
        head = ask(small, "HEAD", path)
        assert (head.status, head.content) == (plain.status, b"")
        assert head.headers.get("content-length") == plain.headers.get("content-length")


def test_long_answers_are_compressed_for_those_who_can(served_corpus: Served) -> None:
    plain = ask(served_corpus, "GET", f"{V1}?limit=100")
    packed = ask(served_corpus, "GET", f"{V1}?limit=100", Accept_Encoding="gzip")
    assert plain.headers.get("content-encoding") is None
    assert packed.headers.get("content-encoding") == "gzip"
    assert plain.headers.get("vary") == packed.headers.get("vary") == "Accept-Encoding"
    assert plain.headers.get("etag") == packed.headers.get("etag")


def parts(served: Served) -> list[str]:
    """The addresses of the export's parts."""
    return [f"/{part['path']}" for part in served.get("/data/export/index.json").json()["parts"]]


def test_types_are_right(small: Served) -> None:
    for path, kind in {
        V1: "application/json", "/data/snapshot.json": "application/json", "/openapi.yaml": "application/yaml",
        "/feed.xml": "application/xml", "/": "text/html; charset=utf-8", f"/servers/{ALICE}/": "text/html; charset=utf-8",
        f"/servers/{ALICE}": "text/html; charset=utf-8",
        **dict.fromkeys(parts(small), "application/gzip"), "/data/nothing": "application/json", "/nothing": "text/html; charset=utf-8",
        "/sitemap.xml": "application/xml", "/robots.txt": "text/plain; charset=utf-8",
    }.items():  # fmt: skip
        response = small.get(path)
        assert response.headers["Content-Type"] == kind
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("limit", [1, 30, 77, 100])
@pytest.mark.parametrize(
    "query", ["", "version=latest", "search=server", "updated_since=2025-10-01T00:00:00Z"]
)
def test_real_walks_return_everything_once(
    served_corpus: Served, corpus: Corpus, query: str, limit: int
) -> None:
    if limit == 1 and query != "version=latest":
        limit = 9
    got, cursor = [], ""
    while True:
        page = served_corpus.get(
            f"{V1}?{query}&limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        )
        found = entries_of(page.content)
        got += found
        cursor = page.json()["metadata"].get("nextCursor", "")
        if not cursor:
            break
        assert len(found) == limit
    assert len(got) == len(set(got))
    if not query:
        assert set(got) == {(e["server"]["name"], e["server"]["version"]) for e in corpus.entries}
    if query == "version=latest":
        assert len(got) == corpus.built.servers


def test_a_cursor_keeps_the_filters_of_its_walk(served_corpus: Served) -> None:
    first = served_corpus.get(f"{V1}?search=server&version=latest&limit=2").json()
    cursor = first["metadata"]["nextCursor"]
    kept = served_corpus.get(f"{V1}?search=server&version=latest&limit=2&cursor={cursor}").content
    for other in ("", "search=zzz&", "updated_since=2031-01-01T00:00:00Z&", "version=9&"):
        assert served_corpus.get(f"{V1}?{other}limit=2&cursor={cursor}").content == kept


def test_a_new_commit_is_served_by_a_watching_host(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "r.git")
    registry.publish(ALICE)
    with serve_in_background(tmp_path / "dist", "--watch", "--repo", registry.path) as served:
        assert served.get(f"{V1}/{ALICE}/versions/latest").json()["server"]["version"] == "1.0.0"
        registry.publish(ALICE, "2.0.0")
        for _ in range(200):
            if served.get(f"{V1}/{ALICE}/versions/latest").json()["server"]["version"] == "2.0.0":
                break
            subprocess.run(["sleep", "0.1"], check=True)
        assert entries_of(served.get(f"{V1}?search=forecasts").content) == [
            (ALICE, "1.0.0"),
            (ALICE, "2.0.0"),
        ]


def test_a_copied_output_is_served_as_well(corpus: Corpus, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-rL", str(corpus.out), str(copy)], check=True)
    with serve_in_background(copy) as served:
        assert served.get(f"{V1}?limit=1").status_code == 200


def test_a_port_in_use_and_a_missing_output_are_told(corpus: Corpus, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        run = run_cli("serve", "--out", corpus.out, "--port", port)
    assert (run.returncode, "--port" in run.stderr) == (1, True)
    run = run_cli("serve", "--out", tmp_path / "nothing", "--port", "0")
    assert (run.returncode, "mcp-static build" in run.stderr) == (1, True)
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("host", ["[::1]", "a..b", "a\udcff", "a" * 80 + ".invalid"])
def test_an_address_that_is_none_is_told(host: str) -> None:
    with pytest.raises(InputError, match="not an address of this machine") as caught:
        listen(host, 0)
    assert "--host" in caught.value.fix


def test_a_failing_build_does_not_end_the_watch(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "r.git")
    registry.publish(ALICE)
    with serve_in_background(tmp_path / "dist", "--watch", "--repo", registry.path) as served:
        base = registry.head
        registry.git(
            "update-ref", "refs/heads/main", registry.commit({"registry-data": None, "x": "y"})
        )
        subprocess.run(["sleep", "2.5"], check=True)
        assert served.get(f"{V1}/{ALICE}/versions/latest").status_code == 200
        registry.git("update-ref", "refs/heads/main", base)
        registry.publish(ALICE, "3.0.0")
        for _ in range(200):
            if served.get(f"{V1}/{ALICE}/versions/latest").json()["server"]["version"] == "3.0.0":
                return
            subprocess.run(["sleep", "0.1"], check=True)
    raise AssertionError("the watch has ended")


def test_a_bug_while_watching_ends_the_program_and_shows(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")

    async def watch() -> None:
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError, match="a bug"):
        serve(listen("127.0.0.1", 0), CurrentSnapshot(tmp_path / "dist"), watch)


def test_a_registry_that_vanishes_is_a_503(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    with serve_in_background(tmp_path / "dist") as served:
        (tmp_path / "dist").unlink()
        response = served.get(V1)
        assert (response.status_code, list(response.json())) == (503, ["error"])


@pytest.mark.parametrize("content", ["{", "{}", "[]", ""])
def test_a_broken_snapshot_is_told(content: str, tmp_path: Path) -> None:
    (tmp_path / "dist/data").mkdir(parents=True)
    (tmp_path / "dist/data/snapshot.json").write_text(content)
    run = run_cli("serve", "--out", tmp_path / "dist", "--port", "0")
    assert (run.returncode, "holds no built registry" in run.stderr) == (1, True)


def test_a_registry_is_served_under_its_path_and_without_it(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    registry.commit({"registry.toml": 'url = "https://apim.example.com/mcp-registry"'})
    build_registry(registry, tmp_path / "dist")
    with serve_in_background(tmp_path / "dist") as served:
        assert served.url.endswith("/mcp-registry")
        assert entries_of(served.get(V1).content) == [(ALICE, "1.0.0")]
        page = served.get("/")
        style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert style.startswith("/mcp-registry/assets/")
        root = served.url.removesuffix("/mcp-registry")
        for target in (style, "/v0.1/servers", "/mcp-registry", "/feed.xml"):
            assert requests.get(root + target, timeout=30).status_code == 200, target
        for target in ("/mcp-registryv0.1/servers", "/other/v0.1/servers", "/mcp-registry/nothing"):
            assert requests.get(root + target, timeout=30).status_code == 404, target


def test_a_server_at_another_address_than_the_settings_name_says_so(
    registry: Registry, tmp_path: Path
) -> None:
    registry.publish(ALICE)
    registry.commit({"registry.toml": 'url = "https://mcp.example.com"'})
    build_registry(registry, tmp_path / "dist")
    process = subprocess.Popen(
        [sys.executable, "-m", "mcp_static", "serve", "--out", str(tmp_path / "dist"), "--port", "0"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT / "builder")},
    )
    assert process.stderr is not None
    try:
        assert "note: registry.toml names another address, https://mcp.example.com" in (
            process.stderr.readline()
        )
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stderr.close()
