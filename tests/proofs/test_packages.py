"""The proofs of packages, against doubles that speak each registry's protocol over HTTPS."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builder.model.names import parse_name
from builder.model.settings import NetworkSettings, PackageRegistry, Settings
from builder.proofs import fetch
from builder.proofs.addresses import Reach
from builder.proofs.fetch import Fetcher, Kind
from builder.proofs.outcome import Outcome, Verdict
from builder.proofs.packages import mcpb
from builder.proofs.packages.oci import Reference, parse_reference
from builder.proofs.packages.package import NotProvenError, require_marker
from builder.proofs.packages.proofs import PACKAGE_PROOFS, prove_packages
from builder.proofs.packages.registries import (
    OCI_HOSTS,
    OCI_HUB,
    OCI_HUB_NAMES,
    OCI_SUFFIXES,
    REGISTRIES,
)
from tests.proofs.https import Authority, Body, HttpsFront, Wire, always
from tests.proofs.registry_doubles import (
    OCI_CONFIG,
    OCI_INDEX,
    OCI_MANIFEST,
    Cargo,
    GoProxy,
    Npm,
    Nuget,
    Oci,
    Pypi,
    Releases,
    digest_of,
)

ALICE = "io.github.alice/weather"
MALLORY = "io.github.mallory/weather"
PRIVATE = "packages.example.com"
GHCR = OCI_HOSTS[0]
MODULE = "github.com/alice/weather"
RELEASE_PATH = "/alice/weather-mcp/releases/download/v1.0.0/weather.mcpb"
Document = dict[str, Any]


@dataclass
class Market:
    """The registries of a test, and what a check against them says."""

    front: HttpsFront

    def prove(
        self, *packages: Document, name: str = ALICE, trusted: Document | None = None
    ) -> list[Outcome]:
        """Prove a record's packages with the settings' defaults, or one more registry trusted."""
        network = NetworkSettings(reach=("127.0.0.0/8",), connect=self.front.connect)
        extra = (PackageRegistry.model_validate(trusted),) if trusted else ()
        settings = Settings(network=network, package_registries=extra)
        fetcher = Fetcher(Reach(network), lambda _: None)
        return list(prove_packages({"packages": list(packages)}, parse_name(name), settings, fetcher))

    def prove_one(
        self, package: Document, name: str = ALICE, trusted: Document | None = None
    ) -> Outcome:
        """The same for one package."""
        (outcome,) = self.prove(package, name=name, trusted=trusted)
        return outcome


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that fetches trust in these tests."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def market(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    """Registries that are yet to open."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with HttpsFront(authority) as front:
        yield Market(front)


def package(kind: str, identifier: str, version: str = "", **more: Any) -> Document:
    """A package as `server.json` describes it."""
    facts = {"registryType": kind, "identifier": identifier, "version": version, **more}
    return {key: value for key, value in facts.items() if value}


def readme(name: str | None) -> str:
    """A README that names a server, or none."""
    return "# Weather\r\n" + (f"<!-- mcp-name: {name} -->\r\n" if name else "") + "Forecasts.\r\n"


# One package of each type, that says it is `name`'s. The registry is the public one or PRIVATE.


def open_npm(front: HttpsFront, name: str | None, host: str = REGISTRIES["npm"].host) -> Document:
    marker = {"mcpName": name} if name else {}
    Npm(host).add("@alice/weather", "1.0.0", **marker).on(front)
    return package("npm", "@alice/weather", "1.0.0")


def open_pypi(front: HttpsFront, name: str | None, host: str = REGISTRIES["pypi"].host) -> Document:
    Pypi(host).add("alice-weather", "1.0.0", readme(name)).on(front)
    return package("pypi", "alice-weather", "1.0.0")


def open_index(front: HttpsFront, name: str | None, host: str = REGISTRIES["pypi"].host) -> Document:
    Pypi(host, has_json_api=False).add("alice-weather", "1.0.0", readme(name)).on(front)
    return package("pypi", "alice-weather", "1.0.0")


def open_nuget(front: HttpsFront, name: str | None, host: str = REGISTRIES["nuget"].host) -> Document:
    Nuget(host).add("alice.weather", "1.0.0", readme(name)).on(front)
    return package("nuget", "Alice.Weather", "1.0.0")


def open_cargo(front: HttpsFront, name: str | None, host: str = "") -> Document:
    html = f"<h1>Weather</h1><p><code>mcp-name: {name}</code></p>" if name else "<h1>Weather</h1>"
    Cargo(host).add("alice-weather", "1.0.0", html).on(front)
    return package("cargo", "alice-weather", "1.0.0")


def open_oci(front: HttpsFront, name: str | None, host: str = GHCR) -> Document:
    Oci(host).on(front).add("alice/weather", "1.0.0", name)
    return package("oci", f"{host}/alice/weather:1.0.0")


def open_go(front: HttpsFront, name: str | None, host: str = REGISTRIES["go"].host) -> Document:
    owner = (name or "io.github.nobody/weather").split("/")[0].rpartition(".")[2]
    module = f"github.com/{owner}/weather"
    GoProxy(host).add(module, "v1.0.0", mod=f"module {module}\n\ngo 1.23\n").on(front)
    return package("go", module, "v1.0.0")


def open_mcpb(front: HttpsFront, name: str | None) -> Document:
    digest = Releases().on(front).add(RELEASE_PATH, b"bundle")
    return package("mcpb", f"https://github.com{RELEASE_PATH}", fileSha256=digest if name else "0" * 64)


OPEN: dict[str, Callable[[HttpsFront, str | None], Document]] = {
    "npm": open_npm,
    "pypi": open_pypi,
    "pypi without its JSON API": open_index,
    "nuget": open_nuget,
    "cargo": open_cargo,
    "oci": open_oci,
    "go": open_go,
    "mcpb": open_mcpb,
}
every_type = pytest.mark.parametrize("kind", OPEN)
with_marker = pytest.mark.parametrize("kind", [kind for kind in OPEN if kind not in {"mcpb", "go"}])
with_version = pytest.mark.parametrize("kind", [kind for kind in OPEN if kind not in {"mcpb", "oci"}])


# Every type.


def test_every_type_that_can_be_proven_is_tested_here() -> None:
    assert set(PACKAGE_PROOFS) <= set(OPEN)


@every_type
def test_a_package_that_points_back_is_proven(market: Market, kind: str) -> None:
    outcome = market.prove_one(OPEN[kind](market.front, ALICE))
    assert outcome.verdict is Verdict.HOLDS, outcome.says
    assert outcome.proof == f"package-{kind.split()[0]}"


@with_marker
def test_a_package_of_another_server_fails_and_says_whose_it_is(market: Market, kind: str) -> None:
    outcome = market.prove_one(OPEN[kind](market.front, MALLORY))
    assert outcome.verdict is Verdict.FAILS
    assert MALLORY in outcome.says
    assert ALICE in outcome.mend


@with_marker
def test_a_package_of_a_server_whose_name_goes_on_fails(market: Market, kind: str) -> None:
    assert market.prove_one(OPEN[kind](market.front, f"{ALICE}-pro")).verdict is Verdict.FAILS


