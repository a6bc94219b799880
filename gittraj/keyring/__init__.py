"""Signing keys (files, ssh-agent, generated) and allowed signers."""
