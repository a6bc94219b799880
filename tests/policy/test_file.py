"""The policy file: what is written is what holds, and every mistake is told with its line and the closest word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittraj.errors import PolicyError
from gittraj.policy.file import FILE_LIMIT, parse, warnings
from tests.house.conftest import ROOT

GOOD = """
version = 1
[require]
trace = "agent"
since = "1111111111111111111111111111111111111111"
exempt-paths = ["docs/*"]
checks = ["edits", "completeness"]
repository = ["https://example.org/ledger*"]
[agents]
authors = ["*[bot]@example.org"]
trailers = ["Assisted-by: *"]
[coverage]
explained = 90
agent = 50
[roles]
recorder = ["*@example.org"]
reviewer = ["ana@example.org"]
[trust]
sources = ["repository"]
signers = "keys/allowed_signers"
"""


def test_a_whole_policy_is_read() -> None:
    policy = parse(GOOD.encode())
    told = "\n".join(policy.told())
    for word in (
        "*[bot]@example.org",
        "docs/*",
        "111111111111",
        "edits",
        "completeness",
        "90%",
        "50%",
        "ana@example.org",
    ):
        assert word in told
    assert policy.trusted.sources == ("repository",) and policy.trusted.signers == "keys/allowed_signers"
    assert policy.trusted.revoked == ".gittraj/revoked_keys" and policy.written
    assert policy.roles.may("record", "bob@example.org") and not policy.roles.may("record", "bob@example.com")
    assert policy.roles.may("exemption", "ana@example.org") and not policy.roles.may("exemption", "bob@example.org")
    assert warnings(policy) == []


def test_the_policies_of_the_guide_are_read() -> None:
    page = (ROOT / "docs/guides/policy.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2
    first, whole = (parse(block.encode()) for block in blocks)
    assert (
        warnings(first) == []
        and whole.roles.may("carry", "ci@example.org")
        and whole.trusted.sources[0] == "repository"
    )


def test_the_smallest_policy_says_who_needs_a_trace() -> None:
    policy = parse(b'[require]\ntrace = "all"\n')
    assert policy.told()[0] == "every commit needs a trace"
    assert policy.roles.may("record", "anybody") and not policy.roles.may("exemption", "anybody")


@pytest.mark.parametrize(
    ("text", "line", "why", "hint"),
    [
        ("", 1, "an empty policy fails", "trace"),
        ("# nothing yet\n", 1, "an empty policy fails", "trace"),
        ("[require]\n", 1, "does not say who needs a trace", "trace"),
        ('version = 2\n[require]\ntrace = "all"\n', 1, "version", "update"),
        ('[require]\ntrace = "all"\nchekcs = []\n', 3, "unknown key 'chekcs' in [require]", "did you mean checks?"),
        ('[require]\ntrace = "all"\nexempt_paths = []\n', 3, "exempt_paths", "did you mean exempt-paths?"),
        ('[require]\ntrace = "agents"\n', 2, "all or agent or none", "did you mean agent?"),
        ("[require]\ntrace = true\n", 2, "all or agent or none", ""),
        ('[requires]\ntrace = "all"\n', 1, "unknown key 'requires'", "did you mean require?"),
        ('[require]\ntrace = "all"\nchecks = ["edit"]\n', 3, "unknown 'edit'", "did you mean edits?"),
        ('[require]\ntrace = "all"\nsince = "main"\n', 3, "the full id of a commit", ""),
        ('[require]\ntrace = "all"\n\n[coverage]\nexplained = 120\n', 5, "from 0 to 100", ""),
        ('[require]\ntrace = "all"\n[coverage]\nunexplained = 1\n', 4, "unknown key", "did you mean explained?"),
        ('[require]\ntrace = "all"\n[roles]\nreviewers = []\n', 4, "unknown key", "did you mean reviewer?"),
        ('[require]\ntrace = "all"\n[roles]\nreviewer = "ana"\n', 4, "a list of texts", ""),
        ('[require]\ntrace = "all"\n[trust]\nsources = []\n', 4, "nobody would be trusted", ""),
        ('[require]\ntrace = "all"\n[trust]\nsigners = "../keys"\n', 4, "inside the repository", ""),
        ('[require]\ntrace = "all"\n[agents]\nknown = false\n', 3, 'unless trace = "agent"', ""),
        ('[require]\ntrace = "agent"\n[agents]\nknown = false\n', 3, "nobody would ever count", ""),
        ('[require\ntrace = "all"\n', 1, "not TOML", ""),
        ('[require]\ntrace = "all"\ntrace = "all"\n', 3, "not TOML", ""),
        ('require = "all"\n', 1, "must be a table", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_the_closest_word(text: str, line: int, why: str, hint: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(text.encode(), "policy")
    assert caught.value.message.startswith(f"policy:{line}: ") and why in caught.value.message
    assert hint in (caught.value.hint or "")


def test_what_is_dangerous_is_called_unsafe() -> None:
    nobody = parse(b'[require]\ntrace = "none"\n')
    anybody = parse(b'[require]\ntrace = "all"\nunsafe-any-signer = true\n')
    assert any("unsafe: nobody needs a trace" in each for each in warnings(nobody))
    assert any("unsafe: anybody may sign" in each for each in warnings(anybody))
    assert type(nobody.need).__name__ == "UnsafeNobody"
    assert "UnsafeAnySigner" in [type(rule).__name__ for rule in anybody.rules.rules]


@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: (GOOD + text).encode("utf-8", "replace")))
)
def test_any_bytes_are_a_policy_or_one_clear_error(data: bytes) -> None:
    try:
        policy = parse(data)
    except PolicyError as error:
        assert error.message.startswith(".gittraj.toml:")
    else:
        assert policy.told()


def test_a_huge_or_deep_file_is_refused() -> None:
    for data in (
        b"#" * (FILE_LIMIT + 1),
        b"a=" + b"[" * 50_000,
        b"\xff",
        b'[require]\ntrace = "all"\nexempt-paths = ["' + b"x" * 2000 + b'"]',
    ):
        with pytest.raises(PolicyError):
            parse(data)
