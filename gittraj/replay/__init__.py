"""Replay: recorded operations and file states go in, what they make of the files goes out; bytes and structs only."""
