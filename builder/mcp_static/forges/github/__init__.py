"""Reading facts from forges: accounts, repositories, files."""
