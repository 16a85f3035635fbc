"""Where people read about a package: its page in the registry that it comes from.

The forms of the addresses are what those registries' own pages say of themselves; GitHub's container
registry leads a browser from an image's reference to its page.
"""

import re
from typing import Final
from urllib.parse import quote

from mcp_static.model.reading import Part, text_of
from mcp_static.packages.images import parse_reference
from mcp_static.packages.registries import OCI_PAGES, PAGES, is_default

_IDENTIFIER: Final = re.compile(r"@?\w[\w.-]*(/\w[\w.~-]*)*", re.ASCII)
_VERSION: Final = re.compile(r"\w[\w.+-]*", re.ASCII)
_BEFORE_VERSION: Final = {"npm": "/v/", "go": "@"}


def package_page(package: Part) -> str:
    """The address of a package's page; empty when it is none that is known, or of another registry.

    Of an MCP bundle, which is a file, it is the file's address.
    """
    kind, identifier = text_of(package, "registryType"), text_of(package, "identifier") or ""
    version = text_of(package, "version") or ""
    if kind == "mcpb":
        return identifier if identifier.startswith("https://") else ""
    if kind == "oci":
        return _image_page(identifier, version)
    if kind not in PAGES or not _IDENTIFIER.fullmatch(identifier):
        return ""
    if not is_default(kind, text_of(package, "registryBaseUrl")):
        return ""
    page = f"{PAGES[kind].url}/{identifier}"
    if not _VERSION.fullmatch(version):
        return page
    return f"{page}{_BEFORE_VERSION.get(kind, '/')}{quote(version, safe='')}"


def _image_page(identifier: str, version: str) -> str:
    reference = parse_reference(identifier) or parse_reference(f"{identifier}:{version or 'latest'}")
    site = OCI_PAGES.get(reference.host) if reference else None
    return f"{site.url}/{reference.repository}" if site and reference else ""
