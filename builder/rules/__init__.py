"""Offline rules over a record, and over a record against its snapshot."""

from typing import Final

from builder.rules.arguments import ARGUMENT_RULES
from builder.rules.file import FILE_RULES
from builder.rules.identity import IDENTITY_RULES
from builder.rules.packages import PACKAGE_RULES
from builder.rules.rule import Rule
from builder.rules.shape import SHAPE_RULES
from builder.rules.snapshot import SNAPSHOT_RULES
from builder.rules.texts import TEXT_RULES
from builder.rules.transports import TRANSPORT_RULES

RECORD_RULES: Final[tuple[Rule, ...]] = (
    *IDENTITY_RULES,
    *SHAPE_RULES,
    *TEXT_RULES,
    *PACKAGE_RULES,
    *ARGUMENT_RULES,
    *TRANSPORT_RULES,
)
"""The rules over one `server.json` by itself, in the order in which an author should meet them."""

RULES: Final = (*FILE_RULES, *RECORD_RULES, *SNAPSHOT_RULES)
"""Every rule there is; `docs/rules.md` is this tuple, printed."""
