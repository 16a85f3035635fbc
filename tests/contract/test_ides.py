"""What IDEs, GitHub Copilot and ToolHive ask of a registry, put to every host as they put it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import pytest
import yaml

from tests.contract.conftest import BY_FILES, BY_RULES, FULL, Serve, smallest_workerd
from tests.contract.gallery import Gallery, ask, encoded
from tests.hosting import Hosted, nginx, site_of
from tests.registries import Registry

SMALLEST_PLAN = "workerd-free"
"""The smallest plan of Workers: its pages of a search are shorter than what is asked for."""
BUCKET = "s3"
SEARCHING = (*FULL, SMALLEST_PLAN)
WALKING = (*SEARCHING, *BY_RULES, BUCKET)
EVERY_HOST = (*WALKING, *BY_FILES)

OFFICIAL = "io.modelcontextprotocol.registry/official"
NUMBERED = {f"io.github.user{n % 50}/server-{n}": f"1.1.{(n + 130) % 7}" for n in range(130)}
"""The contract's registry has 130 servers with two versions each, of which these are the latest."""
LATEST = {*NUMBERED, "com.example/odd", "com.example/last"}
ODD_VERSIONS = ("2025.10.23.1321", "2.0.0-RC_1", "50% off", "vÄ 1", "a?b#c&d=e")


@pytest.fixture(scope="session")
def smallest_plan(
    contract_registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hosted]:
    """The contract's registry on the smallest plan of Workers."""
    site = site_of(contract_registry, tmp_path_factory.mktemp("free") / "site", "cloudflare")
    with smallest_workerd(site) as hosted:
        yield hosted


@pytest.fixture
def host(request: pytest.FixtureRequest, serve: Serve) -> Hosted:
    """The contract's registry on the host of this name."""
    if request.param == SMALLEST_PLAN:
        hosted: Hosted = request.getfixturevalue("smallest_plan")
        return hosted
    return serve(request.param)


def on(hosts: tuple[str, ...]) -> pytest.MarkDecorator:
    """Run a test on these hosts."""
    return pytest.mark.parametrize("host", hosts, indirect=True)


def names_of(entries: list[dict[str, Any]]) -> list[str]:
    """Names, in alphabetical order, repetitions kept."""
    return sorted(entry["server"]["name"] for entry in entries)


@on(EVERY_HOST)
def test_vs_code_settles_on_the_current_api_with_its_first_request(host: Hosted) -> None:
    for base in (host.url, f"{host.url}/"):
        gallery = Gallery(base)
        assert (gallery.version, gallery.asked) == ("v0.1", ["/v0.1/servers?limit=1"])


@on(EVERY_HOST)
def test_vs_code_shows_the_latest_version_of_every_server_once(host: Hosted) -> None:
    shown = Gallery(host.url).servers()
    assert names_of(shown) == sorted(LATEST)
    assert all(entry["_meta"][OFFICIAL]["isLatest"] for entry in shown)
    assert not [entry for entry in shown if entry["_meta"][OFFICIAL]["status"] == "deleted"]
    versions = {entry["server"]["name"]: entry["server"]["version"] for entry in shown}
    assert NUMBERED.items() <= versions.items()


@on(SEARCHING)
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SERVER-12 ", {f"io.github.user{n % 50}/server-{n}" for n in (12, *range(120, 130))}),
        ("ödd & <b>", {"com.example/odd"}),
        ("ΣΑΣ 😀", {"com.example/odd"}),
        ("com.example/", {"com.example/odd", "com.example/last"}),
        ("com.example/gone", set()),
        ("100%", set()),
    ],
)
def test_a_search_in_vs_code_finds_what_it_should(host: Hosted, text: str, found: set[str]) -> None:
    assert names_of(Gallery(host.url).servers(text)) == sorted(found)


@on(SEARCHING)
def test_the_second_page_of_a_search_keeps_it_though_vs_code_does_not(host: Hosted) -> None:
    gallery = Gallery(host.url)
    # "Number 130." to "Number 199." are the latest versions of the first 70 servers.
    assert names_of(gallery.servers("Number 1")) == sorted(list(NUMBERED)[:70])
    first, *following = gallery.asked[1:]
    assert first.endswith("?limit=50&version=latest&search=Number%201")
    assert following
    assert not [path for path in following if "search=" in path]


@on((*BY_RULES, BUCKET, *BY_FILES))
def test_where_searches_mean_nothing_vs_code_shows_everything_once(host: Hosted) -> None:
    assert names_of(Gallery(host.url).servers("Number 1")) == sorted(LATEST)


@on(BY_FILES)
def test_where_only_files_are_served_vs_code_gets_everything_at_once_whatever_its_type(
    host: Hosted,
) -> None:
    gallery = Gallery(host.url)
    assert len(gallery.servers()) == len(LATEST)
    assert gallery.asked[1:] == ["/v0.1/servers?limit=50&version=latest"]
    assert ask(f"{host.url}{gallery.asked[1]}").headers.get_content_type() == "text/html"


