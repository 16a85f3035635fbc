"""The JSON documents of a file, however they were written one after another."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.importing import documents as module
from mcp_static.importing.documents import documents
from mcp_static.model.errors import IncompleteSourceError, InputError, JsonError

ONE, TWO, THREE = ({"servers": [{"server": {"n": number}}]} for number in (1, 2, 3))
PRETTY = json.dumps([ONE, TWO], indent=2)


def read(text: str | bytes) -> list[Any]:
    raw = text.encode() if isinstance(text, str) else text
    return [value for _, value in documents(io.BytesIO(raw), "x")]


def parted(text: str) -> tuple[list[Any], list[str]]:
    """The documents of a text, and its faults, also where it is refused as a whole."""
    try:
        found = read(text)
    except InputError as error:
        return [], [str(error)]
    faults = [str(one) for one in found if isinstance(one, IncompleteSourceError)]
    return [one for one in found if not isinstance(one, IncompleteSourceError)], faults


def dumps(*values: Any, between: str = "", **options: Any) -> str:
    return between.join(json.dumps(value, **options) for value in values)


@pytest.mark.parametrize(
    "text",
    [
        dumps(ONE, TWO, THREE, between="\n") + "\n",
        dumps(ONE, TWO, THREE, between="\r\n"),
        dumps(ONE, TWO, THREE),
        dumps(ONE, TWO, THREE, between=" "),
        dumps(ONE, TWO, THREE, between=",\n"),
        dumps(ONE, TWO, THREE, between="\n\n \n"),
        "\x1e" + dumps(ONE, TWO, THREE, between="\n\x1e"),
        dumps(ONE, TWO, THREE, indent=2),
        dumps(ONE, TWO, THREE, between="\n", indent=2),
        "\n\n" + dumps(ONE, TWO, THREE, between="\n", indent=1),
        dumps(ONE) + "\n" + dumps(TWO, THREE, between="\n", indent=2),
        dumps(ONE, TWO) + "\n" + dumps(THREE) + "\n",
        "\ufeff" + dumps(ONE, TWO, THREE, between="\n\ufeff"),
        "\ufeff" + dumps(ONE, TWO, THREE, between="\ufeff", indent=2),
    ],
)
def test_documents_are_read_in_whatever_row_they_stand(text: str) -> None:
    assert read(text) == [ONE, TWO, THREE]


@given(st.lists(st.dictionaries(st.text(), st.integers(0, 9)), min_size=1, max_size=5), st.data())
def test_any_layout_gives_the_same_documents(values: list[Any], data: st.DataObject) -> None:
    layouts = st.tuples(st.sampled_from([None, 0, 2]), st.sampled_from(["", " ", "\n", "\r\n"]))
    text = ""
    for value in values:
        indent, after = data.draw(layouts)
        text += json.dumps(value, indent=indent, ensure_ascii=data.draw(st.booleans())) + after
    assert read(text) == values


@pytest.mark.parametrize("text", [PRETTY, dumps(ONE, TWO, between="\n"), dumps([ONE, TWO])])
def test_a_cut_is_noticed_wherever_it_is(text: str) -> None:
    """Cut after each character, what is left gives fewer documents, and says that it is cut off."""
    whole = read(text)
    ends = {len(text.rstrip()), *(place for place, sign in enumerate(text) if sign == "\n")}
    for length in range(1, len(text)):
        good, faults = parted(text[:length])
        assert good == whole[: len(good)]
        is_at_an_end = text is not PRETTY and {length, length - 1} & ends
        assert is_at_an_end or len(faults) == 1, text[:length]
        assert all("cut off" in fault for fault in faults), text[:length]


def test_one_broken_line_costs_only_itself() -> None:
    found = read(dumps(ONE) + "\nbroken\n{broken\n" + dumps(TWO) + "\n")
    assert [one for one in found if not isinstance(one, IncompleteSourceError)] == [ONE, TWO]
    assert len(found) == 4
    found = read(dumps(ONE, ONE)[:-1] + "\n" + dumps(TWO) + "\n")
    assert [one for one in found if not isinstance(one, IncompleteSourceError)] == [ONE, TWO]
    found = read(dumps(ONE, indent=1) + "\n" + dumps(TWO)[:-1] + "\n" + dumps(THREE) + "\n")
    assert [one for one in found if not isinstance(one, IncompleteSourceError)] == [ONE, THREE]
    found = read("{broken\n" + dumps(ONE) + "\n" + dumps(TWO))
    assert [one for one in found if not isinstance(one, IncompleteSourceError)] == [ONE, TWO]


def test_nothing_inside_a_broken_document_is_taken_for_one() -> None:
    text = json.dumps({"servers": [{"server": {"name": "com.example/x"}}]}, indent=1)
    found = read(dumps(ONE) + "\n" + text[:-3])
    assert found[0] == ONE
    assert [type(one) for one in found[1:]] == [IncompleteSourceError]


def test_what_readers_would_take_differently_is_given_as_such() -> None:
    found = read('{"a": 1, "a": 2}\n' + dumps(ONE))
    assert isinstance(found[0], JsonError)
    assert found[1] == ONE
    found = read('{"a": 1, "a": 2}' + dumps(ONE))
    assert isinstance(found[0], JsonError)


@pytest.mark.parametrize(
    "text", ["garbage", "a,b\n1,2\n", "\xff\xfe".encode("latin-1"), "{'a': 1}", "{]"]
)
def test_what_is_no_json_is_refused_with_its_place(text: str | bytes) -> None:
    with pytest.raises(InputError, match="x:1 is not ") as refused:
        read(text)
    assert refused.value.fix


def test_nothing_is_cut_to_a_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line or a document beyond the bound is refused, and never read in part."""
    monkeypatch.setattr(module, "MAX_DOCUMENT_BYTES", 200)
    for text in (dumps([ONE] * 20), json.dumps([ONE] * 20, indent=1)):
        with pytest.raises(InputError, match="more than"):
            read(text)
    lines = "{\n" + dumps(*[ONE] * 20, between="\n")
    found = read(lines)
    assert [one for one in found if not isinstance(one, IncompleteSourceError)] == [ONE] * 20


def test_deep_nesting_is_refused_and_crashes_nothing() -> None:
    assert [type(one) for one in read("[" * 100_000)] == [JsonError]
    with pytest.raises(InputError, match="nests too deeply"):
        read('{"a":\n' + "[\n" * 100_000)
    assert isinstance(read(dumps(ONE) + "\n" + "[" * 50 + "]" * 50)[1], InputError)
