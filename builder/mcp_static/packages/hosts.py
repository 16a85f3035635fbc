"""The hosts that a record leads to: those of its remotes, and those that its packages come from."""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Final

from mcp_static.model.reading import Part, every_value, packages_of, part_of, text_of
from mcp_static.model.remotes import (
    FREE,
    MAX_ADDRESSES,
    VARIABLE,
    fill,
    remote_addresses,
    values_of,
    written,
)
from mcp_static.model.web_addresses import MAX_CHARACTERS, parse_address
from mcp_static.packages.images import parse_repository

_NESTED: Final = 3
"""So many times what is filled in may have braces itself."""


def hosts_of(document: Part) -> frozenset[str]:
    """The hosts of a record's remotes and packages, in lowercase and without a final dot.

    Where the user fills something in, a host has braces (`{}.example.com`); one that is the user's own
    as a whole is left out. An address that cannot be read has no host here; the rules refuse it.
    """
    return frozenset(_hosts(document)) - {"", FREE}


def host_of(address: str) -> str:
    """The host of an address of any scheme, as `hosts_of` gives it; empty for none."""
    _, _, rest = VARIABLE.sub(FREE, address).partition("://")
    found = parse_address(written(f"https://{rest}"))
    return found.host if found else ""


def transport_addresses(package: Part) -> Iterator[str]:
    """The address of a package's transport, once for each way to fill in what its author fixed.

    At most one more than `MAX_ADDRESSES`; a record with that many is refused.
    """
    template = text_of(part_of(package, "transport"), "url")
    if template:
        yield from islice(_filled(template, _fillings(package)), MAX_ADDRESSES + 1)


def _hosts(document: Part) -> Iterator[str]:
    yield from (address.host for _, address in remote_addresses(document))
    for _, package in packages_of(document):
        identifier = text_of(package, "identifier") or ""
        if text_of(package, "registryType") == "oci":
            reference = parse_repository(identifier)
            yield reference[0].partition(":")[0] if reference else ""
        fillings = _fillings(package)
        for _, value in every_value(package):
            if isinstance(value, str) and "://" in value:
                yield from map(host_of, islice(_filled(value, fillings), MAX_ADDRESSES))


def _fillings(package: Part) -> dict[str, tuple[str, ...]]:
    """What the variables, arguments and headers of a package give to braces that name them.

    A name that is declared more than once has the values of each.
    """
    found: dict[str, dict[str, None]] = {}
    for _, part in every_value(package):
        if isinstance(part, dict):
            for name in (text_of(part, "name"), text_of(part, "valueHint")):
                for spelled in {name, name.lstrip("-")} if name else ():
                    found.setdefault(spelled, {}).update(dict.fromkeys(values_of(part)))
            variables = part_of(part, "variables")
            for name in variables:
                values = values_of(part_of(variables, name))
                found.setdefault(name, {}).update(dict.fromkeys(values))
    return {name: tuple(values) for name, values in found.items()}


def _filled(
    template: str, fillings: Mapping[str, tuple[str, ...]], depth: int = _NESTED
) -> Iterator[str]:
    """A text once for each way to fill in its braces, which may lead to further ones.

    What would grow longer than an address may be is left with free values, so that braces that multiply
    each other cost nothing.
    """
    names = [name for name in VARIABLE.findall(template) if name in fillings]
    distinct = tuple(dict.fromkeys(names))
    if not names or not depth:
        yield VARIABLE.sub(FREE, template)
        return
    for values in product(*(fillings[name] for name in distinct)):
        chosen = dict(zip(distinct, values, strict=True))
        if len(template) + sum(len(chosen[name]) for name in names) > MAX_CHARACTERS:
            yield VARIABLE.sub(FREE, template)
        else:
            yield from _filled(fill(template, chosen), fillings, depth - 1)
