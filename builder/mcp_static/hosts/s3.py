"""S3-compatible buckets, behind CloudFront."""

from collections.abc import Iterator
from typing import Final

from mcp_static.api.abilities import Ability
from mcp_static.api.documents import Document
from mcp_static.hosts.files import empty_list, host_document, registry_values
from mcp_static.hosts.host import Host
from mcp_static.settings import Settings


def _files(settings: Settings, _: str | None) -> Iterator[Document]:
    yield host_document("cloudfront.js", "cloudfront.js.j2", registry_values(settings), host=S3.name)
    yield empty_list()


S3: Final = Host(
    name="s3",
    description="A bucket of S3 or the like, behind CloudFront with a function for addresses.",
    honours=frozenset(
        {
            Ability.FILES,
            Ability.TYPES,
            Ability.LIST,
            Ability.COMPLETE,
            Ability.CURSORS,
            Ability.VERSIONS,
            Ability.SINCE,
            Ability.CORS,
        }
    ),
    note="`updated_since` gives everything",
    deployed_by="mcp-static deploy s3://BUCKET",
    deployed_by_workflow=True,
    deploys_to_bucket=True,
    documents=_files,
)
