"""The check itself: a change held against the rules and, record by record, against the proofs."""

import hashlib
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Final

import git

from mcp_static.check.accepted import known_accounts
from mcp_static.check.proving import namespace_lines, package_lines
from mcp_static.check.report import Accepted, CheckReport, Line, Mark, Section
from mcp_static.check.surroundings import BaseSurroundings
from mcp_static.git.blobs import BlobReader
from mcp_static.git.diffing import MAX_PATHS, read_change
from mcp_static.git.trees import read_file
from mcp_static.model.change import Change, ChangedPath
from mcp_static.model.layout import DATA_ROOT, Location, parse_location, record_path
from mcp_static.model.status import StatusFile
from mcp_static.model.terminal import printable
from mcp_static.proofs.claims import Claim, Means, Publication, StatusChange
from mcp_static.proofs.signatures import SignatureError, read_publish_signature
from mcp_static.rules import RULES
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.pull_request import CHANGE_RULES, brings_records
from mcp_static.rules.rule import Problem, Severity
from mcp_static.rules.run import problems_of, read_record
from mcp_static.rules.sidecars import read_status

_STATUS: Final = "status-file"


def check(
    repository: git.Repo, base: str, head: str, means: Means, built: Path | None = None
) -> CheckReport:
    """Check what `head` brings to `base`; both are full ids of commits that are there.

    `built` is the output of an earlier build, whose state saves reading every record. Nothing of the
    head is checked out, executed or interpolated anywhere; it is read as Git objects.
    """
    change = read_change(repository, base, head)
    if not brings_records(change) and len(change.paths) <= MAX_PATHS:
        return CheckReport(base, head, ())
    run = _Check(repository, change, means, built)
    sections = [run.change_section()]
    if all(line.mark is not Mark.FAILED for line in sections[0].lines):
        sections += run.record_sections()
    return CheckReport(base, head, tuple(sections), tuple(run.accepted), run.notes())


