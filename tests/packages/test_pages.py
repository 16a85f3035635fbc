"""Where people read about a package: only addresses of known pages, whatever an author writes."""

from typing import Any

import pytest
from mcp_static.packages.type import PackageType
from mcp_static.packages.types import PACKAGE_TYPES

with_registry = pytest.mark.parametrize(
    "kind", [kind for kind in PACKAGE_TYPES if kind.registry], ids=lambda kind: kind.id
)


def page(kind: PackageType, identifier: str, **more: Any) -> str:
    return kind.page({"registryType": kind.id, "identifier": identifier, "version": "1.2.3", **more})


@with_registry
def test_the_public_registry_may_be_named(kind: PackageType) -> None:
    assert kind.registry is not None
    address = f"{kind.registry.site.url}/"
    assert page(kind, "weather", registryBaseUrl=address) == page(kind, "weather") != ""


@with_registry
def test_a_package_of_another_registry_has_no_page_that_is_known(kind: PackageType) -> None:
    assert page(kind, "weather", registryBaseUrl="https://packages.example.com") == ""
    assert page(kind, "weather", registryBaseUrl="javascript:alert(1)") == ""


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "..",
        "../login",
        "a/../../login",
        "a//b",
        "a/./b",
        "a?b=c",
        "a#b",
        "a b",
        'a"b',
        "a%2fb",
        "é",
    ],
)
@with_registry
def test_an_identifier_never_leads_out_of_its_place(kind: PackageType, identifier: str) -> None:
    assert page(kind, identifier) == ""


@pytest.mark.parametrize("kind", PACKAGE_TYPES, ids=lambda kind: kind.id)
def test_what_is_no_text_has_no_page(kind: PackageType) -> None:
    assert kind.page({}) == ""
    assert kind.page({"registryType": [kind.id], "identifier": {"a": 1}, "version": 1}) == ""
