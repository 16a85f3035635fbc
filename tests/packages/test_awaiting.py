"""Packages that their registry does not show yet: waited for, for a while."""

import itertools

import pytest
from mcp_static.check.report import check_report
from mcp_static.proofs.results import awaited, fails, holds, unknown
from mcp_static.publishing.awaiting import ask_until, pauses
from mcp_static.reports.findings import Finding, Level, Section

from tests.doubles.package_registries import Npm
from tests.packages.market import ALICE, Market, package


def test_pauses_grow_to_a_minute_and_add_up() -> None:
    lengths = list(pauses(300))
    assert lengths[:5] == [5, 10, 20, 40, 60]
    assert max(lengths) == 60
    assert sum(lengths) == 300
    assert list(pauses(0)) == []


def test_a_package_that_appears_is_found(market: Market) -> None:
    Npm().on(market.front)
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            Npm().add("weather", "1.0.0", mcpName=ALICE).on(market.front)

    asked = package("npm", "weather", "1.0.0")
    told: list[float] = []
    found = ask_until(
        lambda: market.prove_one(asked), lambda one: one.is_awaited, 300, told.append, pause
    )
    assert found.has_passed, found.message
    assert told == waited == [5, 10, 20]


def test_a_package_that_never_appears_is_given_up(market: Market) -> None:
    Npm().on(market.front)
    waited: list[float] = []
    asked = package("npm", "weather", "1.0.0")
    found = ask_until(
        lambda: market.prove_one(asked), lambda one: one.is_awaited, 60, lambda _: None, waited.append
    )
    assert (found.level, found.is_awaited, sum(waited)) == (Level.UNKNOWN, True, 60)


WAITS = awaited("package-npm", "it does not exist, or is not shown", "Publish it.")


@pytest.mark.parametrize(
    ("others", "is_awaiting"),
    [
        ([], True),
        ([holds("account", "it holds")], True),
        ([unknown("dns-key", "no answer")], False),
        ([fails("account", "it fails", "Do it.")], False),
    ],
)
def test_a_check_is_worth_repeating_if_nothing_else_is_open(
    others: list[Finding], is_awaiting: bool
) -> None:
    for order in itertools.permutations([WAITS, *others]):
        sections = [Section("change", "", ()), Section("x 1.0.0", "", tuple(order))]
        report = check_report("a" * 40, "b" * 40, sections)
        assert report.is_awaiting is is_awaiting
        assert ("waits for a package" in report.summary) is is_awaiting
        assert report.exit_code == (1 if report.level is Level.ERROR else 3)


def test_what_is_whole_awaits_nothing() -> None:
    sections = [Section("change", "", ()), Section("x", "", (holds("account", "it holds"),))]
    assert not check_report("a" * 40, "b" * 40, sections).is_awaiting
