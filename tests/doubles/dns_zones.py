"""The zones of the DNS lab, signed and broken in every way."""

from collections.abc import Mapping

KEY = "v=MCPv1; k=ed25519; p=" + "A" * 43 + "="
OTHER_KEY = "v=MCPv1; k=ed25519; p=" + "B" * 43 + "="

_LEAF = [f'@ TXT "{KEY}"', '@ TXT "v=spf1 -all"']
ZONES: Mapping[str, list[str]] = {
    ".": [],
    "test.": ["wrongds DS 12345 13 2 " + "0" * 64],
    "com.": [],
    "example.com.": [*_LEAF, "api A 192.0.2.1"],
    "signed.test.": [
        *_LEAF,
        f'split TXT "{KEY[:9]}" "{KEY[9:]}"',
        f'*.wild TXT "{KEY}"',
        "silent A 192.0.2.1",
        *(f'big TXT "{number:03} {"x" * 200}"' for number in range(60)),
        f'big TXT "{KEY}"',
    ],
    "plain.test.": [*_LEAF, f'differs TXT "{KEY}"', "lonely A 192.0.2.1"],
    "wrongds.test.": _LEAF,
    "tampered.test.": _LEAF,
    "expired.test.": _LEAF,
}
UNSIGNED = frozenset({"plain.test."})
SIGNED_BEFORE = frozenset({"tampered.test.", "expired.test."})
"""Zones that knotd serves as they are, with their signatures."""
ELSEWHERE = ("cnameapex.test.", "refused.test.")
"""Zones that the odd server answers for."""
SERVFAIL = "servfail.test."
"""A zone that knotd is told of and has no file for."""
DEAD = "dead.test."
"""A zone whose server never answers."""
ALL = (*ZONES, *ELSEWHERE, SERVFAIL, DEAD)


def parent_of(zone: str) -> str:
    """The zone that delegates this one."""
    return "." if zone.count(".") == 1 else zone.partition(".")[2]
