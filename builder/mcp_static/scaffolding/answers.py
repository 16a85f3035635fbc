"""What the operator of a new registry is asked, and what follows from the answers."""

import re
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from mcp_static.hosts.hosts import host_named
from mcp_static.model.errors import InputError, UsageError
from mcp_static.model.terminal import printable

Forge = Literal["github", "gitlab", "none"]
Audience = Literal["public", "company"]

FORGES: Final[tuple[Forge, ...]] = get_args(Forge)
AUDIENCES: Final[tuple[Audience, ...]] = get_args(Audience)

_SITES: Final = {"github": "https://github.com", "gitlab": "https://gitlab.com", "none": ""}
_PATH: Final = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)+")
_ADDRESS: Final = re.compile(r"https?://[^\s/?#<>\"'@]+/[A-Za-z0-9._/-]+")


class Answers(BaseModel):
    """The answers. `repository` is the address of the registry's repository, empty without a forge."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    description: str
    url: str
    namespace: str
    forge: Forge
    repository: str
    host: str
    audience: Audience
    sources: tuple[str, ...] = ()

    @property
    def repository_path(self) -> str:
        """The repository's name on its forge, such as `example/mcp-registry`."""
        return urlsplit(self.repository).path.strip("/")

    @property
    def owner(self) -> str:
        """The account, organization or group that the repository belongs to."""
        return self.repository_path.rpartition("/")[0]

    @property
    def own_domain(self) -> str:
        """The two last labels of the registry's domain, reversed: what a company's names begin with."""
        return ".".join(self.namespace.split(".")[:2])


@dataclass(frozen=True, slots=True)
class Given:
    """What was given so far; None for what was not, and is asked for, or follows from the rest."""

    title: str | None = None
    description: str | None = None
    url: str | None = None
    namespace: str | None = None
    forge: Forge | None = None
    repository: str | None = None
    host: str | None = None
    audience: Audience | None = None
    sources: tuple[str, ...] = ()

    def with_defaults(self, folder: str) -> Self:
        """The same with everything that follows from the rest, and from the folder's name."""
        forge = self.forge or "github"
        host = self.host or {"github": "github-pages"}.get(forge, "nginx")
        repository = _repository_address(self.repository or "", forge)
        url = self.url or _pages_address(repository, host)
        return replace(
            self,
            title=self.title or f"MCP servers of {folder}",
            description=self.description or "MCP servers, published through Git.",
            forge=forge,
            host=host,
            repository=repository,
            url=url,
            namespace=self.namespace or reversed_host(url),
            audience=self.audience or "public",
        )

    def answers(self, folder: str) -> Answers:
        """All of the answers; raises UsageError that names what is missing or cannot be."""
        given = self.with_defaults(folder)
        host_named(given.host or "")
        missing = []
        if given.forge != "none" and not given.repository:
            missing.append("--repository OWNER/NAME  where authors propose their servers")
        if not given.url:
            missing.append("--url https://mcp.example.com  where readers find the registry")
        if missing:
            raise UsageError("Something is missing to write the repository.", "\n".join(missing))
        return Answers.model_validate(asdict(given))


def reversed_host(url: str | None) -> str:
    """The host of an address as a reversed domain; empty for an address, or one label."""
    host = urlsplit(url or "").hostname or ""
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdecimal():
        return ""
    return ".".join(reversed(labels))


def _repository_address(text: str, forge: Forge) -> str:
    """The address of a repository that was given as such, or by its name on the forge."""
    text = text.rstrip("/").removesuffix(".git")
    if not text:
        return ""
    if forge != "none" and _PATH.fullmatch(text) and not text.startswith("."):
        return f"{_SITES[forge]}/{text}"
    if _ADDRESS.fullmatch(text) and "/" in urlsplit(text).path.strip("/"):
        return text
    raise InputError(
        f"{printable(text)} is no repository.", "Write OWNER/NAME, or its whole https address."
    )


def _pages_address(repository: str, host: str) -> str:
    """Where GitHub Pages serves a repository of github.com; empty for other hosts."""
    parts = urlsplit(repository)
    if host != "github-pages" or parts.hostname != "github.com":
        return ""
    owner, _, name = parts.path.strip("/").partition("/")
    site = f"{owner.lower()}.github.io"
    return f"https://{site}" if name.lower() == site else f"https://{site}/{name}"
