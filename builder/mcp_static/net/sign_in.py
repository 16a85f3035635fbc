"""Seeing that an answer is not what was asked for but a request to sign in."""

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin, urlsplit

from mcp_static.model.errors import OperatorError, SignInError
from mcp_static.model.terminal import shown_address
from mcp_static.net.limits import REDIRECTS, Answer
from mcp_static.net.reasons import reason_in

WANTS_CREDENTIALS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_PAGE: Final = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html)\b", re.IGNORECASE | re.DOTALL)
_BEGINNING: Final = 2_000


def require_signed_in(asked: str, answer: Answer, variable: str = "") -> None:
    """Raise SignInError where an answer to `asked` is 401 or 403, or leads to a page for people.

    Raises OperatorError for a page at the very address, which may be that of something else. For
    addresses at which programs are answered; `variable` names the credentials that were sent.
    """
    host = urlsplit(asked).netloc.rpartition("@")[2]
    if answer.status in WANTS_CREDENTIALS:
        reason = reason_in(answer.body)
        said = f"answers {answer.status}{f' ({reason})' if reason else ''}"
        raise SignInError(shown_address(asked), said, host, variable)
    place = _led_to(asked, answer)
    if place:
        raise SignInError(shown_address(asked), f"redirects to {shown_address(place)}", host, variable)
    if is_page(answer.body):
        raise OperatorError(
            f"{shown_address(asked)} answers with a web page, not with what a program can read.",
            "Check the address. If it is right, a sign-in stands in front of it. "
            + SignInError("", "", host, variable).fix,
        )


def is_page(body: bytes) -> bool:
    """Whether a body is a page of HTML, whatever its type is said to be."""
    return _PAGE.match(body[:_BEGINNING]) is not None


def _led_to(asked: str, answer: Answer) -> str:
    """Where a redirect leads instead: to another place, and to a page if it was followed; or empty."""
    try:
        if answer.status in REDIRECTS:
            target = urljoin(asked, answer.headers.get("Location", ""))
            return target if _is_elsewhere(asked, target) else ""
        return answer.url if is_page(answer.body) and _is_elsewhere(asked, answer.url) else ""
    except ValueError:  # an address that cannot be read leads nowhere
        return ""


def _is_elsewhere(asked: str, found: str) -> bool:
    """Whether an address is another host's, or not below the one that was asked."""
    one, other = urlsplit(asked), urlsplit(found)
    return one.netloc != other.netloc or not other.path.startswith(one.path.rstrip("/"))
