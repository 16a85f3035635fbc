"""Snapshot to documents, chains, search data, feeds; and the writer that makes them files."""
