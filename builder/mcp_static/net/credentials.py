"""Credentials of the operator's, which the settings name and the environment has."""

import os

from mcp_static.model.errors import InputError
from mcp_static.net.client import Authorization
from mcp_static.settings.sources import Source


def authorization_of(source: Source) -> Authorization | None:
    """What a source is told to know us by; raises InputError if the environment lacks it.

    No message shows what the variable holds.
    """
    if not source.credentials:
        return None
    secret = os.environ.get(source.credentials, "").strip()
    if not secret or not secret.isascii() or not secret.isprintable():
        raise InputError(
            f"The environment variable {source.credentials} has no token for {source.address}.",
            "Set it to the token alone: printable ASCII characters on one line.",
        )
    return Authorization(source.scheme, secret, source.credentials)
