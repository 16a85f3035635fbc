"""Labels of host names whose letters, all of one other script, look like Latin ones.

Browsers show them as punycode where nothing in the host's name lets readers expect that script
(Chromium's `docs/idn.md`, "whole-script confusables"): `xn--80ak6aa92e.com` looks like the name of
a company, and is in Cyrillic letters alone. What looks alike is in Unicode's confusables (UTS #39), as
the library confusable-homoglyphs has them.
"""

from typing import Final

_COUNTRIES: Final = {
    "ARMENIAN": {"am"},
    "CYRILLIC": {"bg", "by", "kg", "kz", "mk", "mn", "rs", "ru", "su", "tj", "ua", "uz"},
    "ETHIOPIC": {"er", "et"},
    "GEORGIAN": {"ge"},
    "GREEK": {"gr"},
    "HEBREW": {"il"},
}
"""The top-level domains in Latin letters of countries that write in a script."""


def only_looks_latin(label: str, top_level: str) -> bool:
    """Whether a label could be read as Latin and has no Latin letter, under such a top-level domain.

    Both are in lowercase, as people see them, with punycode decoded.
    """
    letters = "".join(character for character in label if character.isalpha())
    if not letters or any(letter.isascii() for letter in letters):
        return False
    from confusable_homoglyphs.categories import alias  # both load tables
    from confusable_homoglyphs.confusables import is_confusable

    found = is_confusable(letters, greedy=True, preferred_aliases=["latin"]) or []
    alike = {
        entry["character"]
        for entry in found
        if any(other["c"].isascii() for other in entry["homoglyphs"])
    }
    if set(letters) - alike:
        return False
    script = alias(letters[0])
    is_expected = any(alias(character) == script for character in top_level)
    return not is_expected and top_level not in _COUNTRIES.get(script, ())
