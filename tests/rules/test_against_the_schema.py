"""Whatever is done to an entry: what the closed schema of 2025-12-11 refuses, the rules refuse as well."""

import copy
import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_static.api.entries import server_bytes
from mcp_static.rules.rule import EmptyRegistry
from mcp_static.rules.run import findings_of, read_record

from tests.made_up_entries import made_up_entries
from tests.rules.breaches import SOUND
from tests.rules.dated_schema import CLOSED_SCHEMA

SCHEMA: Final = jsonschema.Draft7Validator(CLOSED_SCHEMA)
ENTRIES: Final = [*SOUND, *(entry["server"] for entry in made_up_entries())][:400]
DAMAGE: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 1.5, "", " ", "x", "latest", "${VERSION}", "https://%00.dev/", "https://{host}/",
    "/npm", "git@github.com:a/b.git", [], ["x"], [None], {}, {"x": 1}, {"type": "stdio"}, {"type": "named"},
)  # fmt: skip
_DRAFT: Final = frozenset({"postInstallInstructions"})
_DROPPED: Final = frozenset({"status"})


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every object or array of a document, with each of its keys or indices."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


def damaged(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A document with one to three things changed, removed, moved, renamed or added."""
    result = copy.deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        holder, key = chance.choice(list(places(result)))
        act = chance.randrange(5)
        if act == 0:
            holder[key] = copy.deepcopy(chance.choice(DAMAGE))
        elif act == 1:
            del holder[key]
        elif isinstance(holder, dict) and act == 2:
            holder[chance.choice((f"{key}s", str(key).upper(), "env", "extra"))] = holder.pop(key)
        elif isinstance(holder, dict):
            other, its = chance.choice(list(places(result)))
            holder[
                str(key) if act == 3 else chance.choice(("url", "value", "type", "name", "headers"))
            ] = copy.deepcopy(other[its])
        if not result:
            break
    return result


def known_to_newer_rules(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what the rules take on purpose, and the dated schema does not.

    Members of the schema's draft, `status`, a URL that begins with a variable, and empty members.
    """
    raw = json.dumps(document).encode()
    shown = json.loads(server_bytes(read_record(raw).document))

    def pruned(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: f"https://{part}" if key == "url" and str(part).startswith("{") else pruned(part)
                for key, part in value.items()
                if key not in _DRAFT | _DROPPED
            }
        return [pruned(part) for part in value] if isinstance(value, list) else value

    result: dict[str, Any] = pruned(shown)
    return result


def disagreement(document: dict[str, Any]) -> str:
    """Why the schema refuses a document that the rules accept; empty if they agree, or the rules refuse."""
    raw = json.dumps(document).encode()
    if any(finding.is_error for finding in findings_of(read_record(raw), EmptyRegistry())):
        return ""
    error = next(SCHEMA.iter_errors(known_to_newer_rules(document)), None)
    return "" if error is None else f"{error.json_path}: {error.message[:200]}"


@pytest.mark.parametrize("document", SOUND)
def test_what_is_sound_is_valid_by_the_closed_schema(document: dict[str, Any]) -> None:
    SCHEMA.validate(known_to_newer_rules(document))


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(ENTRIES) - 1), st.integers(0, 2**32))
def test_no_damage_gets_past_the_rules_that_the_schema_sees(which: int, seed: int) -> None:
    assert disagreement(damaged(ENTRIES[which], random.Random(seed))) == ""


def test_no_damage_to_an_entry_of_a_corpus_gets_past_them_either(corpus_file: Path) -> None:
    with gzip.open(corpus_file) as lines:
        entries = [json.loads(line)["server"] for line in lines]
    found = set()
    for seed in range(2_000):
        chance = random.Random(seed)
        found.add(disagreement(damaged(chance.choice(entries), chance)))
    assert found == {""}
