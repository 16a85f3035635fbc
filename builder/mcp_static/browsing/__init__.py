"""A registry, ours or any other, as people look into it: `search` and `show`."""
