"""The right to deploy to a bucket: an object that only one deploy can create."""

import secrets
import threading
import time
from contextlib import suppress
from typing import Final, Self

import orjson

from mcp_static.api.checksums import json_object
from mcp_static.api.paths import HOST_FOLDER
from mcp_static.deploy.bucket import Bucket
from mcp_static.model.errors import InputError, RegistryError

LOCK: Final = f"{HOST_FOLDER}/lock.json"
_DEAD_SECONDS: Final = 120
_BEAT_SECONDS: Final = 20


class DeployLock:
    """The right to deploy, held by one while it shows signs of life; a context manager.

    Entering raises InputError when somebody else holds it, unless `take_over` says that it is
    known to be dead.
    """

    def __init__(self, bucket: Bucket, *, take_over: bool = False) -> None:
        self._bucket = bucket
        self._take_over = take_over
        self._holder = secrets.token_hex(8)
        self._tag: str | None = None
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True)

    def _body(self) -> bytes:
        return orjson.dumps({"holder": self._holder, "time": int(time.time())})

    def __enter__(self) -> Self:
        self._tag = self._bucket.write_if(LOCK, self._body(), None)
        if self._tag is None:
            body, tag = self._bucket.read_tagged(LOCK)
            ago = int(time.time() - (json_object(body) or {}).get("time", 0))
            if ago < _DEAD_SECONDS and not self._take_over:
                raise InputError(
                    f"Another deploy to {self._bucket.name} is under way; its last sign of life was "
                    f"{ago} s ago.",
                    f"Wait for it: after {_DEAD_SECONDS} s it counts as dead. If you know that it is, "
                    "--break-lock takes over.",
                )
            self._tag = self._bucket.write_if(LOCK, self._body(), tag)
        self.require()
        self._heart.start()
        return self

    def require(self) -> None:
        """Raise InputError when the right was lost."""
        if self._tag is None:
            raise InputError(f"Another deploy has taken over {self._bucket.name}.", "Wait for it.")

    def _beat(self) -> None:
        while not self._ended.wait(_BEAT_SECONDS):
            with suppress(RegistryError):  # not reached: the next beat may be
                self._tag = self._bucket.write_if(LOCK, self._body(), self._tag)
            if self._tag is None:
                return

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._heart.is_alive():
            self._heart.join()
        if self._tag is not None:
            self._bucket.remove([LOCK])
