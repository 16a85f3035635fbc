"""The port that a container publishes when its server is reached over HTTP.

Clients know no more of it than the address of the transport: the port there is the one that the server
listens on inside (stacklok/toolhive, `extractTargetPort` of `upstream_to_toolhive.go`, 2026).
"""

import re
from typing import Final

from mcp_static.packages.values import Input, Value

_AUTHORITY: Final = re.compile(r"(https?)://([^/?#\\]*)", re.IGNORECASE)
_PORT: Final = re.compile(r"(.*):([0-9]+|\{[0-9]+\})")
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}
_LOOPBACK: Final = re.compile(r"(?:[a-z0-9-]+\.)*localhost|127(?:\.[0-9]{1,3}){3}|0\.0\.0\.0|\[::1?\]")


def published_port(address: Value) -> Value:
    """What `docker run -p` needs for a server at this address; empty if it is on another machine.

    Only this machine gets to it: without `127.0.0.1`, Docker publishes a port on every interface
    (docs.docker.com/engine/network/port-publishing).
    """
    inputs = [part for part in address if isinstance(part, Input)]
    numbers = iter(range(len(inputs)))
    text = "".join(
        part.replace("{", "(") if isinstance(part, str) else f"{{{next(numbers)}}}" for part in address
    )
    match = _AUTHORITY.match(text)
    if match is None:
        return ()
    named = _PORT.fullmatch(match[2])
    host, port = (named[1], named[2]) if named else (match[2], _DEFAULT_PORTS[match[1].lower()])
    given = re.sub(r"\{([0-9]+)\}", lambda found: inputs[int(found[1])].default or "", host)
    if not _LOOPBACK.fullmatch(given.lower()):
        return ()
    if port.isdecimal():
        return (f"127.0.0.1:{port}:{port}",)
    asked = inputs[int(port[1:-1])]
    return ("127.0.0.1:", asked, ":", asked)
