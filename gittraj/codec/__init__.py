"""Bytes ↔ words: deterministic CBOR, note framing, digests and the record's schema."""
