"""GitHub and GitLab."""
