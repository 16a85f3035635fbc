"""What the pages show: an entry and its versions, as plain values for the templates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from mcp_static.api.entries import EntryMeta
from mcp_static.model.proofs import proof_label
from mcp_static.model.reading import objects_in, part_of, text_of
from mcp_static.model.strictjson import dump_json
from mcp_static.model.takedown import Takedown
from mcp_static.model.times import format_time
from mcp_static.packages.configurations import command_words, joined, placeholder
from mcp_static.packages.methods import Method, methods_of
from mcp_static.packages.shells import posix_line, windows_line
from mcp_static.packages.types import package_type
from mcp_static.pages.host_warnings import Owners, nobody, warnings_of
from mcp_static.pages.install_snippets import Listing, Snippet, snippets_of
from mcp_static.pages.options import Option, options_of


def server_page_path(name: str) -> str:
    """The address of a server's page, below the registry's."""
    return f"/servers/{name}/"  # no character of a name needs encoding


def version_page_path(name: str, version: str) -> str:
    """The address of the page of one version, below the registry's."""
    return f"{server_page_path(name)}versions/{quote(version, safe='')}.html"


def api_path(name: str, rest: str) -> str:
    """The address of a document of the API, below the registry's."""
    return f"/v0.1/servers/{name.replace('/', '%2F')}/{rest}"


@dataclass(frozen=True, slots=True)
class _NamedServer:
    """What follows from a server's name."""

    name: str

    @property
    def namespace(self) -> str:
        """The first half of the name."""
        return self.name.partition("/")[0]

    @property
    def short(self) -> str:
        """The second half of the name."""
        return self.name.partition("/")[2]

    @property
    def path(self) -> str:
        """The address of the server's page."""
        return server_page_path(self.name)


@dataclass(frozen=True, slots=True)
class Card(_NamedServer):
    """A server in a list."""

    title: str
    description: str
    version: str
    status: str
    updated: str


def card_of(document: dict[str, Any], meta: EntryMeta) -> Card:
    """An entry as a list shows it, from its server object."""
    name = str(document["name"])
    return Card(
        name,
        text_of(document, "title") or name.partition("/")[2],
        text_of(document, "description") or "",
        str(document["version"]),
        meta.status.value,
        format_time(meta.updated_at),
    )


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in a server's list; `path` is its page's address, below the registry's."""

    version: str
    status: str
    message: str
    published: str
    is_latest: bool
    path: str


@dataclass(frozen=True, slots=True)
class MethodView:
    """One installation method of a server, with what to paste."""

    title: str
    identifier: str
    page: str
    version: str
    sha256: str
    install_command: str
    start_command: str
    start_on_windows: str
    no_command: str
    has_placeholders: bool
    snippets: tuple[Snippet, ...]
    options: tuple[Option, ...]
    warnings: tuple[str, ...]

    @property
    def has_more(self) -> bool:
        """Whether there are settings that the snippets leave out."""
        return bool(self.snippets) and any(option.is_left_out for option in self.options)


@dataclass(frozen=True, slots=True)
class ServerView(_NamedServer):
    """A server as its page shows it: one entry, by rule the latest."""

    title: str
    description: str
    version: str
    status: str
    message: str
    published: str
    repository: str
    website: str
    icon: str
    proof: str
    commit: str
    updated: str
    takedown: Takedown | None = None

    @property
    def namespace_path(self) -> str:
        """The address of the namespace's page."""
        return f"/servers/{self.namespace}/"

    @property
    def json(self) -> str:
        """The address of the entry."""
        deleted = "?include_deleted=true" if self.status == "deleted" else ""
        return api_path(self.name, f"versions/{quote(self.version, safe='')}{deleted}")

    @property
    def structured(self) -> Markup:
        """What search engines read, in schema.org's words; safe inside a script element."""
        found = {
            "@context": "https://schema.org",
            "@type": "SoftwareApplication",
            "name": self.title,
            "identifier": self.name,
            "description": self.description,
            "applicationCategory": "DeveloperApplication",
            "softwareVersion": self.version,
            "datePublished": self.published,
            "dateModified": self.updated,
        }
        if self.website.startswith("https://"):
            found["sameAs"] = self.website
        return Markup(dump_json(found).decode())  # noqa: S704 (every < in it is escaped)

    @property
    def versions_json(self) -> str:
        """The address of all versions."""
        return api_path(self.name, "versions")


def server_view(
    document: dict[str, Any], meta: EntryMeta, commit: str, accepted: dict[str, Any] | None
) -> ServerView:
    """An entry as its page shows it; `accepted` is what the merge noted, if anything."""
    card = card_of(document, meta)
    return ServerView(
        card.name,
        card.title,
        card.description,
        card.version,
        card.status,
        meta.status_message or "",
        format_time(meta.published_at),
        text_of(part_of(document, "repository"), "url") or "",
        text_of(document, "websiteUrl") or "",
        _icon(document),
        proof_label((accepted or {}).get("proof")),
        commit,
        card.updated,
    )


def withdrawn_view(
    document: dict[str, Any], meta: EntryMeta, commit: str, takedown: Takedown
) -> ServerView:
    """An entry that the operator has taken down: nothing of what its author wrote is repeated."""
    card = card_of(document, meta)
    return ServerView(
        name=card.name,
        title=card.short,
        description=f"{card.name} was taken down by the registry.",
        version=card.version,
        status=card.status,
        message=takedown.reason,
        published=format_time(meta.published_at),
        repository="",
        website="",
        icon="",
        proof="",
        commit=commit,
        updated=card.updated,
        takedown=takedown,
    )


def _icon(server: dict[str, Any]) -> str:
    """Where the server's icon is: pages link to it and never load it."""
    icons = objects_in(server.get("icons"))
    return (text_of(icons[0], "src") if icons else None) or ""


def method_views(
    server: dict[str, Any], accepted: dict[str, Any] | None, owners: Owners = nobody, registry: str = ""
) -> list[MethodView]:
    """The installation methods of a server, with their snippets.

    `accepted` is as for `server_view`, `owners` as for `warnings_of`, `registry` where the registry is
    served.
    """
    listing = Listing(str(server.get("name", "")), text_of(server, "version") or "", registry)
    return [
        _method_view(listing, method, warnings_of(method, listing.name, accepted, owners))
        for method in methods_of(server)
    ]


def _method_view(listing: Listing, method: Method, warnings: tuple[str, ...]) -> MethodView:
    snippets, part = snippets_of(listing, method), method.part
    kind = package_type(text_of(part, "registryType") or "")
    return MethodView(
        title=method.title,
        identifier=method.identifier,
        page=kind.page(part) if kind else "",
        version=text_of(part, "version") or "",
        sha256=text_of(part, "fileSha256") or "",
        install_command=method.install_command,
        start_command=_start_command(method, posix_line),
        start_on_windows=_start_command(method, windows_line),
        no_command=method.no_command,
        has_placeholders=bool(snippets) and any(given.default is None for given in method.all_inputs),
        snippets=snippets,
        options=options_of(part),
        warnings=warnings,
    )


def _start_command(method: Method, line: Callable[[list[str], list[tuple[str, str]]], str]) -> str:
    """The command of what is started before it is connected to, with its environment before it."""
    launch = method.launch
    if launch is None or method.connection is None:
        return ""
    environment = [(name, joined(value, placeholder)) for name, value in launch.env]
    return line(command_words(launch, placeholder), environment)
