"""Names of other owners that a new one is easily taken for: a slip of the keyboard, or a lookalike."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Final

import orjson

from mcp_static.git.repository import Repository
from mcp_static.git.trees import contents_of, folders_of
from mcp_static.model.layout import SERVERS_ROOT, Place
from mcp_static.model.names import Namespace, ServerName
from mcp_static.proofs.domains import candidate_domains

Namespaces = Callable[[range], Iterable[str] | None]
"""Gives at least the namespaces that have some length or punycode; None if nobody knows them."""

_MEMBER: Final = re.compile(rb'"([A-Za-z0-9])": (\[\{.*?\}\])')
_MOST_NAMESPACES: Final = 200
_SIGNS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_IN_NAMES: Final = f"{_SIGNS}._-/"
_WIDE: Final = "m"
_AS_TWO: Final = "rn"
"""What the wide letter is taken for (U+006D of the table of confusables)."""


def similar_names(
    repository: Repository, commit: str, name: ServerName, edits: int, known: Namespaces
) -> list[str]:
    """The servers of a commit with a name that is close to a new one.

    Close are lookalikes (Unicode's confusables, also in what punycode represents), and names that
    `edits` insertions, deletions, replacements or swaps of neighbours turn into each other. Costs
    a listing of the servers in namespaces that are close and, where `known` has no answer, one of
    all namespaces.
    """
    found = known(_lengths(name.namespace.text, edits))
    texts = sorted(_listed(repository, commit) if found is None else found)
    close = [Place(other).folder for other in _close(name.namespace, texts, edits)]
    names = [
        entry.path.split("/", 3)[3]
        for entry in contents_of(repository, commit, close[:_MOST_NAMESPACES])
        if entry.is_folder
    ]
    looks, near = skeleton(str(name)), _near(name.folded, names, edits)
    return sorted(other for other in names if other.casefold() in near or skeleton(other) == looks)


def _listed(repository: Repository, commit: str) -> list[str]:
    """The namespaces that have a folder in a commit."""
    shards = [f"{SERVERS_ROOT}/{shard}" for shard in folders_of(repository, commit, SERVERS_ROOT)]
    return [entry.name for entry in contents_of(repository, commit, shards) if entry.is_folder]


def _lengths(namespace: str, edits: int) -> range:
    """The lengths that a namespace close to one can have, unless it has punycode."""
    looks = skeleton(namespace)
    shortest = len(looks) - looks.count(_AS_TWO)
    return range(min(shortest, len(namespace) - edits), max(len(looks), len(namespace) + edits) + 1)


def _close(namespace: Namespace, others: list[str], edits: int) -> Iterator[Namespace]:
    """Those of some namespaces that are close to one, and other owners'."""
    near, looks = _near(namespace.folded, others, edits), skeleton(namespace.text)
    for other, seen in zip(others, _skeletons(others), strict=True):
        if seen == looks or other.casefold() in near:
            found = Namespace(other)
            if not _have_one_owner(namespace, found):
                yield found


def _near(text: str, others: Iterable[str], edits: int) -> set[str]:
    """What some edits of a text give, and the others, folded, have."""
    folded = {other.casefold() for other in others}
    if edits <= 1:
        return folded & {text, *(_one_edit_away(text) if edits else ())}
    from rapidfuzz.distance import OSA  # takes longer to load than most checks have for everything
    from rapidfuzz.process import extract_iter

    near = extract_iter(text, folded, scorer=OSA.distance, score_cutoff=edits)
    return {other for other, _, _ in near}


def _one_edit_away(text: str) -> Iterator[str]:
    """Every name that one edit turns a name into."""
    for at in range(len(text) + 1):
        before, after = text[:at], text[at:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for sign in _IN_NAMES:
            yield before + sign + after
            yield before + sign + after[1:]


def _have_one_owner(one: Namespace, other: Namespace) -> bool:
    """Whether two namespaces are the same except for case, or below one domain that can be owned."""
    if one.folded == other.folded:
        return True
    if not one.is_of_a_domain or not other.is_of_a_domain:
        return False
    domains = candidate_domains(one)[-1:]
    return bool(domains) and domains == candidate_domains(other)[-1:]


def skeleton(name: str) -> str:
    """A name as an eye sees it: two that look alike have the same one.

    After UTS #39, section 4, but without case, in which names do not differ here.
    """
    namespace, slash, server = name.casefold().partition("/")
    shown = ".".join(_decoded(label) for label in namespace.split("."))
    return _as_seen(f"{shown}{slash}{server}")


def _skeletons(namespaces: list[str]) -> list[str]:
    """The skeletons of many namespaces, those of ASCII translated in one go."""
    plain = _as_seen("\n".join(namespaces)).split("\n")
    return [
        skeleton(namespace) if "xn--" in namespace.casefold() else looks
        for namespace, looks in zip(namespaces, plain, strict=bool(namespaces))
    ]


def _as_seen(text: str) -> str:
    table = _letters() if text.isascii() else _letters() | _lookalikes()
    return text.casefold().translate(table).replace(_WIDE, _AS_TWO)


def _decoded(label: str) -> str:
    """A label of a domain as it is shown: punycode (RFC 3492) turned into letters."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError):
        return label


@cache
def _data() -> bytes:
    # The library's own module reads the same file in five times the time.
    return files("confusable_homoglyphs").joinpath("confusables.json").read_bytes()


def _confusables() -> dict[str, list[dict[str, str]]]:
    confusables: dict[str, list[dict[str, str]]] = orjson.loads(_data())
    return confusables


def _confusables_of_letters() -> dict[str, list[dict[str, str]]]:
    """The members of the file for letters and digits of ASCII alone, in a tenth of the time."""
    members = (f'"{match[1].decode()}":{match[2].decode()}' for match in _MEMBER.finditer(_data()))
    confusables: dict[str, list[dict[str, str]]] = orjson.loads(f"{{{','.join(members)}}}")
    return confusables


@cache
def _letters() -> dict[int, str]:
    """For each letter or digit of ASCII, the first of those that look like it."""
    confusables = _confusables_of_letters()
    alike = {sign: {sign} for sign in _SIGNS}
    for sign in _SIGNS:
        for written in {sign, sign.upper()}:
            for entry in confusables.get(written, ()):
                other = entry["c"].casefold()
                if other in alike:
                    joined = alike[sign] | alike[other]
                    alike.update(dict.fromkeys(joined, joined))
    return {ord(sign): min(group) for sign, group in alike.items()}


@cache
def _lookalikes() -> dict[int, str]:
    """For each other character that looks like letters or digits, what represents these."""
    letters, alone = _letters(), set(_SIGNS)
    table = {}
    for character, entries in _confusables().items():
        texts = [entry["c"].casefold() for entry in entries if entry["c"].isascii()]
        text = next((text for text in texts if text and set(text) <= set(_SIGNS)), None)
        if text is not None and len(character) == 1 and character.casefold() not in alone:
            table[ord(character)] = text.translate(letters)
    return table