@with_marker
def test_a_package_of_a_server_in_other_letters_fails(market: Market, kind: str) -> None:
    assert market.prove_one(OPEN[kind](market.front, ALICE.upper())).verdict is Verdict.FAILS


@every_type
def test_a_package_that_does_not_point_back_fails_and_says_what_to_do(
    market: Market, kind: str
) -> None:
    outcome = market.prove_one(OPEN[kind](market.front, None))
    assert outcome.verdict is Verdict.FAILS
    assert outcome.mend


@with_version
def test_a_version_that_is_not_there_fails(market: Market, kind: str) -> None:
    asked = {**OPEN[kind](market.front, ALICE), "version": "v1.0.1" if kind == "go" else "1.0.1"}
    outcome = market.prove_one(asked)
    assert outcome.verdict is Verdict.FAILS
    assert "does not exist" in outcome.says
    assert "1.0.1" in outcome.says


@every_type
def test_a_package_that_is_not_there_fails(market: Market, kind: str) -> None:
    found = OPEN[kind](market.front, ALICE)
    asked = {**found, "identifier": found["identifier"].replace("eather", "etter")}
    outcome = market.prove_one(asked)
    assert outcome.verdict is Verdict.FAILS
    assert "not exist" in outcome.says


def spoil(front: HttpsFront, which: tuple[str, str], reply: Callable[[], Any]) -> None:
    """Have one host's path answer something else."""
    host, path = which
    kept = front.handler(host)

    def handle(method: str, at: str, headers: Mapping[str, str], body: bytes) -> Any:
        return reply() if at == path else kept(method, at, headers, body)

    front.host(host, handle)


def steps(market: Market, asked: Document) -> list[tuple[str, str]]:
    """The host and path of each step of a proof that holds."""
    assert market.prove_one(asked).holds
    return list(dict.fromkeys((request.host, request.path) for request in market.front.requests))


@every_type
@pytest.mark.parametrize("status", [408, 429, 500, 503, 520])
def test_a_busy_registry_proves_nothing_either_way_at_any_step(
    market: Market, kind: str, status: int
) -> None:
    asked = OPEN[kind](market.front, ALICE)
    all_steps = steps(market, asked)
    for host, path in all_steps:
        kept = market.front.handler(host)
        spoil(market.front, (host, path), lambda: (status, {}, b"busy"))
        outcome = market.prove_one(asked)
        assert outcome.verdict is Verdict.UNKNOWN, (path, outcome.says)
        assert any(asked_host in outcome.says for asked_host, _ in all_steps)
        market.front.host(host, kept)


@every_type
@pytest.mark.parametrize(
    "reply",
    [
        (200, {}, b""),
        (200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"),
        (200, {"Content-Type": "application/json"}, b"[]"),
        (200, {"Content-Type": "application/json"}, b"null"),
        (200, {"Content-Type": "application/json"}, b"[" * 100_000),
        (200, {"Content-Type": "application/json"}, b'{"a":"\xff\xfe"}'),
        (200, {"Content-Encoding": "gzip"}, b"no gzip"),
        (302, {"Location": "https://["}, b""),
        (401, {"WWW-Authenticate": 'Bearer realm="https://["'}, b""),
        (401, {"WWW-Authenticate": 'Bearer ,,="",'}, b""),
        Wire([b"HTTP/1.1 garbage\r\n\r\n"]),
        Wire([]),
    ],
    ids=lambda reply: "wire" if isinstance(reply, Wire) else f"{reply[0]}",
)
def test_a_registry_that_answers_nonsense_at_any_step_proves_nothing(
    market: Market, kind: str, reply: tuple[int, Mapping[str, str], Body] | Wire
) -> None:
    asked = OPEN[kind](market.front, ALICE)
    for host, path in steps(market, asked):
        if path.endswith("/json"):
            continue  # whatever the JSON API of an index answers, its pages may prove
        kept = market.front.handler(host)
        spoil(market.front, (host, path), lambda: reply)
        outcome = market.prove_one(asked)
        assert outcome.verdict in {Verdict.FAILS, Verdict.UNKNOWN}, path
        market.front.host(host, kept)


@every_type
def test_a_registry_that_cannot_be_reached_proves_nothing_either_way(market: Market, kind: str) -> None:
    asked = OPEN[kind](market.front, ALICE)
    market.front.close()
    assert market.prove_one(asked).verdict is Verdict.UNKNOWN


# Which registries are trusted.


PRIVATE_URLS = {
    "npm": f"https://{PRIVATE}",
    "pypi": f"https://{PRIVATE}",
    "nuget": f"https://{PRIVATE}/v3/index.json",
    "cargo": f"https://{PRIVATE}",
    "go": f"https://{PRIVATE}",
}
PRIVATE_OPEN: dict[str, Callable[[HttpsFront, str | None, str], Document]] = {
    "npm": open_npm,
    "pypi": open_pypi,
    "nuget": open_nuget,
    "cargo": open_cargo,
    "go": open_go,
}


@pytest.mark.parametrize("kind", PRIVATE_URLS)
def test_a_registry_that_settings_do_not_name_is_not_asked(market: Market, kind: str) -> None:
    asked = {**PRIVATE_OPEN[kind](market.front, ALICE, PRIVATE), "registryBaseUrl": PRIVATE_URLS[kind]}
    other = "npm" if kind != "npm" else "pypi"
    outcome = market.prove_one(asked, trusted={"type": other, "url": PRIVATE_URLS[kind]})
    assert outcome.verdict is Verdict.FAILS
    assert PRIVATE in outcome.says
    assert market.front.accepted == 0


@pytest.mark.parametrize("kind", PRIVATE_URLS)
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_private_registry_that_settings_name_is_asked(market: Market, kind: str, slash: str) -> None:
    asked = PRIVATE_OPEN[kind](market.front, ALICE, PRIVATE)
    trusted = {"type": kind, "url": PRIVATE_URLS[kind]}
    outcome = market.prove_one(
        {**asked, "registryBaseUrl": PRIVATE_URLS[kind] + slash}, trusted=trusted
    )
    assert outcome.verdict is Verdict.HOLDS, outcome.says
    assert market.front.asked(PRIVATE)


@pytest.mark.parametrize("kind", PRIVATE_URLS)
def test_the_public_registry_may_be_named(market: Market, kind: str) -> None:
    asked = {**OPEN[kind](market.front, ALICE), "registryBaseUrl": REGISTRIES[kind].url}
    assert market.prove_one(asked).holds


def test_nuget_may_be_named_as_older_records_did(market: Market) -> None:
    asked = {
        **open_nuget(market.front, ALICE),
        "registryBaseUrl": f"https://{REGISTRIES['nuget'].host}",
    }
    assert market.prove_one(asked).holds


@pytest.mark.parametrize("port", ["", ":5000"])
def test_a_private_image_registry_that_settings_name_is_asked(market: Market, port: str) -> None:
    Oci(PRIVATE).on(market.front).add("alice/weather", "1.0.0", ALICE)
    asked = package("oci", f"{PRIVATE}{port}/alice/weather:1.0.0")
    network = NetworkSettings(
        reach=("127.0.0.0/8",),
        connect={**market.front.connect, f"{PRIVATE}:5000": f"127.0.0.1:{market.front.port}"},
    )
    trusting = PackageRegistry(type="oci", url=f"{PRIVATE}{port}")
    for trusted, verdict in ((True, Verdict.HOLDS), (False, Verdict.FAILS)):
        settings = Settings(network=network, package_registries=(trusting,) if trusted else ())
        fetcher = Fetcher(Reach(network), lambda _: None)
        (outcome,) = prove_packages({"packages": [asked]}, parse_name(ALICE), settings, fetcher)
        assert outcome.verdict is verdict, outcome.says


@pytest.mark.parametrize("kind", ["", "maven", "NPM", "__class__"])
def test_a_type_that_nobody_can_check_fails(market: Market, kind: str) -> None:
    outcome = market.prove_one(package(kind, "weather", "1.0.0"))
    assert outcome.verdict is Verdict.FAILS
    assert "packages[0]" in outcome.says
    assert outcome.proof == "package"


# Many packages.


def test_packages_are_asked_at_the_same_time(market: Market) -> None:
    barrier = threading.Barrier(3)
    npm = Npm()
    for number in range(3):
        npm.add(f"weather-{number}", "1.0.0", mcpName=ALICE)

    def handle(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        barrier.wait(5)
        return npm.handle(method, path, headers, body)

    market.front.host(npm.host, handle)
    outcomes = market.prove(*(package("npm", f"weather-{number}", "1.0.0") for number in range(3)))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.HOLDS] * 3


def test_outcomes_are_in_the_order_of_the_packages(market: Market) -> None:
    last = threading.Event()
    npm = Npm()
    for number in range(12):
        npm.add(f"weather-{number}", "1.0.0", mcpName=ALICE)

    def handle(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        if "weather-0" in path:
            last.wait(5)
        if "weather-11" in path:
            last.set()
        return npm.handle(method, path, headers, body)

    market.front.host(npm.host, handle)
    outcomes = market.prove(*(package("npm", f"weather-{number}", "1.0.0") for number in range(12)))
    assert [outcome.says.split("@")[0] for outcome in outcomes] == [f"weather-{n}" for n in range(12)]
    assert last.is_set()


@pytest.mark.parametrize("packages", [None, [], {}, "npm", [1, "npm", None]])
def test_a_record_without_packages_has_nothing_to_prove(packages: Any) -> None:
    fetcher = Fetcher(Reach(NetworkSettings()))
    assert not list(prove_packages({"packages": packages}, parse_name(ALICE), Settings(), fetcher))


class Nowhere(Reach):
    """A network in which nothing can be found."""

    def places(self, host: str, port: int) -> list[tuple[str, int]]:
        host.encode("idna")  # as resolving does
        raise OSError(-2, "Name or service not known")


odd = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="[]@:/?#%\\.-+! \nab1\u00e9\u2100", max_size=30),
    st.sampled_from(
        [
            "https://github.com/alice/weather/releases/download/v1/weather.mcpb",
            "https://[",
            f"{GHCR}/alice/weather:1",
            f"a..b{OCI_SUFFIXES[0]}/alice/weather:1",
            f"[{OCI_SUFFIXES[0]}/alice/weather:1",
            MODULE,
        ]
    ),
)


