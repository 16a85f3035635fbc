"""`registry.toml`: a registry's own settings, read from the commit that is built or checked against."""

import re
import tomllib
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from mcp_static.model.errors import InputError
from mcp_static.model.forge_ids import FORGE_ID, ForgeId, parse_forge_id
from mcp_static.model.moderation import BlockSettings, LimitSettings, covers, namespace_pattern
from mcp_static.model.security_contact import SecuritySettings
from mcp_static.packages.types import PACKAGE_TYPES

SETTINGS_FILE: Final = "registry.toml"
_HTTP_URL: Final = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[A-Za-z0-9._~%+,=:@/-]*)?"
)


_PLACE: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):(?P<port>\d{1,5})")
_ACCOUNT: Final = re.compile(
    rf"github:(?P<login>[A-Za-z0-9][A-Za-z0-9-]{{0,38}})(?:#(?P<number>\d{{1,18}}))?|(?P<id>{FORGE_ID})",
    re.ASCII,
)
_ANCHOR: Final = re.compile(r"\d{1,5} \d{1,3} (?:2 [0-9A-Fa-f]{64}|4 [0-9A-Fa-f]{96})")
_IDENTITY: Final = re.compile(r"[^<>\x00-\x1f\x7f]{1,200} <[^<>\s]{1,200}>")
_FOLDER: Final = re.compile(r"/[A-Za-z0-9._/-]*")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]")
_REGISTRY_URL: Final = re.compile(
    r"(?:https://)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?(/[^\s?#]*)?"
)
_PICTURE: Final = re.compile(
    r"(?:[A-Za-z0-9][A-Za-z0-9._-]*/)*[A-Za-z0-9][A-Za-z0-9_-]*\.(?:svg|png|webp)"
)
_LINK: Final = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+")
_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_CONTRAST: Final = 5
"""A little above what WCAG 2.2 asks of text (4.5), as papers are not quite white or black."""
_WHITE: Final = 1.0
_BLACK: Final = 0.0075

_HOST_PATTERN: Final = re.compile(r"(?:\*\.)?(?:[a-z0-9][a-z0-9-]*\.)*[a-z][a-z0-9-]*")

_TYPES_WITH_REGISTRIES: Final = tuple(kind.id for kind in PACKAGE_TYPES if kind.can_trust_registries)

ROOT_ANCHORS: Final = (
    "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
)
"""DS records of the DNS root's keys (KSK-2017, KSK-2024), as IANA publishes them."""


def split_place(text: str) -> tuple[str, int]:
    """Read `host:port`, an IPv6 address in brackets; raises ValueError."""
    match = _PLACE.fullmatch(text)
    if not match or not 0 < int(match["port"]) < 65536:
        raise ValueError(f"{text!r} is not host:port")
    return match["host"].strip("[]").lower(), int(match["port"])


def _place(place: tuple[str, int]) -> str:
    host, port = place
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class GrantHolder(_Part):
    """An account that a grant names: by its id, or by a login and, so that it cannot move, a number."""

    login: str = ""
    number: int | None = None
    id: ForgeId | None = None


class Grant(_Part):
    """Who may publish under a namespace without another proof; for private registries."""

    namespace: str = Field(description="`com.example`, or `com.example.*` for it and all below it.")
    accounts: tuple[str, ...] = Field(
        min_length=1, description="`github:login`, `github:login#id` or `github.com/account/1001`."
    )

    @field_validator("namespace")
    @classmethod
    def _is_pattern(cls, value: str) -> str:
        return namespace_pattern(value)

    @field_validator("accounts")
    @classmethod
    def _are_accounts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not _ACCOUNT.fullmatch(text):
                raise ValueError(f"{text!r} is not github:login, github:login#id or host/account/id")
        return value

    @property
    def holders(self) -> tuple[GrantHolder, ...]:
        """The accounts, read."""
        matches = (_ACCOUNT.fullmatch(text) for text in self.accounts)
        return tuple(
            GrantHolder(
                login=match["login"] or "",
                number=int(match["number"]) if match["number"] else None,
                id=parse_forge_id(match["id"] or ""),
            )
            for match in matches
            if match
        )

    def covers(self, namespace: str) -> bool:
        """Whether this grant covers a namespace; letters' case does not matter."""
        return covers(self.namespace, namespace)


