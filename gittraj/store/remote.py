"""Remotes: settings go in; their names, and the URL under which the repository may be named in a record, go out, without credentials."""

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit


def remote_url(values: Mapping[str, list[str]]) -> str:
    """The URL of ``origin``, else of the first remote configured; "" where there is none."""
    found = values.get("remote.origin.url")
    if not found:
        found = next((v for key, v in values.items() if key.startswith("remote.") and key.endswith(".url")), None)
    return without_credentials(found[0]) if found else ""


def names(values: Mapping[str, list[str]]) -> list[str]:
    """The remotes that are configured with a URL, sorted."""
    return sorted(key[7:-4] for key in values if key.startswith("remote.") and key.endswith(".url") and len(key) > 11)


def without_credentials(url: str) -> str:
    """`url` without user, password, query and fragment, any of which may be a token; ``ssh://USER@`` keeps its user.

    ``USER@HOST:PATH`` and local paths are kept as they are.
    """
    if "://" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that are no address: nothing in it can be told apart, so nothing of it is safe
        return ""
    user, at, host = parts.netloc.rpartition("@")
    if at and "ssh" in parts.scheme.lower() and user:
        host = f"{user.partition(':')[0]}@{host}"
    return urlunsplit((parts.scheme, host, parts.path, "", ""))
