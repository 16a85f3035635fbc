"""The check of a change: what it adds and edits, held against rules and proofs, in one report."""
