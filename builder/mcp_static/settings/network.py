"""How requests leave, where proofs may reach, and whom they ask for names."""

import re
from ipaddress import ip_address, ip_network
from typing import Final, Literal

from pydantic import Field, field_validator

from mcp_static.settings.part import Part, variable_name

_PLACE: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):(?P<port>\d{1,5})")
_ANCHOR: Final = re.compile(r"\d{1,5} \d{1,3} (?:2 [0-9A-Fa-f]{64}|4 [0-9A-Fa-f]{96})")

_HOST: Final = re.compile(r"(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+(?::\d{1,5})?")
_PROXY: Final = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?/?")

ROOT_ANCHORS: Final = (
    "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
)
"""DS records of the DNS root's keys (KSK-2017, KSK-2024), as IANA publishes them."""


def split_place(text: str) -> tuple[str, int]:
    """Read `host:port`, an IPv6 address in brackets; raises ValueError."""
    match = _PLACE.fullmatch(text)
    if not match or not 0 < int(match["port"]) < 65536:
        raise ValueError(f"{text!r} is not host:port")
    return match["host"].strip("[]").lower(), int(match["port"])


def _place(place: tuple[str, int]) -> str:
    host, port = place
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class DnsSettings(Part):
    """Whom to ask for a domain's keys."""

    resolvers: tuple[str, ...] = Field(
        ("1.1.1.1", "8.8.8.8", "9.9.9.9"),
        min_length=2,
        description="Independent validating resolvers: addresses, or address:port; two at least.",
    )
    trust_anchors: tuple[str, ...] = Field(
        ROOT_ANCHORS,
        min_length=1,
        description="DS records of the root's keys: tag, algorithm, digest type, digest.",
    )

    @field_validator("trust_anchors")
    @classmethod
    def _are_anchors(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not _ANCHOR.fullmatch(text):
                raise ValueError(f"{text!r} is not tag, algorithm, digest type (2 or 4) and digest")
        return value

    @field_validator("resolvers")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            host = text if _is_address(text) else split_place(text)[0]
            if not _is_address(host):
                raise ValueError(f"{text!r} is not an IP address, with or without a port")
        if len({resolver_place(text) for text in value}) != len(value):
            raise ValueError("names a resolver twice; they have to be independent")
        return value


def resolver_place(text: str) -> tuple[str, int]:
    """The address and port of a resolver in the settings."""
    return (text, 53) if _is_address(text) else split_place(text)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class Credentials(Part):
    """Who a host is told that it is asked by: what an environment variable holds."""

    host: str = Field(description="A host, or host:port.")
    variable: str = Field(description="The environment variable; never the credentials themselves.")
    scheme: Literal["bearer", "basic", "plain"] = Field(
        "bearer",
        description="`bearer` for a token, `basic` for `user:password`, `plain` for what is sent as "
        "it is.",
    )

    @field_validator("host")
    @classmethod
    def _is_host(cls, value: str) -> str:
        if not _HOST.fullmatch(value):
            raise ValueError("is neither a host nor host:port")
        return value.lower()

    @field_validator("variable")
    @classmethod
    def _is_variable(cls, value: str) -> str:
        return variable_name(value)


class NetworkSettings(Part):
    """How requests leave, and where proofs may reach: by default every public address, and no other."""

    reach: tuple[str, ...] = Field(
        (), description="Inside networks that may be reached as well, such as 10.1.0.0/16."
    )
    connect: dict[str, str] = Field(
        {}, description="host:port → host:port: where to connect instead, names and certificates kept."
    )

    ca_file: str = Field(
        "",
        max_length=1000,
        description="A file of certificate authorities (PEM) to trust in addition to the usual ones, "
        "where the command runs.",
    )
    proxy: str = Field(
        "",
        description="The proxy for https, such as http://proxy.example.com:3128; HTTPS_PROXY unless "
        "given.",
    )
    direct: tuple[str, ...] = Field(
        (),
        description="Hosts that are asked without the proxy: `npm.corp`, `*.corp`; those of NO_PROXY "
        "too.",
    )
    credentials: tuple[Credentials, ...] = Field(
        (), description="For hosts that want to know who is asking; each sent to its host alone."
    )

    @field_validator("proxy")
    @classmethod
    def _is_proxy(cls, value: str) -> str:
        if value and not _PROXY.fullmatch(value):
            raise ValueError("is not http://host:port, without a name or a password")
        return value.rstrip("/")

    @field_validator("direct")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not _HOST.fullmatch(text.removeprefix("*.")):
                raise ValueError(f"{text!r} is neither a host nor *. and a host")
        return tuple(text.lower() for text in value)

    @field_validator("reach")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            ip_network(text)
        return value

    @field_validator("connect")
    @classmethod
    def _are_places(cls, value: dict[str, str]) -> dict[str, str]:
        return {
            _place(split_place(given)): _place(split_place(meant)) for given, meant in value.items()
        }