class _Check:
    """One check under way."""

    def __init__(self, repository: git.Repo, change: Change, means: Means, built: Path | None) -> None:
        self._repository = repository
        self._change = change
        self._means = replace(
            means,
            known_accounts=lambda namespace: known_accounts(repository, change.base, namespace),
        )
        self._around = BaseSurroundings(repository, change.base, built)
        self.accepted: list[Accepted] = []

    def change_section(self) -> Section:
        """The rules over the change as a whole."""
        lines = []
        for rule in CHANGE_RULES:
            found = list(rule.check(self._change))
            lines += [
                Line(rule.id, Mark.FAILED, finding.wrong, rule.mend, finding.path)
                for finding in found[:20]
            ]
            if not found:
                lines.append(Line(rule.id, Mark.PASSED, rule.says))
        if len(self._change.paths) > MAX_PATHS:
            says = f"changes more than {MAX_PATHS} files"
            lines.append(Line("change-size", Mark.FAILED, says, "Split it into several."))
        return Section("What it changes", DATA_ROOT, tuple(lines))

    def record_sections(self) -> list[Section]:
        """A section for each record that is added and each status that is set."""
        folders: dict[str, dict[str, ChangedPath]] = defaultdict(dict)
        for changed in self._change.paths:
            folder, _, file = changed.path.rpartition("/")
            folders[folder][file] = changed
        sections = []
        for folder in sorted(folders):
            files = folders[folder]
            location = parse_location(f"{folder}/server.json")
            assert location is not None  # the rules over the change hold
            content = self._contents(files)
            if "server.json" in files:
                sections.append(self._publish(location, files, content))
            if "status.json" in files:
                sections.append(self._status(location, files, content))
        return sections

    def notes(self) -> tuple[str, ...]:
        """What the reader should know beside the lines."""
        notes = []
        if self._change.fork_point is None:
            notes.append(
                "The clone is too shallow to tell what the pull request removes; only what it adds "
                "and edits was checked, which is all that a merge takes."
            )
        if self._around.is_scanned:
            notes.append("No earlier build was at hand, so every record was read for its remotes.")
        return tuple(notes)

    def _contents(self, files: dict[str, ChangedPath]) -> dict[str, bytes]:
        present = {name: changed.after.id for name, changed in files.items() if changed.after}
        with BlobReader(self._repository) as blobs:
            return dict(zip(present, blobs.read(present.values(), MAX_FILE_BYTES), strict=True))

    def _publish(
        self, location: Location, files: dict[str, ChangedPath], content: dict[str, bytes]
    ) -> Section:
        name, version = location.name, location.version
        record = read_record(content["server.json"], location)
        problems = problems_of(record, self._around)
        lines = _rule_lines(problems)
        self._around.add(name, version, record.document)
        if not any(problem.is_error for problem in problems):
            signature = content.get("proof.json")
            lines += _signature_lines(signature)
            claim = Publication(name, version, record.raw, record.document, signature)
            lines += self._proof_lines(claim, files)
            lines += package_lines(claim, self._means)
        path = record_path(name, version)
        return Section(f"Publish {name} {version}", path, tuple(lines))

    def _status(
        self, location: Location, files: dict[str, ChangedPath], content: dict[str, bytes]
    ) -> Section:
        name, version = location.name, location.version
        path = record_path(name, version, "status.json")
        problem = self._status_problem(location, content["status.json"], content.get("server.json"))
        if isinstance(problem, Line):
            lines = [problem]
        else:
            file, server = problem
            document = read_record(server, location).document
            claim = StatusChange(name, version, content["status.json"], file, document)
            lines = [Line(_STATUS, Mark.PASSED, "The status is one, and replaces what is there.")]
            lines += self._proof_lines(claim, {"status.json": files["status.json"]})
        return Section(f"Status of {name} {version}", path, tuple(lines))

    def _status_problem(
        self, location: Location, content: bytes, brought: bytes | None
    ) -> Line | tuple[StatusFile, bytes]:
        """A status file read and its `server.json`, or the line that says what is wrong with it."""
        name, version = location.name, location.version

        def failed(says: str, mend: str) -> Line:
            return Line(_STATUS, Mark.FAILED, says, mend)

        file = read_status(content)
        if isinstance(file, str):
            return failed(file, "`mcp-static status` writes a status.json that is right.")
        if printable(file.status_message or "") != (file.status_message or ""):
            return failed("its message has characters that cannot be shown", "Write plain text.")
        if file.name not in {None, str(name)} or file.version not in {None, version}:
            return failed("speaks of another version", "Name the version that it lies beside.")
        server = brought
        if server is None:
            server = self._base_file(record_path(name, version))
        if server is None:
            return failed("has no server.json beside it", "Publish the version first.")
        before = self._base_file(record_path(name, version, "status.json"))
        replaced = hashlib.sha256(before).hexdigest() if before is not None else None
        if file.replaces != replaced:
            mend = f'Set "replaces": "{replaced}".' if replaced else "Leave `replaces` out."
            return failed("does not replace the status that is there now", mend)
        return file, server

    def _base_file(self, path: str) -> bytes | None:
        return read_file(self._repository, self._change.base, path, MAX_FILE_BYTES)

    def _proof_lines(self, claim: Claim, files: dict[str, ChangedPath]) -> list[Line]:
        lines, proven = namespace_lines(claim, self._means)
        if proven is not None:
            is_publish = isinstance(claim, Publication)
            kinds = {"server.json", "proof.json"} if is_publish else {"status.json"}
            blobs = {
                changed.path: changed.after.id
                for file, changed in files.items()
                if changed.after and file in kinds
            }
            self.accepted.append(Accepted(claim.name, claim.version, is_publish, blobs, proven))
        return lines


def _signature_lines(signature: bytes | None) -> list[Line]:
    """What a `proof.json` has to be even where another proof holds: a signature, and nothing else."""
    if signature is None:
        return []
    try:
        read_publish_signature(signature)
    except SignatureError as error:
        mend = "Leave it out, or make it with `mcp-static sign`."
        return [Line("proof-file", Mark.FAILED, str(error), mend)]
    return [Line("proof-file", Mark.PASSED, "proof.json is a signature.")]


def _rule_lines(problems: list[Problem]) -> list[Line]:
    """A line for each problem, and one for each rule that has none."""
    lines = [
        Line(
            problem.rule.id,
            Mark.FAILED if problem.rule.severity is Severity.ERROR else Mark.WARNING,
            problem.wrong,
            problem.rule.mend,
            problem.path,
        )
        for problem in problems
    ]
    broken = {problem.rule.id for problem in problems}
    # Rules that come after one that could not even be tried have nothing to say.
    if not any(line.mark is Mark.FAILED for line in lines):
        lines += [Line(rule.id, Mark.PASSED, rule.says) for rule in RULES if rule.id not in broken]
    return lines
