"""The Public Suffix List: below which names anybody can register one, as under `com` or `co.uk`."""

from functools import lru_cache

from publicsuffixlist import PublicSuffixList


def registrable_domain(domain: str) -> str | None:
    """The part of a lowercase domain that somebody registered; None for a public suffix itself.

    A last label that the list does not have counts as a suffix.
    """
    found = _suffixes().privatesuffix(domain)
    return found if isinstance(found, str) else None


def is_below_known_suffix(domain: str) -> bool:
    """Whether a lowercase domain is below a suffix that the list really has."""
    return _suffixes().privatesuffix(domain, accept_unknown=False) is not None


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
