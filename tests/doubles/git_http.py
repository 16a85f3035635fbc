"""A Git server that speaks HTTPS and lets nobody in without a token, as forges do for private repositories.

`git http-backend` answers, as gitprotocol-http(5) and git-http-backend(1) describe; this is the web server
around it.
"""

import base64
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class GitServer:
    """A handler of `HttpsFront` for the repositories in a folder; notes each request that it let in.

    `also` are other users and their tokens; `sent` counts the bytes of what it answered.
    """

    folder: Path
    user: str
    token: str
    requests: list[str] = field(default_factory=list)
    refused: int = 0
    also: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    def __call__(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Answer a request."""
        known = {**self.also, self.user: self.token}
        pairs = (base64.b64encode(f"{user}:{token}".encode()) for user, token in known.items())
        if headers.get("Authorization") not in {f"Basic {pair.decode()}" for pair in pairs}:
            self.refused += 1
            return 401, {"WWW-Authenticate": 'Basic realm="Git"'}, b""
        self.requests.append(f"{method} {path}")
        place, _, query = path.partition("?")
        answer = subprocess.run(
            ["git", "http-backend"], input=body, check=True, capture_output=True,
            env={
                **os.environ,
                "GIT_PROJECT_ROOT": str(self.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": place,
                "QUERY_STRING": query,
                "REQUEST_METHOD": method,
                "CONTENT_TYPE": headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
                "REMOTE_USER": self.user,
                "REMOTE_ADDR": "127.0.0.1",
            },
        ).stdout  # fmt: skip
        head, _, content = answer.partition(b"\r\n\r\n")
        self.sent += len(content)
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(lines.pop("Status", "200 OK").split()[0])
        return status, lines, content
