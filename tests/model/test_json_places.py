"""Lines and columns of what is in a file, by JSON path."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.model.json_places import JsonPlaces
from mcp_static.model.reading import every_value

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=6), below, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.sampled_from([None, 0, 2]))
def test_a_spot_is_where_its_value_or_its_key_is(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    places = JsonPlaces(text.encode(errors="surrogatepass"))
    lines = text.split("\n")
    decoder = json.JSONDecoder()
    for path, part in every_value(value):
        line, column = places.spot(path)
        found, end = decoder.raw_decode("\n".join(lines[line - 1 :])[column - 1 :])
        rest = "\n".join(lines[line - 1 :])[column - 1 + end :]
        if rest.startswith(":"):
            found = decoder.raw_decode(rest[1:].lstrip())[0]
        assert found == part


@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"a"', b'{"a":', b'{"a": [1,', b"[[[", b"\xff", b"nonsense", b"]"]
)
def test_what_is_no_json_has_a_spot_all_the_same(raw: bytes) -> None:
    assert JsonPlaces(raw).spot("a[3].b").line == 1


def test_what_is_not_there_is_where_it_belongs() -> None:
    places = JsonPlaces(b'{\n "a": {"b c": [1]}}')
    assert places.spot('a["b c"][7].d') == places.spot('a["b c"]') == (2, 8)
    assert places.spot("a.x.y") == places.spot("a") == (2, 2)


def test_columns_count_characters_after_a_byte_order_mark() -> None:
    assert JsonPlaces('\ufeff{"ü": 1, "b": 2}'.encode()).spot("b") == (1, 10)
