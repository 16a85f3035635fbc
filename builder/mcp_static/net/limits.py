"""What a fetch may cost, and what comes of it: limits by kind of fetch, and the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mcp_static import __version__

USER_AGENT: Final = f"mcp-static/{__version__} (MCP static registry)"
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
BUSY: Final = frozenset({429, 500, 502, 503, 504})
"""Statuses of a service that may answer later."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The limits of one kind of fetch, by its name in messages.

    Bytes of the body, seconds in all, and redirects to follow. A server that is busy is tried again;
    one that does not answer only with `tries_again`. Without `keeps_body` only the SHA-256 is kept.
    With `signs_in` a host is told the credentials that the settings have for it.
    """

    name: str
    max_bytes: int
    seconds: float
    redirects: int
    tries_again: bool = True
    keeps_body: bool = True
    signs_in: bool = False


KEY_RECORD: Final = FetchLimits("key record", 4 * 1024, 10, 0, tries_again=False)
ANSWER: Final = FetchLimits("registry's answer", 16 << 20, 30, 5, signs_in=True)
SOURCE: Final = FetchLimits("file of a source repository", 256 * 1024, 20, 0)
MOVED: Final = FetchLimits("repository that may have moved", 256 * 1024, 20, 1)
RELEASE: Final = FetchLimits("release", 512 << 20, 300, 5, keeps_body=False, signs_in=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: the body, or of a release its SHA-256 alone (`body` is empty then)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    sha256: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether the answer is 200."""
        return self.status == 200
