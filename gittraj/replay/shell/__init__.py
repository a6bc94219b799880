"""Shell commands read, never run: a command line goes in, the writes that its text alone makes certain come out."""