@on(EVERY_HOST)
def test_vs_code_finds_each_server_by_its_exact_name_without_a_redirect(host: Hosted) -> None:
    gallery = Gallery(host.url)
    for name in sorted(LATEST):
        entry = gallery.detail(name)
        assert entry, name
        assert entry["_meta"][OFFICIAL]["isLatest"]
        assert entry["server"]["version"] == NUMBERED.get(name, entry["server"]["version"])


NOT_THERE = {
    "unknown": "com.example/missing",
    "unknown namespace": "org.example.nobody/weather",
    "deleted": "com.example/gone",
    "name in another case": "com.example/ODD",
    "namespace in another case": "Com.Example/odd",
    "shorter": "com.example/od",
    "namespace alone": "com.example",
    "more than a name": "com.example/odd/versions",
    "without a namespace": "github",
    "npm": "@modelcontextprotocol/server-filesystem",
    "words": "My server (local)",
    "percent": "100%",
    "path": "C:\\tools\\mcp.exe",
    "address": "https://mcp.example.com/sse?x=1#y",
    "another script": "天気/サーバー 😀",
    "too long for a file": "com.example/" + "x" * 300,
    "like a folder of ours": "../data",
}
"""Names of servers that people may have configured, and that the registry does not hold."""


@on(EVERY_HOST)
@pytest.mark.parametrize("name", NOT_THERE.values(), ids=NOT_THERE)
def test_vs_code_is_told_of_a_server_that_is_not_there(host: Hosted, name: str) -> None:
    assert Gallery(host.url).detail(name) is None


# GitHub Copilot: https://docs.github.com/en/copilot/how-tos/administer-copilot/manage-mcp-usage/configure-mcp-registry
# and, for its command line, https://github.com/github/copilot-cli/issues/3772.


@on(EVERY_HOST)
@pytest.mark.parametrize("query", ["", "?limit=30", "?limit=30&version=latest&search=server"])
def test_copilot_lists_servers(host: Hosted, query: str) -> None:
    answer = ask(f"{host.url}/v0.1/servers{query}", Accept="application/json")
    assert answer.status == 200
    entries = answer.json()["servers"]
    assert len(entries) >= 30
    assert all(entry["server"]["name"] and entry["_meta"] for entry in entries)


@on(EVERY_HOST)
@pytest.mark.parametrize("slash", ["%2F", "%2f", "/"])
@pytest.mark.parametrize("version", ["latest", "1.0.3", *ODD_VERSIONS])
def test_copilot_reads_one_version_of_a_server(host: Hosted, slash: str, version: str) -> None:
    name = "com.example/odd" if version in ODD_VERSIONS else "io.github.user3/server-3"
    path = f"/v0.1/servers/{name.replace('/', slash)}/versions/{encoded(version)}"
    answer = ask(f"{host.url}{path}", Accept="application/json")
    assert answer.status == 200
    server = answer.json()["server"]
    expected = NUMBERED[name] if version == "latest" else version
    assert (server["name"], server["version"]) == (name, expected)


@on(EVERY_HOST)
@pytest.mark.parametrize("name", NOT_THERE.values(), ids=NOT_THERE)
@pytest.mark.parametrize("version", ["latest", "1.0.0"])
def test_copilot_gets_404_and_nothing_else_for_what_is_not_there(
    host: Hosted, name: str, version: str
) -> None:
    path = f"/v0.1/servers/{encoded(name)}/versions/{version}"
    assert ask(f"{host.url}{path}", Accept="application/json").status == 404


@on(EVERY_HOST)
@pytest.mark.parametrize("version", ["9.9.9", "1.0.0+build.7", "Latest", "v1.0.0", "vä 1", "x" * 300])
def test_copilot_gets_404_for_versions_that_are_not_there(host: Hosted, version: str) -> None:
    path = f"/v0.1/servers/com.example%2Fodd/versions/{encoded(version)}"
    assert ask(f"{host.url}{path}", Accept="application/json").status == 404


COPILOT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
}
"""The three headers that Copilot's documentation asks for."""
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, *",
}
"""What is said, which allows that and what the official registry does."""
ORIGIN_ALONE = {"Access-Control-Allow-Origin": "*"}


@dataclass(frozen=True)
class Headers:
    """What a host says to a request, and to the question before it."""

    on_answers: dict[str, str]
    preflight: int
    on_preflight: dict[str, str]


SAYS = dict.fromkeys(EVERY_HOST, Headers(CORS, 204, CORS)) | {
    # A function for requests answers the question; answers get what the operator's policy adds.
    BUCKET: Headers(ORIGIN_ALONE, 204, CORS),
    # Pages set their own headers alone and know no OPTIONS: a simple request, as IDEs send, needs none.
    **dict.fromkeys(("github-pages", "gitlab-pages"), Headers(ORIGIN_ALONE, 405, ORIGIN_ALONE)),
    # Platforms set the headers of their settings, also where they refuse OPTIONS.
    **dict.fromkeys(
        ("azure-static-web-apps", "firebase", "netlify", "vercel"), Headers(CORS, 405, CORS)
    ),
}
"""Every host with what it says; where it cannot say all that Copilot asks for, with the reason."""


