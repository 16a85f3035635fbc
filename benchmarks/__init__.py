"""The project's figures, each measured against something else in the same run."""
