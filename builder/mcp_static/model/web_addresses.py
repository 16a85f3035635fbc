"""Addresses on the web, as records hold them: read as browsers read them (the WHATWG URL standard).

Two spellings of one address are equal once read: `https://MCP.example.com:443/#a` and
`https://mcp.example.com./` are `https://mcp.example.com/`. Beyond the standard, a fragment, an empty
query and the dot that ends a host's name are left out, and percent-encoding is undone where it makes
no difference (RFC 3986, 6.2.2).
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

import can_ada

MAX_CHARACTERS: Final = 2_048
"""Characters of an address; what is longer is none, so that no spelling costs more than it is worth."""

_ENCODED: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_WRITTEN: Final = re.compile(r"https?://(?:[^\s/?#\\%{}<>\"'`^|]|\{\})+(?:[/?#]\S*)?", re.IGNORECASE)
_FOR_EXAMPLES: Final = re.compile(r"(?:.*\.)?example(?:\.(?:com|org|net))?")
_MAX_SHOWN: Final = 120
_NO_URI: Final = re.compile(r"[\s\x00-\x20\x7f\"'<>\\^`{|}]")
"""What no URI has (RFC 3986, 2); letters of other scripts are escaped by browsers.

The RFC allows an apostrophe; it is refused all the same, since it ends an attribute in careless HTML.
"""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address as it is compared; `host` is in lowercase ASCII, an IPv6 address in brackets."""

    scheme: str
    host: str
    port: str
    path: str
    query: str
    has_credentials: bool = False

    def __str__(self) -> str:
        return f"{self._start}{self.path}{f'?{self.query}' if self.query else ''}"

    @property
    def _start(self) -> str:
        return f"{self.scheme}://{self.host}{f':{self.port}' if self.port else ''}"

    @property
    def near(self) -> str:
        """What addresses share that may well be one place: all but the query and stray slashes."""
        return self._start + re.sub(r"/+", "/", f"{self.path}/")

    @property
    def is_ip(self) -> bool:
        """Whether the host is an IP address, however it was spelled (`0x7f.1`, `2130706433`)."""
        if self.host.startswith("["):
            return True
        try:
            IPv4Address(self.host)
        except ValueError:
            return False
        return True

    @property
    def is_on_the_users_machine(self) -> bool:
        """Whether the host is `localhost`, or below it (RFC 6761, 6.3)."""
        return self.host == "localhost" or self.host.endswith(".localhost")

    @property
    def is_for_examples(self) -> bool:
        """Whether the host is reserved for examples, and so belongs to nobody (RFC 2606, 2 and 3)."""
        return _FOR_EXAMPLES.fullmatch(self.host) is not None


def parse_address(text: str) -> WebAddress | None:
    """Read an http or https address with a host; None for anything else, and for one too long."""
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        text.encode()
        url = can_ada.parse(text)
    except ValueError:  # which UnicodeEncodeError, of an unpaired surrogate, is as well
        return None
    scheme, host = url.protocol.removesuffix(":"), url.hostname.rstrip(".")
    if scheme not in {"http", "https"} or not host:
        return None
    return WebAddress(
        scheme,
        host,
        url.port,
        _ENCODED.sub(_plain, url.pathname),
        _ENCODED.sub(_plain, url.search.removeprefix("?")),
        bool(url.username or url.password),
    )


def fetched_address(text: str) -> str | None:
    """What a program that follows the WHATWG URL standard asks for, spelled as the standard spells it.

    Without credentials and fragment; None for what is no http or https address.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        text.encode()
        url = can_ada.parse(text)
    except ValueError:
        return None
    if url.protocol not in {"http:", "https:"}:
        return None
    return f"{url.protocol}//{url.host}{url.pathname}{url.search}"


def _plain(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def unicode_host(address: WebAddress) -> str:
    """The host with its international letters (`xn--…` decoded), as people would see it."""
    return ".".join(
        label[4:].encode().decode("punycode") if label.startswith("xn--") else label
        for label in address.host.split(".")
    )


def is_plainly_written(text: str) -> bool:
    """Whether every program reads an http or https address the same way.

    Browsers repair white space, missing slashes and backslashes before the path, and undo
    percent-encoding in hosts, which others read as something else. `{}` stands for what only users know
    (`model/remotes`).
    """
    return _WRITTEN.fullmatch(text) is not None


def is_https(text: str) -> bool:
    """Whether this is an absolute https address of characters that a URI has, without a user name."""
    return https_problem(text) is None


def https_problem(text: str) -> str | None:
    """What keeps a text from being such an address, as the end of a sentence; None if nothing does."""
    scheme, colon, rest = text.partition("://")
    if not colon:
        return f"is {_shown(text)}, which does not begin with https://"
    if scheme.lower() != "https":
        return f"begins with {_shown(scheme + colon)}, not with https://"
    if character := _NO_URI.search(text):
        return f"has {character[0]!r} in it, which is percent-encoded in addresses"
    if "@" in re.split(r"[/?#]", rest, maxsplit=1)[0]:
        return "has a user name or a password before its host"
    address = parse_address(text) if is_plainly_written(text) else None
    if address is None:
        return f"is {_shown(text)}, which is not an absolute https address"
    return None


def _shown(text: str) -> str:
    return repr(text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}\u2026")
