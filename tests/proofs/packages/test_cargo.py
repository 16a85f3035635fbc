"""crates.io."""

import pytest
from mcp_static.reports.findings import Level

from tests.doubles.package_registries import (
    Cargo,
)
from tests.proofs.packages.market import (
    ALICE,
    Market,
    package,
)


@pytest.mark.parametrize("name", ["a", "ab", "abc", "abcd", "Rust_Weather"])
def test_a_crate_is_found_where_the_index_keeps_it(market: Market, name: str) -> None:
    Cargo().add(name, "1.0.0+b.1", f"<p>mcp-name: {ALICE}</p>").on(market.front)
    outcome = market.prove_one(package("cargo", name.lower(), "1.0.0+b.1"))
    assert outcome.has_passed, outcome.message


def test_a_crate_without_a_readme_is_told_from_one_that_is_missing(market: Market) -> None:
    Cargo().add("weather", "1.0.0", None).on(market.front)
    outcome = market.prove_one(package("cargo", "weather", "1.0.0"))
    assert outcome.level is Level.ERROR
    assert "no README" in outcome.message
