"""Addresses on the web, as records hold them."""

import re
from urllib.parse import urlsplit


def is_https(address: str) -> bool:
    """Whether this is an absolute https address with a host and without white space."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not re.search(r"\s", address)
