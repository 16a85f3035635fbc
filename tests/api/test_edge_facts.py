"""The facts that the edge program takes from this package."""

import re

from mcp_static.api.edge_facts import FACTS, edge_facts

from tests.servers import PROJECT

EDGE = PROJECT / "site/edge"


def test_the_generated_facts_are_current() -> None:
    assert (EDGE / "facts.js").read_text() == edge_facts(), "run `make docs`"


def test_the_edge_program_reads_every_fact() -> None:
    # nginx makes them anew for each request, so one that nobody reads costs time.
    program = "".join(path.read_text() for path in EDGE.glob("*.js") if path.name != "facts.js")
    assert set(re.findall(r"\bfacts\.(\w+)", program)) - {"js"} == set(FACTS)
    assert set(re.findall(r"\bMESSAGES\.(\w+)", program)) == set(FACTS["messages"])
