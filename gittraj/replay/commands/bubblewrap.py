"""What a sandbox sees: folders and where they are to be seen go in, the arguments for bubblewrap come out."""

import os
from collections.abc import Sequence
from typing import NamedTuple

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store")
# of /etc only what programs need to start; keys, passwords and git's configuration of this machine stay outside
_ETC = (
    "alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "timezone", "ssl/certs", "ca-certificates", "pki/tls/certs",
    "mime.types", "nsswitch.conf", "os-release", "protocols", "services", "python3", "python3.11", "perl", "java", "fonts", "terminfo",
)  # fmt: skip
USER = 1000  # the id that commands see as theirs


class Mount(NamedTuple):
    """The folder or file `source` of this machine, seen as `target` by commands."""

    source: str
    target: str
    writable: bool = True


def outside(mounts: Sequence[Mount]) -> list[str]:
    """The arguments of bubblewrap for everything but the command itself."""
    words = [
        "--unshare-all", "--unshare-user", "--uid", str(USER), "--gid", str(USER), "--cap-drop", "ALL", "--die-with-parent",
        "--new-session", "--hostname", "sandbox", "--clearenv",
    ]  # fmt: skip
    inside = [mount.target for mount in mounts if mount.writable]
    for place in SYSTEM:
        if any(target.startswith(place + "/") and not os.path.isdir(target) for target in inside):
            continue  # in a read-only folder no place can be made where the trace's folder would be seen
        if os.path.islink(place):
            words += ["--symlink", os.readlink(place), place]
        elif os.path.isdir(place):
            words += ["--ro-bind", place, place]
    words += [word for name in _ETC for word in ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm", "--symlink", "/tmp", "/var/tmp"]  # noqa: S108 - its own
    for mount in sorted(mounts, key=lambda one: one.target.count("/")):
        words += ["--bind" if mount.writable else "--ro-bind", mount.source, mount.target]
    # /proc, too: to the kernel, root in a name space of its own is still the owner of /proc/sys (core_pattern and the like)
    return [*words, "--remount-ro", "/", "--remount-ro", "/dev", "--remount-ro", "/proc"]
