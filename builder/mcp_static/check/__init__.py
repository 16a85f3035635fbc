"""The check of a change: what it adds and edits, checked against rules and proofs, in one report."""
