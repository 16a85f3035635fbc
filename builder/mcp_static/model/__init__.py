"""What a registry holds: names, versions, server.json, lifecycle, entries. No input or output."""
