"""What tells the remotes of one server apart in a client, where each needs a name of its own.

Clients that install from a registry take the first remote, under the server's name (microsoft/vscode,
`mcpManagementService.ts`; stacklok/toolhive, `upstream_to_toolhive.go`; docker/mcp-gateway,
`registry_to_catalog.go`, all 2026). The others are called by what their address has that the first
one's lacks: the order of remotes, and what is added after them, changes no name.
"""

import hashlib
import re
from collections.abc import Sequence
from itertools import chain, count
from typing import Final

_WORDS: Final = re.compile(r"[a-z0-9]+")
_LONGEST: Final = 40
"""Characters of a suffix: clients put the names of tools after it, and some end at 64 in all."""


def remote_suffixes(addresses: Sequence[tuple[str, str]]) -> list[str]:
    """A suffix of `[a-z0-9-]` for each remote, by its kind and address; empty for the first one."""
    if not addresses:
        return []
    first = set(_words_of(addresses[0][1]))
    suffixes = {"": None}
    for kind, address in addresses[1:]:
        words = _words_of(address)
        own, whole = "-".join(word for word in words if word not in first) or kind, "-".join(words)
        numbered = (f"{own}-{number}" for number in count(2))
        candidates = chain((own, whole, f"{whole}-{kind}"), numbered)
        suffixes[next(one for one in map(_shortened, candidates) if one not in suffixes)] = None
    return list(suffixes)


def _words_of(address: str) -> list[str]:
    return _WORDS.findall(address.lower().partition("://")[2])


def _shortened(suffix: str) -> str:
    if len(suffix) <= _LONGEST:
        return suffix
    return hashlib.sha256(suffix.encode()).hexdigest()[:12]
