"""OpenSSH key revocation lists (OpenSSH, PROTOCOL.krl): bytes go in; revoked keys, fingerprints and certificates come out."""

from typing import NamedTuple

from gittraj.errors import KeyringError
from gittraj.keyring.certificates import Certificate
from gittraj.keyring.wire import Reader

MAGIC = b"SSHKRL\n\0"
_CERTIFICATES, _KEYS, _SHA1, _SIGNATURE, _SHA256 = 1, 2, 3, 4, 5
_SERIALS, _RANGE, _BITMAP, _IDS = 0x20, 0x21, 0x22, 0x23  # what a section on certificates lists
_BITMAP_LIMIT = 1 << 22  # bits; each is looked at in no time, this bounds what a file may claim


class Section(NamedTuple):
    """Certificates of one authority (b"" for any) that are revoked: by serial, by range of serials, by key id."""

    authority: bytes
    serials: frozenset[int]
    ranges: tuple[tuple[int, int], ...]
    ids: frozenset[bytes]


class Krl(NamedTuple):
    """What a file revokes: keys in wire format, SHA-256 fingerprints, certificates."""

    keys: frozenset[bytes]
    prints: frozenset[bytes]
    certificates: tuple[Section, ...]


def parse(data: bytes) -> Krl:
    """The content of a KRL. Raises `KeyringError` where a part is not understood: what is skipped would be trusted."""
    reader = Reader(data)
    reader.take(len(MAGIC))
    if reader.uint32() != 1:
        raise KeyringError("a KRL of an unknown format version")
    reader.uint64(), reader.uint64(), reader.uint64()  # its number, date and flags
    reader.string(), reader.string()  # reserved; comment
    keys: set[bytes] = set()
    prints: set[bytes] = set()
    sections: list[Section] = []
    while reader.left:
        kind, section = reader.byte(), Reader(reader.string())
        if kind == _SIGNATURE:  # the file is trusted by where it lies
            continue
        if kind == _CERTIFICATES:
            sections.append(_section(section))
            continue
        if kind not in (_KEYS, _SHA256):
            raise KeyringError(
                "a KRL with SHA-1 fingerprints" if kind == _SHA1 else f"a KRL with a section of type {kind}"
            )
        target = keys if kind == _KEYS else prints
        while section.left:
            target.add(section.string())
    return Krl(frozenset(keys), frozenset(prints), tuple(sections))


def covers(section: Section, certificate: Certificate) -> bool:
    """Whether the section revokes this certificate."""
    if section.authority and section.authority != certificate.authority:
        return False
    if certificate.key_id.encode("utf-8", "replace") in section.ids:
        return True
    serial = certificate.serial  # 0 stands for "none given", and is not revoked by serial (as in OpenSSH)
    return serial != 0 and (serial in section.serials or any(low <= serial <= high for low, high in section.ranges))


def _section(reader: Reader) -> Section:
    authority = reader.string()
    reader.string()  # reserved
    serials: set[int] = set()
    ranges: list[tuple[int, int]] = []
    ids: set[bytes] = set()
    while reader.left:
        kind, part = reader.byte(), Reader(reader.string())
        if kind == _RANGE:
            ranges.append((part.uint64(), part.uint64()))
            part.end()
        elif kind == _BITMAP:
            offset, bits = part.uint64(), part.mpint()
            if bits.bit_length() > _BITMAP_LIMIT:
                raise KeyringError("a KRL with a bitmap that is too large")
            serials.update(offset + place for place, bit in enumerate(reversed(f"{bits:b}")) if bit == "1")
        elif kind in (_SERIALS, _IDS):
            while part.left:
                if kind == _SERIALS:
                    serials.add(part.uint64())
                else:
                    ids.add(part.string())
        else:
            raise KeyringError(f"a KRL with certificates listed in a way of type {kind:#x}")
    return Section(authority, frozenset(serials), tuple(ranges), frozenset(ids))
