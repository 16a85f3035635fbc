"""The addresses of a server as patterns of policy files."""

import re
from itertools import product
from math import prod
from typing import Final

from mcp_static.model.errors import NoCommandError
from mcp_static.model.public_suffixes import registrable_domain
from mcp_static.model.remotes import FREE, FREE_PORT
from mcp_static.model.web_addresses import MAX_CHARACTERS, fetched_address, parse_address
from mcp_static.packages.values import Input, Value
from mcp_static.policies.matchers import WILDCARD

MAX_PATTERNS: Final = 64
"""Patterns of one address, by the choices of what is filled in."""
MAX_WILDCARDS: Final = 3
"""Of a pattern. VS Code makes a regular expression of it that tries all places for all of them: with
eight, one look at an address of 63 characters took 18 seconds (Node.js 20).
"""

_SEVERAL: Final = re.compile(r"\*{2,}")
_NOT_LITERAL: Final = re.compile(r"[*{}]|%7[bd]|\$", re.IGNORECASE)


def url_patterns(url: Value) -> tuple[str, ...]:
    """The patterns of an address: one for each way to fill it in that its author foresaw.

    What the user may choose freely is a `*`, as long as the domain is written out. Raises
    NoCommandError, with the reason, for what no pattern can say.
    """
    if any(isinstance(part, str) and _NOT_LITERAL.search(part) for part in url):
        raise NoCommandError("its address contains characters that policies read as patterns")
    options = [_options(part) for part in url]
    if prod(map(len, options)) > MAX_PATTERNS:
        raise NoCommandError(f"there are more than {MAX_PATTERNS} ways to fill in its address")
    texts = ("".join(parts) for parts in product(*options))
    return tuple(dict.fromkeys(map(_pattern, texts)))


def _options(part: str | Input) -> tuple[str, ...]:
    if isinstance(part, str):
        return (part,)
    known = (*part.choices, *((part.default,) if part.default is not None else ()))
    values = tuple(value for value in dict.fromkeys(known) if not _NOT_LITERAL.search(value))
    return values if part.choices and values else (*values, FREE)


def _pattern(text: str) -> str:
    has_free_port = FREE_PORT.match(text) is not None
    plain = FREE_PORT.sub(r"\1", text)
    address = parse_address(plain) if len(plain) <= MAX_CHARACTERS else None
    fetched = fetched_address(plain)
    if address is None or fetched is None:
        raise NoCommandError("its address cannot be read")
    if FREE in address.host and not _has_own_domain(address.host):
        raise NoCommandError("the domain of its address is the user's to fill in")
    origin = f"{address.scheme}://{address.host}"
    if has_free_port:
        fetched = fetched.replace(origin, f"{origin}:{FREE}", 1)
    pattern = _SEVERAL.sub(WILDCARD, fetched.replace(FREE, WILDCARD).replace("%7B%7D", WILDCARD))
    if pattern.count(WILDCARD) > MAX_WILDCARDS:
        raise NoCommandError(f"its address has more than {MAX_WILDCARDS} values that users supply")
    return pattern


def _has_own_domain(host: str) -> bool:
    """Whether a host with something to fill in is below a domain that is written out."""
    _, _, domain = host.rpartition(FREE)[2].partition(".")
    return registrable_domain(domain) is not None


def is_local(pattern: str) -> bool:
    """Whether an address is on the user's own machine, where anything may listen."""
    address = parse_address(pattern.replace(f":{WILDCARD}", "").replace(WILDCARD, "x"))
    return address is not None and (address.is_on_the_users_machine or address.is_ip)
