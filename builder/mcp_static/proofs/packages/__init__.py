"""Proofs of packages: that a package exists, and points back at the server that names it."""
