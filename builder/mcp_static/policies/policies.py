"""The policies, in the order in which administrators read them."""

from typing import Final

from mcp_static.policies.claude_code import CLAUDE_CODE, CLAUDE_CODE_SERVERS
from mcp_static.policies.copilot import COPILOT
from mcp_static.policies.gemini_cli import GEMINI_CLI
from mcp_static.policies.kiro import KIRO

LEFT_OUT: Final = "policies/left-out.json"
"""What no policy can express, what a single one lacks, and why."""
POLICIES: Final = (COPILOT, CLAUDE_CODE, CLAUDE_CODE_SERVERS, GEMINI_CLI, KIRO)
