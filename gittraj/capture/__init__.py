"""Which sessions and which segment of them belong to a commit, and the record made of it."""
