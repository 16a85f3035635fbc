"""What an import did, and what it did not: everything that was left out is named, once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mcp_static.reports.findings import Finding, Level, Report, Section
from mcp_static.reports.printing import counted_of

_SOURCE: Final = "source"


@dataclass(slots=True)
class ImportReport:
    """What an import did.

    `no_longer_asked_for` names what `only` does not cover, and an earlier import took in all the same.
    """

    published: int = 0
    statuses: int = 0
    known: int = 0
    filtered: int = 0
    commits: int = 0
    undated: int = 0
    """New versions that count as published now, since the source does not say when they were."""
    has_settings: bool = False
    """Whether the repository was new, and got a `registry.toml` to begin with."""
    unread: list[Finding] = field(default_factory=list)
    """Parts of the source that could not be read, so that nobody knows what is missing."""
    lenience: int = 0
    """Entries that were left out, and would be taken in leniently."""
    spared: Counter[str] = field(default_factory=Counter)
    """How many versions break each of the rules that hold for authors alone."""
    no_longer_asked_for: list[str] = field(default_factory=list)
    _left_out: dict[str, Finding] = field(default_factory=dict)
    _altered: dict[tuple[str, str], Finding] = field(default_factory=dict)

    @property
    def left_out(self) -> list[Finding]:
        """The entries that were not taken in, each with its reason."""
        return list(self._left_out.values())

    @property
    def altered(self) -> list[Finding]:
        """What was left out of versions that were taken in, or written as the schema has it."""
        return list(self._altered.values())

    @property
    def is_complete(self) -> bool:
        """Whether the source was read to its end, and something of it could be used."""
        return not self.unread and (bool(self.published or self.known) or not self._left_out)

    def leave_out(
        self, title: str, message: str, reason: str, *, is_lenient_matter: bool = False
    ) -> None:
        """Note an entry that is not taken in; of several with one title, the first.

        `is_lenient_matter` tells whether it would be taken in leniently.
        """
        if title not in self._left_out:
            self._left_out[title] = Finding(reason, Level.WARNING, message, path=title)
            self.lenience += is_lenient_matter

    def take(self, title: str) -> None:
        """Note that an entry is taken in, after all if another copy of it was left out."""
        self._left_out.pop(title, None)

    def not_read(self, place: str, message: str, fix: str = "") -> None:
        """Note a part of the source that could not be read."""
        self.unread.append(Finding(_SOURCE, Level.ERROR, message, fix, path=place))

    def alter(self, title: str, message: str, reason: str) -> None:
        """Note what was left out of an entry that is taken in, or written differently."""
        found = self._altered.get((title, reason))
        message = f"{found.message}; {message}" if found is not None else message
        self._altered[title, reason] = Finding(reason, Level.WARNING, message, path=title)

    @property
    def summary(self) -> str:
        """What was done, in one sentence."""
        return (
            f"{counted_of(self.published, 'version')} and "
            f"{counted_of(self.statuses, 'status change')} imported in "
            f"{counted_of(self.commits, 'commit')}; {self.known:,} known already, "
            f"{self.filtered:,} not asked for, {len(self._left_out):,} left out."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know besides."""
        notes = []
        if self.undated:
            notes.append(
                f"{counted_of(self.undated, 'version')} without a time of publication "
                f"{'counts' if self.undated == 1 else 'count'} as published now."
            )
        if self.spared:
            counts = ", ".join(f"{rule} ({number:,})" for rule, number in self.spared.most_common())
            notes.append(f"Taken in as they are, though an author could not publish them so: {counts}.")
        if self.unread:
            notes.append("The source was not read to its end, so there may be more than was imported.")
        return tuple(notes)

    def sections(self, source: str) -> tuple[Section, ...]:
        """All that is named, by what became of it."""
        named = (
            ("Not read", self.unread),
            ("Left out", self.left_out),
            ("Taken in with alterations", self.altered),
        )
        return tuple(Section(title, source, tuple(found)) for title, found in named if found)

    def document(self, source: str) -> Report:
        """The whole of it, for a file, with the numbers by reason."""
        sections = self.sections(source)
        counts = [f"{one.title}: {counts_of(one.findings)}." for one in sections]
        return Report(sections, self.summary, (*counts, *self.notes))


def counts_of(findings: Sequence[Finding]) -> str:
    """How many findings there are of each kind, the most frequent first: `schema (3), time (1)`."""
    counts = Counter(finding.id for finding in findings)
    return ", ".join(f"{reason} ({number:,})" for reason, number in counts.most_common())
