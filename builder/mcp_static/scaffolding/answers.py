"""What the operator of a new registry is asked, and what follows from the answers."""

import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Final, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from mcp_static.hosts.hosts import host_named
from mcp_static.model.errors import UsageError
from mcp_static.model.terminal import printable

Forge = Literal["github", "gitlab", "none"]
Audience = Literal["public", "company"]

FORGES: Final[tuple[Forge, ...]] = get_args(Forge)
AUDIENCES: Final[tuple[Audience, ...]] = get_args(Audience)

_NAMES: Final[dict[Forge, str]] = {"github": "GitHub", "gitlab": "GitLab", "none": "no forge"}
_SITES: Final = {"github": "https://github.com", "gitlab": "https://gitlab.com", "none": ""}
_PATH: Final = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)+")
_ADDRESS: Final = re.compile(r"https?://[^\s/?#<>\"'@]+/[A-Za-z0-9._/-]+")
_SSH: Final = re.compile(r"git@([A-Za-z0-9.-]+):([A-Za-z0-9._/-]+)")
_UNWRITABLE: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, and what stands for bytes that are no UTF-8."""
_LONGEST_FOLDER: Final = 60
_FORGE_OF: Final[dict[str, Forge]] = {"github.com": "github", "gitlab.com": "gitlab"}
_HOST_OF: Final[dict[str, Forge]] = {"github-pages": "github", "gitlab-pages": "gitlab"}
"""Hosts that only the forge which they belong to can fill."""


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
        forge = self.forge or _forge_of(self.repository or "")
        host = self.host or {"github": "github-pages"}.get(forge, "nginx")
        repository = _repository_address(self.repository or "", forge)
        url = (self.url or _pages_address(repository, host)).rstrip("/")
        return replace(
            self,
            title=self.title or f"MCP servers of {printable(folder)[:_LONGEST_FOLDER]}",
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
        self._require_text()
        given = self.with_defaults(folder)
        host = host_named(given.host or "")
        wanted = _HOST_OF.get(host.name)
        if wanted is not None and wanted != given.forge:
            raise UsageError(
                f"{host.name} serves what a repository on {_NAMES[wanted]} builds.",
                f"Give --forge {wanted}, or another --host; `mcp-static hosts` lists them.",
            )
        missing = []
        if given.forge != "none" and not given.repository:
            missing.append("--repository OWNER/NAME  where authors propose their servers")
        if not given.url:
            missing.append("--url https://mcp.example.com  where readers find the registry")
        if missing:
            raise UsageError("Something is missing to write the repository.", "\n".join(missing))
        return Answers.model_validate(asdict(given))

    def _require_text(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name) or ""
            for text in value if isinstance(value, tuple) else (value,):
                if _UNWRITABLE.search(text):
                    raise UsageError(
                        f"--{field.name}: {printable(text)} has characters that no text file has.",
                        "Leave control characters out, and give the rest as UTF-8.",
                    )


def reversed_host(url: str | None) -> str:
    """The host of an address as a reversed domain; empty for an address, or one label."""
    host = urlsplit(url or "").hostname or ""
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdecimal():
        return ""
    return ".".join(reversed(labels))


def _forge_of(repository: str) -> Forge:
    """The forge that a repository's address names; GitHub for a name alone."""
    host = urlsplit(_without_ssh(repository)).hostname
    if host is None:
        return "github"
    if host not in _FORGE_OF:
        raise UsageError(f"{printable(host)} may be a GitHub or a GitLab.", "Say which with --forge.")
    return _FORGE_OF[host]


def _without_ssh(text: str) -> str:
    """The https address of a repository that was given as `git@host:path`."""
    match = _SSH.fullmatch(text)
    return f"https://{match[1]}/{match[2]}" if match else text


def _repository_address(given: str, forge: Forge) -> str:
    """The address of a repository that was given as such, or by its name on the forge."""
    text = _without_ssh(given.strip()).rstrip("/").removesuffix(".git")
    if not text:
        return ""
    if forge != "none" and _PATH.fullmatch(text) and not text.startswith("."):
        text = f"{_SITES[forge]}/{text}"
    parts = urlsplit(text) if _ADDRESS.fullmatch(text) else None
    depth = len(parts.path.strip("/").split("/")) if parts else 0
    if parts is None or depth < 2 or (forge == "github" and depth != 2):
        usual = "its whole https address" if forge == "none" else "OWNER/NAME, or its https address"
        raise UsageError(f"{printable(given)} is no repository.", f"Write {usual}.")
    known = _FORGE_OF.get(parts.hostname or "")
    if known is not None and forge not in {known, "none"}:
        raise UsageError(
            f"{text} is on {_NAMES[known]}, and the forge is {_NAMES[forge]}.", f"Give --forge {known}."
        )
    return text


def _pages_address(repository: str, host: str) -> str:
    """Where GitHub Pages serves a repository of github.com; empty for other hosts."""
    parts = urlsplit(repository)
    if host != "github-pages" or parts.hostname != "github.com":
        return ""
    owner, _, name = parts.path.strip("/").partition("/")
    site = f"{owner.lower()}.github.io"
    return f"https://{site}" if name.lower() == site else f"https://{site}/{name}"
