"""The command criterion: recorded commands are run again in a sandbox, and what they print is compared with the record."""
