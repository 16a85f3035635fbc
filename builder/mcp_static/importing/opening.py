"""Opening a source's file: compressed ones are read through, and what holds no text is refused."""

import bz2
import codecs
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Final, cast

from mcp_static.model.errors import InputError
from mcp_static.net.sign_in import is_page

STANDARD_INPUT: Final = "-"
_HEAD_BYTES: Final = 512
_MOST_LAYERS: Final = 3
"""A file that was compressed again each time it was sent somewhere."""
_COMPRESSED: Final[tuple[tuple[bytes, Callable[[Any], Any]], ...]] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\x00", lzma.open),
)
_AGAIN: Final = "Fetch it again."
_PACKED: Final = "compressed (gzip, bzip2 or xz)"
_DAMAGED: Final = f"{_PACKED}, and damaged or followed by something else"
_PIPED: Final = "pipe the entries in it to `mcp-static import -`"
_REFUSED: Final = (
    (b"PK\x03\x04", "a zip archive", "Unpack it, and name the file in it; or"),
    (b"PK\x05\x06", "an empty zip archive", "Fetch it again; or"),
    (b"PK\x07\x08", "a part of a zip archive", "Unpack it, and name the file in it; or"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it, and name the file in it; or"),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it, and name the file in it; or"),
    (b"\x78\x01", "compressed with zlib", "Fetch it again with `curl --compressed`; or"),
    (b"\x78\x9c", "compressed with zlib", "Fetch it again with `curl --compressed`; or"),
    (b"\x78\xda", "compressed with zlib", "Fetch it again with `curl --compressed`; or"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "Decompress it first (`zstd -d`); or"),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "Decompress it first (`lz4 -d`); or"),
    (b"%PDF-", "a PDF", "Give the entries as JSON; or"),
    (b"SQLite format 3\x00", "a database of SQLite", "Export the entries as JSON; or"),
    (b"version https://git-lfs", "a pointer of Git LFS", "Fetch the file with `git lfs pull`; or"),
    (b"HTTP/", "an answer with its headers", "Fetch it again without `-i`; or"),
)
"""What a file begins with, what it is then, and what to do."""
_TAR: Final = slice(257, 262)
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What text in UTF-16 begins with, which is how `>` writes it in Windows PowerShell 5."""


@contextmanager
def opened(source: str) -> Iterator[IO[bytes]]:
    """The text of a file, or of standard input, as bytes in UTF-8.

    Raises InputError, also while it is read, for what cannot be read and for what holds no text.
    """
    name = name_of(source)
    try:
        with ExitStack() as layers:
            is_file = source != STANDARD_INPUT
            stream: Any = layers.enter_context(
                open(Path(source) if is_file else sys.stdin.fileno(), "rb", closefd=is_file)
            )
            yield _plain(stream, name, layers)
    except EOFError:
        raise InputError(f"{name} is {_PACKED}, and cut off before its end.", _AGAIN) from None
    except (gzip.BadGzipFile, zlib.error, lzma.LZMAError):
        raise InputError(f"{name} is {_DAMAGED}.", _AGAIN) from None
    except IsADirectoryError:
        fix = (
            f"Name a file in it; or {_PIPED}: `cat {source.rstrip('/')}/*.json | mcp-static import -`."
        )
        raise InputError(f"{name} is a folder.", fix) from None
    except UnicodeError:
        message = f"{name} begins as text in UTF-16, and is not that to its end."
        raise InputError(message, "Save it as UTF-8.") from None
    except OSError as error:
        if error.errno is None:  # as bz2 has it for what it cannot decompress
            raise InputError(f"{name} is {_DAMAGED}.", _AGAIN) from None
        raise InputError(f"{name} cannot be read: {error.strerror}.", "Check the path.") from None


def name_of(source: str) -> str:
    """What messages call a source."""
    return "standard input" if source == STANDARD_INPUT else source


def _plain(stream: Any, name: str, layers: ExitStack) -> IO[bytes]:
    for _ in range(_MOST_LAYERS + 1):
        head = stream.peek(_HEAD_BYTES)[:_HEAD_BYTES]
        opener = next((opener for magic, opener in _COMPRESSED if head.startswith(magic)), None)
        if opener is None:
            if head.startswith(_WIDE):
                return cast("IO[bytes]", codecs.EncodedFile(stream, "utf-8", "utf-16"))
            _require_text(head.removeprefix(codecs.BOM_UTF8), name)
            return cast("IO[bytes]", stream)
        stream = io.BufferedReader(layers.enter_context(opener(stream)))
    raise InputError(f"{name} is compressed more than {_MOST_LAYERS} times.", "Decompress it first.")


def _require_text(head: bytes, name: str) -> None:
    """Refuse what is told by its beginning, with what to do about it."""
    for magic, kind, fix in _REFUSED:
        if head.startswith(magic):
            raise InputError(f"{name} is {kind}.", f"{fix} {_PIPED}.")
    if head[_TAR] == b"ustar":
        fix = f"Unpack it, and name the file in it; or {_PIPED}."
        raise InputError(f"{name} is a tar archive.", fix)
    if b"\x00" in head:
        raise InputError(f"{name} is not text: it has zero bytes.", "Give JSON in UTF-8.")
    if is_page(head):
        raise InputError(
            f"{name} is a web page, not JSON.",
            "Perhaps it was fetched without signing in: look at it in a browser, and fetch it again.",
        )
