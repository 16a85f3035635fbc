"""Lists cut by prefix: every key on one list, every list reached, and changes told from their key."""

from bisect import bisect_left
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.model.names import parse_name
from mcp_static.store import prefix_lists
from mcp_static.store.prefix_lists import (
    Branch,
    Leaf,
    after,
    namespace_key,
    node_at,
    nodes_below,
    server_key,
    touched,
)

KEYS = st.sets(st.text("ab-", min_size=1, max_size=6), max_size=60)


class Sorted:
    """A shelf in memory; `shown` is what the output has so far."""

    def __init__(self, keys: Iterable[str], shown: Iterable[str] = ()) -> None:
        self._keys = sorted(keys)
        self._shown = set(shown)

    def keys(self, prefix: str, limit: int, beyond: str = "") -> list[str]:
        start = bisect_left(self._keys, max(prefix, beyond))
        end = bisect_left(self._keys, after(prefix))
        return self._keys[start : min(end, start + limit)]

    def last(self, prefix: str) -> str:
        return self._keys[bisect_left(self._keys, after(prefix)) - 1]

    def is_shown(self, prefix: str) -> bool:
        return prefix in self._shown

    def shown_below(self, prefix: str) -> list[str]:
        return [one for one in self._shown if one.startswith(prefix) and one != prefix]


@pytest.fixture(scope="module", autouse=True)
def _short_lists() -> Iterable[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prefix_lists, "LIST_LIMIT", 4)
        yield


def lists(keys: Iterable[str]) -> dict[str, Leaf | Branch]:
    index = Sorted(keys)
    found = {prefix: node_at(index, prefix) for prefix in nodes_below(index, "")}
    return {prefix: node for prefix, node in found.items() if node is not None}


@given(keys=KEYS)
def test_every_key_is_on_one_list_and_every_list_is_reached(keys: set[str]) -> None:
    found = lists(keys)
    listed = [key for node in found.values() for key in node.keys]
    assert sorted(listed) == sorted(keys)
    for prefix, node in found.items():
        assert len(node.keys) <= 4
        assert all(key.startswith(prefix) for key in node.keys)
        if isinstance(node, Branch):
            assert prefix == "" or len(node.prefixes) + len(node.keys) > 1  # none leads on to one alone
            assert set(node.prefixes) <= set(found)
    # and nothing stands anywhere else
    index = Sorted(keys)
    prefixes = {key[:length] for key in keys for length in range(1, len(key) + 1)}
    assert {prefix for prefix in prefixes if node_at(index, prefix)} == set(found) - {""}


@given(before=KEYS, after=KEYS)
def test_what_a_change_touches_is_told_from_the_keys_that_came_or_went(
    before: set[str], after: set[str]
) -> None:
    old, new = lists(before), lists(after)
    index = Sorted(after, old)
    told = {prefix for key in before ^ after for prefix in touched(index, key)}
    assert {prefix for prefix in {*old, *new} if old.get(prefix) != new.get(prefix)} <= told


def test_servers_stand_by_their_own_name_and_namespaces_by_their_domain() -> None:
    name = parse_name("io.github.Alice/MCP-weather")
    assert server_key(name) == "mcp-weather,alice.github.io"
    assert namespace_key(name.namespace) == "alice.github.io"
