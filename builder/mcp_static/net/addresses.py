"""Which network addresses a fetch may reach: public ones, and what the settings add."""

import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from mcp_static.model.errors import InsideAddressError
from mcp_static.settings.network import NetworkSettings, split_place

Address = IPv4Address | IPv6Address

_CARRIER: Final = ip_network("100.64.0.0/10")
_UNICAST: Final = ip_network("2000::/3")
"""All of IPv6 that is allocated; NAT64, site-local and other embeddings of IPv4 are outside."""
_SPECIAL: Final = tuple(map(ip_network, ("2002::/16", "2001::/32", "3fff::/20")))
"""Networks inside of it that carry IPv4 (6to4, Teredo), so they reach anything, or are for examples."""


class Reach:
    """Resolves hosts, once a connection, to addresses that a fetch may connect to."""

    def __init__(self, settings: NetworkSettings) -> None:
        self.settings: Final = settings
        self._inside = tuple(ip_network(text) for text in settings.reach)
        self._connect = {
            split_place(given): split_place(meant) for given, meant in settings.connect.items()
        }

    def places(self, host: str, port: int) -> Sequence[tuple[str, int]]:
        """The addresses and the port to connect to for a host, in order of preference.

        Raises InsideAddressError when any of its addresses is inside (a name that is half inside
        is an attack, or a mistake), and OSError when it does not resolve.
        """
        host, port = self._connect.get((host.lower().rstrip("."), port), (host, port))
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for text in addresses:
            if not self.allows(ip_address(text.partition("%")[0])):
                raise InsideAddressError(host, text)
        return [(text, port) for text in addresses]

    def instead_of(self, host: str, port: int) -> tuple[str, int]:
        """Where the settings say to connect instead of a host and port; the same by default."""
        return self._connect.get((host.lower().rstrip("."), port), (host, port))

    def judge(self, host: str, port: int) -> None:
        """Raise InsideAddressError for a host that is known here to be inside.

        For connections that a proxy makes, which may know names that do not resolve here.
        """
        with suppress(OSError, UnicodeError):
            self.places(host, port)

    def is_redirected(self, host: str, port: int) -> bool:
        """Whether the settings say where to connect for a host and port."""
        return (host.lower().rstrip("."), port) in self._connect

    def allows(self, address: Address) -> bool:
        """Whether a fetch may connect there."""
        if any(address in network for network in self._inside if network.version == address.version):
            return True
        return is_public(address)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public Internet's, by the IANA special-purpose registries."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in _UNICAST or any(address in network for network in _SPECIAL):
            return False
    elif address in _CARRIER:
        return False
    return address.is_global and not address.is_multicast
