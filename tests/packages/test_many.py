"""Many packages of one record, and records that say anything."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mcp_static.model.names import parse_name
from mcp_static.net.addresses import Reach
from mcp_static.net.fetch import Fetcher
from mcp_static.packages.images import PUBLIC_SUFFIXES
from mcp_static.packages.types import PACKAGE_TYPES
from mcp_static.proofs.packages import prove_packages
from mcp_static.reports.findings import Level
from mcp_static.settings import Settings
from mcp_static.settings.network import NetworkSettings

from tests.doubles.package_registries import Npm
from tests.packages.images import GHCR
from tests.packages.market import ALICE, Market, package
from tests.packages.test_go import MODULE


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
    assert [outcome.level for outcome in outcomes] == [Level.PASSED] * 3


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
    assert [outcome.message.split("@")[0] for outcome in outcomes] == [
        f"weather-{n}" for n in range(12)
    ]
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
            f"a..b{PUBLIC_SUFFIXES[0]}/alice/weather:1",
            f"[{PUBLIC_SUFFIXES[0]}/alice/weather:1",
            MODULE,
        ]
    ),
)


@given(
    kind=st.sampled_from([known.id for known in PACKAGE_TYPES]), identifier=odd, version=odd, base=odd
)
@example(kind="mcpb", identifier="https://[", version="", base="")
@example(kind="oci", identifier=f"[{PUBLIC_SUFFIXES[0]}/alice/weather:1", version="", base="")
@example(kind="oci", identifier=f"a..b{PUBLIC_SUFFIXES[0]}/alice/weather:1", version="", base="")
@example(kind="npm", identifier="\ud800", version="1.0.0", base="")
def test_a_proof_ends_in_a_verdict_whatever_a_record_says(
    kind: str, identifier: str, version: str, base: str
) -> None:
    document = {"registryType": kind, "identifier": identifier, "version": version}
    more = [document, {**document, "registryBaseUrl": base, "fileSha256": version}]
    fetcher = Fetcher(Nowhere(NetworkSettings()), lambda _: None)
    outcomes = list(prove_packages({"packages": more}, parse_name(ALICE), Settings(), fetcher))
    assert len(outcomes) == 2
    assert not any(outcome.has_passed for outcome in outcomes)
