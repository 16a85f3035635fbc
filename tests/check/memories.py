"""Publishes that land on main the way the merge lands them, so that they are remembered."""

import git
from mcp_static.check.accepted import accepted_bytes
from mcp_static.check.report import CheckReport
from mcp_static.model.layout import record_path
from mcp_static.proofs.memory import GitMemories, Proven, identity_files

from tests.stage import Stage


def land(stage: Stage, report: CheckReport, time: int = 1_800_000_000) -> None:
    """Put what a check accepted on main, with what the merge notes of it."""
    assert report.accepted, [line for section in report.sections for line in section.findings]
    files: dict[str, bytes] = {}
    for accepted in report.accepted:
        path = record_path(accepted.name, accepted.version, "accepted.json")
        files |= accepted.files | {path: accepted_bytes(accepted.proof, None, report.head, 1, time)}
    proven = [Proven(one.name, one.proof.id, one.proof.facts, time) for one in report.accepted]
    with git.Repo(stage.registry.path) as repository:
        memories = GitMemories(repository, stage.registry.head)
        files |= identity_files(memories.written, proven, memories.of)
    stage.registry.commit(dict(files))
