"""The canonical form of JSON (RFC 8785), and the digest by which a server object is pinned."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

import rfc8785

from mcp_static.model.errors import InputError

DIGEST: Final = re.compile("sha256:[0-9a-f]{64}")
"""A digest, as lists and notes write it."""


def digest_of(document: Mapping[str, Any]) -> str:
    """The SHA-256 of a JSON object's canonical form, whatever its white space and order of members.

    Raises InputError for what has no canonical form, such as an integer beyond 2^53 - 1 (RFC 8785,
    3.2.2.3); its message reads on from the object's name.
    """
    try:
        canonical = rfc8785.dumps(dict(document))
    except rfc8785.CanonicalizationError:
        raise InputError("has a number that has no canonical form, as JSON cannot carry it") from None
    except UnicodeEncodeError:  # of a member's name, which the library does not look at
        raise InputError("has no canonical form: a name of a member is no Unicode text") from None
    except RecursionError:
        raise InputError("is nested too deeply to have a canonical form") from None
    return f"sha256:{hashlib.sha256(canonical).hexdigest()}"
