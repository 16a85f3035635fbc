"""Other people's clients, unmodified but for the address they are given."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Corpus
from tests.hosting import Starting, nginx, site_of, workerd
from tests.registries import Registry
from tests.servers import Served

HOSTS: dict[str, tuple[str, Starting]] = {"nginx": ("nginx", nginx), "workerd": ("cloudflare", workerd)}
"""Beside `serve`: the host that is built for, and how it starts."""

CLIENTS = Path(os.environ.get("MCP_STATIC_CLIENTS", "unnamed"))
"""The Python of the clients' own environment; `make test` makes it, and names it here."""


def client(program: str, *arguments: str, home: Path, **environment: str) -> Any:
    """Run a program in the clients' own environment; it prints JSON last."""
    run = subprocess.run(
        [CLIENTS, "-W", "ignore", "-c", program, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "COLUMNS": "200", **environment},
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


@pytest.fixture(scope="session", params=["serve", *HOSTS])
def url(
    request: pytest.FixtureRequest, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where the corpus is served, by each host that honors everything in a way of its own."""
    if request.param == "serve":
        served: Served = request.getfixturevalue("served_corpus")
        yield served.url
        return
    built_for, start = HOSTS[request.param]
    registry = Registry(corpus.repository)
    with start(site_of(registry, tmp_path_factory.mktemp("clients") / built_for, built_for)) as hosted:
        yield hosted.url


def names_and_versions(corpus: Corpus) -> list[list[str]]:
    return sorted([entry["server"]["name"], entry["server"]["version"]] for entry in corpus.entries)


@pytest.fixture(scope="module")
def several(corpus: Corpus) -> str:
    """A server with several versions."""
    names: list[str] = [entry["server"]["name"] for entry in corpus.entries]
    return max(names, key=names.count)


MCP_REGISTRY_CLI = """
import json, sys
from mcp_registry_cli.api import MCPRegistryAPI
MCPRegistryAPI.BASE_URL = sys.argv[1]
api, found, cursor = MCPRegistryAPI(), [], None
while True:
    page = api.list_servers(cursor=cursor, limit=int(sys.argv[3]))
    found += page["servers"]
    cursor = page["next_cursor"]
    if not cursor:
        break
print(json.dumps({
    "all": sorted([s.name, s.version] for s in found),
    "statuses": sorted({s.status for s in found}),
    "versions": [s.version for s in api.get_server_versions(sys.argv[2])],
    "search": [s.name for s in api.search_servers(sys.argv[2], limit=1)["servers"]],
}))
"""


@pytest.mark.parametrize("limit", ["30", "100"])
def test_mcp_registry_cli(url: str, corpus: Corpus, several: str, limit: str, tmp_path: Path) -> None:
    got = client(MCP_REGISTRY_CLI, url, several, limit, home=tmp_path)
    assert got["all"] == names_and_versions(corpus)
    assert got["statuses"] == ["active"]
    assert sorted(got["versions"]) == sorted(v for n, v in names_and_versions(corpus) if n == several)
    assert got["search"] == [several]


MCP_REGISTRY_CLI_COMMAND = """
import io, json, sys
from contextlib import redirect_stdout
from mcp_registry_cli.api import MCPRegistryAPI
MCPRegistryAPI.BASE_URL = sys.argv.pop(1)
from mcp_registry_cli import cli
with redirect_stdout(io.StringIO()) as printed:
    cli.console.file = printed
    try:
        cli.main()
    except SystemExit:
        pass
print(json.dumps(printed.getvalue()))
"""


def test_mcp_registry_cli_as_a_command(url: str, corpus: Corpus, tmp_path: Path) -> None:
    printed = client(MCP_REGISTRY_CLI_COMMAND, url, "list", "--limit", "3", home=tmp_path)
    assert "Showing 3 servers" in printed
    assert corpus.entries[0]["server"]["name"] in printed


LANGCHAIN = """
import asyncio, json, sys
from langchain_mcp_registry import MCPRegistryClient
from langchain_mcp_registry.exceptions import ServerNotFoundError
async def main():
    url, name, version, cache = sys.argv[1:]
    async with MCPRegistryClient(registry_url=url + "/v0.1/servers", cache_enabled=False, cache_dir=cache) as c:
        page = await c.search_servers(limit=100)
        following = await c.search_servers(limit=100, cursor="all.100")
        latest = await c.search_servers(name, version="latest")
        since = await c.search_servers(limit=100, updated_since="2025-09-10T00:00:00Z")
        one = await c.get_server_details(name, version)
        newest = await c.get_server_details(name)
        versions = await c.get_server_versions(name)
        try:
            await c.get_server_details("com.example/missing")
            missing = "found"
        except ServerNotFoundError:
            missing = "not found"
    print(json.dumps({
        "page": [[s.name, s.version] for s in page], "following": [[s.name, s.version] for s in following],
        "latest": [[s.name, s.metadata.is_latest] for s in latest], "since": len(since), "one": one.version,
        "newest": newest.metadata.is_latest, "versions": len(versions), "missing": missing,
    }))
asyncio.run(main())
"""


def test_langchain_mcp_registry(url: str, corpus: Corpus, several: str, tmp_path: Path) -> None:
    versions = [v for n, v in names_and_versions(corpus) if n == several]
    got = client(LANGCHAIN, url, several, versions[0], str(tmp_path / "cache"), home=tmp_path)
    assert len(got["page"]) == len(got["following"]) == 100
    assert not [entry for entry in got["page"] if entry in got["following"]]
    assert [several, True] in got["latest"]
    assert got["since"] == 100
    assert (got["one"], got["newest"]) == (versions[0], True)
    assert (got["versions"], got["missing"]) == (len(versions), "not found")


MCP_LOOKUP = """
import json, sys
from mcp_lookup import RegistryClient
url, name, version = sys.argv[1:]
client = RegistryClient(base_url=url)
print(json.dumps({
    "search": [e["server"]["name"] for e in client.search(name, limit=3)],
    "latest": client.get(name)["_meta"]["io.modelcontextprotocol.registry/official"]["isLatest"],
    "one": client.get(name, version=version)["server"]["version"],
    "missing": client.get("com.example/missing"),
}))
"""


def test_mcp_lookup(url: str, corpus: Corpus, several: str, tmp_path: Path) -> None:
    versions = [v for n, v in names_and_versions(corpus) if n == several]
    got = client(MCP_LOOKUP, url, several, versions[-1], home=tmp_path)
    assert set(got["search"]) == {several}
    assert (got["latest"], got["one"], got["missing"]) == (True, versions[-1], None)


APM = """
import json, sys
from apm_cli.registry.client import ServerNotFoundError, SimpleRegistryClient
name, version = sys.argv[1:]
client, found, cursor = SimpleRegistryClient(), [], None
while True:
    page, cursor = client.list_servers(limit=100, cursor=cursor)
    found += page
    if not cursor:
        break
try:
    client.get_server("com.example/missing")
    missing = "found"
except ServerNotFoundError:
    missing = "not found"
print(json.dumps({
    "all": sorted([s["name"], s["version"]] for s in found),
    "search": sorted({s["name"] for s in client.search_servers(name)}),
    "one": client.get_server(name, version)["version"],
    "by reference": client.find_server_by_reference(name)["name"],
    "missing": missing,
}))
"""


def test_apm(url: str, corpus: Corpus, several: str, tmp_path: Path) -> None:
    versions = [v for n, v in names_and_versions(corpus) if n == several]
    got = client(APM, several, versions[0], home=tmp_path, MCP_REGISTRY_URL=url,
                 MCP_REGISTRY_ALLOW_HTTP="1", APM_NO_CACHE="1")  # fmt: skip
    assert got["all"] == names_and_versions(corpus)
    assert (got["search"], got["one"], got["by reference"], got["missing"]) == (
        [several],
        versions[0],
        several,
        "not found",
    )


def test_the_clients_have_an_environment_of_their_own() -> None:
    assert CLIENTS.is_file(), "MCP_STATIC_CLIENTS names no Python; `make test` makes one"
    assert Path(sys.prefix) != CLIENTS.parents[1]
