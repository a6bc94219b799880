"""Home directory and user name become placeholders, everywhere but in the content of edits, and only once."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.redact.places import COMMON, Places, implied_homes
from gittraj.redact.policy import Policy
from tests.redact.measure import redacted, strings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/dana/work/x.py", "/home/_user_/work/x.py"),
        ("file:///home/dana/x", "file:///home/_user_/x"),
        ("cd /home/dana && ls", "cd /home/_user_ && ls"),
        ("-I/home/dana/include:/home/dana/lib", "-I/home/_user_/include:/home/_user_/lib"),
        ("/home/danas/x", "/home/danas/x"),
        ('{"cwd": "\\/home\\/dana\\/x"}', '{"cwd": "\\/home\\/_user_\\/x"}'),
        ("-home-dana-work-ledger", "-home-_user_-work-ledger"),
        ("--home-dana-work--", "--home-_user_-work--"),
        ("x%2Fhome%2Fdana%2Fy", "x%2Fhome%2F_user_%2Fy"),
        ("drwxr-xr-x 2 dana dana 4096 Nov 21 02:00 src", "drwxr-xr-x 2 _user_ _user_ 4096 Nov 21 02:00 src"),
        ("dana@laptop:~$ whoami\ndana", "_user_@laptop:~$ whoami\n_user_"),
        ('"line one\\ndana@host"', '"line one\\n_user_@host"'),
        ("bandana and danas and xdana_y", "bandana and danas and xdana_y"),
        ("-rw-r--r-- 1 Dana", "-rw-r--r-- 1 Dana"),
    ],
)
def test_a_distinctive_name_goes_wherever_it_is_a_word(text: str, expected: str) -> None:
    assert Places(["/home/dana"], ["dana"]).apply(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/dev/work", "/home/_user_/work"),
        ("ls /dev/null > /dev/zero; dev", "ls /dev/null > /dev/zero; dev"),
        ("-home-dev-work", "-home-_user_-work"),
        ("take-home-dev", "take-home-dev"),
        ("git@github.com dev@host", "git@github.com dev@host"),
    ],
)
def test_a_common_name_goes_only_from_its_home(text: str, expected: str) -> None:
    places = Places(["/home/dev"], ["dev"])
    assert (
        places.apply(text) == expected
        if "take-home" not in text
        else places.apply(text) in (expected, "take-home-_user_")
    )


@pytest.mark.parametrize(
    ("home", "text", "expected"),
    [
        ("C:\\Users\\Dana", "C:\\Users\\Dana\\repo", "C:\\Users\\_user_\\repo"),
        ("C:\\Users\\Dana", '"C:\\\\Users\\\\Dana\\\\repo"', '"C:\\\\Users\\\\_user_\\\\repo"'),
        ("C:\\Users\\Dana", "/c/Users/Dana/repo", "/c/Users/_user_/repo"),
        ("/Users/dana", "/Users/dana/Library", "/Users/_user_/Library"),
        ("/root", "/root/work and /opt/root/x", "/home/_user_/work and /opt/root/x"),
        ("/data/people/x1/home", "see /data/people/x1/home/.cache", "see /home/_user_/.cache"),
        ("/data/people/x1/home", "-data-people-x1-home-.cache", "-home-_user_-.cache"),
    ],
)
def test_homes_of_every_kind(home: str, text: str, expected: str) -> None:
    assert Places([home], []).apply(text) == expected


def test_the_working_directory_implies_a_home() -> None:
    assert implied_homes("/home/dana/work/x") == ["/home/dana"]
    assert implied_homes("/Users/dana") == ["/Users/dana"]
    assert implied_homes("C:\\Users\\Dana\\x") == ["C:\\Users\\Dana"]
    assert implied_homes("/root/x") == ["/root"]
    assert implied_homes("/srv/app") == []


def entries() -> list[dict[str, object]]:
    return [
        {"type": "user", "content": "look into /home/dana/notes, I am dana"},
        {
            "type": "tool-call",
            "name": "Write",
            "input": {"file_path": "/home/dana/work/a.py", "content": "HOME = '/home/dana'\n"},
        },
        {"type": "tool-call", "name": "Patch", "input": {"changes": {"/home/dana/work/b.py": {"kind": "add"}}}},
        {
            "type": "tool-result",
            "output": "wrote /home/dana/work/a.py",
            "children": [{"type": "assistant", "content": "dana@laptop"}],
        },
    ]


def test_everything_but_the_content_of_edits_is_replaced_and_declared() -> None:
    out = redacted(entries(), policy=Policy(enabled=False, home="/home/dana", users=("dana",)))
    redaction = out["gittraj"]["redaction"]
    assert redaction["substitutions"] == [{"placeholder": "_user_", "kind": "user"}]
    call = out["session"]["entries"][1]["input"]
    assert call == {"file_path": "/home/_user_/work/a.py", "content": "HOME = '/home/dana'\n"}
    call["content"] = ""
    assert not any(re.search(r"\bdana\b", text) for text in strings(out))
    assert list(out["session"]["entries"][2]["input"]["changes"]) == ["/home/_user_/work/b.py"]


def test_the_home_implied_by_the_session_is_replaced_without_being_told() -> None:
    from gittraj.model.states import Draft
    from gittraj.redact.redact import redact
    from tests.redact.measure import record

    made = record([{"type": "user", "content": "/Users/erika.m/x"}])
    made["session"]["environment"] = {"working-dir": "/Users/erika.m/work"}
    out = redact(
        Draft(made), scan=None, policy=Policy(enabled=False), edit_content=lambda e: [], is_public=lambda v: False
    ).record
    assert out["session"]["environment"]["working-dir"] == "/Users/_user_/work"
    assert out["session"]["entries"][0]["content"] == "/Users/_user_/x"


def test_the_headers_of_a_patch_are_paths_and_its_lines_are_content() -> None:
    patch = "*** Begin Patch\n*** Update File: /home/dana/a.py\n@@\n-x\n+open('/home/dana/b')\n*** End Patch"
    out = redacted(
        [{"type": "tool-call", "name": "apply_patch", "input": patch}],
        policy=Policy(enabled=False, home="/home/dana", users=("dana",)),
        edit_content=lambda entry: [("input",)],
    )
    assert out["session"]["entries"][0]["input"] == patch.replace("File: /home/dana", "File: /home/_user_")


def test_states_and_paths_of_the_repository_stay() -> None:
    from gittraj.model.states import Draft
    from gittraj.redact.redact import redact
    from tests.redact.measure import record

    made = record([])
    made["gittraj"]["base"] = {"commit": "c", "files": {"src/dana/a.py": {"patch": "+hello dana"}}}
    made["file-attribution"] = {"files": [{"path": "src/dana/a.py"}]}
    out = redact(
        Draft(made),
        scan=None,
        policy=Policy(enabled=False, users=("dana",)),
        edit_content=lambda e: [],
        is_public=lambda v: False,
    ).record
    assert out["gittraj"]["base"] == made["gittraj"]["base"]
    assert out["file-attribution"] == made["file-attribution"]


names = st.text(st.sampled_from("abdnorx.-_1"), min_size=1, max_size=8)
homes = st.one_of(
    names.map(lambda name: f"/home/{name}"),
    names.map(lambda name: f"/Users/{name}"),
    names.map(lambda name: f"C:\\Users\\{name}"),
    st.just("/root"),
    names.map(lambda name: f"/srv/{name}/home"),
)


@given(homes, st.lists(names, max_size=2), st.data())
@settings(max_examples=300, deadline=None)
def test_replacing_twice_changes_nothing_more(home: str, users: list[str], data: st.DataObject) -> None:
    parts = [
        home,
        home + "/x",
        home.replace("\\", "\\\\"),
        home.replace("/", "-"),
        *users,
        "/",
        "-",
        " ",
        "@h",
        "\\n",
        "home",
        "_user_",
        "4",
    ]
    text = "".join(data.draw(st.lists(st.sampled_from(parts), max_size=8)))
    places = Places([home], users)
    once = places.apply(text)
    assert places.apply(once) == once


@given(st.sampled_from(["/home/dana", "/Users/dana", "C:\\Users\\dana", "/srv/people/dana/home"]), st.data())
@settings(max_examples=300, deadline=None)
def test_none_of_the_originals_is_left(home: str, data: st.DataObject) -> None:
    forms = [
        home,
        home + "/x/y",
        home.replace("\\", "\\\\"),
        f'"{home}"',
        f"({home})",
        f"x={home}:",
        f"file://{home}/z",
        "dana@h",
        "dana",
    ]
    text = data.draw(st.sampled_from([" ", "\n", ", "])).join(
        data.draw(st.lists(st.sampled_from(forms), min_size=1, max_size=6))
    )
    places = Places([home], ["dana"])
    once = places.apply(text)
    for original in places.originals():
        assert not re.search(rf"(?<![A-Za-z0-9_]){re.escape(original)}(?![A-Za-z0-9_])", once)


def test_common_names_are_in_lower_case() -> None:
    assert {name for name in COMMON if name != name.lower()} == set()
