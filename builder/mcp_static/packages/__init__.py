"""Package types: where packages are, how they are launched, how they point back at their server."""
