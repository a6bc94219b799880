"""The bridge to pycose: exact protected bytes and a payload go in, a COSE_Sign1 that can be signed outside or checked goes out.

pycose never sees foreign CBOR: it is given the algorithm and the protected bytes as they are, and builds the Sig_structure.
"""

from typing import Any

from pycose import headers
from pycose.messages.sign1message import Sign1Message

from gittraj.model.ports import Signer
from gittraj.seal.algorithms import one_form


class Message(Sign1Message):
    """A COSE_Sign1 whose protected header is `protected`, byte for byte; `algorithm`: a class of `gittraj.seal.algorithms`."""

    def __init__(self, protected: bytes, payload: bytes | None, algorithm: Any, *, external_aad: bytes = b"") -> None:
        super().__init__(payload=payload, external_aad=external_aad)
        bucket = {headers.Algorithm: algorithm}
        # An empty map, in either of its two forms, goes into the Sig_structure as zero bytes (RFC 9052 4.4); the algorithm
        # then comes from elsewhere, and pycose looks for it in the unprotected bucket.
        if protected in (b"", b"\xa0"):
            self._uhdr = bucket
        else:
            self._phdr = bucket
            self._phdr_encoded = protected

    def to_be_signed(self) -> bytes:
        """The Sig_structure (RFC 9052 4.4)."""
        return bytes(self._create_sig_structure())

    def signed_by(self, signer: Signer) -> bytes:
        """The tagged COSE_Sign1, its unprotected header empty. Raises what the signer raises."""
        self.signature = one_form(signer.algorithm, signer.sign(self.to_be_signed()))
        return bytes(self.encode(sign=False))

    def holds(self, key: Any, signature: bytes) -> bool:
        """Whether `signature` is that of the COSE key over this message."""
        self.key = key
        self.signature = signature
        return bool(self.verify_signature())