def test_all_that_copilot_asks_for_is_allowed() -> None:
    for header, needed in COPILOT.items():
        assert set(needed.split(", ")) <= set(CORS[header].split(", "))


ASKED = {
    "/v0.1/servers": 200,
    "/v0.1/servers?limit=50&version=latest": 200,
    "/v0.1/servers/io.github.user3%2Fserver-3/versions/latest": 200,
    "/v0.1/servers/io.github.user3%2Fserver-3/versions/1.0.3": 200,
    "/v0.1/servers/com.example%2Fmissing/versions/latest": 404,
}


@pytest.fixture
def message(request: pytest.FixtureRequest) -> Headers:
    """The row of the test's host."""
    return SAYS[request.node.callspec.params["host"]]


@on(EVERY_HOST)
@pytest.mark.parametrize("path", ASKED)
def test_answers_carry_the_headers_that_copilot_asks_for(
    host: Hosted, message: Headers, path: str
) -> None:
    answer = ask(f"{host.url}{path}", Origin="https://github.com")
    assert answer.status == ASKED[path]
    assert answer.of_headers(CORS) == dict.fromkeys(CORS) | message.on_answers


@on(EVERY_HOST)
@pytest.mark.parametrize("path", ASKED)
def test_preflights_carry_the_headers_that_copilot_asks_for(
    host: Hosted, message: Headers, path: str
) -> None:
    answer = ask(
        f"{host.url}{path}",
        "OPTIONS",
        Origin="https://github.com",
        Access_Control_Request_Method="GET",
        Access_Control_Request_Headers="authorization,content-type",
    )
    assert answer.status == message.preflight
    assert answer.of_headers(CORS) == dict.fromkeys(CORS) | message.on_preflight


@on(EVERY_HOST)
@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer gho_0123456789"},
        {"Authorization": "Basic dTpw"},
        {"Accept": "application/json"},
        {"Accept": "application/json", "Content-Type": "application/json"},
    ],
    ids=["a token", "a password", "Accept", "Accept and a type"],
)
def test_what_else_copilot_sends_changes_nothing(
    host: Hosted, path: str, headers: dict[str, str]
) -> None:
    plain, answer = ask(f"{host.url}{path}"), ask(f"{host.url}{path}", **headers)
    assert (answer.status, answer.body) == (plain.status, plain.body)
    assert answer.status == ASKED[path]


@pytest.fixture(scope="module")
def busy(contract_registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    """nginx, which tells an address to wait that searches more than once a second."""
    folder = tmp_path_factory.mktemp("busy") / "nginx"
    with nginx(site_of(contract_registry, folder, "nginx", more="searches_per_second = 1\n")) as hosted:
        yield hosted


@pytest.mark.parametrize("path", ASKED)
def test_copilot_is_never_told_to_wait_though_who_searches_is(busy: Hosted, path: str) -> None:
    searches = [ask(f"{busy.url}/v0.1/servers?search=server").status for _ in range(20)]
    assert 429 in searches
    assert {ask(f"{busy.url}{path}").status for _ in range(50)} == {ASKED[path]}


@on(WALKING)
@pytest.mark.parametrize("path", ASKED)
def test_xcode_may_double_the_slash_before_the_version(host: Hosted, path: str) -> None:
    plain, doubled = ask(f"{host.url}{path}"), ask(f"{host.url}/{path}")
    assert (doubled.status, doubled.body) == (plain.status, plain.body)
    assert doubled.status == ASKED[path]


# ToolHive: internal/sources/api_upstream.go of https://github.com/stacklok/toolhive-registry-server.


@on(EVERY_HOST)
def test_toolhive_takes_the_registry_for_one_of_the_standard(host: Hosted) -> None:
    answer = ask(f"{host.url}/openapi.yaml")
    assert answer.status == 200
    about = yaml.safe_load(answer.body)["info"]
    assert about["version"] == "1.0.0"
    assert "https://github.com/modelcontextprotocol/registry" in about["description"]


@on(WALKING)
def test_toolhive_reads_every_version_once(host: Hosted) -> None:
    found: list[tuple[str, str]] = []
    path = "/v0.1/servers?limit=100"
    for _ in range(10):
        page = ask(host.url + path).json()
        found += [(entry["server"]["name"], entry["server"]["version"]) for entry in page["servers"]]
        cursor = page["metadata"].get("nextCursor")
        if not cursor:
            break
        path = f"/v0.1/servers?limit=100&cursor={quote_plus(cursor)}"
    odd = [("com.example/odd", version) for version in ODD_VERSIONS]
    numbered = [(f"io.github.user{n % 130 % 50}/server-{n % 130}", f"1.{n // 130}.{n % 7}") for n in range(260)]  # fmt: skip
    assert sorted(found) == sorted([*numbered, *odd, ("com.example/last", "1.0.0")])
