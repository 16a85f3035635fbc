"""Whose address a remote leads to, however it is spelled, and which hosts a registry lets it have."""

import json
from typing import Any

import pytest
from mcp_static.model.names import parse_name
from mcp_static.model.remotes import MAX_ADDRESSES, claimed_addresses
from mcp_static.rules.registry_index import SnapshotIndex
from mcp_static.rules.rule import Allowances, EmptyRegistry, RegistryIndex
from mcp_static.rules.run import findings_of, read_record

from tests.rules.breaches import with_remote

BOB = "io.github.bob/weather"
STRIPE = "https://mcp.stripe.com/"


def index_with(url: str, **remote: Any) -> SnapshotIndex:
    """A registry in which Bob's server leads to an address."""
    index = SnapshotIndex()
    index.add(parse_name(BOB), "1.0.0", with_remote(url=url, **remote) | {"name": BOB})
    return index


def found_in(index: RegistryIndex, document: dict[str, Any]) -> list[str]:
    return [finding.id for finding in findings_of(read_record(json.dumps(document).encode()), index)]


def test_an_address_belongs_to_one_server_until_it_is_deleted() -> None:
    index = index_with(STRIPE)
    assert found_in(index, with_remote(url=STRIPE)) == ["remote-unique"]
    assert found_in(index, with_remote(url=STRIPE) | {"name": BOB, "version": "1.0.1"}) == []
    index.set_deleted(parse_name(BOB), "1.0.0", is_deleted=True)
    assert found_in(index, with_remote(url=STRIPE)) == []


SPELLINGS = [
    "https://MCP.stripe.com:443/#a",
    "HTTPS://mcp.stripe.com",
    "https://mcp.stripe.com./",
    "https://mcp.stripe.com/?",
    "https://mcp.stripe.com/?#",
    "https://mcp.stripe.com:0443/",
    "https://mcp.stripe.com/a/../",
    "https://mcp.stripe.com/%2e",
    "https://%6dcp.stripe.com/",
    "https://\uff4dcp.stripe\u3002com/",
    "https://mcp.str\u00adipe.com/",
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_no_spelling_of_an_address_makes_it_another(url: str) -> None:
    assert "remote-unique" in found_in(index_with(STRIPE), with_remote(url=url))
    assert "remote-unique" in found_in(index_with(url), with_remote(url=STRIPE))


def test_percent_encoding_of_what_needs_none_makes_no_difference() -> None:
    index = index_with("https://mcp.stripe.com/~a/%2f")
    assert found_in(index, with_remote(url="https://mcp.stripe.com/%7E%61/%2F")) == ["remote-unique"]
    assert found_in(index, with_remote(url="https://mcp.stripe.com/~a/")) == []


@pytest.mark.parametrize(
    "url",
    ["https://mcp.stripe.com/?x=1", "https://mcp.stripe.com//", "https://mcp.stripe.com/?%78=%31"],
)
def test_what_differs_little_is_reported_and_not_refused(url: str) -> None:
    assert found_in(index_with(STRIPE), with_remote(url=url)) == ["remote-similar"]


def test_another_path_is_another_address() -> None:
    for url in ("https://mcp.stripe.com/b", "https://mcp.stripe.com:8443/", "https://stripe.com/"):
        assert found_in(index_with(STRIPE), with_remote(url=url)) == []


TEMPLATES = [
    ("https://{host}/", {"host": {"default": "mcp.stripe.com"}}),
    ("https://{host}/", {"host": {"value": "mcp.stripe.com"}}),
    ("https://{host}/", {"host": {"choices": ["weather.example.com", "mcp.stripe.com"]}}),
    ("{base}", {"base": {"default": STRIPE}}),
    ("{base}/", {"base": {"value": "https://mcp.stripe.com"}}),
    ("https://{a}.stripe.com/", {"a": {"default": "mcp"}}),
    ("https://mcp.stripe.com:{port}/", {"port": {}}),
    ("https://mcp.stripe.com/{path}", {"path": {"default": "a/.."}}),
    ("https://mcp.{a}.{b}/", {"a": {"value": "stripe"}, "b": {"choices": ["com", "dev"]}}),
]


@pytest.mark.parametrize(("url", "variables"), TEMPLATES)
def test_what_an_author_fills_in_counts(url: str, variables: dict[str, Any]) -> None:
    assert "remote-unique" in found_in(index_with(STRIPE), with_remote(url=url, variables=variables))
    index = index_with(url, variables=variables)
    assert "remote-unique" in found_in(index, with_remote(url=STRIPE))


def test_the_names_of_variables_make_no_difference() -> None:
    index = index_with("https://{tenant}.stripe.com/", variables={"tenant": {}})
    other = with_remote(url="https://{t}.stripe.com/", variables={"t": {"description": "T"}})
    assert found_in(index, other) == ["remote-unique"]


def test_an_address_of_the_users_own_is_nobodys() -> None:
    for url in ("https://{host}/mcp", "https://{host}:{port}/mcp"):
        remote = with_remote(url=url, variables={"host": {}, "port": {}})
        assert claimed_addresses(remote) == ()
        assert found_in(index_with(url, variables={"host": {}, "port": {}}), remote) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://{x}.com/",
        "https://{x}.co.uk/",
        "https://{x}.github.io/",
        "https://{x}.{y}/",
        "https://{x}stripe.com/",
        "https://mcp.stripe.com{x}/",
        "https://mcp.stripe.{x}/",
        "https://{x}{y}/",
        "{x}.com/",
    ],
)
def test_a_template_says_whose_domain_it_is_in(url: str) -> None:
    document = with_remote(url=url, variables={"x": {}, "y": {}})
    assert {"remote-host", "remote-address"} & set(found_in(EmptyRegistry(), document))