@given(kind=st.sampled_from(sorted(PACKAGE_PROOFS)), identifier=odd, version=odd, base=odd)
@example(kind="mcpb", identifier="https://[", version="", base="")
@example(kind="oci", identifier=f"[{OCI_SUFFIXES[0]}/alice/weather:1", version="", base="")
@example(kind="oci", identifier=f"a..b{OCI_SUFFIXES[0]}/alice/weather:1", version="", base="")
@example(kind="npm", identifier="\ud800", version="1.0.0", base="")
def test_a_proof_ends_in_a_verdict_whatever_a_record_says(
    kind: str, identifier: str, version: str, base: str
) -> None:
    document = {"registryType": kind, "identifier": identifier, "version": version}
    more = [document, {**document, "registryBaseUrl": base, "fileSha256": version}]
    fetcher = Fetcher(Nowhere(NetworkSettings()), lambda _: None)
    outcomes = list(prove_packages({"packages": more}, parse_name(ALICE), Settings(), fetcher))
    assert len(outcomes) == 2
    assert not any(outcome.holds for outcome in outcomes)


@pytest.mark.parametrize(
    "name", ["io.github/weather", "io.gitlab/weather", "io/weather", "com/weather"]
)
def test_a_namespace_that_is_nobodys_proves_no_module(market: Market, name: str) -> None:
    outcome = market.prove_one(open_go(market.front, ALICE), name=name)
    assert outcome.verdict is Verdict.FAILS
    assert outcome.proof == "package-go"
    assert "type" not in outcome.says


# The marker in a README.


@pytest.mark.parametrize(
    "text",
    [
        "# Weather\n\nmcp-name: {}\n\nMore.",
        "# Weather\r\nmcp-name: {}\r\nMore.",
        "mcp-name: {}",
        "<p>mcp-name: {}</p>",
        "<code>mcp-name: {}</code>",
        "mcp-name: {} and more",
        "<!-- mcp-name: {} -->",
        "<!-- mcp-name: {}-->",
        "<!--mcp-name: {}-->",
        "<!-- mcp-name: {}--!>",
        "<!--\r\nmcp-name: {}\r\n-->",
        "mcp-name: {}-pro\nmcp-name: {}\n",
        "(mcp-name: {})",
        "`mcp-name: {}`",
        "mcp-name: {}, that is it",
        "mcp-name: {}\u00e9",
        "xmcp-name: {}",
        "mcp-name: io.github.mallory/x mcp-name: {}",
    ],
)
def test_a_text_names_the_server(text: str) -> None:
    require_marker(text.replace("{}", ALICE), parse_name(ALICE), "the README")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ALICE,
        "mcp-name: {}-pro",
        "mcp-name: {}.core",
        "mcp-name: {}/sub",
        "mcp-name: {}--pro",
        "mcp-name: {}_x",
        "mcp-name: {}1",
        "mcp-name: {}.",
        "mcp-name: {}-",
        "mcp-name: {}--",
        "mcp-name:  {}",
        "mcp-name:{}",
        "mcp-name:\t{}",
        "MCP-Name: {}",
        "mcp-name: x{}",
        "mcp-name: io.github.mallory/weather",
        "mcp-name: ioXgithub.alice/weather",
    ],
)
def test_a_text_does_not_name_the_server(text: str) -> None:
    with pytest.raises(NotProvenError) as caught:
        require_marker(text.replace("{}", ALICE), parse_name(ALICE), "the README")
    assert f"mcp-name: {ALICE}" in caught.value.mend


