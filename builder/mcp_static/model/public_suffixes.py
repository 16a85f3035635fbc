"""The Public Suffix List: below which names anybody can register one, as under `com` or `co.uk`.

To parse the whole list takes several times as long as all other rules over a record, so that only
what concerns a domain's last label is parsed.
"""

from functools import cache, lru_cache
from importlib.resources import files

from publicsuffixlist import PublicSuffixList


def registrable_domain(domain: str) -> str | None:
    """The part of a lowercase domain that somebody registered; None for a public suffix itself.

    A last label that the list does not have counts as a suffix.
    """
    found = _suffixes_of(domain).privatesuffix(domain)
    return found if isinstance(found, str) else None


def is_below_known_suffix(domain: str) -> bool:
    """Whether a lowercase domain is below a suffix that the list really has."""
    return _suffixes_of(domain).privatesuffix(domain, accept_unknown=False) is not None


def _suffixes_of(domain: str) -> PublicSuffixList:
    """The rules that can decide about a domain: those with its last label."""
    last = domain.removesuffix(".").rpartition(".")[2]
    # The list has labels of other scripts as they are written, and the parser encodes them.
    is_encoded = last.startswith("xn--") or not last.isascii()
    return _suffixes("" if is_encoded else last)


@lru_cache(maxsize=64)
def _suffixes(last: str) -> PublicSuffixList:
    """The rules of the list that end in a label; of an empty one, all rules."""
    rules = _rules()
    if last:
        rules = tuple(rule for rule in rules if rule.endswith(f".{last}") or rule == last)
    return PublicSuffixList(rules)


@cache
def _rules() -> tuple[str, ...]:
    """The lines of the list, comments included."""
    text = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text(encoding="utf-8")
    return tuple(text.splitlines())
