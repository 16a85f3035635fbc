"""Offline rules over a record, and over a record against its snapshot."""

from typing import Final

from mcp_static.rules.arguments import ARGUMENT_RULES
from mcp_static.rules.fields import FIELD_RULES
from mcp_static.rules.file import FILE_RULES
from mcp_static.rules.identity import IDENTITY_RULES
from mcp_static.rules.package_registries import REGISTRY_ADDRESS_RULES
from mcp_static.rules.packages import PACKAGE_RULES
from mcp_static.rules.placeholders import PLACEHOLDER_RULES
from mcp_static.rules.rule import Rule
from mcp_static.rules.secrets import SECRET_RULES
from mcp_static.rules.shape import SHAPE_RULES
from mcp_static.rules.texts import TEXT_RULES
from mcp_static.rules.transports import TRANSPORT_RULES
from mcp_static.rules.uniqueness import SNAPSHOT_RULES

RECORD_RULES: Final[tuple[Rule, ...]] = (
    *IDENTITY_RULES,
    *FIELD_RULES,
    *SHAPE_RULES,
    *PLACEHOLDER_RULES,
    *SECRET_RULES,
    *TEXT_RULES,
    *PACKAGE_RULES,
    *REGISTRY_ADDRESS_RULES,
    *ARGUMENT_RULES,
    *TRANSPORT_RULES,
)
"""The rules over one `server.json` by itself, in the order in which an author should meet them."""

RULES: Final = (*FILE_RULES, *RECORD_RULES, *SNAPSHOT_RULES)
"""Every rule there is; `docs/rules.md` is this tuple, printed."""
