"""Which domains a namespace represents, and how far up a key is valid for it."""

import re

from mcp_static.model.names import Namespace
from mcp_static.model.public_suffixes import registrable_domain


def candidate_domains(namespace: Namespace) -> tuple[str, ...]:
    """The domains whose DNS keys cover a namespace: its own first, up to the registrable one.

    Empty for a public suffix, which owns nothing (Public Suffix List, ICANN and private parts), and
    for anything that is not a domain.
    """
    domain = namespace.domain
    registrable = registrable_domain(domain)
    if registrable is None or not is_domain(domain):
        return ()
    labels = domain.split(".")
    depth = len(registrable.split("."))
    return tuple(".".join(labels[start:]) for start in range(len(labels) - depth + 1))


def is_domain(text: str) -> bool:
    """Whether a text, in lowercase, is a domain that somebody can own."""
    if text.rpartition(".")[2].isdecimal():
        return False  # an address
    if not re.fullmatch(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+", text):
        return False
    return len(text) <= 253 and registrable_domain(text) is not None
