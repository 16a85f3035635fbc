"""Proofs: everything that asks the network whether a publish is its namespace owner's will."""
