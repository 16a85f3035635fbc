"""A registry made what its sources, and the lists of what is approved, say."""
