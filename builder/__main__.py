"""`python -m builder` is `mcp-static`, for a checkout that is not installed."""

from builder.cli import main

main(prog_name="mcp-static")
