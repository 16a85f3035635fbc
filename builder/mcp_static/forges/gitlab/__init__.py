"""Reading facts from GitLab, and publishing to registries that live on one."""
