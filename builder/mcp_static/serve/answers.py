"""The standard API answered from a snapshot: a request in, an answer out. No HTTP here.

request ──plan──▶ which files and lines ──read──▶ content ──render──▶ status, headers, body
"""

from dataclasses import dataclass
from typing import assert_never

from mcp_static.api.entries import server_list
from mcp_static.api.headers import error_headers, file_headers
from mcp_static.api.media import media_type
from mcp_static.api.paths import COMPLETE_LIST, MISSING_PAGE
from mcp_static.model.strictjson import dump_json
from mcp_static.serve.content import Content, Failure, Listing, StoredFile, read_content
from mcp_static.serve.plan import below, plan_of
from mcp_static.serve.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers (ETag aside) and a body."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer(snapshot: Snapshot, method: str, raw_path: bytes, raw_query: str) -> Answer:
    """Answer one request; every outcome is an Answer."""
    plan = plan_of(method, below(snapshot.base, raw_path), raw_query)
    return _render(read_content(snapshot, plan))


def error_answer(status: int, message: str) -> Answer:
    """An answer that tells what is wrong."""
    return Answer(status, error_headers(status), dump_json({"error": message}) + b"\n")


def _render(content: Content) -> Answer:
    match content:
        case StoredFile(path, body):
            return Answer(200, file_headers(path), body)
        case Listing(entries, following):
            body = server_list(entries, None if following is None else str(following))
            return Answer(200, file_headers(COMPLETE_LIST), body)
        case Failure(status, message, page):
            if page is None:
                return error_answer(status, message)
            return Answer(status, error_headers(status, media_type(MISSING_PAGE)), page)
    assert_never(content)
