"""Requests to a host exactly as they are written, which HTTP clients would tidy up."""

import http.client
from urllib.parse import urlsplit

from tests.hosting import Hosted


def heard(hosted: Hosted, target: str, method: str = "GET") -> tuple[int, bytes]:
    """The status and the body that a request gets."""
    connection = http.client.HTTPConnection(urlsplit(hosted.url).netloc, timeout=30)
    connection.putrequest(method, target, skip_accept_encoding=True)
    connection.endheaders()
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


def assert_refused(hosted: Hosted, target: str) -> None:
    """A hostile request gets the answer of a fault of its own, and nothing that is not for clients."""
    status, body = heard(hosted, target)
    if "servers?" in target:
        assert status in {200, 400, 404, 414, 431}, (target[:80], status)
    elif "snapshot" not in target:
        assert 400 <= status < 500, (target[:80], status)
    for secret in (b"root:", b"js_import", b"use strict", b"export default", b"file_server"):
        assert secret not in body
    assert b"X-Evil" not in body or status == 400
