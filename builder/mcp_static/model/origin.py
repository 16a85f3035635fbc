"""Where a repository is on a forge, read from any of the ways to write its address.

Forms: git-clone(1), "GIT URLS"; npm's `repository` field and its shorthands (npm's reference of
package.json); the SSH hosts for port 443 are GitHub's and GitLab's own.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from mcp_static.model.names import name_problem

_HOSTS: Final = {
    "github.com": "github",
    "www.github.com": "github",
    "ssh.github.com": "github",
    "gitlab.com": "gitlab",
    "www.gitlab.com": "gitlab",
    "altssh.gitlab.com": "gitlab",
}
_SCHEMES: Final = frozenset({"http", "https", "ssh", "git", "git+https", "git+http", "git+ssh"})
_SCP: Final = re.compile(r"(?:[^@/:\s]+@)?(?P<host>[A-Za-z0-9.-]+):(?P<path>.+)")
_SHORTHAND: Final = re.compile(r"(?P<source>github|gitlab):(?P<path>[^/].*)")
_SEGMENT: Final = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Origin:
    """A repository on GitHub or GitLab: the forge, and the path there without `.git`."""

    source: str
    path: str

    @property
    def url(self) -> str:
        """Its front page."""
        return f"{self.site}/{self.path}"

    @property
    def site(self) -> str:
        """The address of the forge."""
        return f"https://{self.source}.com"

    @property
    def owner(self) -> str:
        """The account or top group that it belongs to."""
        return self.path.partition("/")[0]

    def server_name(self, subfolder: str) -> str | None:
        """The name of the server it keeps there: the owner's namespace, and the folder's name.

        None if the owner's spelling does not fit into a namespace of three labels.
        """
        part = (subfolder or self.path).rpartition("/")[2]
        server = re.sub(r"[^A-Za-z0-9._-]+", "-", part).strip("._-")
        name = f"io.{self.source}.{self.owner}/{server}"
        return None if "." in self.owner or name_problem(name) else name


def parse_origin(address: str) -> Origin | None:
    """Read the address of a repository on GitHub or GitLab in any of its forms; None for others.

    Credentials, ports, `.git`, and what points inside the repository are left out.
    """
    source, path = _split(address.strip())
    if source is None:
        return None
    found = _repository(path, 2 if source == "github" else None)
    return Origin(source, found) if found is not None else None


def path_on(address: str, host: str) -> str | None:
    """The path of the repository that a URL leads to on a forge of the operator's own, without `.git`.

    None for a URL that leads elsewhere.
    """
    try:
        parts = urlsplit(address.strip())
        is_there = (parts.hostname or "").lower() == host
    except ValueError:
        return None
    return _repository(parts.path, None) if is_there and parts.scheme in _SCHEMES else None


def _repository(path: str, depth: int | None) -> str | None:
    """The path of a repository, of at most `depth` segments, without what points inside it."""
    path = re.split(r"[?#]|/-/", path, maxsplit=1)[0]
    segments = [segment for segment in path.split("/") if segment][:depth]
    if len(segments) < 2:
        return None
    segments[-1] = segments[-1].removesuffix(".git")
    if any(not _SEGMENT.fullmatch(segment) or segment in {".", ".."} for segment in segments):
        return None
    return "/".join(segments)


def _split(address: str) -> tuple[str | None, str]:
    """The forge and the path of an address."""
    if match := _SHORTHAND.fullmatch(address):
        return match["source"], match["path"]
    if "://" not in address:
        match = _SCP.fullmatch(address)
        return (_HOSTS.get(match["host"].lower()), match["path"]) if match else (None, "")
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None, ""
    return (_HOSTS.get(host) if parts.scheme in _SCHEMES else None), parts.path
