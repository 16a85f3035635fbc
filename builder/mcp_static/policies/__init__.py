"""What clients enforce: policy files for them, made from what a registry lists. Pure."""
