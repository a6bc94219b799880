"""Notes of other tools that hold no tool calls: their refs go in, signed attributions and a report come out."""

import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from gittraj.codec import cbor, framing
from gittraj.codec.schema_attribution import KIND, VERSION
from gittraj.errors import AgentError, CodecError, SealError, StoreError
from gittraj.flows import chain
from gittraj.flows.import_write import Batch
from gittraj.flows.wiring import House, open_house, signer
from gittraj.imports import agentnote, git_ai, memento
from gittraj.imports.claim import Claim, Share
from gittraj.model.anchor import Anchor
from gittraj.model.commit import Commit
from gittraj.model.report import Imported, ImportReport
from gittraj.store.notes import NoteStore

TOOLS: dict[str, ModuleType] = {"git-ai": git_ai, "memento": memento, "agentnote": agentnote}
_HINTS = {
    "git-ai": "git fetch origin refs/notes/ai:refs/notes/ai",
    "memento": "git fetch origin 'refs/notes/*:refs/notes/*'",
    "agentnote": "git fetch origin refs/notes/agentnote:refs/notes/agentnote",
}


def import_claims(
    tool: str,
    commits: set[str] | None = None,
    *,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    directory: str | None = None,
) -> ImportReport:
    """Attributions from the notes of `tool` on `commits` (None: all). Raises `StoreError` where there are none, `KeyringError`."""
    house = open_house(directory)
    reader = TOOLS[tool]
    noted = _noted(house, reader.REFS)
    if not noted:
        raise StoreError(f"no notes of {tool} here: none of {', '.join(reader.REFS)}", hint=_HINTS[tool])
    key = None if dry_run else signer(house)
    if not dry_run:
        chain.catch_up(house)
    from gittraj.seal.sign import attach

    wanted = sorted(one for one in noted if commits is None or one in commits)
    imported: list[Imported] = []
    skipped: list[tuple[str, str]] = []
    already = 0
    with Batch(house, f"imported from {tool}") as batch:
        for number, commit_id in enumerate(wanted, 1):
            progress(number, len(wanted))
            blobs = noted[commit_id]
            ref = next(each for each in reader.REFS if each in blobs)
            try:
                if not house.repository.has_commit(commit_id):
                    raise AgentError("its commit is not in this repository")
                commit = house.repository.commit(commit_id)
                claim = reader.read({each: house.repository.blob(blob, fetch=True) for each, blob in blobs.items()})
                if claim is None:
                    continue
                about: dict[str, Any] = {"from": tool, "evidence": "note", "ref": ref, "note": blobs[ref]}
                if claim.version:
                    about["version"] = claim.version
                payload = _payload(house, commit, claim, about)
                if _there(house, commit_id, about):
                    already += 1
                    continue
                if key is not None:
                    raw = attach(KIND, payload, _anchor(house, commit, claim), key, int(time.time()))
                    batch.add(commit_id, raw)
            except (AgentError, StoreError, SealError) as error:
                skipped.append((commit_id[:12], error.message))
                continue
            imported.append(_told(commit_id, claim, payload, blobs[ref]))
    return ImportReport(tool, ", ".join(reader.REFS), tuple(imported), already, tuple(skipped), dry_run)


def _noted(house: House, refs: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Commit → the blob of its note by ref; of two blobs that a mixed fan-out holds, the first."""
    found: dict[str, dict[str, str]] = {}
    for ref in refs:
        for commit, blob in NoteStore(house.repository, ref).list():
            found.setdefault(commit, {}).setdefault(ref, blob)
    return found


def _payload(house: House, commit: Commit, claim: Claim, about: dict[str, Any]) -> dict[str, Any]:
    """The statement's content: the claim, without what cannot be true of the commit."""
    flags: set[str] = set()
    files: dict[str, list[dict[str, Any]]] = {}
    for path, shares in claim.files.items():
        content = house.repository.blob_at(commit.id, path)
        if content is None:
            flags.add("path-unknown")
            continue
        end = content.count(b"\n") + (bool(content) and not content.endswith(b"\n"))
        files[path] = [_share(share, end, flags) for share in shares]
    agents = [{"name": one.name, **_present({"model": one.model, "session": one.session})} for one in claim.agents]
    found: dict[str, Any] = {"version": VERSION, "imported": about, "agents": agents}
    found.update(_present({"files": files, "totals": claim.totals, "messages": claim.messages, "flags": sorted(flags)}))
    return found


def _share(share: Share, end: int, flags: set[str]) -> dict[str, Any]:
    if share.lines is None:
        return {"agent": share.agent}
    inside = [[first, min(last, end)] for first, last in share.lines if first <= end]
    if inside != [list(each) for each in share.lines]:
        flags.add("lines-beyond-end")
    return {"agent": share.agent, "lines": inside}


def _anchor(house: House, commit: Commit, claim: Claim) -> Anchor:
    session = next((one.session for one in claim.agents if one.session), "")
    return Anchor(
        commit=commit.id,
        tree=commit.tree,
        parents=commit.parents,
        session_id=session,
        seq=0,
        entries=0,
        kind=KIND,
        patch_id=house.repository.patch_id(commit.id),
        object_format=house.repository.object_format,
        repository=house.repository.remote_url(),
    )


def _there(house: House, commit: str, about: dict[str, Any]) -> bool:
    """Whether the note of `commit` holds an attribution made from the same blob."""
    from gittraj.seal.statement import parse

    note = house.notes.read(commit)
    for item in framing.read(note).items if note is not None else ():
        try:
            statement = parse(item.raw) if item.kind == "statement" else None
            claim = cbor.decode(statement.payload) if statement and statement.kind == KIND else None
        except (SealError, CodecError):
            continue
        if isinstance(claim, dict) and claim.get("imported") == about:
            return True
    return False


def _told(commit: str, claim: Claim, payload: dict[str, Any], blob: str) -> Imported:
    files = payload.get("files", {})
    spans = [span for shares in files.values() for one in shares if one["agent"] >= 0 for span in one.get("lines", ())]
    return Imported(
        commit=commit,
        kind=KIND,
        agent=", ".join(dict.fromkeys(one.name for one in claim.agents)) or "a person",
        session=next((one.session for one in claim.agents if one.session), ""),
        evidence="note",
        origin=blob,
        files=len(files),
        lines=sum(last - first + 1 for first, last in spans),
    )


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