@given(st.characters(codec="utf-8"))
def test_a_name_ends_where_no_name_can_go_on(character: str) -> None:
    text = f"mcp-name: {ALICE}{character}"
    goes_on = character.isascii() and (character.isalnum() or character in "._/-")
    if goes_on:
        with pytest.raises(NotProvenError, match="runs on"):
            require_marker(text, parse_name(ALICE), "the README")
    else:
        require_marker(text, parse_name(ALICE), "the README")


def test_a_marker_that_runs_on_is_told_from_one_that_names_another() -> None:
    with pytest.raises(NotProvenError, match="runs on"):
        require_marker(f"mcp-name: {ALICE}.", parse_name(ALICE), "the README")
    with pytest.raises(NotProvenError, match=f"names {MALLORY}, not {ALICE}"):
        require_marker(f"mcp-name: {MALLORY}", parse_name(ALICE), "the README")


# npm.


def test_a_scoped_name_is_asked_for_with_its_slash_escaped(market: Market) -> None:
    market.prove_one(open_npm(market.front, ALICE))
    assert [asked.path.lower() for asked in market.front.requests] == ["/@alice%2fweather/1.0.0"]


@pytest.mark.parametrize("version", ["latest", "next", "^1.0.0", "1.x", "", "v1.0.0"])
def test_a_dist_tag_or_range_is_no_version(market: Market, version: str) -> None:
    Npm().add("weather", "1.0.0", tag=version, mcpName=ALICE).on(market.front)
    outcome = market.prove_one({"registryType": "npm", "identifier": "weather", "version": version})
    assert outcome.verdict is Verdict.FAILS


def test_a_manifest_of_another_package_proves_nothing(market: Market) -> None:
    double = Npm().add("weather", "1.0.0", mcpName=ALICE)
    double.manifests["/wetter/1.0.0"] = double.manifests["/weather/1.0.0"]
    double.on(market.front)
    assert market.prove_one(package("npm", "wetter", "1.0.0")).verdict is Verdict.FAILS


@pytest.mark.parametrize("said", [None, "", 1, [ALICE], {"name": ALICE}, True])
def test_a_marker_that_is_no_text_is_none(market: Market, said: object) -> None:
    Npm().add("weather", "1.0.0", mcpName=said).on(market.front)
    outcome = market.prove_one(package("npm", "weather", "1.0.0"))
    assert outcome.verdict is Verdict.FAILS
    assert "no mcpName" in outcome.says


# PyPI.


@pytest.mark.parametrize("has_json_api", [True, False])
@pytest.mark.parametrize(
    "name", ["alice-weather", "Alice_Weather", "alice.weather", "alice--_.weather"]
)
def test_a_project_is_found_under_any_spelling_of_its_name(
    market: Market, name: str, has_json_api: bool
) -> None:
    Pypi(has_json_api=has_json_api).add("alice-weather", "1.0.0", readme(ALICE)).on(market.front)
    assert market.prove_one(package("pypi", name, "1.0.0")).holds


SPELLINGS = [
    ("1.0.2", "v1.0.2"),
    ("1.0.0", "1.0"),
    ("1.0", "1.0.0"),
    ("0.0.1b7", "0.0.1-beta.7"),
    ("1.0.0a1", "1.0.0-alpha1"),
    ("1.0.0rc1", "1.0.0-rc.1"),
    ("1.0.0rc1", "1.0.0c1"),
    ("1.0.post1", "1.0.0.post1"),
    ("10.0", "10.0"),
    ("2025.10.23", "2025.10.23"),
]


@pytest.mark.parametrize("has_json_api", [True, False])
@pytest.mark.parametrize(("released", "asked"), SPELLINGS)
def test_a_release_is_found_under_any_spelling_of_its_version(
    market: Market, released: str, asked: str, has_json_api: bool
) -> None:
    Pypi(has_json_api=has_json_api).add("weather", released, readme(ALICE)).on(market.front)
    outcome = market.prove_one(package("pypi", "weather", asked))
    assert outcome.holds, outcome.says


@pytest.mark.parametrize("has_json_api", [True, False])
@pytest.mark.parametrize(
    ("released", "asked"),
    [
        ("1.0.0", "1.0.1"),
        ("1.0.0", "10.0"),
        ("10.0", "1"),
        ("1.0.0", "1.0.0rc1"),
        ("1.0.0rc1", "1.0.0"),
        ("1.0.0", "1.0.0.post1"),
        ("1.0.0.dev1", "1.0.0"),
        ("1.0.0", "auto"),
        ("1.0.0", "latest"),
        ("1.0.1", "1.0.01.1"),
        ("1.0.0", ".."),
        ("1.0.0+local", "1.0.0"),
    ],
)
def test_another_release_is_not_taken_for_the_one_that_was_named(
    market: Market, released: str, asked: str, has_json_api: bool
) -> None:
    Pypi(has_json_api=has_json_api).add("weather", released, readme(ALICE)).on(market.front)
    outcome = market.prove_one(package("pypi", "weather", asked))
    assert outcome.verdict is Verdict.FAILS
    assert "does not exist" in outcome.says


@pytest.mark.parametrize("has_json_pages", [True, False])
@pytest.mark.parametrize("key", ["core-metadata", "dist-info-metadata"])
def test_an_index_without_a_json_api_is_asked_for_a_wheels_metadata(
    market: Market, has_json_pages: bool, key: str
) -> None:
    Pypi(has_json_api=False, has_json_pages=has_json_pages, metadata_key=key).add(
        "alice-weather", "0.9.0", readme(MALLORY)
    ).add("alice-weather", "1.0.0", readme(ALICE)).add("alice-weather", "1.0.0.post1", "").on(
        market.front
    )
    outcome = market.prove_one(package("pypi", "alice-weather", "1.0.0"))
    assert outcome.holds, outcome.says


@pytest.mark.parametrize("has_json_pages", [True, False])
def test_an_index_without_metadata_is_asked_for_the_wheel(market: Market, has_json_pages: bool) -> None:
    double = Pypi(has_json_api=False, has_json_pages=has_json_pages, metadata_key="")
    double.add("alice-weather", "1.0.0", readme(ALICE)).on(market.front)
    outcome = market.prove_one(package("pypi", "alice-weather", "1.0.0"))
    assert outcome.holds, outcome.says


