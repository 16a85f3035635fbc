"""Any server that can be taught where documents are."""

from typing import Final

from mcp_static.api.snapshot import PLAIN as _FACTS
from mcp_static.hosts.host import Host

PLAIN: Final = Host(
    name=_FACTS.name,
    description="The common files alone, for a server that you teach to look for P.json at P.",
    honours=_FACTS.honours,
    deployed_by="whatever copies files; mcp-static deploy FOLDER or s3://BUCKET",
    deploys_to_bucket=_FACTS.deploys_to_bucket,
)
