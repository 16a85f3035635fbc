"""What a forge tells its jobs by environment variables."""

import os
import re
from typing import Final

from mcp_static.model.errors import UsageError

_URL: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[^\s?#]*)?")


def address_in(variable: str, usual_scheme: str = "") -> str:
    """The address that a variable holds, without a slash at its end; empty if it is not set.

    With a `usual_scheme`, a host alone will do. Raises UsageError for anything that is not an address.
    """
    address = os.environ.get(variable, "").rstrip("/")
    if address and usual_scheme and "://" not in address:
        address = f"{usual_scheme}://{address}"
    if address and not _URL.fullmatch(address):
        raise UsageError(f"{variable} is not a URL: {address!r}.", "Leave it unset.")
    return address
