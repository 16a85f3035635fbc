"""What is served: paths, chains, cursors, entries, media types, limits, OpenAPI. Pure."""
