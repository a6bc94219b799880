import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from gittraj.codec import invariants, schema
from gittraj.codec.cbor import decode
from gittraj.codec.diagnostic import diagnostic
from gittraj.codec.digest import sha256
from gittraj.codec.framing import content, read
from gittraj.codec.schema_checks import Listed, Mapped, Table
from gittraj.codec.schema_extension import EXTENSION
from tests.codec import reference_example as example

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"


def block(language):
    return re.search(rf"```{language}\n(.*?)\n```", (REFERENCE / "record.md").read_text("utf-8"), re.DOTALL)[1]


def test_the_worked_example_is_what_the_code_makes():
    # to write it anew: python -m tests.codec.reference_example
    assert block("cbor-diag") == diagnostic(example.note())
    assert block("text") == example.hexdump()
    assert f"{len(example.note()):,} bytes" in (REFERENCE / "record.md").read_text("utf-8")


def test_the_worked_example_is_valid_and_its_signature_holds():
    statement, body = read(example.note()).items
    record = decode(content(body))
    assert schema.validate(record) == []
    assert invariants.check(record) == []
    protected, _, payload, signature = decode(statement.raw).value
    assert payload == sha256(content(body))
    key = example.KEY.public_key()
    key.verify(signature, example.signature_input(protected, payload))
    with pytest.raises(InvalidSignature):
        key.verify(signature, example.signature_input(protected, payload[:-1] + b"\0"))


def rules(cddl):
    """Field names of each map rule of the CDDL."""
    text = re.sub(r";[^\n]*", "", cddl)
    return {
        name: set(re.findall(r"(?:^|\n)\s*\??\s*([a-z0-9-]+):", inside))
        for name, inside in re.findall(r"\n([a-z-]+) = \{\n(.*?)\n\}", text, re.DOTALL)
    }


def maps(node):
    """Every map of our extension's schema."""
    if isinstance(node, (Listed, Table)):
        yield from maps(node.element)
    if isinstance(node, Mapped):
        yield node
        for inner in node.nodes.values():
            yield from maps(inner)


def test_the_cddl_and_the_validator_name_the_same_fields():
    written = rules((REFERENCE / "gittraj.cddl").read_text("utf-8"))
    validated = [frozenset(node.leaves) | frozenset(node.nodes) for node in maps(EXTENSION)]
    of_the_extension = [
        written[name] for name in ("extension", "segment", "base", "base-file", "source", "redaction", "hit", "limits", "cut-output", "imported")
    ]  # fmt: skip
    assert sorted(map(sorted, validated)) == sorted(map(sorted, of_the_extension))


def test_the_cddl_that_the_program_prints_is_that_of_the_reference():
    assert (ROOT / "gittraj" / "codec" / "gittraj.cddl").read_bytes() == (REFERENCE / "gittraj.cddl").read_bytes()


def test_the_reference_names_every_rule_that_a_flag_excuses():
    text = (REFERENCE / "record.md").read_text("utf-8")
    assert all(f"`{rule}`" in text for rule in invariants.RULES)
