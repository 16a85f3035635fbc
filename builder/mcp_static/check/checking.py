"""The check itself: a change checked against the rules and, record by record, against the proofs."""

import hashlib
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Final

from mcp_static.check.base_index import BaseIndex
from mcp_static.check.contests import is_only_contested, with_contests_decided
from mcp_static.check.earlier_build import EarlierBuild
from mcp_static.check.first_bytes import FirstBytes
from mcp_static.check.moderation import Moderation
from mcp_static.check.proving import namespace_findings, own_spelling, package_findings
from mcp_static.check.report import Accepted, CheckReport, check_report
from mcp_static.git.blobs import BlobReader
from mcp_static.git.diffing import read_change
from mcp_static.git.repository import Repository
from mcp_static.git.trees import read_file
from mcp_static.model.change import MAX_PATHS, Change, ChangedPath
from mcp_static.model.errors import SignatureError
from mcp_static.model.layout import DATA_ROOT, Location, parse_location, record_path
from mcp_static.model.lifecycle import Status
from mcp_static.model.proofs import ProofId
from mcp_static.model.remotes import claimed_addresses
from mcp_static.model.status import StatusFile
from mcp_static.model.visible_text import is_visible_line
from mcp_static.proofs.claims import Claim, ProofContext, Publication, StatusChange
from mcp_static.proofs.memory import GitMemories
from mcp_static.proofs.results import unknown
from mcp_static.proofs.signatures import read_publish_signature
from mcp_static.proofs.source_registry import is_of_a_source
from mcp_static.reports.findings import Finding, Level, Section
from mcp_static.rules import RULES
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.pull_request import CHANGE_RULES, is_publish
from mcp_static.rules.registry_index import allowances
from mcp_static.rules.remotes_in_registry import contests
from mcp_static.rules.run import findings_of, located, read_record
from mcp_static.rules.sidecars import read_status

_STATUS: Final = "status-file"


def check(
    repository: Repository, base: str, head: str, context: ProofContext, built: Path | None = None
) -> CheckReport:
    """Check what `head` brings to `base`; both are full ids of commits that are there.

    `built` is the output of an earlier build, whose state saves reading every record. Nothing of the
    head is checked out, executed or interpolated anywhere; it is read as Git objects.
    """
    return check_change(repository, read_change(repository, base, head), context, built)


def check_change(
    repository: Repository, change: Change, context: ProofContext, built: Path | None = None
) -> CheckReport:
    """Check a change that was read already; see `check`."""
    base, head = change.base, change.head
    if not is_publish(change):
        return check_report(base, head)
    with EarlierBuild(repository, base, built) as earlier:
        run = _Check(repository, change, context, earlier)
        sections = [run.change_section()]
        if sections[0].level is not Level.ERROR:
            sections += run.record_sections()
        return check_report(base, head, sections, run.accepted, run.notes())


