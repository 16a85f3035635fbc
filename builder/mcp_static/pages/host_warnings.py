"""What a page says about whose machine the address of a remote leads to."""

from typing import Any, Final

from mcp_static.model.host_proofs import is_host_proven
from mcp_static.model.names import parse_name
from mcp_static.model.remotes import filled_addresses, is_free
from mcp_static.model.web_addresses import parse_address
from mcp_static.packages.methods import Method

UNPROVEN: Final = "This address is not proven to belong to the publisher."
OWN: Final = "This is an address of your own: enter only one that you know."


def warnings_of(method: Method, name: str, accepted: dict[str, Any] | None) -> tuple[str, ...]:
    """What to say beside a method; nothing of a package, which leads to the user's own machine.

    `accepted` is what the merge noted of the entry, if anything.
    """
    if method.connection is None or method.launch is not None:
        return ()
    namespace = parse_name(name).namespace
    read = [address for text in filled_addresses(method.part) if (address := parse_address(text))]
    known = [address for address in read if not is_free(address)]
    warnings = []
    if len(known) < len(read):
        warnings.append(OWN)
    if any(not is_host_proven(accepted, namespace, address.host) for address in known):
        warnings.append(UNPROVEN)
    encoded = sorted({address.host for address in known if "xn--" in address.host})
    if encoded:
        warnings.append(f"Its host has letters beyond a to z; in the DNS it is {', '.join(encoded)}.")
    return tuple(warnings)
