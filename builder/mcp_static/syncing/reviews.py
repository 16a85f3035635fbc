"""Reviews: new versions that somebody has to look at first, server by server, with what changed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Final

from mcp_static.git.diffing import read_change
from mcp_static.git.repository import Repository
from mcp_static.git.trees import read_file
from mcp_static.model.canonical import digest_of
from mcp_static.model.errors import InputError
from mcp_static.model.layout import parse_location, record_path
from mcp_static.model.names import ServerName
from mcp_static.model.versions import semantic_version
from mcp_static.reports.comparison import (
    Comparison,
    compare,
    comparison_markdown,
    comparison_text,
)
from mcp_static.rules.file import MAX_FILE_BYTES
from mcp_static.rules.pull_request import MAX_RECORDS
from mcp_static.rules.run import read_record
from mcp_static.syncing.messages import review_branch, review_title
from mcp_static.syncing.plan import Incoming
from mcp_static.syncing.registry_state import Key, Known, RegistryState

MOST_REVIEWS: Final = 1_000
"""Servers that wait for a review at once; the others come up when some of these are decided."""

LONGEST_BODY: Final = 50_000
"""Characters of a description: GitHub takes 65,536 ("body is too long", in its REST API's answers)."""


_TOO_LONG: Final = (
    "**More differs than a description has room for: the end is missing. Look at the files.**"
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request for a review: plain values."""

    branch: str
    title: str
    body: str
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Review:
    """The new versions of one server, oldest first, each compared with the one before it."""

    name: ServerName
    incoming: tuple[Incoming, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def branch(self) -> str:
        """The branch that proposes them: one for each server."""
        return review_branch(self.name)

    @property
    def title(self) -> str:
        """The title of the proposal."""
        return review_title(self.name, [one.version for one in self.incoming])

    @property
    def files(self) -> dict[str, bytes]:
        """The files of the proposal, by their paths."""
        return {record_path(one.name, one.version): one.content for one in self.incoming}

    @property
    def proposal(self) -> Proposal:
        """The pull request that asks for it."""
        return Proposal(self.branch, self.title, self.markdown, self.files)

    @property
    def text(self) -> str:
        """What changed, for a terminal."""
        return "\n".join(comparison_text(comparison) for comparison in self.comparisons)

    @property
    def markdown(self) -> str:
        """What changed, for the proposal's description."""
        digests = "\n".join(
            f"- `{one.served.digest}` is what {one.source.url or 'the file'} serves of "
            f"{'`' + one.version + '`' if one.version.isascii() else 'it'}"
            for one in self.incoming
            if "`" not in one.version
        )
        blocks = [comparison_markdown(comparison) for comparison in self.comparisons]
        how = "Whoever may write to this repository takes it in; the check says how."
        whole = "\n\n".join([how, digests, *blocks])
        if len(whole) <= LONGEST_BODY:
            return whole
        cut = whole[: LONGEST_BODY - len(_TOO_LONG) - 2].rpartition("\n")[0]
        return f"{_TOO_LONG}\n\n{cut}"


def reviews_of(proposed: Iterable[Incoming], registry: RegistryState) -> list[Review]:
    """The reviews that are due, by server; of those that nobody could look through, the first ones."""
    by_name = sorted(proposed, key=lambda one: (str(one.name), one.served.entry.published_at))
    groups = [tuple(group) for _, group in groupby(by_name, key=lambda one: str(one.name))]
    reviews = []
    for group in islice(_in_turn(groups), MOST_REVIEWS):
        incoming = group[:MAX_RECORDS]
        before = _newest(registry, incoming[0].name)
        comparisons = []
        for one in incoming:
            comparisons.append(compare(before, one.served.entry.server))
            before = one.served.entry.server
        reviews.append(Review(incoming[0].name, incoming, tuple(comparisons)))
    return reviews


def _in_turn(groups: Iterable[tuple[Incoming, ...]]) -> list[tuple[Incoming, ...]]:
    """One of each source after the other, so that none keeps those of another from coming up."""
    count: Counter[str] = Counter()
    ranked = []
    for group in groups:
        address = group[0].source.address
        ranked.append((count[address], group))
        count[address] += 1
    return [group for _, group in sorted(ranked, key=lambda one: one[0])]


def _newest(registry: RegistryState, name: ServerName) -> dict[str, object] | None:
    """The document of the newest version that the registry has of a server, deleted ones last."""
    mine = [known for known in registry.known.values() if known.name == name]
    if not mine:
        return None

    def order(known: Known) -> tuple[bool, bool, object]:
        version = semantic_version(known.version)
        return (not known.is_deleted, version is not None, version or known.version)

    serving = [known for known in mine if not known.is_deleted] or mine
    semantic = [known for known in serving if semantic_version(known.version)] or serving
    return max(semantic, key=order).document if len(semantic) > 1 else semantic[0].document


def approvals_of(
    repository: Repository, base: str, head: str, approver: str
) -> dict[tuple[Key, str], str]:
    """What the approval of a head approves: versions with their digests, and by whom.

    Raises InputError for a head that proposes no version.
    """
    found: dict[tuple[Key, str], str] = {}
    for changed in read_change(repository, base, head).paths:
        location = parse_location(changed.path)
        if location is None or location.file != "server.json" or changed.after is None:
            continue
        content = read_file(repository, head, changed.path, MAX_FILE_BYTES)
        if content is not None:
            document = read_record(content).document
            found[(str(location.name), location.version), digest_of(document)] = approver
    if not found:
        raise InputError(
            f"{head[:12]} proposes no version.", "Give the full id of a head that sync has named."
        )
    return found