class _Check:
    """One check under way."""

    def __init__(
        self, repository: Repository, change: Change, context: ProofContext, earlier: EarlierBuild
    ) -> None:
        self._repository = repository
        self._change = change
        self._blobs = {path.path: path.after.id for path in change.paths if path.after is not None}
        self._context = replace(
            context,
            head=change.head,
            memories=GitMemories(repository, change.base),
        )
        settings = context.settings
        self._index = BaseIndex(repository, change.base, earlier, allowances(settings))
        self._first_bytes = FirstBytes(repository, change.base, earlier)
        self._moderation = Moderation(repository, change, self._context, self._index, earlier)
        self.accepted: list[Accepted] = []

    def change_section(self) -> Section:
        """The rules over the change as a whole."""
        findings: list[Finding] = []
        for rule in CHANGE_RULES:
            breaches = [rule.finding(breach) for breach in rule.check(self._change)]
            findings += breaches[:20] or [rule.passed]
        if len(self._change.paths) > MAX_PATHS:
            message = f"changes more than {MAX_PATHS} files"
            findings.append(Finding("change-size", Level.ERROR, message, "Split it into several."))
        if not any(finding.is_error for finding in findings):
            findings += self._moderation.change_findings()
        return Section("What it changes", DATA_ROOT, tuple(findings))

    def record_sections(self) -> list[Section]:
        """A section for each record that is added and each status that is set."""
        folders: dict[str, dict[str, ChangedPath]] = defaultdict(dict)
        for changed in self._change.paths:
            folder, _, file = changed.path.rpartition("/")
            folders[folder][file] = changed
        sections = []
        for folder in sorted(folders):
            if self._context.budget.is_over:
                sections.append(self._unread(folder))
                continue
            files = folders[folder]
            location = parse_location(f"{folder}/server.json")
            assert location is not None  # the rules over the change hold
            content = self._contents(files)
            if "server.json" in files:
                sections.append(self._publish(location, content, files["server.json"]))
            if "status.json" in files:
                sections.append(self._status(location, content))
        return sections

    def _unread(self, folder: str) -> Section:
        """The section of records that the time of the check did not reach."""
        budget = self._context.budget
        return Section(folder, folder, (unknown("check-time", budget.message, budget.fix),))

    def notes(self) -> tuple[str, ...]:
        """What the reader should know in addition to the findings."""
        notes = []
        if self._change.is_shallow:
            notes.append(
                "The clone is too shallow to tell what the pull request removes; only what it adds "
                "and edits was checked, which is all that a merge takes."
            )
        if self._index.is_scanned:
            notes.append("No earlier build was at hand, so every record was read for its remotes.")
        return (*notes, *self._first_bytes.notes)

    def _contents(self, files: dict[str, ChangedPath]) -> dict[str, bytes]:
        present = {name: changed.after.id for name, changed in files.items() if changed.after}
        with BlobReader(self._repository) as blobs:
            return dict(zip(present, blobs.read(present.values(), MAX_FILE_BYTES), strict=True))

    def _publish(self, location: Location, content: dict[str, bytes], changed: ChangedPath) -> Section:
        name, version = location.name, location.version
        assert changed.after is not None  # removals break a rule over the change
        record = read_record(content["server.json"], location)
        is_authored = not is_of_a_source(name, version, self._context)
        broken = findings_of(record, self._index, is_authored=is_authored)
        findings = _with_passed_rules(located(broken, record.raw))
        findings += self._first_bytes.findings(changed.path, changed.after.id)
        contested = contests(record.document, self._index)
        self._index.add(name, version, record.document)
        findings += self._moderation.record_findings(name, version, record.document, is_publish=True)
        if is_only_contested(findings):
            signature = content.get("proof.json")
            findings += _signature_findings(signature)
            claim = Publication(name, version, record.raw, record.document, signature)
            proofs = self._proof_findings(claim, content, claimed_addresses(record.document))
            findings = with_contests_decided(findings, contested, name, proofs, self._index) + proofs
            if self._index.is_new_namespace(name):
                findings += own_spelling(name, findings)
            findings += self._package_findings(claim)
        path = record_path(name, version)
        return Section(f"Publish {name} {version}", path, tuple(findings))

    def _status(self, location: Location, content: dict[str, bytes]) -> Section:
        name, version = location.name, location.version
        path = record_path(name, version, "status.json")
        problem = self._status_problem(location, content["status.json"], content.get("server.json"))
        if isinstance(problem, Finding):
            findings = [problem]
        else:
            file, server = problem
            document = read_record(server, location).document
            claim = StatusChange(name, version, content["status.json"], file, document)
            message = "The status is valid, and replaces the current one."
            findings = [Finding(_STATUS, Level.PASSED, message, is_counted=True)]
            findings += self._moderation.record_findings(name, version, document, is_publish=False)
            if not any(finding.is_error for finding in findings):
                findings += self._status_proofs(claim, content)
        return Section(f"Status of {name} {version}", path, tuple(findings))

    def _status_proofs(self, claim: StatusChange, content: dict[str, bytes]) -> list[Finding]:
        """The proofs of a status; what comes back to life must not lead where others do by now."""
        is_back = claim.file.status is not Status.DELETED
        if not is_back or not self._index.is_deleted(claim.name, claim.version):
            return self._proof_findings(claim, content)
        document = dict(claim.document)
        contested = contests(document, self._index)
        self._index.add_remotes(claim.name, claim.version, document)
        proofs = self._proof_findings(claim, content, claimed_addresses(document))
        return with_contests_decided([], contested, claim.name, proofs, self._index) + proofs

    def _status_problem(
        self, location: Location, content: bytes, brought: bytes | None
    ) -> Finding | tuple[StatusFile, bytes]:
        """A status file read and its `server.json`, or a finding about what is wrong with it."""
        name, version = location.name, location.version

        def failed(message: str, fix: str) -> Finding:
            return Finding(_STATUS, Level.ERROR, message, fix)

        file = read_status(content)
        if isinstance(file, str):
            return failed(file, "`mcp-static status` writes a status.json that is right.")
        if file.by is not None or file.source is not None:
            return failed("is marked as one that sync wrote", "Leave `by` and `source` out.")
        if not is_visible_line(file.status_message or ""):
            return failed("its message has characters that cannot be shown", "Write plain text.")
        if file.name not in {None, str(name)} or file.version not in {None, version}:
            return failed("is about another version", "Name the version whose folder it is in.")
        server = brought
        if server is None:
            server = self._base_file(record_path(name, version))
        if server is None:
            return failed("has no server.json next to it", "Publish the version first.")
        before = self._base_file(record_path(name, version, "status.json"))
        replaced = hashlib.sha256(before).hexdigest() if before is not None else None
        if file.replaces != replaced:
            fix = f'Set "replaces": "{replaced}".' if replaced else "Leave `replaces` out."
            return failed("does not replace the status that is there now", fix)
        return file, server

    def _base_file(self, path: str) -> bytes | None:
        return read_file(self._repository, self._change.base, path, MAX_FILE_BYTES)

    def _package_findings(self, claim: Publication) -> list[Finding]:
        """The findings about the packages; what was found of them goes with what is accepted."""
        findings = package_findings(claim, self._context)
        noted = tuple(one.facts for one in findings if one.has_passed and one.facts)
        last = self.accepted[-1] if self.accepted else None
        if last is not None and (last.name, last.version) == (claim.name, claim.version):
            self.accepted[-1] = replace(last, packages=noted)
            if last.proof.id == ProofId.SOURCE_REGISTRY:
                return [_left_to_the_source(finding) for finding in findings]
        return findings

    def _proof_findings(
        self, claim: Claim, content: dict[str, bytes], remotes: tuple[str, ...] = ()
    ) -> list[Finding]:
        findings, proven = namespace_findings(claim, self._context)
        if proven is not None:
            findings += self._moderation.proven_findings(claim, proven)
            is_publish = isinstance(claim, Publication)
            kinds = {"server.json", "proof.json"} if is_publish else {"status.json"}
            folder = record_path(claim.name, claim.version).rpartition("/")[0]
            files = {f"{folder}/{file}": content[file] for file in kinds & content.keys()}
            blobs = {path: self._blobs[path] for path in files}
            self.accepted.append(
                Accepted(claim.name, claim.version, is_publish, files, proven, blobs, remotes)
            )
        return findings


def _signature_findings(signature: bytes | None) -> list[Finding]:
    """What a `proof.json` has to be even where another proof holds: a signature, and nothing else."""
    if signature is None:
        return []
    try:
        read_publish_signature(signature)
    except SignatureError as error:
        fix = "Leave it out, or make it with `mcp-static sign`."
        return [Finding("proof-file", Level.ERROR, error.message, fix)]
    return [Finding("proof-file", Level.PASSED, "proof.json is a signature.", is_counted=True)]


def _left_to_the_source(finding: Finding) -> Finding:
    """A finding about a package of what a source vouches for: worth knowing, and no obstacle."""
    if finding.level in {Level.ERROR, Level.UNKNOWN}:
        return replace(finding, level=Level.WARNING)
    return finding


def _with_passed_rules(breaches: list[Finding]) -> list[Finding]:
    """The breaches, and a finding for each rule that holds.

    Rules after one that could not even be tried tell nothing, so an error hides them.
    """
    if any(finding.is_error for finding in breaches):
        return breaches
    broken = {finding.id for finding in breaches}
    return breaches + [rule.passed for rule in RULES if rule.id not in broken]
