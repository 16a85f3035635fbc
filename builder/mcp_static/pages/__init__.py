"""The pages that people read: pure functions from what the registry knows to HTML."""
