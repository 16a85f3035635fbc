"""Asking the DNS, and believing it no further than its signatures go."""
