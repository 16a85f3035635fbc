"""`python -m mcp_static` is `mcp-static`, for a checkout that is not installed."""

from mcp_static.cli import main

main(prog_name="mcp-static")
