"""The hosts, from the plainest to those that honor all of the standard."""

from typing import Final

from mcp_static.hosts.apache import APACHE
from mcp_static.hosts.caddy import CADDY
from mcp_static.hosts.cloudflare import CLOUDFLARE, CLOUDFLARE_R2
from mcp_static.hosts.host import Host
from mcp_static.hosts.nginx import NGINX, NGINX_RULES
from mcp_static.hosts.pages import GITHUB_PAGES, GITLAB_PAGES
from mcp_static.hosts.plain import PLAIN
from mcp_static.hosts.platforms import AZURE, FIREBASE, NETLIFY, VERCEL
from mcp_static.hosts.s3 import S3
from mcp_static.model.errors import UsageError

HOSTS: Final[tuple[Host, ...]] = (
    PLAIN,
    GITHUB_PAGES,
    GITLAB_PAGES,
    AZURE,
    FIREBASE,
    NETLIFY,
    VERCEL,
    S3,
    APACHE,
    CADDY,
    NGINX_RULES,
    NGINX,
    CLOUDFLARE,
    CLOUDFLARE_R2,
)


def host_named(name: str) -> Host:
    """The host of this name; raises UsageError that lists them."""
    for host in HOSTS:
        if host.name == name:
            return host
    known = ", ".join(host.name for host in HOSTS)
    raise UsageError(f"There is no host {name!r}.", f"The hosts are: {known}.")
