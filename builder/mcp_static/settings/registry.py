"""`registry.toml`: a registry's own settings, read from the commit that is built or checked against."""

import re
import tomllib
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from mcp_static.model.errors import InputError
from mcp_static.model.faults import faults_in_words, place_in
from mcp_static.model.forge_ids import GITHUB_HOST, GITLAB_HOST
from mcp_static.model.moderation import BlockSettings, LimitSettings
from mcp_static.model.security_contact import SecuritySettings
from mcp_static.settings.forges import Forges
from mcp_static.settings.grants import Grant
from mcp_static.settings.network import DnsSettings, NetworkSettings
from mcp_static.settings.part import LINK, has_host_and_port
from mcp_static.settings.policies import PolicySettings
from mcp_static.settings.publishing import (
    ContinuitySettings,
    MergeSettings,
    PackageRegistry,
    RemoteSettings,
)
from mcp_static.settings.site import HostingSettings, SiteSettings
from mcp_static.settings.sources import Source

SETTINGS_FILE: Final = "registry.toml"
_FORGE_KINDS: Final = {GITHUB_HOST: "github", GITLAB_HOST: "gitlab", "codeberg.org": "forgejo"}
_HTTP_URL: Final = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[A-Za-z0-9._~%+,=:@/-]*)?"
)


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
    gitlab_client_id: str = Field(
        "",
        max_length=100,
        description="Application of the GitLab that the repository is on, for `mcp-static login`; not "
        "confidential, with the scope `api`.",
    )
    merge: MergeSettings = MergeSettings.model_validate({})
    continuity: ContinuitySettings = ContinuitySettings.model_validate({})
    grants: tuple[Grant, ...] = ()
    sources: tuple[Source, ...] = ()
    forges: Forges = ()
    blocked: BlockSettings = BlockSettings.model_validate({})
    limits: LimitSettings = LimitSettings.model_validate({})
    package_registries: tuple[PackageRegistry, ...] = ()
    dns: DnsSettings = DnsSettings.model_validate({})
    network: NetworkSettings = NetworkSettings.model_validate({})
    hosting: HostingSettings = HostingSettings.model_validate({})
    remotes: RemoteSettings = RemoteSettings.model_validate({})
    site: SiteSettings = SiteSettings.model_validate({})
    policies: PolicySettings | None = None
    security: SecuritySettings = SecuritySettings.model_validate({})

    @property
    def repository_host(self) -> str:
        """The host of the forge that the repository is on, with a port if there is one; or empty."""
        return urlsplit(self.repository).netloc.lower()

    @property
    def forge_kind(self) -> str:
        """The kind of that forge, such as `gitlab`; empty if its host is not known."""
        kinds = _FORGE_KINDS | {forge.host: forge.kind for forge in self.forges}
        return kinds.get(self.repository_host, "")

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
                "gitlab_client_id": True,
                "hosting": True,
                "site": True,
                "policies": True,
                "security": True,
                "merge": {"identity"},
                "forges": {"__all__": {"kind", "url"}},
            }
        )

    @field_validator("report_url")
    @classmethod
    def _is_link(cls, value: str) -> str:
        if value and not LINK.fullmatch(value):
            raise ValueError("is not an https, http or mailto URL")
        return value

    @field_validator("url", "repository")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if value and not (_HTTP_URL.fullmatch(value) and has_host_and_port(value)):
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


def parse_settings(text: str) -> Settings:
    """Read `registry.toml`; raises InputError that names every setting at fault."""
    try:
        return Settings.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = place_in(error) if isinstance(error, ValueError) else ""
        raise InputError(f"{SETTINGS_FILE} is not TOML{place}.", "Fix that line.") from None
    except ValidationError as error:
        faults = [
            f"  {fault}".replace("is not known", "is not a setting") for fault in faults_in_words(error)
        ]
        known = ", ".join(Settings.model_fields)
        raise InputError(
            "\n".join([f"{SETTINGS_FILE} has settings that cannot be used:", *faults]),
            f"The settings are: {known}.",
        ) from None
