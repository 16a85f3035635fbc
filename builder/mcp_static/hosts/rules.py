"""What web servers with rewrite rules honor, whichever they are."""

from typing import Final

from mcp_static.api.abilities import Ability
from mcp_static.api.variants import Variant

BY_RULES: Final = frozenset(
    {
        Ability.FILES,
        Ability.TYPES,
        Ability.LIST,
        Ability.COMPLETE,
        Ability.CURSORS,
        Ability.VERSIONS,
        Ability.SINCE,
        Ability.CORS,
        Ability.HEADERS,
        Ability.ERRORS,
    }
)
RULES_NOTE: Final = "`updated_since` starts a day early"
RULES_VARIANTS: Final = (Variant.SINCE, Variant.GZIP)
