"""A commit as records, history as times, a change as what it adds and edits."""
