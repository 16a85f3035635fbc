"""The build's database: named rows, and all SQL."""
