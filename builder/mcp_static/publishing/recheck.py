"""A handed-over result checked against main as it is, by paths, ids and what the merge itself wrote.

Nothing of the pull request is parsed here. Its tree says which paths and blobs it brings; main's
tree which names and versions are taken; what other merges published since the check, they have
noted in their `accepted.json`.
"""

import time
from collections import defaultdict
from dataclasses import dataclass

from mcp_static.check.accepted import ACCEPTED_FILES, read_accepted
from mcp_static.check.base_index import BaseIndex
from mcp_static.check.daily_use import Use, daily_use, is_strangers
from mcp_static.check.earlier_build import EarlierBuild
from mcp_static.check.moderation import LIMIT, limit_findings
from mcp_static.check.similar_names import similar_names
from mcp_static.forges.registry_forge import Pull
from mcp_static.git.blobs import BlobReader, sizes_of
from mcp_static.git.diffing import changed_since, read_change
from mcp_static.git.repository import Repository, has_commit, read_settings
from mcp_static.git.trees import folders_of
from mcp_static.model.change import ChangedPath
from mcp_static.model.forge_ids import ForgeId, recorded_account
from mcp_static.model.layout import DATA_ROOT, Place, parse_location
from mcp_static.model.names import ServerName, parse_name
from mcp_static.proofs.domains import candidate_domains
from mcp_static.publishing.checking import PullJob
from mcp_static.publishing.handover import Handover
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.pull_request import CHANGE_RULES, is_reserved
from mcp_static.settings import SETTINGS_FILE


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a result cannot be merged as it is."""

    reason: str


def judged_files(
    job: PullJob, pull: Pull, main: str, checked: Handover, asking: ForgeId
) -> dict[str, bytes] | Refused:
    """The files to publish, by path, as the head has them; or why the result no longer holds.

    `asking` is the account whose wish it counts as.
    The head changes exactly the files that were handed over, to exactly those blobs, and no rule over
    the change as a whole is broken.
    """
    clone = job.clone
    change = read_change(clone, main, pull.head)
    for rule in CHANGE_RULES:
        for breach in rule.check(change):
            return Refused(f"{breach.path} {breach.message}".strip())
    handed = {path: blob for record in checked.records for path, blob in record.files.items()}
    brought = {path.path: path.after.id for path in change.paths if path.after is not None}
    if handed != brought or not handed:
        return Refused("what was checked is not what the head changes now")
    if misplaced := _misplaced(checked):
        return Refused(f"{misplaced} was handed over for another record")
    if checked.requester is not None and checked.requester.id != str(asking):
        return Refused("it was checked as the wish of another account")
    if main != checked.base:
        reason = _outdated(clone, main, checked, asking)
        if reason:
            return Refused(reason)
    with BlobReader(clone) as blobs:
        contents = list(blobs.read(handed.values(), MAX_FILE_BYTES))
    if any(len(content) > MAX_FILE_BYTES for content in contents):
        return Refused("a file is larger than the registry takes")
    return dict(zip(handed, contents, strict=True))


def _misplaced(checked: Handover) -> str:
    """A path that does not belong to the record it was handed over with; empty for none."""
    for record in checked.records:
        namespace = parse_name(record.name).namespace
        domain = record.facts.get("domain")
        if domain is not None and domain not in {namespace.domain, *candidate_domains(namespace)}:
            return f"the domain {domain}"
        for path in record.files:
            location = parse_location(path)
            if location is None or (str(location.name), location.version) != (
                record.name,
                record.version,
            ):
                return path
            if (location.file == "status.json") is record.is_publish:
                return path
    return ""


def _outdated(clone: Repository, main: str, checked: Handover, asking: ForgeId) -> str:
    """Why what has come to main since the check makes it necessary to check again; empty if nothing."""
    if not has_commit(clone, checked.base):
        return "main is no longer what was checked against"
    index = BaseIndex(clone, main, EarlierBuild(clone, main, None))
    for record in checked.records:
        name = parse_name(record.name)
        if not record.is_publish:
            continue
        if index.name_conflict(name) or index.version_conflict(name, record.version):
            return f"{record.name} {record.version} or a name like it was published in the meantime"
    changed = changed_since(clone, checked.base, main, ".")
    if any(path.path == SETTINGS_FILE for path in changed):
        return "the settings have changed in the meantime"
    return (
        _unnoted(changed)
        or _addresses(clone, changed, checked)
        or _foreign(changed, checked)
        or _over_limits(clone, main, checked, asking)
        or _similar(clone, index, changed, checked)
    )


def _similar(clone: Repository, index: BaseIndex, changed: list[ChangedPath], checked: Handover) -> str:
    """A name of somebody else, new since the check, for which one of the records is easily taken.

    No approval that was given before covers it: nobody has seen the two together.
    """
    limits = read_settings(clone, index.base).limits
    came = _new_names(clone, changed, checked.base)
    if limits.similar_names != "hold" or not came:
        return ""
    names, namespaces = {str(name) for name in came}, {name.namespace.text for name in came}
    for name in {parse_name(record.name) for record in checked.records if record.is_publish}:
        if index.has_server(name):
            continue
        for other in similar_names(clone, index.base, name, limits.similar_edits, lambda _: namespaces):
            if other in names:
                return f"{name} is easily taken for {other}, which came in the meantime"
    return ""


def _new_names(clone: Repository, changed: list[ChangedPath], base: str) -> set[ServerName]:
    """The servers that a base did not have."""
    places = (parse_location(path.path) for path in changed if path.after is not None)
    names = {place.name for place in places if place is not None and place.file == "server.json"}
    return {
        name for name in names if not folders_of(clone, base, Place(name.namespace, name.server).folder)
    }


def _over_limits(clone: Repository, main: str, checked: Handover, asking: ForgeId) -> str:
    """What others of the same account or namespace, published since the check, leave no room for.

    Whoever approved a head that was held for the limits let it past them.
    """
    if any(finding.id == LIMIT for part in checked.report.sections for finding in part.findings):
        return ""
    settings = read_settings(clone, main)
    limits = settings.limits
    use = daily_use(clone, main, int(time.time()), settings.merge.identity)
    brought: dict[ForgeId | str, Use] = defaultdict(Use)
    for record in checked.records:
        counted: list[ForgeId | str] = [asking]
        if not is_strangers(asking, recorded_account(record.facts.get("id"))):
            counted.append(parse_name(record.name).namespace.folded)
        size = sum(sizes_of(clone, record.files.values()))
        for who in counted:
            brought[who].publishes += 1
            brought[who].size += size
    for who, more in brought.items():
        before = use.by_namespace.get(who) if isinstance(who, str) else use.by_account.get(who)
        for finding in limit_findings(str(who), before or Use(), more.publishes, more.size, limits):
            return finding.message
    return ""


def _unnoted(changed: list[ChangedPath]) -> str:
    """A record that came to main without a note of the merge, so that nobody knows what is in it."""
    paths = {path.path for path in changed}
    for path in sorted(paths):
        folder, _, file = path.rpartition("/")
        if not path.startswith(f"{DATA_ROOT}/") or is_reserved(path):
            continue
        note = "status.accepted.json" if file == "status.json" else "accepted.json"
        if file not in {"server.json", "proof.json", "status.json"} or f"{folder}/{note}" not in paths:
            return f"{path} was changed in the meantime"
    return ""


def _addresses(clone: Repository, changed: list[ChangedPath], checked: Handover) -> str:
    """An address that another server has claimed since the check."""
    wanted = {url: record.name for record in checked.records for url in record.remotes}
    if not wanted:
        return ""
    notes = {
        path.path: path.after
        for path in changed
        if path.path.rpartition("/")[2] in ACCEPTED_FILES.values() and path.after is not None
    }
    with BlobReader(clone) as blobs:
        contents = list(blobs.read((note.id for note in notes.values()), MAX_FILE_BYTES))
    for (path, note), content in zip(notes.items(), contents, strict=True):
        location = parse_location(path)
        accepted = read_accepted(content) if note.mode.startswith("100") else None
        if location is None or accepted is None:
            return f"{path} cannot be read"
        if any(wanted.get(url, str(location.name)) != str(location.name) for url in accepted.remotes):
            return f"{location.name} has claimed one of its addresses in the meantime"
    return ""


def _foreign(changed: list[ChangedPath], checked: Handover) -> str:
    """A takedown, or a memory of who published before, that is about one of the records."""
    namespaces = [parse_name(record.name).namespace.text.casefold() for record in checked.records]
    for path in changed:
        if path.path.rpartition("/")[2] not in {"takedown.json", "identity.json"}:
            continue
        parts = path.path.split("/")
        folder = parts[3].casefold() if len(parts) > 3 else ""
        if any(name == folder or name.startswith(f"{folder}.") for name in namespaces):
            return f"{path.path} has changed in the meantime"
    return ""
