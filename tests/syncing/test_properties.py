"""Whatever happened before, a sync ends with what the sources serve and the lists name."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.syncing.sources import Mirror, entry, table

NAMES = ("com.example/a", "com.example/b", "org.other/c")
VERSIONS = ("1.0.0", "2.0.0")
LINES = (*NAMES, "com.example/*", "com.example/a@^2", "*")

keys = st.tuples(st.sampled_from(NAMES), st.sampled_from(VERSIONS))
sources = st.dictionaries(keys, st.sampled_from(["active", "deprecated", "deleted"]), max_size=5)
lists = st.lists(st.sampled_from(LINES), max_size=3)
states = st.tuples(sources, sources, lists, lists)


def covers(line: str, name: str, version: str) -> bool:
    pattern, _, versions = line.partition("@")
    is_named = pattern in {"*", name} or (pattern.endswith("/*") and name.startswith(pattern[:-1]))
    return is_named and (not versions or version.startswith("2"))


def expected(state: tuple[Any, Any, list[str], list[str]]) -> set[str]:
    """What should be served, said once more and differently."""
    found = set()
    for name in NAMES:
        for source, lines in ((state[0], state[2]), (state[1], state[3])):
            approved = {
                version: status
                for (other, version), status in source.items()
                if other == name and any(covers(line, name, version) for line in lines)
            }
            if approved:
                found |= {f"{name}@{v}" for v, status in approved.items() if status != "deleted"}
                break
    return found


def apply(mirror: Mirror, state: tuple[Any, Any, list[str], list[str]]) -> None:
    for file, source in (("first", state[0]), ("second", state[1])):
        mirror.offer([entry(n, v, status=status) for (n, v), status in source.items()], file)
    mirror.configure(table("first", *state[2]), table("second", *state[3]))
    mirror.sync(allow_withdraw_all=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=st.lists(states, min_size=1, max_size=4))
def test_what_is_served_depends_on_the_last_state_alone(history: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        mirror = Mirror(Path(folder) / "mirror.git")
        for state in history:
            apply(mirror, state)
            assert mirror.served == expected(state)
        assert mirror.sync(allow_withdraw_all=True).made == ()
