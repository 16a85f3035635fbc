"""Entries of lists whose servers have bare names, as some clients' allowlists have them: they get a
namespace, and the version that such a client starts.
"""

from dataclasses import replace

from mcp_static.api.source_entries import SourceEntry
from mcp_static.model.errors import InputError
from mcp_static.model.reading import Part, objects_in


def in_namespace(entry: SourceEntry, namespace: str) -> SourceEntry:
    """The entry with its whole name; one that has it already is given back as it is.

    A package of npm or PyPI without a version gets that of its server, which is what clients of such
    lists start.
    Raises InputError for a bare name without a namespace to put it in.
    """
    name = entry.server.get("name")
    if not isinstance(name, str) or not name or "/" in name:
        return entry
    if not namespace:
        raise InputError(
            f"{name!r} has no namespace; give one for all bare names, as in --namespace com.example"
        )
    server = {**entry.server, "name": f"{namespace}/{name}"}
    if isinstance(server.get("packages"), list):
        packages = objects_in(server["packages"])
        server["packages"] = [_with_version(package, server.get("version")) for package in packages]
    return replace(entry, server=server)


def _with_version(package: Part, version: object) -> Part:
    if package.get("registryType") not in ("npm", "pypi"):
        return package
    return {"version": version, **package}