@pytest.mark.parametrize("wheel", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_a_wheel_that_cannot_be_read_proves_nothing_either_way(market: Market, wheel: bytes) -> None:
    double = Pypi(has_json_api=False, metadata_key="")
    double.add("alice-weather", "1.0.0", readme(ALICE)).on(market.front)
    market.front.host(double.files, always(200, wheel))
    outcome = market.prove_one(package("pypi", "alice-weather", "1.0.0"))
    assert outcome.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("description", [None, ""])
def test_a_release_without_a_description_proves_nothing(
    market: Market, description: str | None
) -> None:
    Pypi().add("weather", "1.0.0", description).on(market.front)
    outcome = market.prove_one(package("pypi", "weather", "1.0.0"))
    assert outcome.verdict is Verdict.FAILS
    assert "does not name the server" in outcome.says


@pytest.mark.parametrize(
    "url", ["https://[", "http://files.example.com/", "https://10.0.0.1/", "file:///x"]
)
def test_a_wheel_at_an_address_that_may_not_be_fetched_proves_nothing(market: Market, url: str) -> None:
    file = {"filename": "weather-1.0.0-py3-none-any.whl", "url": url, "core-metadata": True}
    page = always(200, json.dumps({"files": [file]}), Content_Type="application/json")
    market.front.host(
        REGISTRIES["pypi"].host,
        lambda method, path, *rest: page(method, path, *rest) if "simple" in path else (404, {}, b""),
    )
    assert market.prove_one(package("pypi", "weather", "1.0.0")).verdict is Verdict.FAILS


# NuGet.


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        ("1.1.1", "1.01.1"),
        ("1.0.0", "1.0.0.0"),
        ("1.0.0.1", "1.0.0.1"),
        ("1.0.0", "1.0"),
        ("1.0.0", "1"),
        ("1.0.0", "1.0.0+build.7"),
        ("1.0.0-beta.1", "1.0.0-BETA.1"),
        ("1.0.0-beta-2", "1.0.0-beta-2+x-y"),
        ("0.0.0", "00.0.000"),
    ],
)
def test_a_version_is_normalized_as_nuget_does(market: Market, listed: str, asked: str) -> None:
    Nuget().add("alice.weather", listed, readme(ALICE)).on(market.front)
    outcome = market.prove_one(package("nuget", "Alice.Weather", asked))
    assert outcome.holds, outcome.says


def test_a_nuget_package_without_a_readme_is_told_from_one_that_is_missing(market: Market) -> None:
    Nuget().add("alice.weather", "1.0.0", None).on(market.front)
    outcome = market.prove_one(package("nuget", "Alice.Weather", "1.0.0"))
    assert outcome.verdict is Verdict.FAILS
    assert "no README" in outcome.says
    assert ALICE in outcome.mend


def test_an_exhausted_quota_of_nuget_proves_nothing_either_way(market: Market) -> None:
    market.front.host(REGISTRIES["nuget"].host, always(403, "Quota exceeded."))
    assert market.prove_one(package("nuget", "Weather", "1.0.0")).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("resources", [None, [], {}, [1], [{"@type": "PackageBaseAddress/3.0.0"}]])
def test_a_service_index_without_the_resources_proves_nothing(
    market: Market, resources: object
) -> None:
    market.front.host(REGISTRIES["nuget"].host, always(200, json.dumps({"resources": resources})))
    outcome = market.prove_one(package("nuget", "Weather", "1.0.0"))
    assert outcome.verdict is Verdict.UNKNOWN, outcome.says


# crates.io.


@pytest.mark.parametrize("name", ["a", "ab", "abc", "abcd", "Rust_Weather"])
def test_a_crate_is_found_where_the_index_keeps_it(market: Market, name: str) -> None:
    Cargo().add(name, "1.0.0+b.1", f"<p>mcp-name: {ALICE}</p>").on(market.front)
    outcome = market.prove_one(package("cargo", name.lower(), "1.0.0+b.1"))
    assert outcome.holds, outcome.says


def test_a_crate_without_a_readme_is_told_from_one_that_is_missing(market: Market) -> None:
    Cargo().add("weather", "1.0.0", None).on(market.front)
    outcome = market.prove_one(package("cargo", "weather", "1.0.0"))
    assert outcome.verdict is Verdict.FAILS
    assert "no README" in outcome.says


# OCI images.

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
HUB = OCI_HUB.host
DOCKER, _, INDEX = OCI_HUB_NAMES


@pytest.mark.parametrize(
    ("text", "host", "repository", "version"),
    [
        (f"{GHCR}/alice/weather:1.0.0", GHCR, "alice/weather", "1.0.0"),
        (f"{GHCR}/alice/weather@{A}", GHCR, "alice/weather", A),
        (f"{GHCR}/alice/weather:1.0.0@{A}", GHCR, "alice/weather", A),
        (f"{GHCR.upper()}/alice/weather:1", GHCR, "alice/weather", "1"),
        (f"{GHCR}/a/b/c/d:V1_x.y-z", GHCR, "a/b/c/d", "V1_x.y-z"),
        (f"{GHCR}/a__b/c--d.e_f:1", GHCR, "a__b/c--d.e_f", "1"),
        ("weather:1", HUB, "library/weather", "1"),
        ("alice/weather:1", HUB, "alice/weather", "1"),
        (f"alice/weather@{B}", HUB, "alice/weather", B),
        (f"{DOCKER}/weather:1", HUB, "library/weather", "1"),
        (f"{DOCKER}/alice/weather:1", HUB, "alice/weather", "1"),
        (f"{INDEX}/alice/weather:1", HUB, "alice/weather", "1"),
        (f"{HUB}/alice/weather:1", HUB, "alice/weather", "1"),
        (
            f"europe-docker{OCI_SUFFIXES[0]}/p/r/weather:1",
            f"europe-docker{OCI_SUFFIXES[0]}",
            "p/r/weather",
            "1",
        ),
        ("localhost:5000/weather:1", "localhost:5000", "weather", "1"),
        ("localhost/weather:1", "localhost", "weather", "1"),
    ],
)
def test_a_reference_is_read_as_clients_read_it(
    text: str, host: str, repository: str, version: str
) -> None:
    assert parse_reference(text) == Reference(host, repository, version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        ":1",
        f"@{A}",
        "weather",
        f"{GHCR}/alice/weather",
        f"{GHCR}/alice/weather:",
        f"{GHCR}/alice/weather@",
        f"{GHCR}/alice/weather:1@",
        f"{GHCR}/alice/weather:1:2",
        f"{GHCR}/alice/weather:.1",
        f"{GHCR}/alice/weather:{'1' * 129}",
        f"{GHCR}/alice/weather:1\n",
        f"{GHCR}/alice/weather:1?x=y",
        f"{GHCR}/alice/weather:1#x",
        f"{GHCR}/alice/weather:1/../2",
        f"{GHCR}/Alice/weather:1",
        f"{GHCR}/alice//weather:1",
        f"{GHCR}/alice/../weather:1",
        f"{GHCR}/alice/-weather:1",
        f"{GHCR}/alice/weather-:1",
        f"{GHCR}/a___b:1",
        f"{GHCR}/:1",
        f"{GHCR}/alice/w%65ather:1",
        f"{GHCR}/alice/weather@sha256:{'A' * 64}",
        f"{GHCR}/alice/weather@sha256:{'a' * 63}",
        f"{GHCR}/alice/weather@sha512:{'a' * 128}",
        f"{GHCR}/alice/weather@{A}@{A}",
        f"{GHCR}/alice/weather@{A}\n",
        f"https://{GHCR}/alice/weather:1",
        f"alice@{GHCR}/alice/weather:1",
        f"evil.example.com?{OCI_SUFFIXES[0]}/alice/weather:1",
        f"evil.example.com#{OCI_SUFFIXES[0]}/alice/weather:1",
        f"evil.example.com\\{OCI_SUFFIXES[0]}/alice/weather:1",
        f"evil.example.com:443?{OCI_SUFFIXES[1]}/alice/weather:1",
        f"evil..example{OCI_SUFFIXES[1]}/alice/weather:1",
        f"{OCI_SUFFIXES[1]}/alice/weather:1",
        f"[::1]{OCI_SUFFIXES[1]}/alice/weather:1",
        f"ev il{OCI_SUFFIXES[1]}/alice/weather:1",
    ],
)
def test_what_is_no_reference_to_one_image_is_refused(text: str) -> None:
    assert parse_reference(text) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com",
        f"{GHCR}.example.com",
        f"evil-{GHCR}",
        f"{GHCR}:8443",
        f"{HUB}:443",
        f"evil{OCI_SUFFIXES[1].removeprefix('.')}",
        "evil.example.com:443",
        f"evil.example.com?{OCI_SUFFIXES[0]}",
        f"evil.example.com#{OCI_SUFFIXES[0]}",
        f"evil.example.com\\{OCI_SUFFIXES[0]}",
        f"evil.example.com:443?{OCI_SUFFIXES[1]}",
        "localhost",
        "127.0.0.1",
    ],
)
def test_an_image_of_a_host_that_is_not_trusted_is_not_asked_for(market: Market, host: str) -> None:
    Oci("evil.example.com", asks_for_token=False).on(market.front).add("alice/weather", "1", ALICE)
    market.front.host("127.0.0.1", always(200))
    market.front.host("localhost", always(200))
    market.front.host(f"evil-{GHCR}", always(200))
    outcome = market.prove_one(package("oci", f"{host}/alice/weather:1"))
    assert outcome.verdict is Verdict.FAILS
    assert market.front.accepted == 0


