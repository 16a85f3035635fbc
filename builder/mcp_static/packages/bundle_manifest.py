"""Manifests of MCP bundles: what a bundle is called, and what it asks its users for.

Members: the bundles' specification (modelcontextprotocol/mcpb, `MANIFEST.md`, version 0.3 of
2025-12-02); bundles were called DXT before.
"""

import re
from collections.abc import Iterator
from typing import Final

from mcp_static.model.errors import JsonError, ManifestError
from mcp_static.model.reading import Part, part_of, text_of
from mcp_static.model.strictjson import parse_json
from mcp_static.model.wording import one_line
from mcp_static.packages.manifest import Manifest, Project, Variable

_SETTING: Final = re.compile(r"\$\{user_config\.([^{}]+)\}")
_FORMATS: Final = {
    "number": "number",
    "boolean": "boolean",
    "file": "filepath",
    "directory": "filepath",
}


def read_bundle_manifest(_project: Project, file: str, text: str) -> Manifest | None:
    """Read a manifest.json; None for another program's. Raises ManifestError."""
    try:
        document = parse_json(text.encode())
    except JsonError as error:
        raise ManifestError(str(error)) from None
    if not isinstance(document, dict) or not {"manifest_version", "dxt_version"} & document.keys():
        return None
    server = part_of(document, "server")
    if not server:  # extensions of browsers have a manifest_version as well
        return None
    repository = one_line(part_of(document, "repository").get("url"))
    return Manifest(
        file=file,
        registry_type="mcpb",
        version=one_line(document.get("version")),
        title=one_line(document.get("display_name")),
        description=one_line(document.get("description")),
        repository=repository,
        website=one_line(document.get("homepage")),
        is_server=True,
        variables=tuple(_variables(part_of(server, "mcp_config"), part_of(document, "user_config"))),
    )


def _variables(config: Part, settings: Part) -> Iterator[Variable]:
    """The variables that the bundle fills in from what its users set; the others are its own affair."""
    for name in part_of(config, "env"):
        found = _SETTING.search(text_of(part_of(config, "env"), name) or "")
        setting = part_of(settings, found[1]) if found else {}
        if not setting:
            continue
        is_secret = setting.get("sensitive") is True
        default = setting.get("default")
        yield Variable(
            name=name,
            description=one_line(setting.get("description")) or one_line(setting.get("title")),
            is_required=setting.get("required") is True,
            is_secret=is_secret,
            format=_FORMATS.get(str(setting.get("type"))),
            default=default if isinstance(default, str) and default and not is_secret else None,
        )
