"""The signed transcript of every coding-agent session, kept in git notes next to the commit it produced.

The map of the house. Imports go one way, ``cli → flows → rooms → codec → model → errors``; rooms do not import each other.

========== ==================================================================================================
model      the words: entries, operations, anchors, verdicts; no I/O, no clock
codec      bytes ↔ words: deterministic CBOR, note framing, digests, the record's schema
agents     one package per agent: where its sessions lie, how they are read, which file operations its tools mean
capture    which sessions and which segment of them belong to a commit; the record made of it
redact     secrets, paths and gated reasoning leave before anything is signed
seal       COSE_Sign1: headers, signing, the numbered steps of verification
keyring    signing keys (files, ssh-agent, generated) and allowed signers
store      git: repository, notes trees, settings, hook shims, local state
replay     recorded operations applied again in memory; which evidence each changed line has
flows      one user intent per file; the only place where rooms meet
cli        commands, one error edge, one console
========== ==================================================================================================

This module imports nothing: a hook runs at every commit and pays for each import.
"""

__version__ = "0.1.0"
