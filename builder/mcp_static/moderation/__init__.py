"""What an operator does to a registry: every act is a commit with an entry in the public log."""
