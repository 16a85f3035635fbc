"""The hosts, from the plainest to those that honour all of the standard."""

from typing import Final

from mcp_static.api.abilities import Ability
from mcp_static.api.variants import Variant
from mcp_static.hosts.files import (
    bucket_files,
    bucket_worker_files,
    caddy_files,
    nginx_files,
    nginx_rules_files,
    pages_files,
    worker_files,
)
from mcp_static.hosts.host import MIB, Host, Limits
from mcp_static.model.errors import UsageError

_EVERYTHING: Final = frozenset(Ability)
_BY_RULES: Final = frozenset(
    {
        Ability.FILES,
        Ability.TYPES,
        Ability.LIST,
        Ability.CURSORS,
        Ability.VERSIONS,
        Ability.SINCE,
        Ability.CORS,
        Ability.HEADERS,
        Ability.ERRORS,
    }
)
_RULES_IN_WORDS: Final = "`cursor`, `version`, `updated_since` from the day before; pages of 100"

HOSTS: Final = (
    Host(
        name="plain",
        description="The common files alone, for a server that you teach to look for P.json at P.",
        honours=frozenset(),
        honours_in_words="what your server makes of it",
        limits=Limits(),
        takes_path=True,
    ),
    Host(
        name="github-pages",
        description="GitHub Pages: static files, no queries, no headers of our own.",
        honours=frozenset({Ability.FILES, Ability.LIST, Ability.CORS}),
        honours_in_words="no query: complete lists without `nextCursor`",
        # https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits
        limits=Limits(total=1024 * MIB),
        way_out="Use a host that compresses nothing away: nginx, caddy, s3 or cloudflare-r2.",
        takes_path=True,
        variants=(Variant.HTML,),
        documents=pages_files,
    ),
    Host(
        name="s3",
        description="A bucket of S3 or the like, behind CloudFront with a function for addresses.",
        honours=frozenset(
            {
                Ability.FILES,
                Ability.TYPES,
                Ability.LIST,
                Ability.CURSORS,
                Ability.VERSIONS,
                Ability.SINCE,
                Ability.CORS,
            }
        ),
        honours_in_words="`cursor`, `version`; pages of 100; `updated_since` gives everything",
        limits=Limits(),
        documents=bucket_files,
    ),
    Host(
        name="caddy",
        description="Caddy 2.6 or newer, by rewrite rules.",
        honours=_BY_RULES,
        honours_in_words=_RULES_IN_WORDS,
        limits=Limits(),
        variants=(Variant.SINCE, Variant.GZIP),
        documents=caddy_files,
    ),
    Host(
        name="nginx-rules",
        description="nginx without modules, by rewrite rules.",
        honours=_BY_RULES,
        honours_in_words=_RULES_IN_WORDS,
        limits=Limits(),
        variants=(Variant.SINCE, Variant.GZIP),
        documents=nginx_rules_files,
    ),
    Host(
        name="nginx",
        description="nginx with its module njs, which runs the edge program.",
        honours=_EVERYTHING,
        honours_in_words="everything",
        limits=Limits(),
        variants=(Variant.GZIP,),
        documents=nginx_files,
    ),
    Host(
        name="cloudflare",
        description="A Cloudflare Worker with static assets.",
        honours=_EVERYTHING,
        honours_in_words="everything; `search` gives at most 45 or so a page",
        # https://developers.cloudflare.com/workers/platform/limits/ (free plan; 100,000 if paid)
        limits=Limits(files=20_000, file_size=25 * MIB),
        way_out="On a paid plan set hosting.max_files = 100000 in registry.toml; beyond that, use "
        "the host cloudflare-r2.",
        documents=worker_files,
    ),
    Host(
        name="cloudflare-r2",
        description="A Cloudflare Worker in front of an R2 bucket.",
        honours=_EVERYTHING,
        honours_in_words="everything",
        limits=Limits(),
        documents=bucket_worker_files,
    ),
)


def host_named(name: str) -> Host:
    """The host of this name; raises UsageError that lists them."""
    for host in HOSTS:
        if host.name == name:
            return host
    known = ", ".join(host.name for host in HOSTS)
    raise UsageError(f"There is no host {name!r}.", f"The hosts are: {known}.")
