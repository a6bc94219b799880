"""Secrets, paths and gated reasoning leave before anything is signed."""
