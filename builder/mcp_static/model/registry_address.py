"""A registry's address: the base below which its API lies, however somebody pasted it."""

from typing import Final
from urllib.parse import urlsplit

_API_PATHS: Final = ("/v0.1/servers", "/v0.1", "/v0/servers", "/v0")
"""What people copy along with the address: the API's own paths, of this version and the one before."""


def registry_address(text: str) -> str:
    """The address of a registry without a slash at its end and without a path of the API.

    `https://mcp.example.com/v0.1/servers/` is the registry at `https://mcp.example.com`. What is not an
    address is given back as it is, for whoever asks it to refuse.
    """
    address = text.strip().rstrip("/")
    try:
        path = urlsplit(address).path
    except ValueError:  # a bracket that is not closed
        return address
    for ending in _API_PATHS:
        if path.endswith(ending):
            return address.removesuffix(ending).rstrip("/")
    return address
