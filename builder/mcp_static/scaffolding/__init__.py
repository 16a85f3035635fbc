"""A registry's own repository: written by `new`, brought up to date by `upgrade`."""
