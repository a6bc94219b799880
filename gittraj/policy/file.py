"""The policy file `.gittraj.toml`: its bytes go in, a policy comes out, or what is wrong in which line."""

import re
from typing import Any

from gittraj.errors import PolicyError
from gittraj.model.report import CLASSES
from gittraj.policy.facts import Need, Rule
from gittraj.policy.needs import Agents, Everyone, Except, Since, UnsafeNobody
from gittraj.policy.policy import REVOKED, SIGNERS, SOURCES, Policy, Trusted
from gittraj.policy.rules import ROLES, AllOf, Claimed, Coverage, Passed, SignedInRole, TrustedSigner, UnsafeAnySigner
from gittraj.policy.table import Table, Where

FILE = ".gittraj.toml"
FILE_LIMIT = 256 * 1024  # bytes; a policy is a page of text
VERSION = 1
CHECKS = ("edits", "completeness", "attribution")  # that may be demanded of a commit; coverage has a table of its own
NEEDS = ("all", "agent", "none")
_TOP = ("version", "require", "agents", "coverage", "roles", "trust")
_REQUIRE = ("trace", "since", "exempt-paths", "checks", "repository", "unsafe-any-signer")
_AGENTS = ("known", "authors", "committers", "trailers")
_SHARES = ("explained", *(each for each in CLASSES if each != "unexplained"))
_OBJECT = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})?")


def parse(data: bytes, name: str = FILE) -> Policy:
    """The policy that the file holds. Raises `PolicyError`: line, reason, and the closest key where one is not known."""
    where, values = _toml(data, name)
    top = Table(where, "", values)
    top.known(_TOP)
    if not values:
        raise where.error(
            "the policy is empty, and an empty policy fails", hint='say who needs a trace: [require] trace = "agent"'
        )
    if "version" in top and top.number("version", 1, 1000) != VERSION:
        raise where.error(f"only version {VERSION} of the policy is understood", "", "version", "update gittraj")
    require = top.sub("require")
    require.known(_REQUIRE)
    if "trace" not in require:
        raise where.error(
            "the policy does not say who needs a trace", "", "require", '[require] trace = "all" or "agent"'
        )
    roles = _roles(top.sub("roles"))
    since = require.text("since", "", lambda text: bool(_OBJECT.fullmatch(text)), "the full id of a commit")
    return Policy(
        _need(require, top.sub("agents"), since),
        _rules(require, top.sub("coverage"), roles),
        roles,
        since,
        _trusted(top.sub("trust")),
    )


def warnings(policy: Policy) -> list[str]:
    """What is dangerous in a policy that can be read."""
    found = [policy.need.told()] if policy.need.told().startswith("unsafe") else []
    found += [rule.told() for rule in policy.rules.rules if rule.told().startswith("unsafe")]
    if not policy.since and policy.written:
        found.append("no adoption: commits made before the policy need traces too (require.since)")
    return found


def _toml(data: bytes, name: str) -> tuple[Where, dict[str, Any]]:
    if len(data) > FILE_LIMIT:
        raise PolicyError(f"{name}: more than {FILE_LIMIT} bytes is no policy")
    import tomllib  # most repositories have no policy

    try:
        text = data.decode("utf-8")
        return Where(name, text), tomllib.loads(text)
    except UnicodeDecodeError:
        raise PolicyError(f"{name}:1: not UTF-8") from None
    except (RecursionError, ValueError) as error:  # not TOML is a ValueError, too
        told = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(error))
        line, why = (told[2], told[1]) if told else (str(data.count(b"\n") or 1), str(error)[:200])
        raise PolicyError(f"{name}:{line}: not TOML: {why}", hint="git traj policy check") from None


def _need(require: Table, agents: Table, since: str) -> Need:
    agents.known(_AGENTS)
    who = require.choice("trace", NEEDS)
    need: Need
    if who == "agent":
        known = agents.switch("known") if "known" in agents else True
        by = {key: agents.strings(key) for key in ("authors", "committers", "trailers")}
        if not known and not any(by.values()):
            raise agents.where.error(
                "nobody would ever count as an agent", "", "agents", "known = true, or authors = […]"
            )
        need = Agents(known=known, **by)
    else:
        if len([key for key in _AGENTS if key in agents]):
            raise agents.where.error('[agents] means nothing unless trace = "agent"', "", "agents")
        need = Everyone() if who == "all" else UnsafeNobody()
    paths = require.strings("exempt-paths")
    if paths:
        need = Except(paths, need)
    return Since(since, need) if since else need


def _rules(require: Table, coverage: Table, roles: SignedInRole) -> AllOf:
    rules: list[Rule] = [UnsafeAnySigner() if require.switch("unsafe-any-signer") else TrustedSigner(), roles]
    if "repository" in require:
        rules.append(Claimed(require.strings("repository")))
    rules += [Passed(check) for check in require.choices("checks", CHECKS)]
    coverage.known(_SHARES)
    rules += [Coverage(kind, coverage.number(kind, 0, 100)) for kind in _SHARES if kind in coverage]
    return AllOf(rules)


def _roles(table: Table) -> SignedInRole:
    table.known(ROLES)
    return SignedInRole({role: table.strings(role, ("*",) if role == "recorder" else ()) for role in ROLES})


def _trusted(table: Table) -> Trusted:
    table.known(("sources", "signers", "revoked"))
    sources = table.choices("sources", SOURCES, SOURCES)
    if not sources:
        raise table.where.error("nobody would be trusted: sources is empty", "trust", "sources")
    what = "a path inside the repository, without .."
    return Trusted(
        sources, table.text("signers", SIGNERS, _inside, what), table.text("revoked", REVOKED, _inside, what)
    )


def _inside(path: str) -> bool:
    return bool(path) and not path.startswith("/") and not {"", ".", ".."} & set(path.split("/")) and path.isprintable()
