"""Foreign formats, one per file: reports go in, documents that other tools read come out."""
