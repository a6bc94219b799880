"""History: mapping, regions and survival, against a brute-force oracle."""
