"""One commit on another, on no branch: written without a checkout, from the trees alone."""

from collections.abc import Mapping
from typing import Final

import git

from mcp_static.git.command import GitProcess

_REFERENCE: Final = "refs/mcp-static/commit"
"""What keeps the newest such commit until it has been pushed."""


def commit_on(
    repository: git.Repo,
    base: str,
    files: Mapping[str, bytes | None],
    message: str,
    identity: str,
    time: int,
) -> str:
    """Write a commit whose one parent is `base`, by `identity` (`name <e-mail>`); gives its id.

    `time` is in seconds since 1970. A file whose content is None is removed. Raises GitError when the
    repository lacks the base.
    """
    text = message.encode()
    head = f"commit {_REFERENCE}\nmark :1\ncommitter {identity} {time} +0000\n"
    with GitProcess(repository, "fast-import", "--quiet", "--force", "--done") as process:
        stream = process.stdin
        try:
            stream.write(head.encode() + b"data %d\n%s\n" % (len(text), text))
            stream.write(f"from {base}\n".encode())
            for path, content in sorted(files.items()):
                if content is None:
                    stream.write(f"D {path}\n".encode())
                else:
                    stream.write(f"M 100644 inline {path}\n".encode())
                    stream.write(b"data %d\n%s\n" % (len(content), content))
            stream.write(b"\nget-mark :1\ndone\n")
            stream.flush()
        except BrokenPipeError:
            pass  # git has ended; `finish` gives its reason
        commit = process.stdout.read().decode().strip()
        process.finish()
    return commit
