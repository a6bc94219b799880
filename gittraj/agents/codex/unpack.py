"""Compressed rollouts (``.jsonl.zst``): a path goes in, the path of a plain copy that lives as long as the reading comes out."""

import contextlib
import importlib
import os
import tempfile
from collections.abc import Iterator

from gittraj.errors import AgentError

SIZE_LIMIT = 4 << 30  # unpacked; the largest rollouts seen are below 1 GiB, and a bomb must not fill the disk
_CHUNK = 1 << 20


@contextlib.contextmanager
def unpacked(path: str) -> Iterator[str]:
    """A plain copy of the rollout. Raises `AgentError` where `zstandard` is missing or the file is damaged or too large."""
    try:
        zstandard = importlib.import_module("zstandard")
    except ImportError as error:
        raise AgentError(
            f"{path}: is compressed, and the package zstandard is not installed",
            hint=f"pip install 'gittraj[zstd]', or unpack it first: zstd -d {path}",
        ) from error
    with tempfile.TemporaryDirectory(prefix="gittraj-") as folder:
        plain = os.path.join(folder, "rollout.jsonl")
        try:
            with open(path, "rb") as source, open(plain, "wb") as target:
                size = 0
                for chunk in zstandard.ZstdDecompressor().read_to_iter(source, read_size=_CHUNK, write_size=_CHUNK):
                    size += len(chunk)
                    if size > SIZE_LIMIT:
                        raise AgentError(f"{path}: unpacks to more than {SIZE_LIMIT} bytes")
                    target.write(chunk)
        except zstandard.ZstdError as error:
            raise AgentError(f"{path}: the compressed data is damaged: {error}") from error
        except OSError as error:
            raise AgentError(f"{path}: cannot be read: {error.strerror}") from error
        yield plain
