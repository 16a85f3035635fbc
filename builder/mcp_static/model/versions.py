"""Version strings: their order (SemVer 2.0.0), their identity, and what is not a single version.

Any string may be a version, as in the official registry; only semantic versions have an order.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import semver

LATEST: Final = "latest"

_UNESCAPED: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
_NUMBER: Final = r"v?\d+(?:\.\d+){0,3}(?:[-+][0-9A-Za-z.+-]+)?"
_COMPARATOR: Final = re.compile(rf"\s*(?:\^|~>?|[<>]=?|=)\s*(?:{_NUMBER}|v?\d*(?:\.[\dxX*]+)*)")
_HYPHEN_RANGE: Final = re.compile(rf"\s*{_NUMBER}\s+-\s+{_NUMBER}\s*")
_WILDCARD: Final = re.compile(r"\s*v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,3}(?:-[0-9A-Za-z.-]+)?\s*")


@lru_cache(maxsize=65536)
def semantic_version(text: str) -> semver.Version | None:
    """The semantic version that `text` is, or None (as for only two numbers).

    A `v` before it is as good as none, as in the official registry's comparison of versions.
    """
    try:
        return semver.Version.parse(text.removeprefix("v"))
    except ValueError:
        return None


def folded_version(text: str) -> str:
    """What two versions of one server must differ in: the text after NFC and case-folding."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def escaped_version(text: str) -> str:
    """A version as chains and cursors write it: `a-z0-9.-` as they are, all else `_hh` per byte.

    Capitals are escaped too, so that no two versions differ in case alone on a file system that
    does not tell them apart.
    """
    return "".join(
        character if character in _UNESCAPED else "".join(f"_{b:02x}" for b in character.encode())
        for character in text
    )


def range_problem(text: str) -> str | None:
    """Say why `text` does not name one release (a range, a wildcard, `latest`), or None."""
    stripped = text.strip()
    if stripped.casefold() == LATEST:
        return "'latest' names whatever is newest, not one release"
    if "||" in stripped or "," in stripped:
        return f"{text!r} lists several versions"
    if _HYPHEN_RANGE.fullmatch(stripped) or _COMPARATOR.match(stripped):
        return f"{text!r} is a range of versions"
    if _WILDCARD.fullmatch(stripped) and re.search(r"(?:^v?|\.)[xX*](?:\.|-|$)", stripped):
        return f"{text!r} has a wildcard"
    return None