@pytest.mark.parametrize("host", [*OCI_HOSTS, *(f"alice{suffix}" for suffix in OCI_SUFFIXES)])
def test_an_image_is_asked_for_at_every_public_registry(market: Market, host: str) -> None:
    assert market.prove_one(open_oci(market.front, ALICE, host)).holds


@pytest.mark.parametrize(
    ("repository", "written"),
    [
        ("library/weather", "weather:1"),
        ("alice/weather", "alice/weather:1"),
        ("alice/weather", f"{DOCKER}/alice/weather:1"),
    ],
)
def test_an_image_without_a_host_is_the_hubs(market: Market, repository: str, written: str) -> None:
    Oci().on(market.front).add(repository, "1", ALICE)
    assert market.prove_one(package("oci", written)).holds


@pytest.mark.parametrize("is_list", [True, False])
@pytest.mark.parametrize("asks_for_token", [True, False])
@pytest.mark.parametrize("form", ["{tag}", "@{digest}", "{tag}@{digest}"])
def test_an_image_is_proven_in_each_of_its_forms(
    market: Market, is_list: bool, asks_for_token: bool, form: str
) -> None:
    double = Oci(GHCR, asks_for_token=asks_for_token).on(market.front)
    digest = double.add("alice/weather", "1", ALICE, is_list=is_list)
    written = form.format(tag=":1", digest=digest)
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather{written}"))
    assert outcome.holds, outcome.says


def test_the_token_is_asked_for_this_repository_and_kept_from_the_blobs(market: Market) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE)
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).holds
    assert double.scopes == ["repository:alice/weather:pull"]
    (blob,) = market.front.asked(double.blob_host)
    assert "Authorization" not in blob.headers
    assert any("Authorization" in asked.headers for asked in market.front.asked(GHCR))


@pytest.mark.parametrize(
    "challenge",
    [
        'bearer REALM="https://{}/token?keep=1" , Service="{host}"',
        'Bearer realm="https://{}/token?keep=1",service={host},error="invalid_token"',
        'Bearer realm="https://{}/token?keep=1",service="{host}",scope="repository:a:pull,push"',
        'Basic realm="Registry", Bearer realm="https://{}/token?keep=1",service="{host}"',
        'Bearer realm="https://{}/token?keep=1",service="{host}", Basic realm="Registry"',
    ],
)
def test_a_challenge_is_read_in_any_form(market: Market, challenge: str) -> None:
    double = Oci(GHCR)
    double.challenge = challenge.format(double.realm, host=GHCR)
    double.on(market.front).add("alice/weather", "1", ALICE)
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.holds, outcome.says


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "Basic realm=registry",
        'Bearer realm=""',
        'Bearer service="x"',
        'Bearer realm="http://auth.example.com/token?keep=1"',
        'Bearer realm="https://10.0.0.1/token"',
        'Bearer realm="https://a:b@auth.example.com/token?keep=1"',
        'Bearer realm="file:///etc/passwd"',
        'Bearer realm="https://["',
    ],
)
def test_a_challenge_that_leads_astray_is_not_followed(market: Market, challenge: str) -> None:
    double = Oci(GHCR)
    double.challenge = challenge
    double.on(market.front).add("alice/weather", "1", ALICE)
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.verdict in {Verdict.FAILS, Verdict.UNKNOWN}
    assert not market.front.asked(double.realm)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX-Evil: 1", "\u00e9", 1, None, ["a"]])
def test_a_token_that_is_none_is_not_sent(market: Market, token: object) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE)
    market.front.host(double.realm, always(200, json.dumps({"token": token})))
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).verdict is Verdict.UNKNOWN
    assert all("Authorization" not in asked.headers for asked in market.front.requests)


def test_a_private_image_fails_with_what_to_do(market: Market) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE)
    double.private.add("alice/weather")
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.verdict is Verdict.FAILS
    assert "private" in outcome.says
    assert "public" in outcome.mend


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_image_whose_token_is_denied_fails_with_what_to_do(market: Market, status: int) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE)
    market.front.host(double.realm, always(status, '{"errors":[{"code":"DENIED"}]}'))
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.verdict is Verdict.FAILS
    assert "private" in outcome.says


@pytest.mark.parametrize("which", ["top", "child", "configuration"])
def test_bytes_that_are_not_what_their_digest_says_prove_nothing(market: Market, which: str) -> None:
    double = Oci(GHCR).on(market.front)
    top = double.add("alice/weather", "1", MALLORY, platforms=(("linux", "amd64"),))
    forged = Oci(GHCR)
    forged_top = forged.add("alice/weather", "1", ALICE, platforms=(("linux", "amd64"),))
    double.manifests |= {
        key: value for key, value in forged.manifests.items() if key not in double.manifests
    }
    double.blobs |= forged.blobs
    children = [
        json.loads(d.manifests["alice/weather", t][1])["manifests"][1]["digest"]
        for d, t in ((double, top), (forged, forged_top))
    ]
    configs = [
        json.loads(d.manifests["alice/weather", c][1])["config"]["digest"]
        for d, c in zip((double, forged), children, strict=True)
    ]
    match which:
        case "top":
            double.manifests["alice/weather", top] = forged.manifests["alice/weather", forged_top]
        case "child":
            double.manifests["alice/weather", children[0]] = forged.manifests[
                "alice/weather", children[1]
            ]
        case _:
            double.blobs[configs[0]] = forged.blobs[configs[1]]
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1@{top}"))
    assert outcome.verdict is Verdict.FAILS
    assert "digest" in outcome.says


