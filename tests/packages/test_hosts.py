"""The hosts that a package leads to, with what its author fixed of its variables filled in."""

import time
from typing import Any

from mcp_static.packages.hosts import hosts_of


def hosts(url: str, *variables: dict[str, Any]) -> set[str]:
    transport = {"type": "streamable-http", "url": url}
    package = {"registryType": "npm", "transport": transport, "environmentVariables": [*variables]}
    return set(hosts_of({"packages": [package]}))


def test_every_value_of_a_name_counts_however_often_it_is_declared() -> None:
    twice = ({"name": "H", "default": "a.example"}, {"name": "H", "choices": ["b.example"]})
    assert hosts("https://{H}/", *twice) == {"a.example", "b.example"}


def test_a_host_that_is_the_users_own_is_none() -> None:
    assert hosts("https://{H}:{P}/", {"name": "H"}, {"name": "P"}) == set()
    assert hosts("https://{H}.example/", {"name": "H"}) == {"{}.example"}


def test_braces_that_multiply_each_other_end_soon() -> None:
    laughs = [{"name": f"L{n}", "value": f"{{L{n + 1}}}" * 2_000, "choices": ["x"]} for n in range(5)]
    begin = time.perf_counter()
    assert hosts("https://{L0}.evil.example/", *laughs) == {"{}.evil.example"}
    loops = {"name": "A", "choices": ["{A}{A}", *("{A}" * n for n in range(60))]}
    assert all(host.endswith(".evil.example") for host in hosts("https://{A}.evil.example/", loops))
    assert time.perf_counter() - begin < 2
