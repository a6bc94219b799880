import subprocess

import pytest

from gittraj.codec.digest import git_blob_id, sha256, sha256_hex
from gittraj.errors import CodecError


def test_sha256_of_abc_is_that_of_fips_180():
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(b"abc").hex() == sha256_hex(b"abc")


@pytest.mark.parametrize("data", [b"", b"hello\n", b"\0\xff" * 1000])
def test_the_blob_id_is_the_one_git_computes(data):
    told = subprocess.run(["git", "hash-object", "--stdin"], input=data, capture_output=True, check=True)
    assert git_blob_id(data) == told.stdout.decode().strip()


def test_the_empty_blob_of_a_sha256_repository_has_its_known_id():
    assert git_blob_id(b"", "sha256") == "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"


def test_an_unknown_object_format_is_refused():
    with pytest.raises(CodecError):
        git_blob_id(b"", "md5")
