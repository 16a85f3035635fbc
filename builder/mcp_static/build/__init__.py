"""Snapshot to documents, chains, search data, feeds; and the writer that turns them into files."""
