"""A draft without what the rules refuse and no record needs."""

import re
from typing import Final

import orjson

from mcp_static.model.reading import Part
from mcp_static.rules.rule import EmptyRegistry
from mcp_static.rules.run import findings_of, read_record

_OPTIONAL: Final = frozenset({"title", "repository", "websiteUrl", "icons", "_meta"})
_PACKAGE: Final = re.compile(r"packages\[(\d+)\](?:\.(\w+))?")
_OF_A_PACKAGE: Final = frozenset({"environmentVariables", "runtimeHint", "registryBaseUrl"})


def repaired(document: Part) -> tuple[Part, tuple[str, ...]]:
    """The document with its optional parts that break a rule left out, and a note for each.

    Names, descriptions, versions and remotes stay, since only their author can give others.
    """
    kept = dict(document)
    packages = [dict(one) for one in document.get("packages", ())]
    gone: set[int] = set()
    notes: list[str] = []
    for finding in findings_of(read_record(orjson.dumps(document)), EmptyRegistry()):
        first = re.split(r"[.\[]", finding.path, maxsplit=1)[0]
        match = _PACKAGE.match(finding.path)
        if not finding.is_error:
            continue
        if first in _OPTIONAL and first in kept:
            del kept[first]
            notes.append(f"{first} is left out: {finding.sentence}")
        elif match and int(match[1]) not in gone:
            member, package = match[2], packages[int(match[1])]
            if member in _OF_A_PACKAGE and package.pop(member, None) is not None:
                notes.append(f"{member} of {package['identifier']} is left out: {finding.sentence}")
            elif member not in _OF_A_PACKAGE:
                gone.add(int(match[1]))
                notes.append(f"the package {package['identifier']} is left out: {finding.sentence}")
    left = [one for index, one in enumerate(packages) if index not in gone]
    if "packages" in kept:
        kept["packages"] = left
    return {key: value for key, value in kept.items() if value}, tuple(notes)
