"""Drafting a `server.json` from what a project already says of itself."""
