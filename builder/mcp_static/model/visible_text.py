"""Which characters of a text nobody would see, and which letters look like those of another script.

Models read what people do not see, so a text must have nothing that only one of them gets. The
properties are those of the Unicode data in the library `regex`; which scripts need joiners follows
the Core Specification (chapters 9, 12, 13 and 16) and, for emoji, UTS #51. It is loaded for a text
that is not ASCII alone.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import regex

_ASCII_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

_HIDDEN: Final = (
    r"[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}"
    r"--[\n\t\p{Prepended_Concatenation_Mark}]]"
)
"""Default-ignorable code points (with the tag characters, variation selectors and what is of no
width), other control and format characters, private use, unassigned, line and paragraph separators."""

_JOINED: Final = (
    "Arabic", "Syriac", "Mongolian", "Nko", "Mandaic", "Adlam", "Hanifi_Rohingya", "Phags_Pa",
    "Manichaean", "Sogdian", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil",
    "Telugu", "Kannada", "Malayalam", "Sinhala", "Tibetan", "Myanmar", "Khmer", "Balinese",
    "Javanese", "Sundanese", "Meetei_Mayek", "Grantha", "Newa", "Tirhuta",
)  # fmt: skip
"""Scripts in which a joiner or a non-joiner decides how the letters beside it are written."""

_UNSPACED: Final = ("Thai", "Lao", "Khmer", "Myanmar", "Tai_Le")
"""Scripts without spaces, in which U+200B says where a line may end."""


def _any_of(property_name: str, scripts: tuple[str, ...]) -> str:
    return "".join(rf"\p{{{property_name}={script}}}" for script in scripts)


_NEEDED: Final = (
    # a joiner or non-joiner after a letter of a script whose letters join
    rf"(?<=[{_any_of('Script', _JOINED)}&&[\p{{L}}\p{{M}}]])[\u200c\u200d]",
    # a place where a line may end, in a script without spaces
    rf"(?<=[{_any_of('Script', _UNSPACED)}])\u200b(?=[{_any_of('Script', _UNSPACED)}])",
    # a variant of a Mongolian letter, and the vowel separator, which is of that script itself
    r"(?<=[\p{Script=Mongolian}&&\p{L}][\u180b-\u180d\u180f]?)[\u180b-\u180f]",
    # text or emoji presentation, and keycaps
    r"(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]",
    r"(?<=[0-9#*])\ufe0f(?=\u20e3)",
    # the joiner of an emoji sequence
    r"(?<=\p{Extended_Pictographic}[\p{Emoji_Modifier}\ufe0f]?)\u200d(?=\p{Extended_Pictographic})",
)

_IN_USE: Final = (
    "Latin", "Greek", "Cyrillic", "Armenian", "Hebrew", "Arabic", "Thaana", "Devanagari", "Bengali",
    "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala", "Thai",
    "Lao", "Tibetan", "Myanmar", "Georgian", "Hangul", "Ethiopic", "Khmer", "Hiragana", "Katakana",
    "Bopomofo", "Han",
)  # fmt: skip
"""The scripts in general use (UAX #31, table 5)."""

_TOGETHER: Final = (("Han", "Hiragana", "Katakana"), ("Han", "Bopomofo"), ("Han", "Hangul"))
"""The scripts that one text may mix, with ASCII letters (UTS #39, 5.2, "highly restrictive")."""


def hidden_character(text: str) -> str | None:
    """The first character of a text that nobody would see as what it is; None if there is none.

    Line breaks and tabs are seen. Joiners and variation selectors count where nothing needs them.
    """
    if text.isascii():
        found = _ASCII_CONTROL.search(text)
        return found[0] if found else None
    for match in _pattern().finditer(text):
        if match["hidden"]:
            return str(match["hidden"])
    return None


def is_visible_line(text: str) -> bool:
    """Whether a text is one line of characters that people see."""
    return hidden_character(text) is None and not re.search(r"[\n\t]", text)


def without_hidden(text: str) -> str:
    """A text without the characters that `hidden_character` finds."""
    if text.isascii():
        return _ASCII_CONTROL.sub("", text)
    return _pattern().sub(lambda match: "" if match["hidden"] else match[0], text)


def is_blank(text: str) -> bool:
    """Whether a text has no letter, digit, mark of punctuation or symbol."""
    if text.isascii():
        return not text.strip()
    return not _compiled(r"[\p{L}\p{N}\p{P}\p{S}--\u2800]").search(text)


def is_of_one_script(label: str) -> bool:
    """Whether a label of a host's name keeps to one script, or to those that are written together.

    This is the level "highly restrictive" of UTS #39 (5.2).
    """
    return label.isascii() or _compiled(_ONE_SCRIPT).fullmatch(label) is not None


def _in_scripts(scripts: tuple[str, ...], more: str = "") -> str:
    letters = _any_of("Script_Extensions", scripts)
    return rf"[{letters}{more}\p{{Script=Common}}\p{{Script=Inherited}}]+"


_ONE_SCRIPT: Final = "|".join(
    [
        *(_in_scripts((script,)) for script in _IN_USE),
        *(_in_scripts(scripts, "a-z") for scripts in _TOGETHER),
    ]
)


def _pattern() -> "regex.Pattern[str]":
    return _compiled(f"{'|'.join(_NEEDED)}|(?P<hidden>{_HIDDEN})")


@lru_cache(maxsize=4)
def _compiled(pattern: str) -> "regex.Pattern[str]":
    import regex  # takes longer to load than a file in English takes to check

    return regex.compile(pattern, regex.VERSION1)
