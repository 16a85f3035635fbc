"""Bringing an output to where it is served: a folder, or a bucket."""
