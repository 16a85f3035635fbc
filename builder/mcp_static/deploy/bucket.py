"""A bucket of S3 or the like: objects read, written, and written on a condition."""

import os
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final, TypeVar

from obstore import exceptions
from obstore.store import S3Store

from mcp_static.api.headers import freshness
from mcp_static.api.media import media_type
from mcp_static.model.errors import InputError, RegistryError, ServiceError

_Result = TypeVar("_Result")

_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_NO_CREDENTIALS: Final = ("/latest/api/token", "Missing AccessKeyId", "Missing SecretAccessKey")
"""What an error names for want of credentials: the address where a machine of Amazon's is asked for its
role (EC2 User Guide, "Use the Instance Metadata Service"), or the half that is missing."""


class Bucket:
    """A bucket, or a folder of one; every failure is an error of ours."""

    def __init__(self, bucket: str, prefix: str) -> None:
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
        self.name: Final = f"s3://{bucket}{f'/{prefix}' if prefix else ''}"
        try:
            self._store = S3Store(
                bucket,
                prefix=prefix or None,
                checksum_algorithm="sha256",
                client_options={"allow_http": endpoint.startswith("http://"), "timeout": "60s"},
                retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=60)},
            )
        except exceptions.BaseError as error:
            raise self._failure(error) from None

    def _failure(self, error: Exception) -> RegistryError:
        text = str(error)
        missing = [variable for variable in _KEYS if not os.environ.get(variable)]
        if missing and any(sign in text for sign in _NO_CREDENTIALS):
            return InputError(
                f"{self.name} needs credentials: {' and '.join(missing)} "
                f"{'is' if len(missing) == 1 else 'are'} not set.",
                "Set both, or give the machine a role that may write there. AWS_REGION and, unless the "
                "bucket is Amazon's, AWS_ENDPOINT_URL say where it is.",
            )
        if isinstance(error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError):
            return InputError(
                f"{self.name} refuses access: the credentials lack the necessary rights.",
                "They need s3:GetObject, s3:PutObject and s3:DeleteObject on its objects, and "
                "s3:ListBucket on the bucket; they come from AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or from the role that the machine has.",
            )
        if "NoSuchBucket" in text:
            return InputError(f"{self.name}: the bucket does not exist.", "Create it first.")
        return ServiceError(
            f"{self.name} could not be reached, or failed.",
            "Run it again: it goes on where it stopped. AWS_ENDPOINT_URL and AWS_REGION say where "
            "the bucket is.",
        )

    def _do(self, work: Callable[[], _Result]) -> _Result:
        try:
            return work()
        except (exceptions.AlreadyExistsError, exceptions.PreconditionError):
            raise
        except (exceptions.BaseError, FileNotFoundError) as error:
            raise self._failure(error) from None

    def read(self, key: str) -> bytes | None:
        """An object, or None."""
        return self.read_tagged(key)[0]

    def read_tagged(self, key: str) -> tuple[bytes | None, str]:
        """An object and its ETag, or None."""
        try:
            found = self._store.get(key)
            return bytes(found.bytes()), str(found.meta["e_tag"])
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise self._failure(error) from None
            return None, ""
        except exceptions.BaseError as error:
            raise self._failure(error) from None

    def write(self, key: str, body: bytes) -> None:
        """Put an object, with its type and how long it is fresh."""
        attributes = {
            "Content-Type": media_type(key if "." in key.rpartition("/")[2] else f"{key}.json"),
            "Cache-Control": freshness(key),
        }
        self._do(lambda: self._store.put(key, body, attributes=attributes, use_multipart=False))

    def write_if(self, key: str, body: bytes, tag: str | None) -> str | None:
        """Put an object if it is not there (`tag` None), or still has that ETag.

        Gives its new ETag, or None if that was not so.
        """
        mode: Any = "create" if tag is None else {"e_tag": tag}
        try:
            done = self._do(lambda: self._store.put(key, body, mode=mode, use_multipart=False))
        except (exceptions.AlreadyExistsError, exceptions.PreconditionError):
            return None
        return str(done["e_tag"])

    def remove(self, keys: Iterable[str]) -> None:
        """Delete objects; those that are not there are no error."""
        listed = sorted(keys)
        if listed:
            self._do(lambda: self._store.delete(listed))

    def tags(self) -> dict[str, str]:
        """Every object with its ETag, which is the MD5 of what was put in one piece."""

        def work() -> dict[str, str]:
            chunks = self._store.list(chunk_size=1000)
            return {meta["path"]: str(meta["e_tag"]).strip('"') for chunk in chunks for meta in chunk}

        return self._do(work)
