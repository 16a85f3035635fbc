"""Rules over a record against its snapshot: what must be unique, and how much there may be."""

from collections.abc import Iterator
from typing import Final

from mcp_static.model.names import ServerName, name_problem, parse_name
from mcp_static.model.reading import text_of
from mcp_static.rules.package_registries import TRUST_RULES
from mcp_static.rules.remotes_in_registry import REMOTE_REGISTRY_RULES
from mcp_static.rules.repository import REPOSITORY_RULES
from mcp_static.rules.rule import Applies, Breach, Record, RegistryIndex, Rule

MAX_VERSIONS: Final = 10_000


def _name_of(record: Record) -> ServerName | None:
    text = text_of(record.document, "name")
    return parse_name(text) if text is not None and not name_problem(text) else None


def _name_conflict(record: Record, index: RegistryIndex) -> Iterator[Breach]:
    name = _name_of(record)
    if name is not None and (twin := index.name_conflict(name)):
        subject = "differs" if "/" in twin else "has a namespace that differs"
        yield Breach("name", f"{subject} only in case from {twin}")


def _version_conflict(record: Record, index: RegistryIndex) -> Iterator[Breach]:
    name, version = _name_of(record), text_of(record.document, "version")
    if name is None or version is None:
        return
    twin = index.version_conflict(name, version)
    if twin == version:
        yield Breach("version", f"{version!r} of this server is already published")
    elif twin is not None:
        yield Breach("version", f"differs from {twin!r} only in case or composition")


def _version_count(record: Record, index: RegistryIndex) -> Iterator[Breach]:
    name = _name_of(record)
    if name is not None and index.version_count(name) >= MAX_VERSIONS:
        yield Breach("version", f"would exceed the limit of {MAX_VERSIONS} versions")


SNAPSHOT_RULES: Final = (
    Rule(
        id="name-unique",
        applies=Applies.STRUCTURAL,
        requirement="No two servers' names, and no two namespaces, differ only in case; the first one "
        "keeps the name.",
        fix="Choose another name, or write it exactly as it is already published.",
        check_within=_name_conflict,
    ),
    Rule(
        id="version-unique",
        applies=Applies.STRUCTURAL,
        requirement="No two versions of a server are equal after NFC normalization and case-folding.",
        fix="Publish the change as a new version; a published version never changes.",
        check_within=_version_conflict,
    ),
    Rule(
        id="version-count",
        requirement=f"A server has at most {MAX_VERSIONS} versions.",
        fix="Publish less often, or continue under a new name.",
        check_within=_version_count,
    ),
    *REMOTE_REGISTRY_RULES,
    *TRUST_RULES,
    *REPOSITORY_RULES,
)
