"""npm: the version's manifest carries the server name in `mcpName`.

`GET /<name>/<version>` of the registry; a dist-tag would resolve as well, so the answer's own
version is compared.
"""

from urllib.parse import quote

from mcp_static.model.errors import NotProvenError
from mcp_static.proofs.packages.package import Package, expect, json_of


def prove_npm(package: Package) -> str:
    """Say what was found; raises NotProvenError, UnansweredError, FetchRefusedError."""
    what = f"{package.identifier}@{package.version}"
    url = f"{package.base}/{quote(package.identifier, safe='@')}/{quote(package.version, safe='')}"
    answer = package.get(url)
    if not expect(answer, 404):
        raise package.missing(what)
    manifest = json_of(answer)
    if manifest.get("name") != package.identifier or manifest.get("version") != package.version:
        raise package.missing(what)
    said = manifest.get("mcpName")
    if said == str(package.name):
        return f"{what} has mcpName {said}"
    fix = f'Add "mcpName": "{package.name}" to package.json and publish a new version.'
    if isinstance(said, str) and said:
        raise NotProvenError(f"{what} has mcpName {said[:200]}, not {package.name}", fix)
    raise NotProvenError(f"{what} has no mcpName", fix)
