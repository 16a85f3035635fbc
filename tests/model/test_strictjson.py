"""Strict JSON: what is refused, what survives, what is escaped."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.model.errors import JsonError
from mcp_static.model.strictjson import child_path, dump_json, parse_json

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values, st.booleans())
def test_any_json_is_read_as_the_standard_library_reads_it(value: object, indent: bool) -> None:
    raw = json.dumps(value, indent=2 if indent else None, ensure_ascii=False).encode("utf-8", "replace")
    assert parse_json(raw) == json.loads(raw)


@given(values)
def test_what_is_written_means_the_same_and_holds_no_markup(value: object) -> None:
    raw = dump_json(value)
    assert parse_json(raw) == json.loads(raw) == json.loads(json.dumps(value))
    for character in "<>&\u2028\u2029":
        assert character.encode() not in raw


@pytest.mark.parametrize(
    ("raw", "kind", "path"),
    [
        (b'{"a": 1, "a": 2}', "duplicate-key", "a"),
        (b'{"x": {"b c": [{"k": 1, "k": 1}]}}', "duplicate-key", 'x["b c"][0].k'),
        (b'{"a": "\\ud800"}', "surrogate", "a"),
        (b'{"a": "\\udc00\\ud800"}', "surrogate", "a"),
        (b'{"a": NaN}', "number", "a"),
        (b'{"a": [-Infinity]}', "number", "a[0]"),
        (b'{"a": 1e999}', "number", "a"),
        (b'{"a": 99999999999999999999}', "number", "a"),
        (b'{"a":18446744073709551616}', "number", "a"),
        (b'{"a": -9223372036854775809}', "number", "a"),
        (b"[" * 33 + b"]" * 33, "depth", ""),
        (b"[" * 90_000, "depth", ""),
        (b'{"a":' * 50_000, "depth", ""),
        (b"\xff\xfe{}", "encoding", ""),
        (b'{"a": "\xed\xa0\x80"}', "encoding", ""),
        (b"{'a': 1}", "syntax", ""),
        (b'{"a": 1,}', "syntax", ""),
        (b"", "syntax", ""),
        (b'{"a": "\x01"}', "syntax", ""),
        (b"{} {}", "syntax", ""),
    ],
)
def test_ambiguous_json_is_refused_with_its_place(raw: bytes, kind: str, path: str) -> None:
    with pytest.raises(JsonError) as caught:
        parse_json(raw)
    assert [(problem.kind, problem.path) for problem in caught.value.problems] == [(kind, path)]


def test_every_ambiguity_is_reported_at_once() -> None:
    with pytest.raises(JsonError) as caught:
        parse_json(b'{"a": NaN, "b": {"c": 1, "c": 2}}')
    assert len(caught.value.problems) == 2


def test_integers_of_64_bits_survive_in_any_writing() -> None:
    for number in (2**64 - 1, 2**63, -(2**63)):
        assert parse_json(b'{"a":%d}' % number) == parse_json(b'{"a" : %d}' % number) == {"a": number}


def test_a_byte_order_mark_is_tolerated() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_brackets_inside_strings_are_not_depth() -> None:
    assert parse_json(json.dumps({"a": "[" * 500 + '\\"' + "{" * 500}).encode())


def test_thirty_two_levels_are_allowed() -> None:
    assert parse_json(b"[" * 32 + b"]" * 32)


def test_paths_quote_keys_that_are_no_names() -> None:
    assert child_path("packages[0]", "transport") == "packages[0].transport"
    assert child_path("_meta", "a.b/c") == '_meta["a.b/c"]'
    assert child_path("", "$schema") == "$schema"
