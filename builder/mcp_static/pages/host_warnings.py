"""What a page says about whose machine the address of a remote leads to."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from mcp_static.model.host_proofs import is_host_proven
from mcp_static.model.names import parse_name
from mcp_static.model.reading import part_of
from mcp_static.model.remotes import filled_addresses, is_free
from mcp_static.model.web_addresses import WebAddress, parse_address
from mcp_static.packages.methods import Method

UNPROVEN: Final = "This address is not proven to belong to the publisher."
OWN: Final = "This is an address of your own: enter only one that you know."


Owners = Callable[[WebAddress], Sequence[str]]
"""The other servers that lead to an address and have proven that its host is their own."""


def nobody(_: WebAddress) -> Sequence[str]:
    """The owners where none are looked up."""
    return ()


def warnings_of(
    method: Method, name: str, accepted: dict[str, Any] | None, owners: Owners = nobody
) -> tuple[str, ...]:
    """What to say beside a method about the address that it connects to.

    `accepted` is what the merge noted of the entry, if anything. What a package starts is on the
    user's own machine, unless its address says otherwise.
    """
    if method.connection is None:
        return ()
    is_package = "registryType" in method.part
    place = part_of(method.part, "transport") if is_package else method.part
    read = [address for text in filled_addresses(place) if (address := parse_address(text))]
    known = [address for address in read if not is_free(address)]
    if is_package:
        known = [address for address in known if not _is_near(address)]
    namespace = parse_name(name).namespace
    warnings = []
    if not is_package and len(known) < len(read):
        warnings.append(OWN)
    unproven = [one for one in known if not is_host_proven(accepted, namespace, one.host)]
    if unproven:
        warnings.append(UNPROVEN)
    if not is_package:
        others = {other: one.host for one in unproven for other in owners(one)}
        warnings += (
            f"{other} leads to it too, and has proven that {host} is its own."
            for other, host in others.items()
        )
    encoded = sorted({address.host for address in known if "xn--" in address.host})
    if encoded:
        warnings.append(f"Its host has letters beyond a to z; in the DNS it is {', '.join(encoded)}.")
    return tuple(warnings)


def _is_near(address: WebAddress) -> bool:
    """Whether an address is on the user's machine, or in their network as far as an IP shows it."""
    return address.is_on_the_users_machine or address.is_ip
