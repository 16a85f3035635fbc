"""The addresses that the remotes of a record lead to, with what their authors let be filled in.

A variable with a fixed value has that value; one with choices has each of them; a default is what
clients fill in unless told otherwise. What is left is free: `{}` stands for it, in hosts and queries
as it is, in paths as `%7B%7D`.
"""

import re
from collections.abc import Iterator
from itertools import islice, product
from math import prod
from typing import Final

from mcp_static.model.reading import Part, part_of, parts_of, text_of
from mcp_static.model.strictjson import child_path
from mcp_static.model.web_addresses import MAX_CHARACTERS, WebAddress, parse_address

FREE: Final = "{}"
"""What stands for a value that only the user knows."""

MAX_ADDRESSES: Final = 64
"""Addresses to which the remotes of one record may lead, by choices and defaults."""

VARIABLE: Final = re.compile(r"\{([^{}]*)\}")
_FREE_ORIGIN: Final = re.compile(r"\{\}(?=$|[/?#:])")
FREE_PORT: Final = re.compile(r"(https?://[^/?#\\]*):\{\}(?=$|[/?#\\])", re.IGNORECASE)
"""The beginning of an address whose port only the user knows."""


def filled_addresses(remote: Part) -> Iterator[str]:
    """The address of a remote, once for each way to fill in what its author fixed, up to a limit."""
    template = text_of(remote, "url") or ""
    if len(template) > MAX_CHARACTERS:
        yield template  # which nobody reads as an address
        return
    options = _options(remote, template)
    for values in islice(product(*options.values()), MAX_ADDRESSES):
        filling = dict(zip(options, values, strict=True))
        yield written(fill(template, filling))


def written(text: str) -> str:
    """An address without what keeps it from being read where its origin or its port is free."""
    text = _FREE_ORIGIN.sub(f"https://{FREE}", text, count=1) if text.startswith(FREE) else text
    return FREE_PORT.sub(r"\1", text)


def fill(template: str, values: dict[str, str]) -> str:
    """A text with what stands for some of its braces in their place; the others stay."""
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), template)


def count_addresses(remote: Part) -> int:
    """How many ways there are to fill in the address of a remote."""
    return prod(map(len, _options(remote, text_of(remote, "url") or "").values()))


def _options(remote: Part, template: str) -> dict[str, tuple[str, ...]]:
    variables = part_of(remote, "variables")
    return {name: values_of(part_of(variables, name)) for name in VARIABLE.findall(template)}


def values_of(variable: Part) -> tuple[str, ...]:
    """What a variable may be filled in with, `FREE` for what only the user knows."""
    fixed, default = text_of(variable, "value"), text_of(variable, "default")
    if fixed:
        return (fixed,)
    choices = variable.get("choices")
    found = [one for one in choices if isinstance(one, str)] if isinstance(choices, list) else []
    known = dict.fromkeys([*found, *([default] if default else [])])
    return tuple(known) if found else (*known, FREE)


def is_free(address: WebAddress) -> bool:
    """Whether the whole host is the user's to fill in, so that it is an address of their own."""
    return address.host == FREE


def remote_addresses(document: Part) -> Iterator[tuple[str, WebAddress]]:
    """The addresses of known hosts to which the remotes lead, each with the JSON path of its URL.

    There are at most `MAX_ADDRESSES`; a record with more is refused.
    """
    filled = (
        (child_path(path, "url"), text)
        for path, remote in parts_of(document, "remotes")
        for text in filled_addresses(remote)
    )
    for path, text in islice(filled, MAX_ADDRESSES):
        address = parse_address(text)
        if address is not None and not is_free(address):
            yield path, address


def claimed_addresses(document: Part) -> tuple[str, ...]:
    """The addresses that a record claims for its server, as they are compared."""
    return tuple(dict.fromkeys(str(address) for _, address in remote_addresses(document)))


def near_addresses(document: Part) -> tuple[str, ...]:
    """What to look claimed addresses up by, with those that differ only in their query."""
    return tuple(dict.fromkeys(address.near for _, address in remote_addresses(document)))
