"""Files of a working copy as Git would commit them."""

import hashlib
from pathlib import Path

from mcp_static.git.command import GitProcess
from mcp_static.git.repository import open_repository
from mcp_static.model.errors import GitError, InputError, ServiceError
from mcp_static.model.line_ends import with_other_ends


def committed_content(path: Path, content: bytes) -> bytes:
    """A file's content as Git would commit it: on Windows, LF where the working copy has CRLF.

    Git is asked for the id that the file would have, and the content with that id is given; outside of
    a repository, without Git, and for contents that a filter makes, it is the content as it is.
    """
    if b"\r\n" not in content:
        return content
    other = with_other_ends(content)
    try:
        with (
            open_repository(path.absolute().parent) as repository,
            GitProcess(repository, "hash-object", f"--path={path.absolute()}", "--stdin") as process,
        ):
            process.stdin.write(content)
            process.stdin.close()
            wanted = process.stdout.read().decode("ascii", errors="replace").strip()
            process.finish()
    except (InputError, GitError, ServiceError, OSError):
        return content
    return other if wanted == _blob_id(other, wanted) else content


def _blob_id(content: bytes, like: str) -> str:
    """The id of a blob, in the hash that another id is in (gitformat-loose, `blob <size>\\0`)."""
    algorithm = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()
