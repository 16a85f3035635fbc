"""The kinds of place that serve an output, one value each, grouped by family."""
