"""What the doubles of package registries share: where they stand, what they answer, their digests."""

import base64
import hashlib
import json
from typing import Final, Self

from tests.doubles.https import Handler, HttpsFront

Reply = tuple[int, dict[str, str], bytes]

JSON: Final = {"Content-Type": "application/json"}
MISSING: Final[Reply] = (404, {}, b"")


def json_reply(document: object, kind: str = "application/json") -> Reply:
    """An answer with JSON, of this media type."""
    return 200, {"Content-Type": kind}, json.dumps(document).encode()


def sha256(text: str) -> str:
    """A digest for a file that the doubles do not have the bytes of."""
    return hashlib.sha256(text.encode()).hexdigest()


def integrity(text: str) -> str:
    """The same as Subresource Integrity has it, by SHA-512."""
    return f"sha512-{base64.b64encode(hashlib.sha512(text.encode()).digest()).decode()}"


def digest_of(raw: bytes) -> str:
    """A digest as descriptors have it."""
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


class Double:
    """A registry that stands at some hosts of a front."""

    def handlers(self) -> dict[str, Handler]:
        """What answers for which host."""
        raise NotImplementedError

    def on(self, front: HttpsFront) -> Self:
        """Stand there."""
        for host, handler in self.handlers().items():
            front.host(host, handler)
        return self