class PackageRegistry(_Part):
    """A package registry to trust in addition to the public ones, and under whose address."""

    type: str = Field(json_schema_extra={"enum": [*_TYPES_WITH_REGISTRIES]})
    url: str = Field(description="`https://npm.example.com`; of an OCI registry its host alone.")

    @field_validator("type")
    @classmethod
    def _has_registries(cls, value: str) -> str:
        if value not in _TYPES_WITH_REGISTRIES:
            raise ValueError(f"is not one of {', '.join(_TYPES_WITH_REGISTRIES)}")
        return value

    @field_validator("url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not _REGISTRY_URL.fullmatch(value):
            raise ValueError("is neither an https URL without a query nor the host of an OCI registry")
        return value.rstrip("/")


class DnsSettings(_Part):
    """Whom to ask for a domain's keys."""

    resolvers: tuple[str, ...] = Field(
        ("1.1.1.1", "8.8.8.8", "9.9.9.9"),
        min_length=2,
        description="Independent validating resolvers: addresses, or address:port; two at least.",
    )
    trust_anchors: tuple[str, ...] = Field(
        ROOT_ANCHORS,
        min_length=1,
        description="DS records of the root's keys: tag, algorithm, digest type, digest.",
    )

    @field_validator("trust_anchors")
    @classmethod
    def _are_anchors(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not _ANCHOR.fullmatch(text):
                raise ValueError(f"{text!r} is not tag, algorithm, digest type (2 or 4) and digest")
        return value

    @field_validator("resolvers")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            host = text if _is_address(text) else split_place(text)[0]
            if not _is_address(host):
                raise ValueError(f"{text!r} is not an IP address, with or without a port")
        if len({resolver_place(text) for text in value}) != len(value):
            raise ValueError("names a resolver twice; they have to be independent")
        return value


def resolver_place(text: str) -> tuple[str, int]:
    """The address and port of a resolver in the settings."""
    return (text, 53) if _is_address(text) else split_place(text)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class NetworkSettings(_Part):
    """Where proofs may reach; by default every public address, and no other."""

    reach: tuple[str, ...] = Field(
        (), description="Inside networks that may be reached as well, such as 10.1.0.0/16."
    )
    connect: dict[str, str] = Field(
        {}, description="host:port → host:port: where to connect instead, names and certificates kept."
    )

    @field_validator("reach")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            ip_network(text)
        return value

    @field_validator("connect")
    @classmethod
    def _are_places(cls, value: dict[str, str]) -> dict[str, str]:
        return {
            _place(split_place(given)): _place(split_place(meant)) for given, meant in value.items()
        }


class HostingSettings(_Part):
    """Where the output goes, as far as a host's own files have to say it."""

    root: str = Field(
        "/srv/mcp-registry", description="The folder of the output on the server, for nginx and Caddy."
    )
    name: str = Field("mcp-registry", description="The Worker's or the function's name.")
    bucket: str = Field("mcp-registry", description="The bucket that the Worker reads.")
    max_files: int = Field(
        20_000, ge=1, description="Files that Workers' static assets take on your plan."
    )

    searches_per_second: int = Field(
        20, ge=0, description="Searches that nginx lets one address ask; 0 for any number."
    )

    @field_validator("root")
    @classmethod
    def _is_folder(cls, value: str) -> str:
        if not _FOLDER.fullmatch(value):
            raise ValueError("is not an absolute path of letters, digits and . _ - /")
        return value.rstrip("/") or "/"

    @field_validator("name", "bucket")
    @classmethod
    def _is_label(cls, value: str) -> str:
        if not _LABEL.fullmatch(value):
            raise ValueError("is not 3 to 63 lowercase letters, digits and hyphens")
        return value


class RemoteSettings(_Part):
    """Where remotes may lead."""

    internal: tuple[str, ...] = Field(
        (),
        description="Hosts without a public suffix that remotes may have: `mcp.corp`, `*.internal`.",
    )

    @field_validator("internal")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not _HOST_PATTERN.fullmatch(text) or text.endswith("localhost"):
                raise ValueError(f"{text!r} is neither a host in lowercase nor *. and a host")
        return value


class Link(_Part):
    """A link in the footer of every page."""

    text: str = Field(min_length=1, max_length=60)
    url: str

    @field_validator("url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        if not _LINK.fullmatch(value):
            raise ValueError("is not an https, http or mailto URL")
        return value


class SiteSettings(_Part):
    """How the pages look, and the texts that a registry adds to them."""

    logo: str = Field(
        "", description="An SVG, PNG or WebP file in the repository, shown next to the title."
    )
    accent: str = Field("#0a58ca", description="Colour of links and buttons on white.")
    accent_dark: str = Field("#82b4ff", description="The same on black, for dark themes.")
    notice: str = Field("", max_length=300, description="Shown above every page.")
    welcome: str = Field("", max_length=1000, description="Shown on the home page.")
    publishing: str = Field("", max_length=2000, description="Shown on the page about publishing.")
    footer: str = Field("", max_length=300, description="Shown below every page.")
    links: tuple[Link, ...] = Field((), max_length=10, description="Shown below every page: imprint, …")
    is_indexed: bool = Field(
        True, strict=True, description="Whether search engines may list the pages."
    )

    @field_validator("logo")
    @classmethod
    def _is_picture(cls, value: str) -> str:
        if value and not _PICTURE.fullmatch(value):
            raise ValueError("is not the path of an .svg, .png or .webp file in the repository")
        return value

    @field_validator("accent")
    @classmethod
    def _is_dark_enough(cls, value: str) -> str:
        return _legible(value, _WHITE)

    @field_validator("accent_dark")
    @classmethod
    def _is_light_enough(cls, value: str) -> str:
        return _legible(value, _BLACK)


def _legible(colour: str, paper: float) -> str:
    """The colour, if text in it can be read on paper of this luminance (WCAG 2.2, 1.4.3)."""
    if not _COLOUR.fullmatch(colour):
        raise ValueError("is not a colour such as #0a58ca")
    lighter, darker = sorted((_luminance(colour), paper), reverse=True)
    ratio = (lighter + 0.05) / (darker + 0.05)
    if ratio < _CONTRAST:
        raise ValueError(f"has a contrast of {ratio:.1f} to its background; {_CONTRAST} is the least")
    return colour.lower()


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class ContinuitySettings(_Part):
    """What happens when a name is proven by somebody or something that never proved it before."""

    wait_days: int = Field(
        7, ge=0, le=365, description="Days that it waits before an operator can approve it."
    )


class MergeSettings(_Part):
    """What happens once a check is green."""

    automatic: bool = Field(
        False, strict=True, description="Whether a green publish is merged without a person."
    )
    identity: str = Field(
        "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>",
        description="The author of the merge's commits; what others note of proofs is not believed.",
    )

    @field_validator("identity")
    @classmethod
    def _is_identity(cls, value: str) -> str:
        if not _IDENTITY.fullmatch(value):
            raise ValueError("is not written as a name and an e-mail address in <>")
        return value

    frozen: bool = Field(
        False, strict=True, description="Whether publishing is closed; `freeze` and `thaw` set it."
    )
    frozen_reason: str = Field("", max_length=500, description="What is said to those who publish.")


class Settings(BaseModel):
    """The registry's own settings; every one has a default that works on this machine."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    title: str = Field("MCP Static Registry", min_length=1, max_length=100)
    description: str = Field("MCP servers, published through Git.", max_length=500)
    url: str = Field("http://127.0.0.1:8000", description="Where the registry is served.")
    repository: str = Field("", description="Where its Git repository takes pull requests.")
    namespace: str = Field(
        "", description="The registry's own reversed domain, for `provenance` in `_meta`."
    )
    report_url: str = Field(
        "",
        max_length=500,
        description="Where people report a server; `{server}` becomes its name. Unless given, the "
        "issue form `report.yml` of a `repository` on github.com.",
    )
    github_client_id: str = Field(
        "", max_length=100, description="OAuth app for `mcp-static login`; the device flow is enough."
    )
    merge: MergeSettings = MergeSettings.model_validate({})
    continuity: ContinuitySettings = ContinuitySettings.model_validate({})
    grants: tuple[Grant, ...] = ()
    blocked: BlockSettings = BlockSettings.model_validate({})
    limits: LimitSettings = LimitSettings.model_validate({})
    package_registries: tuple[PackageRegistry, ...] = ()
    dns: DnsSettings = DnsSettings.model_validate({})
    network: NetworkSettings = NetworkSettings.model_validate({})
    hosting: HostingSettings = HostingSettings.model_validate({})
    remotes: RemoteSettings = RemoteSettings.model_validate({})
    site: SiteSettings = SiteSettings.model_validate({})
    security: SecuritySettings = SecuritySettings.model_validate({})

    def rendered(self) -> str:
        """The settings that an output depends on, as one text; changing another rebuilds nothing."""
        return self.model_dump_json(
            include={
                "title": True,
                "description": True,
                "url": True,
                "repository": True,
                "report_url": True,
                "namespace": True,
                "github_client_id": True,
                "hosting": True,
                "site": True,
                "security": True,
                "merge": {"identity"},
            }
        )

    @field_validator("report_url")
    @classmethod
    def _is_link(cls, value: str) -> str:
        if value and not _LINK.fullmatch(value):
            raise ValueError("is not an https, http or mailto URL")
        return value

    @field_validator("url", "repository")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if value and not (_HTTP_URL.fullmatch(value) and _has_host_and_port(value)):
            raise ValueError("is not an http or https URL without a query")
        return value.rstrip("/")

    @field_validator("namespace")
    @classmethod
    def _is_reversed_domain(cls, value: str) -> str:
        if value and not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", value):
            raise ValueError("is not a reversed domain such as com.example.registry")
        if value.startswith("io.modelcontextprotocol"):
            raise ValueError("belongs to the Model Context Protocol itself")
        return value


def _has_host_and_port(address: str) -> bool:
    """Whether an address has a host that exists in this form, and a port below 65,536 if any."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _in_words(message: str) -> str:
    """A library's sentence about a fault, in the words of TOML."""
    return (
        message.removeprefix("Value error, ")
        .replace("Extra inputs are not permitted", "is not a setting")
        .replace("Tuple", "List")
        .replace("tuple", "list")
    )


def parse_settings(text: str) -> Settings:
    """Read `registry.toml`; raises InputError that names every setting at fault."""
    try:
        return Settings.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{SETTINGS_FILE} is not TOML: {error}", "Fix that line.") from None
    except ValidationError as error:
        faults = [
            f"  {'.'.join(str(part) for part in fault['loc'])}: {_in_words(fault['msg'])}"
            for fault in error.errors(include_url=False)
        ]
        known = ", ".join(Settings.model_fields)
        raise InputError(
            "\n".join([f"{SETTINGS_FILE} has settings that cannot be used:", *faults]),
            f"The settings are: {known}.",
        ) from None
