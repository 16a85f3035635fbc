"""The checks, from the standard's `openapi.yaml` and `generic-registry-api.md`, not from our code."""

from typing import Final

from mcp_static.api.abilities import Ability
from mcp_static.conformance.listing import LISTING_CHECKS
from mcp_static.conformance.serving import SERVING_CHECKS

_ORDER: Final = list(Ability)

CHECKS: Final = tuple(
    sorted((*SERVING_CHECKS, *LISTING_CHECKS), key=lambda check: _ORDER.index(check.ability))
)
"""Every check, by what a host has to be able to do."""
