"""Conformance: whether a served registry answers as the standard API (v0.1) says."""
