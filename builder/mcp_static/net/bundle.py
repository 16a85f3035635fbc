"""Certificate authorities as one file, for programs that take no other form of them."""

import tempfile
from functools import cache
from pathlib import Path
from typing import IO

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from mcp_static.net.access import Access
from mcp_static.settings.network import NetworkSettings


def trusted_authorities(network: NetworkSettings, usual: str = "") -> str:
    """A file, or a folder, of the authorities that a network's settings and the environment name.

    Empty where neither names any. `usual` is what is trusted where the environment names none. The
    file lasts as long as this process. Raises OperatorError when the settings' file cannot be read.
    """
    access = Access(network)
    named = access.authorities if isinstance(access.authorities, str) else ""
    usual = usual or named
    if not network.ca_file:
        return usual
    access.context()
    if not Path(usual).is_file():
        usual = DEFAULT_CA_BUNDLE_PATH
    return _joined(usual, network.ca_file).name


@cache
def _joined(*files: str) -> IO[bytes]:
    """Some files as one, which is gone when the process ends."""
    made = tempfile.NamedTemporaryFile(prefix="mcp-static-", suffix=".pem")  # noqa: SIM115 (open to the end)
    for file in files:
        made.write(Path(file).read_bytes() + b"\n")
    made.flush()
    return made
