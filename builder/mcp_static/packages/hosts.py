"""The hosts that a record leads to: those of its remotes, and those that its packages come from."""

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from mcp_static.model.reading import Part, every_value, packages_of, remote_urls, text_of
from mcp_static.packages.images import parse_repository


def hosts_of(document: Part) -> frozenset[str]:
    """The hosts of a record's remotes and packages, in lowercase and without a final dot.

    A host may have a variable in it (`{tenant}.example.com`). An address without one that can be read
    has no host here; the rules refuse it.
    """
    return frozenset(host for host in _hosts(document) if host)


def host_of(address: str) -> str:
    """The host of an address, as `hosts_of` gives it; empty for none."""
    try:
        # Clients read a backslash as a slash (WHATWG URL Standard, 4.4), where Python does not.
        host = urlsplit(address.strip().replace("\\", "/")).hostname or ""
    except ValueError:
        return ""
    if not host.isascii():
        with suppress(UnicodeError):  # then it is not a name that DNS could have
            host = host.encode("idna").decode()
    return host.casefold().rstrip(".")


def _hosts(document: Part) -> Iterator[str]:
    yield from map(host_of, remote_urls(document))
    for _, package in packages_of(document):
        identifier = text_of(package, "identifier") or ""
        if text_of(package, "registryType") == "oci":
            reference = parse_repository(identifier)
            yield reference[0].partition(":")[0] if reference else ""
        for _, value in every_value(package):
            if isinstance(value, str) and "://" in value:
                yield host_of(value)
