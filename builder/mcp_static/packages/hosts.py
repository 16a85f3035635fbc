"""The hosts that a record leads to: those of its remotes, and those that its packages come from."""

from collections.abc import Iterator

from mcp_static.model.reading import Part, every_value, packages_of, text_of
from mcp_static.model.remotes import FREE, VARIABLE, remote_addresses
from mcp_static.model.web_addresses import parse_address
from mcp_static.packages.images import parse_repository


def hosts_of(document: Part) -> frozenset[str]:
    """The hosts of a record's remotes and packages, in lowercase and without a final dot.

    Where the user fills something in, a host has braces (`{}.example.com`). An address that cannot be
    read has no host here; the rules refuse it.
    """
    return frozenset(host for host in _hosts(document) if host)


def host_of(address: str) -> str:
    """The host of an address of any scheme, as `hosts_of` gives it; empty for none."""
    _, _, rest = VARIABLE.sub(FREE, address).partition("://")
    found = parse_address(f"https://{rest}")
    return found.host if found else ""


def _hosts(document: Part) -> Iterator[str]:
    yield from (address.host for _, address in remote_addresses(document))
    for _, package in packages_of(document):
        identifier = text_of(package, "identifier") or ""
        if text_of(package, "registryType") == "oci":
            reference = parse_repository(identifier)
            yield reference[0].partition(":")[0] if reference else ""
        for _, value in every_value(package):
            if isinstance(value, str) and "://" in value:
                yield host_of(value)
