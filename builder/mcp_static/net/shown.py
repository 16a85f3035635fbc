"""Addresses as messages show them."""

import re


def shown(url: str) -> str:
    """An address as messages show it: without its query, which may be signed, or a password."""
    return re.sub(r"//[^/]*@", "//", url.partition("?")[0])[:200]
