"""Cloudflare: a Worker with static assets, or in front of a bucket."""

from collections.abc import Iterator
from typing import Final

from mcp_static.api.abilities import EVERYTHING
from mcp_static.api.documents import Document
from mcp_static.api.limits import MAX_READS, MAX_WORKER_READS
from mcp_static.api.paths import HOST_FOLDER
from mcp_static.hosts.files import edge_program, host_document, own_document, registry_values
from mcp_static.hosts.host import MIB, Host, Limits
from mcp_static.settings import Settings


def _assets_files(settings: Settings, _: str | None) -> Iterator[Document]:
    yield _wrangler(settings, CLOUDFLARE, "assets.js", MAX_WORKER_READS)
    yield from edge_program("fetch.js", "assets.js")
    yield own_document(".assetsignore", f"{HOST_FOLDER}\n".encode())


def _bucket_files(settings: Settings, _: str | None) -> Iterator[Document]:
    yield _wrangler(settings, CLOUDFLARE_R2, "bucket.js", MAX_READS, settings.hosting.bucket)
    yield from edge_program("fetch.js", "bucket.js")


def _wrangler(settings: Settings, host: Host, adapter: str, reads: int, bucket: str = "") -> Document:
    return host_document(
        "wrangler.toml",
        "wrangler.toml.j2",
        registry_values(settings),
        host=host.name,
        adapter=adapter,
        reads=reads,
        bucket=bucket,
    )


CLOUDFLARE: Final = Host(
    name="cloudflare",
    description="A Cloudflare Worker with static assets.",
    honours=EVERYTHING,
    note="on the smallest plan, pages of at most 46 for `search`",
    # https://developers.cloudflare.com/workers/platform/limits/ (free plan; 100,000 if paid)
    limits=Limits(files=20_000, file_size=25 * MIB),
    has_paid_files=True,
    too_large="On a paid plan set hosting.max_files = 100000 in registry.toml; beyond that, use "
    "the host cloudflare-r2.",
    deployed_by="npx wrangler deploy, in the output's folder host/",
    deployed_by_workflow=True,
    documents=_assets_files,
)
CLOUDFLARE_R2: Final = Host(
    name="cloudflare-r2",
    description="A Cloudflare Worker in front of an R2 bucket.",
    honours=EVERYTHING,
    deployed_by="mcp-static deploy s3://BUCKET, and once npx wrangler deploy in the folder host/",
    deployed_by_workflow=True,
    deploys_to_bucket=True,
    documents=_bucket_files,
)