def test_a_list_of_attestations_alone_has_no_image(market: Market) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE, platforms=(("unknown", "unknown"),))
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.verdict is Verdict.FAILS
    assert "no image that runs" in outcome.says


def test_an_image_for_another_machine_proves_where_there_is_none_for_the_usual_one(
    market: Market,
) -> None:
    double = Oci(GHCR).on(market.front)
    double.add("alice/weather", "1", ALICE, platforms=(("linux", "arm64"),))
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).holds


def test_a_list_within_a_list_is_not_followed(market: Market) -> None:
    double = Oci(GHCR).on(market.front)
    inner = double.add("alice/weather", "inner", ALICE)
    outer = {"schemaVersion": 2, "manifests": [{"mediaType": OCI_INDEX, "digest": inner}]}
    double.put("alice/weather", outer, OCI_INDEX, "1")
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).verdict is Verdict.FAILS


@pytest.mark.parametrize("manifests", [None, {}, [], [1], [{"digest": 1}], [{"digest": "../../x"}]])
def test_a_list_that_lists_nothing_has_no_image(market: Market, manifests: object) -> None:
    double = Oci(GHCR).on(market.front)
    double.put("alice/weather", {"manifests": manifests}, OCI_INDEX, "1")
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).verdict is Verdict.FAILS


@pytest.mark.parametrize(
    "config", [None, {}, "sha256:x", {"digest": 1}, {"digest": "sha256:../../x"}, {"digest": A.upper()}]
)
def test_a_manifest_without_a_configuration_proves_nothing(market: Market, config: object) -> None:
    double = Oci(GHCR).on(market.front)
    double.put("alice/weather", {"config": config}, OCI_MANIFEST, "1")
    assert market.prove_one(package("oci", f"{GHCR}/alice/weather:1")).verdict is Verdict.FAILS


def test_an_old_manifest_is_no_image_that_can_be_read(market: Market) -> None:
    kind = "application/vnd.docker.distribution.manifest.v1+prettyjws"
    market.front.host(GHCR, always(200, "{}", Content_Type=kind))
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.verdict is Verdict.FAILS
    assert "can be read" in outcome.says


@pytest.mark.parametrize("config", [{}, {"config": None}, {"config": {"Labels": None}}, {"config": []}])
def test_an_image_without_labels_proves_nothing(market: Market, config: object) -> None:
    double = Oci(GHCR).on(market.front)
    raw = json.dumps(config).encode()
    double.blobs[digest_of(raw)] = raw
    manifest = {"config": {"mediaType": OCI_CONFIG, "digest": digest_of(raw), "size": len(raw)}}
    double.put("alice/weather", manifest, OCI_MANIFEST, "1")
    outcome = market.prove_one(package("oci", f"{GHCR}/alice/weather:1"))
    assert outcome.verdict is Verdict.FAILS
    assert "no label" in outcome.says


# MCPB.


GITLAB_FORMS = (
    "/alice/weather-mcp/-/releases/v1.0.0/downloads/weather.mcpb",
    "/group/sub/alice/weather-mcp/-/releases/v1.0.0/downloads/weather.mcpb",
    "/alice/weather-mcp/-/package_files/12345/download",
)


@pytest.mark.parametrize(
    ("host", "path"),
    [("github.com", RELEASE_PATH), ("www.github.com", RELEASE_PATH)]
    + [("gitlab.com", path) for path in GITLAB_FORMS],
)
def test_a_file_of_a_release_is_proven_by_its_digest(market: Market, host: str, path: str) -> None:
    digest = Releases(host).on(market.front).add(path, b"bundle")
    asked = package("mcpb", f"https://{host}{path}", fileSha256=digest)
    assert market.prove_one(asked).holds


def test_a_file_with_another_digest_fails_and_says_which(market: Market) -> None:
    digest = Releases().on(market.front).add(RELEASE_PATH, b"bundle")
    asked = package("mcpb", f"https://github.com{RELEASE_PATH}", fileSha256="0" * 64)
    outcome = market.prove_one(asked)
    assert outcome.verdict is Verdict.FAILS
    assert digest in outcome.says


def test_a_file_without_a_digest_in_the_record_fails(market: Market) -> None:
    Releases().on(market.front).add(RELEASE_PATH, b"bundle")
    assert (
        market.prove_one(package("mcpb", f"https://github.com{RELEASE_PATH}")).verdict is Verdict.FAILS
    )


