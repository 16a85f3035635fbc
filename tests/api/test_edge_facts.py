"""The facts that the edge program takes from this package."""

from mcp_static.api.edge_facts import edge_facts

from tests.servers import PROJECT


def test_the_generated_facts_are_current() -> None:
    committed = (PROJECT / "site/edge/facts.js").read_text()
    assert committed == edge_facts(), "run `make docs`"
