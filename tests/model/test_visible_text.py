"""What nobody would see is found wherever it is, and what scripts and emoji need is left alone."""

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st
from mcp_static.model.visible_text import hidden_character, is_blank, is_of_one_script, without_hidden

SEEN = [
    "Wetter f\u00fcr alle \U0001f326",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a non-joiner
    "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala, with a joiner
    "\u0915\u094d\u200d\u0937 \u0915\u094d\u200c\u0937",  # Hindi, with both
    "\u1797\u17b6\u179f\u17b6\u200b\u1781\u17d2\u1798\u17c2\u179a",  # Khmer, with a place to break
    "\u182e\u1823\u1829\u182d\u1823\u182f\u180e\u1820",  # Mongolian, with a vowel separator
    "\U0001f469\U0001f3fd\u200d\U0001f4bb \U0001f3f3\ufe0f\u200d\U0001f308 \u2600\ufe0e 1\ufe0f\u20e3",
    "\u0600\u0661",  # an Arabic number sign, which is seen
    "a line\nand\ta tab",
]
HIDDEN = {
    "zero width": "a\u200bb",
    "joiner in Latin": "a\u200db",
    "joiner after a joiner": "\u0645\u200c\u200c",
    "joiner of half an emoji": "\U0001f469\u200d",
    "joiner between letter and emoji": "a\u200d\U0001f4bb",
    "place to break in Latin": "\u0e01\u200ba",
    "soft hyphen": "pay\u00adpal",
    "byte order mark": "\ufeffa",
    "filler": "\u3164",
    "variation selector": "a\ufe0f",
    "variation selector of a digit": "1\ufe0f",
    "two variation selectors": "\u2764\ufe0f\ufe0f",
    "ideographic variation": "\u845b\U000e0100",
    "tags": "a\U000e0061",
    "tags after a flag": "\U0001f3f4\U000e0067\U000e007f",
    "turned text": "a\u202eb",
    "mark of direction": "a\u200fb",
    "isolate": "a\u2067b",
    "private use": "\ue000",
    "private plane": "\U000f0000",
    "unassigned": "\u0378",
    "no character": "\ufdd0",
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029b",
    "annotation": "a\ufff9b",
    "invisible times": "2\u2062x",
    "control": "\u00e9\x07",
    "C1 control": "\u00e9\x9b",
    "control in ASCII": "a\x1bb",
    "carriage return": "a\rb",
}


@pytest.mark.parametrize("text", SEEN)
def test_what_is_seen_is_left_alone(text: str) -> None:
    assert hidden_character(text) is None


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN)
def test_what_is_not_seen_is_found(text: str) -> None:
    assert hidden_character(text) in set(text)


@given(st.text(), st.characters(categories=["Cc", "Cf", "Co", "Cn", "Zl", "Zp"]), st.text())
def test_no_context_hides_what_no_script_needs(before: str, character: str, after: str) -> None:
    needed = {*"\n\t\u200b\u200c\u200d\u180e"}
    is_shown = regex.match(r"\p{Prepended_Concatenation_Mark}", character) or not regex.match(
        r"[\p{C}\p{Z}]",
        character,  # which newer data has since given a meaning
    )
    if character not in needed and not is_shown:
        assert hidden_character(f"{before}{character}{after}") is not None


@example("\u2600\u180e\u180e")
@given(st.text(st.sampled_from("".join([*SEEN, *HIDDEN.values()]))))
def test_what_is_hidden_can_be_taken_out(text: str) -> None:
    assert hidden_character(without_hidden(text)) is None
    assert (without_hidden(text) == text) is (hidden_character(text) is None)


@pytest.mark.parametrize("text", [" ", "\u3000", "\u2800\u2800", "\u0301"])
def test_blank_is_what_shows_nothing(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(f"{text}a")


@pytest.mark.parametrize(
    ("label", "is_one"),
    [
        ("apple", True),
        ("m\u00fcnchen", True),
        ("\u0430\u0440\u0440\u04cf\u0435", True),
        ("\u0430pple", False),
        ("\u03b1lpha", False),
        ("\u6771\u4eactokyo", True),
        ("\u6771\u30ab\u3072", True),
        ("\ud55c\u6f22", True),
        ("\ud55c\u3072", False),
        ("\u13da\u13a2", False),  # Cherokee, whose capitals are those of Latin
        ("i\u2764", True),
    ],
)
def test_a_label_keeps_to_what_is_written_together(label: str, is_one: bool) -> None:
    assert is_of_one_script(label) is is_one
