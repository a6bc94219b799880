"""COSE_Sign1 statements: headers, signing, and the numbered steps of verification."""
