"""Tests of what clients would say of the servers in their configurations."""
