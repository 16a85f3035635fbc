"""Entries from elsewhere: files and other registries, taken in as commits."""
