"""The times of the output's files: digests of contents, for web servers that make ETags of them."""

import hashlib
from typing import Final

_BITS: Final = 29
FIRST_SECOND: Final = 10**9
LAST_SECOND: Final = FIRST_SECOND + (1 << _BITS) - 1
"""Between these (2001 to 2018) is every time that is a digest; no clock gives one any more."""


def content_time(content: bytes) -> int:
    """A time for a file, in nanoseconds since 1970, that its content alone decides.

    Web servers make ETags of a file's time and size (nginx and Caddy of whole seconds). With times
    of the clock, two builds in one second could give two contents one ETag, and the same content
    would have another one after each full build and on each machine.
    """
    digest = int.from_bytes(hashlib.blake2b(content, digest_size=8).digest())
    return (FIRST_SECOND + (digest & ((1 << _BITS) - 1))) * 10**9 + (digest >> 35)


def content_second(content: bytes) -> int:
    """The same in whole seconds, as web servers use it."""
    return content_time(content) // 10**9
