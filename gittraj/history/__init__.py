"""What became of recorded work: regions through commits, and records that are known again after history was rewritten."""
