"""The package types, in the order in which people read them and in which `init` believes manifests."""

from typing import Final

from mcp_static.model.spelling import plain
from mcp_static.packages.cargo import CARGO
from mcp_static.packages.golang import GO
from mcp_static.packages.mcpb import MCPB
from mcp_static.packages.npm import NPM
from mcp_static.packages.nuget import NUGET
from mcp_static.packages.oci import OCI
from mcp_static.packages.pypi import PYPI
from mcp_static.packages.type import PackageType

PACKAGE_TYPES: Final = (NPM, PYPI, CARGO, NUGET, GO, OCI, MCPB)

_BY_ID: Final = {package_type.id: package_type for package_type in PACKAGE_TYPES}
_BY_WORD: Final = {word: kind.id for kind in PACKAGE_TYPES for word in (kind.id, *kind.also_called)}


def package_type(registry_type: str) -> PackageType | None:
    """The type of a `registryType`, if it is known."""
    return _BY_ID.get(registry_type)


def type_called(word: str) -> str:
    """The `registryType` that people mean by a word, such as `docker`; empty if it is none."""
    return _BY_WORD.get(plain(word), "")