def test_a_file_that_is_too_large_fails(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Kind("release", 1000, 10, 5)
    monkeypatch.setattr(fetch, "RELEASE", small)
    monkeypatch.setattr(mcpb, "RELEASE", small)
    digest = Releases().on(market.front).add(RELEASE_PATH, b"x" * 1001)
    asked = package("mcpb", f"https://github.com{RELEASE_PATH}", fileSha256=digest)
    outcome = market.prove_one(asked)
    assert outcome.verdict is Verdict.FAILS
    assert "larger than the 1000 bytes of a release" in outcome.says


def test_a_private_project_that_shows_its_login_instead_fails(market: Market) -> None:
    digest = digest_of(b"bundle").removeprefix("sha256:")

    def handle(_: str, path: str, *__: object) -> tuple[int, Mapping[str, str], Body]:
        if path == "/users/sign_in":
            return 200, {"Content-Type": "text/html"}, "<html>Sign in</html>"
        return 302, {"Location": "/users/sign_in"}, b""

    market.front.host("gitlab.com", handle)
    asked = package("mcpb", f"https://gitlab.com{GITLAB_FORMS[0]}", fileSha256=digest)
    assert market.prove_one(asked).verdict is Verdict.FAILS


def test_a_signed_address_is_in_no_message(market: Market) -> None:
    double = Releases().on(market.front)
    digest = double.add(RELEASE_PATH, b"bundle")
    market.front.host(double.assets, always(503))
    asked = package("mcpb", f"https://github.com{RELEASE_PATH}", fileSha256=digest)
    outcome = market.prove_one(asked)
    assert outcome.verdict is Verdict.UNKNOWN
    assert "Signature" not in outcome.says


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://[",
        f"http://github.com{RELEASE_PATH}",
        f"//github.com{RELEASE_PATH}",
        f"https://evil.example.com{RELEASE_PATH}",
        f"https://github.com.evil.example.com{RELEASE_PATH}",
        f"https://github.com@evil.example.com{RELEASE_PATH}",
        f"https://alice:x@github.com{RELEASE_PATH}",
        f"https://@github.com{RELEASE_PATH}",
        f"https://evil.example.com\\@github.com{RELEASE_PATH}",
        f"https://github.com\\.evil.example.com{RELEASE_PATH}",
        f"https://github.com:8443{RELEASE_PATH}",
        f"https://api.github.com{RELEASE_PATH}",
        f"https://raw.githubusercontent.com{RELEASE_PATH}",
        f"https://github.com{RELEASE_PATH}?x=y",
        f"https://github.com{RELEASE_PATH}#x",
        f"https://github.com{RELEASE_PATH}/more",
        f"https://github.com{RELEASE_PATH}\n",
        f" https://github.com{RELEASE_PATH}",
        "https://github.com/alice/weather-mcp/releases/download/v1.0.0/",
        "https://github.com/alice/weather-mcp/releases/latest/download/weather.mcpb",
        "https://github.com/alice/weather-mcp/raw/main/weather.mcpb",
        "https://github.com/alice/weather-mcp/archive/refs/tags/v1.0.0.zip",
        "https://github.com/../alice/releases/download/v1.0.0/weather.mcpb",
        "https://github.com/alice/../releases/download/v1.0.0/weather.mcpb",
        "https://github.com/alice/./releases/download/v1.0.0/weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/../weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/%2e%2e/weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/%2E./weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/a%2fb/weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/..%2f..%2fmallory/weather.mcpb",
        "https://github.com/alice/weather-mcp/releases/download/v1\\..\\x/weather.mcpb",
        "https://gitlab.com/alice/weather-mcp/uploads/0123456789abcdef/weather.mcpb",
        "https://gitlab.com/-/project/1/uploads/0123456789abcdef/weather.mcpb",
        "https://gitlab.com/alice/weather-mcp/-/raw/main/weather.mcpb",
        "https://gitlab.com/alice/weather-mcp/-/jobs/1/artifacts/download",
        "https://gitlab.com/alice/weather-mcp/-/releases/v1/downloads/bin/weather.mcpb",
        "https://gitlab.com/alice/weather-mcp/-/package_files/12x/download",
        f"https://gitlab.com{RELEASE_PATH}",
        f"https://github.com{GITLAB_FORMS[0]}",
    ],
)
def test_what_is_no_file_of_a_release_is_not_asked_for(market: Market, url: str) -> None:
    for host in ("github.com", "gitlab.com", "evil.example.com", "github.com.evil.example.com"):
        market.front.host(host, always(200, b"bundle"))
    digest = digest_of(b"bundle").removeprefix("sha256:")
    outcome = market.prove_one(package("mcpb", url, fileSha256=digest))
    assert outcome.verdict is Verdict.FAILS
    assert market.front.accepted == 0


# Go.


def go_outcome(
    market: Market,
    module: str,
    version: str = "v1.0.0",
    name: str = ALICE,
    escaped: str = "",
    mod: str = "",
) -> Outcome:
    """Prove a module that its proxy has under an escaped path."""
    GoProxy().add(escaped or module, version, mod=mod or f"module {module}\n").on(market.front)
    return market.prove_one(package("go", module, version), name)


@pytest.mark.parametrize(
    ("name", "module"),
    [
        (ALICE, "github.com/alice/weather"),
        (ALICE, "github.com/alice/weather/v2"),
        (ALICE, "github.com/alice/tools/cmd/weather"),
        ("io.gitlab.alice/weather", "gitlab.com/alice/weather"),
        ("com.example/weather", "example.com/weather"),
        ("com.example.api/weather", "api.example.com/weather"),
    ],
)
def test_a_module_below_its_namespace_is_proven(market: Market, name: str, module: str) -> None:
    outcome = go_outcome(market, module, name=name)
    assert outcome.holds, outcome.says


@pytest.mark.parametrize(
    ("name", "module"),
    [
        (ALICE, "github.com/mallory/weather"),
        (ALICE, "github.com/alice"),
        (ALICE, "github.com/alice/"),
        (ALICE, "github.com/alicex/weather"),
        (ALICE, "gitlab.com/alice/weather"),
        (ALICE, "evil.example.com/github.com/alice/weather"),
        (ALICE, "https://github.com/alice/weather"),
        (ALICE, "github.com/alice/../mallory/weather"),
        (ALICE, "github.com/alice/%2e%2e/mallory/weather"),
        (ALICE, "github.com/alice/weather?x=y"),
        ("com.example/weather", "api.example.com/weather"),
        ("com.example/weather", "example.com.evil.example.com/weather"),
        ("com.example/weather", "example.com"),
        ("com.example.api/weather", "example.com/weather"),
    ],
)
def test_a_module_of_somebody_else_fails(market: Market, name: str, module: str) -> None:
    double = GoProxy().on(market.front)
    for path in (module, "github.com/mallory/weather"):
        double.add(path, "v1.0.0", mod="module github.com/mallory/weather\n")
    assert market.prove_one(package("go", module, "v1.0.0"), name).verdict is Verdict.FAILS


def test_capitals_are_escaped_for_the_proxy(market: Market) -> None:
    outcome = go_outcome(
        market, "github.com/Alice/WeatherMCP", escaped="github.com/!alice/!weather!m!c!p"
    )
    assert outcome.holds, outcome.says


def test_capitals_of_a_version_are_escaped_for_the_proxy(market: Market) -> None:
    GoProxy().add(MODULE, "v1.0.0-!r!c1", "v1.0.0-RC1", f"module {MODULE}\n").on(market.front)
    outcome = market.prove_one(package("go", MODULE, "v1.0.0-RC1"))
    assert outcome.holds, outcome.says


@pytest.mark.parametrize(
    "version", ["v2.0.0+incompatible", "v0.0.0-20250101120000-0123456789ab", "v1.0.0-rc.1"]
)
def test_a_canonical_version_of_any_kind_is_proven(market: Market, version: str) -> None:
    outcome = go_outcome(market, MODULE, version)
    assert outcome.holds, outcome.says


@pytest.mark.parametrize("query", ["main", "latest", "v1", "v1.0", "0123456789ab"])
def test_what_a_proxy_merely_resolves_is_no_version(market: Market, query: str) -> None:
    GoProxy().add(MODULE, query, "v1.0.0", f"module {MODULE}\n").on(market.front)
    outcome = market.prove_one(package("go", MODULE, query))
    assert outcome.verdict is Verdict.FAILS
    assert "does not exist" in outcome.says


@pytest.mark.parametrize(
    "mod",
    ["module github.com/mallory/weather\n", "go 1.23\n", "// module github.com/alice/weather\n", ""],
)
def test_a_module_whose_own_file_gives_another_path_fails(market: Market, mod: str) -> None:
    GoProxy().add(MODULE, "v1.0.0", mod=mod).on(market.front)
    outcome = market.prove_one(package("go", MODULE, "v1.0.0"))
    assert outcome.verdict is Verdict.FAILS
    assert "go.mod" in outcome.says


@pytest.mark.parametrize(
    "mod",
    [
        "// Deprecated: use v2.\nmodule {}\n",
        'module "{}"\n',
        "\nmodule\t{} // a comment\r\n",
        "module {}",
    ],
)
def test_a_module_line_is_read_in_any_form(market: Market, mod: str) -> None:
    assert go_outcome(market, MODULE, mod=mod.format(MODULE)).holds
