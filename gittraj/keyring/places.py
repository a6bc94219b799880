"""Where keys and trust of this user lie: an environment goes in, paths go out."""

import os
from collections.abc import Mapping


def config_dir(env: Mapping[str, str]) -> str:
    """`$XDG_CONFIG_HOME/gittraj`, else `~/.config/gittraj`; under Windows `%APPDATA%/gittraj`."""
    base = env.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(base):  # the XDG specification: a relative path is to be ignored
        base = env.get("APPDATA", "") if os.name == "nt" else ""
    return os.path.join(base or os.path.join(home(env), ".config"), "gittraj")


def home(env: Mapping[str, str]) -> str:
    """The user's home directory, of `env` where it names one."""
    return env.get("HOME") or env.get("USERPROFILE") or os.path.expanduser("~")


def expand(path: str, env: Mapping[str, str]) -> str:
    """`path` with a leading `~/` replaced, as git does for values of the type path."""
    if path == "~" or path.startswith("~/"):
        return home(env) + path[1:]
    return os.path.expanduser(path) if path.startswith("~") else path


def key_path(config_dir: str) -> str:
    """The private key that `git traj init` makes; its public half lies beside it with `.pub`."""
    return os.path.join(config_dir, "key")


def allowed_signers_path(config_dir: str) -> str:
    """The user's own list of trusted keys."""
    return os.path.join(config_dir, "allowed_signers")


def revoked_path(config_dir: str) -> str:
    """The user's own list of revoked keys."""
    return os.path.join(config_dir, "revoked_keys")