@pytest.mark.parametrize(
    "host",
    ["server.local", "mcp.corp", "mcp.internal", "intranet", "co.uk", "github.io", "a..weather-tools.dev",
     "a b.weather-tools.dev", "x" * 64 + ".weather-tools.dev", "-.weather-tools.dev"],
)  # fmt: skip
def test_a_host_is_below_a_suffix_that_is_really_there(host: str) -> None:
    document = with_remote(url=f"https://{host}/")
    assert {"remote-host", "remote-address"} & set(found_in(EmptyRegistry(), document))


@pytest.mark.parametrize(
    ("host", "is_allowed"),
    [
        ("mcp.corp", True),
        ("other.corp", False),
        ("a.mcp.corp", False),
        ("a.internal", True),
        ("a.b.internal", True),
        ("internal", False),
        ("{x}.internal", True),
        ("{x}.corp", False),
        ("ainternal", False),
        ("localhost", False),
        ("10.0.0.1", False),
    ],
)
def test_a_registry_may_have_hosts_of_its_own(host: str, is_allowed: bool) -> None:
    index = SnapshotIndex(Allowances(("mcp.corp", "*.internal")))
    document = with_remote(url=f"https://{host}/", variables={"x": {}})
    assert (found_in(index, document) == []) is is_allowed


def test_a_record_without_end_of_choices_is_looked_up_within_bounds() -> None:
    choices = {"choices": [str(number) for number in range(1000)]}
    document = with_remote(
        url="https://{a}{b}{c}.example.com/", variables=dict.fromkeys("abc", choices)
    )
    assert len(claimed_addresses(document)) == MAX_ADDRESSES
    assert "remote-addresses" in found_in(EmptyRegistry(), document)


@pytest.mark.parametrize(
    "host",
    ["\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444", "xn--e1afmkfd.xn--p1ai", "\u4f8b\u3048.jp",
     "m\u00fcller.de", "xn--mller-kva.de"],
)  # fmt: skip
def test_international_names_are_hosts_like_others(host: str) -> None:
    assert found_in(EmptyRegistry(), with_remote(url=f"https://{host}/mcp")) == []
