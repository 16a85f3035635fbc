"""Whether a user's clients would run the servers in their configurations, and what to change if not."""
