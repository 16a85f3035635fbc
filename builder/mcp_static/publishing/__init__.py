"""Forges: pull requests, comments and merges, on GitHub first."""
