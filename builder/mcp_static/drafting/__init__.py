"""Drafting a `server.json` from what a project already says about itself."""
