"""What a build keeps for the next one: an SQLite database. All SQL is here; rows have names."""
