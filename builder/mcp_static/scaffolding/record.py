"""`.mcp-static.json`: what `new` was told and wrote, so that `upgrade` can tell edits by hand apart."""

import hashlib
from typing import Final, Literal

from packaging.version import InvalidVersion, Version
from pydantic import BaseModel, ConfigDict, ValidationError

import mcp_static
from mcp_static.model.errors import InputError
from mcp_static.scaffolding.answers import Answers

RECORD_FILE: Final = ".mcp-static.json"
MAX_RECORD_BYTES: Final = 4 << 20


class Record(BaseModel):
    """The answers, the release that wrote the files, and each file as it was written.

    `texts` are files that people edit, whole; `generated` are those that nobody does, by SHA-256.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    comment: str = "Written by mcp-static, for `mcp-static upgrade`. Do not edit it."
    format: Literal[1] = 1
    version: str
    answers: Answers
    generated: dict[str, str]
    texts: dict[str, str]

    def written(self) -> bytes:
        """The record as a file."""
        return f"{self.model_dump_json(indent=2)}\n".encode()


def record_of(answers: Answers, texts: dict[str, bytes], generated: dict[str, bytes]) -> Record:
    """The record of what this release writes."""
    return Record(
        version=mcp_static.__version__,
        answers=answers,
        generated={path: digest_of(content) for path, content in sorted(generated.items())},
        texts={path: content.decode() for path, content in sorted(texts.items())},
    )


def digest_of(content: bytes) -> str:
    """The SHA-256 of a generated file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_record(content: bytes) -> Record:
    """Read a record; raises InputError for one that cannot be read, or is of a newer release."""
    try:
        record = Record.model_validate_json(content)
        is_newer = Version(record.version) > Version(mcp_static.__version__)
    except (ValidationError, InvalidVersion):
        raise InputError(
            f"{RECORD_FILE} is not what `mcp-static new` writes.",
            "Restore it from Git, or remove it and give the answers again as options.",
        ) from None
    if is_newer:
        raise InputError(
            f"{RECORD_FILE} was written by mcp-static {record.version}, a newer release than this.",
            f"Install {record.version} or newer: this is {mcp_static.__version__}.",
        )
    return record
