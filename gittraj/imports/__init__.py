"""What other tools leave in a repository: the texts and trees of their formats go in, plain facts come out; nothing is read from git here."""
