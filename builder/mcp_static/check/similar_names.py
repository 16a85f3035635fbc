"""Names of other owners that a new one is easily taken for: a slip of the keyboard, or a lookalike."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

import orjson

from mcp_static.git.repository import Repository
from mcp_static.git.trees import contents_of, folders_of
from mcp_static.model.layout import SERVERS_ROOT
from mcp_static.model.names import Namespace, ServerName
from mcp_static.proofs.domains import candidate_domains

_MOST_NAMESPACES: Final = 200
_SIGNS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


def similar_names(repository: Repository, commit: str, name: ServerName, edits: int) -> list[str]:
    """The servers of a commit with a name that is close to a new one; none if that is there already.

    Close are lookalikes (Unicode's confusables, also in what punycode represents), and names that
    `edits` insertions, deletions, replacements or swaps of neighbours turn into each other. Costs a
    listing of the namespaces, and one of the servers in those that are close.
    """
    if _is_there(repository, commit, name):
        return []
    shards = [f"{SERVERS_ROOT}/{shard}" for shard in folders_of(repository, commit, SERVERS_ROOT)]
    namespaces = [entry for entry in contents_of(repository, commit, shards) if entry.is_folder]
    texts = [one.name for one in namespaces]
    close = [namespaces[index].path for index in _close(name.namespace, texts, edits)]
    found = []
    for entry in contents_of(repository, commit, close[:_MOST_NAMESPACES]):
        other = "/".join(entry.path.split("/")[3:])
        if entry.is_folder and _is_close(str(name), other, edits):
            found.append(other)
    return sorted(found)


def _is_there(repository: Repository, commit: str, name: ServerName) -> bool:
    shard = f"{SERVERS_ROOT}/{name.namespace.shard}"
    own = [
        f"{shard}/{namespace}"
        for namespace in folders_of(repository, commit, shard)
        if namespace.casefold() == name.namespace.folded
    ]
    servers = contents_of(repository, commit, own)
    return any(entry.name.casefold() == name.server.casefold() for entry in servers)


def _close(namespace: Namespace, others: list[str], edits: int) -> Iterator[int]:
    """The places, among some namespaces, of other owners' that are close to one."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract_iter

    folded = [other.casefold() for other in others]
    near = {
        index
        for _, _, index in extract_iter(
            namespace.folded, folded, scorer=OSA.distance, score_cutoff=edits
        )
    }
    looks = skeleton(namespace.text)
    near |= {index for index, other in enumerate(_skeletons(others)) if other == looks}
    for index in sorted(near):
        if not _have_one_owner(namespace, Namespace(others[index])):
            yield index


def _is_close(name: str, other: str, edits: int) -> bool:
    from rapidfuzz.distance import OSA

    distance = OSA.distance(name.casefold(), other.casefold(), score_cutoff=edits)
    return distance <= edits or skeleton(name) == skeleton(other)


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
    return f"{shown}{slash}{server}".casefold().translate(_prototypes())


def _skeletons(namespaces: list[str]) -> list[str]:
    """The skeletons of many namespaces, translated in one go."""
    plain = "\n".join(namespaces).casefold().translate(_prototypes()).split("\n")
    return [
        skeleton(namespace) if "xn--" in namespace.casefold() else looks
        for namespace, looks in zip(namespaces, plain, strict=bool(namespaces))
    ]


def _decoded(label: str) -> str:
    """A label of a domain as it is shown: punycode (RFC 3492) turned into letters."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError):
        return label


@cache
def _prototypes() -> dict[int, str]:
    """For each character that looks like letters or digits, what represents all that look alike."""
    # Its module reads the same file in five times the time.
    data = files("confusable_homoglyphs").joinpath("confusables.json").read_bytes()
    confusables: dict[str, list[dict[str, str]]] = orjson.loads(data)
    alike = {sign: {sign} for sign in _SIGNS}
    for sign in _SIGNS:
        for written in {sign, sign.upper()}:
            for entry in confusables.get(written, ()):
                other = entry["c"].casefold()
                if other in alike:
                    joined = alike[sign] | alike[other]
                    alike.update(dict.fromkeys(joined, joined))
    prototypes = {sign: min(group) for sign, group in alike.items()}
    table = {}
    for character, entries in confusables.items():
        texts = [entry["c"].casefold() for entry in entries if entry["c"].isascii()]
        text = next((text for text in texts if text and set(text) <= set(_SIGNS)), None)
        if text is not None and len(character) == 1 and character.casefold() not in prototypes:
            table[ord(character)] = "".join(prototypes[sign] for sign in text)
    table.update({ord(sign): prototype for sign, prototype in prototypes.items()})
    table[ord("m")] = "rn"  # U+006D of the same table; letters next to each other
    return table
