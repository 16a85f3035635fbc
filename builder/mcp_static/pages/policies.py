"""What the page about client policies shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from mcp_static.policies.contents import LeftOut
from mcp_static.policies.policies import POLICIES
from mcp_static.policies.policy import Place

POLICIES_PAGE: Final = "/policies/"
_VERSIONS_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class PolicyView:
    """One policy; `address` is where a device management fetches it, empty if there is none now."""

    id: str
    title: str
    path: str
    address: str
    enforces: str
    places: tuple[Place, ...]
    notes: tuple[str, ...]


def policy_views(url: str, bodies: Mapping[str, bytes | None]) -> list[PolicyView]:
    """The policies of a registry at an address, with the files that it has."""
    return [
        PolicyView(
            policy.id,
            policy.title,
            f"/{policy.path}",
            f"{url}/{policy.path}" if bodies[policy.path] is not None else "",
            policy.enforces,
            policy.places,
            policy.notes,
        )
        for policy in POLICIES
    ]


@dataclass(frozen=True, slots=True)
class LeftOutView:
    """A way to run a server that no policy can express, or one alone, in the versions that have it."""

    name: str
    method: str
    reason: str
    policy: str
    versions: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The same for programs."""
        document = {
            "name": self.name,
            "versions": list(self.versions),
            "method": self.method,
            "reason": self.reason,
            "policy": self.policy,
        }
        return {key: value for key, value in document.items() if value}

    @property
    def shown_versions(self) -> str:
        """The versions in a few words."""
        more = len(self.versions) - _VERSIONS_NAMED
        named = ", ".join(self.versions[:_VERSIONS_NAMED])
        return f"{named} and {more} more" if more > 0 else named


def left_out_views(left_out: Iterable[LeftOut]) -> list[LeftOutView]:
    """What is left out, by server, method, reason and policy; first what no policy can say."""
    ordered = sorted(left_out, key=lambda one: (bool(one.policy), *_kind(one), one.version))
    groups = groupby(ordered, key=_kind)
    return [LeftOutView(*key, tuple(one.version for one in group)) for key, group in groups]


def _kind(left: LeftOut) -> tuple[str, str, str, str]:
    return left.name, left.method, left.reason, left.policy
