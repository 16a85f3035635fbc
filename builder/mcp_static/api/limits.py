"""Limits of the read API: of requests, of the work for one, and of answers."""

from typing import Final

from mcp_static.api.chains import PAGE_SIZE

DEFAULT_LIMIT: Final = 30
"""Entries on a page when a request names no `limit` (the standard's `openapi.yaml`)."""
MAX_LIMIT: Final = PAGE_SIZE
"""The largest `limit`: one stored page."""
MAX_QUERY_BYTES: Final = 16 * 1024
"""A raw query string, and so every cursor in it."""
MAX_VALUE_BYTES: Final = 1000
"""A filter, percent-encoded; cursors carry filters along."""
MAX_PARAMETERS: Final = 100
"""Parameters of a query, known or not."""
MAX_READS: Final = 1000
"""Files that answering one request may read where reading is cheap."""
MAX_WORKER_READS: Final = 48
"""The same in a Worker: the smallest plan allows 50 subrequests, of which the platform needs some."""
MAX_LIST_BYTES: Final = 10 * 1024 * 1024
"""Clients refuse larger bodies (VS Code's and the official SDK's limit)."""
