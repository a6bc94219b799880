"""The labelled set: families of secrets, the places where agents leave them, and look-alikes that must stay.

Every value is made from a fixed seed, so that no file of the project holds one, and every (family, place) has its own value,
so that finding one cannot help with another.
"""

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = LOWER + UPPER + DIGITS
HEX = DIGITS + "abcdef"
BASE32 = UPPER + "234567"
WORDS = [
    "tulip",
    "bazaar",
    "otter",
    "lantern",
    "gravel",
    "mimosa",
    "thunder",
    "velvet",
    "cobalt",
    "ginger",
    "saddle",
    "pepper",
    "walnut",
    "harbor",
    "canyon",
]


class Case(NamedTuple):
    family: str
    place: str
    value: str
    entries: list[dict[str, Any]]
    edits: tuple[tuple[int, tuple[str, ...]], ...] = ()


class Family(NamedTuple):
    name: str
    variable: str
    make: Callable[[random.Random], str]
    places: tuple[str, ...] = ()  # () for all that fit
    native: Callable[[str, random.Random], str] | None = None


def some(r: random.Random, alphabet: str, length: int) -> str:
    return "".join(r.choice(alphabet) for _ in range(length))


def _mixed(r: random.Random, alphabet: str, length: int) -> str:
    while True:
        text = some(r, alphabet, length)
        if any(c in DIGITS for c in text) and any(c in string.ascii_letters for c in text):
            return text


def _jwt(r: random.Random) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'sub': some(r, DIGITS, 10), 'iat': 1700000000})}.{some(r, ALNUM, 43)}"


def _pem(r: random.Random, kind: str, lines: int) -> str:
    body = "\n".join(some(r, ALNUM + "+/", 64) for _ in range(lines)) + "\n" + some(r, ALNUM, 30) + "=="
    return f"-----BEGIN {kind}PRIVATE " + f"KEY-----\n{body}\n-----END {kind}PRIVATE " + "KEY-----"


def _phrase(r: random.Random) -> str:
    return f"{r.choice(WORDS)}{r.choice('-_!.')}{r.choice(WORDS)}{r.randint(10, 99)}"


def _word_password(r: random.Random) -> str:
    return r.choice(WORDS).capitalize() + some(r, DIGITS, 3) + r.choice("!#*?")


FAMILIES = [
    Family("AWS access key id", "AWS_ACCESS_KEY_ID", lambda r: "AK" + "IA" + some(r, BASE32, 16)),
    Family("AWS secret access key", "AWS_SECRET_ACCESS_KEY", lambda r: _mixed(r, ALNUM, 20) + "/" + _mixed(r, ALNUM + "+", 19)),
    Family("GitHub token", "GITHUB_TOKEN", lambda r: "gh" + "p_" + some(r, ALNUM, 36)),
    Family("GitHub fine-grained token", "GH_TOKEN", lambda r: "github" + "_pat_" + some(r, ALNUM, 22) + "_" + some(r, ALNUM, 59)),
    Family("GitLab token", "GITLAB_TOKEN", lambda r: "gl" + "pat-" + some(r, ALNUM, 20)),
    Family("Slack bot token", "SLACK_BOT_TOKEN", lambda r: "xo" + "xb-" + some(r, DIGITS, 12) + "-" + some(r, DIGITS, 12) + "-" + some(r, ALNUM, 24)),
    Family("Slack webhook", "SLACK_WEBHOOK_URL", lambda r: "https://hooks.slack" + ".com/services/T" + some(r, UPPER + DIGITS, 8) + "/B" + some(r, UPPER + DIGITS, 10) + "/" + some(r, ALNUM, 24)),
    Family("Stripe key", "STRIPE_SECRET_KEY", lambda r: "sk" + "_live_" + some(r, ALNUM, 24)),
    Family("OpenAI key", "OPENAI_API_KEY", lambda r: "sk-" + "proj-" + some(r, ALNUM, 74) + "T3Blbk" + "FJ" + some(r, ALNUM, 74)),
    Family("Anthropic key", "ANTHROPIC_API_KEY", lambda r: "sk-" + "ant-api03-" + some(r, ALNUM + "_-", 93) + "AA"),
    Family("Google API key", "GOOGLE_API_KEY", lambda r: "AI" + "za" + some(r, ALNUM, 35)),
    Family("Google client secret", "GOOGLE_CLIENT_SECRET", lambda r: "GOC" + "SPX-" + some(r, ALNUM, 28)),
    Family("npm token", "NPM_TOKEN", lambda r: "np" + "m_" + some(r, ALNUM, 36)),
    Family("PyPI token", "PYPI_TOKEN", lambda r: "py" + "pi-AgEIcHlwaS5vcmc" + some(r, ALNUM + "_-", 80)),
    Family("Hugging Face token", "HF_TOKEN", lambda r: "h" + "f_" + some(r, string.ascii_letters, 33) + "7"),
    Family("SendGrid key", "SENDGRID_API_KEY", lambda r: "S" + "G." + some(r, ALNUM, 22) + "." + some(r, ALNUM, 43)),
    Family("Twilio auth token", "TWILIO_AUTH_TOKEN", lambda r: _mixed(r, HEX, 32)),
    Family("Telegram bot token", "TELEGRAM_BOT_TOKEN", lambda r: some(r, "123456789", 1) + some(r, DIGITS, 9) + ":AA" + some(r, ALNUM, 33)),
    Family("Vault token", "VAULT_TOKEN", lambda r: "hv" + "s." + some(r, ALNUM, 90)),
    Family("DigitalOcean token", "DIGITALOCEAN_TOKEN", lambda r: "dop" + "_v1_" + some(r, HEX, 64)),
    Family("Azure storage key", "AZURE_STORAGE_KEY", lambda r: base64.b64encode(r.randbytes(64)).decode()),
    Family("Azure client secret", "AZURE_CLIENT_SECRET", lambda r: some(r, ALNUM, 3) + "8" + "Q~" + some(r, ALNUM + "_.~-", 33) + "a"),
    Family("Datadog key", "DATADOG_API_KEY", lambda r: _mixed(r, HEX, 32)),
    Family("JWT", "ACCESS_TOKEN", _jwt),
    Family("Django secret key", "SECRET_KEY", lambda r: "dj" + _mixed(r, ALNUM + "!#@^&*_-+=", 48)),
    Family("OAuth client secret", "OAUTH_CLIENT_SECRET", lambda r: _mixed(r, ALNUM, 32)),
    Family("session or app token", "SESSION_TOKEN", lambda r: _mixed(r, ALNUM, 24)),
    Family("database password", "DB_PASSWORD", lambda r: _mixed(r, ALNUM, 16)),
    Family("low-entropy password", "ADMIN_PASSWORD", _word_password),
    Family("passphrase", "SIGNING_PASSPHRASE", _phrase),
    Family("private key (PEM)", "TLS_PRIVATE_KEY", lambda r: _pem(r, "RSA ", 12), places=("file", "numbered", "json-escaped", "edit", "base64", "cut-off")),
    Family("private key (OpenSSH)", "DEPLOY_KEY", lambda r: _pem(r, "OPENSSH ", 6), places=("file", "numbered", "json-escaped", "edit", "base64", "cut-off")),
    Family(".netrc password", "", _word_password, ("file", "numbered"), lambda v, r: f"machine api.internal.test\n  login dana\n  password {v}"),
    Family(".npmrc token", "", lambda r: _mixed(r, HEX + "-", 32), ("file", "numbered", "json-escaped"), lambda v, r: f"registry=https://npm.internal.test/\n//npm.internal.test/:_authToken={v}"),
    Family("docker config auth", "", lambda r: base64.b64encode(f"dana:{_mixed(r, ALNUM, 14)}".encode()).decode(), ("file", "numbered", "json-escaped"), lambda v, r: json.dumps({"auths": {"registry.internal.test": {"auth": v}}}, indent=2)),
    Family("htpasswd hash", "", lambda r: "$apr1$" + some(r, ALNUM, 8) + "$" + some(r, ALNUM, 22), ("file", "numbered"), lambda v, r: f"dana:{v}"),
    Family("shadow hash", "", lambda r: "$6$" + some(r, ALNUM, 12) + "$" + some(r, ALNUM, 86), ("file", "numbered"), lambda v, r: f"dana:{v}:19700:0:99999:7:::"),
    Family("database URL", "", lambda r: _mixed(r, ALNUM, 18), ("file", "numbered", "json-escaped", "stack trace", "reasoning"), lambda v, r: f"DATABASE_URL=postgres://ledger:{v}@db.internal.test:5432/ledger"),
    Family("JDBC and ADO string", "", lambda r: _mixed(r, ALNUM + "!#", 14), ("file", "numbered"), lambda v, r: f"Server=tcp:db.internal.test,1433;Database=app;User Id=app;Password={v};Encrypt=true"),
    Family("basic auth header", "", lambda r: base64.b64encode(f"dana:{_mixed(r, ALNUM, 14)}".encode()).decode(), ("file", "json-escaped"), lambda v, r: f"> GET /v1 HTTP/1.1\n> Host: api.internal.test\n> Authorization: Basic {v}\n> Accept: */*"),
    Family("SQL password", "", _word_password, ("file", "command"), lambda v, r: f"CREATE ROLE app LOGIN PASSWORD '{v}';"),
    Family("piped secret", "", _phrase, ("command",), lambda v, r: f"printf '{v}' | gh secret set DEPLOY_PASSPHRASE"),
    Family("docker login", "", _word_password, ("command",), lambda v, r: f"echo {v} | docker login -u dana --password-stdin registry.internal.test"),
    Family("tool options", "", _word_password, ("command",), lambda v, r: f"sshpass -p '{v}' scp build.tgz dana@host.internal.test:/srv/"),
    Family("WireGuard key", "", lambda r: base64.b64encode(r.randbytes(32)).decode(), ("file", "numbered"), lambda v, r: f"[Interface]\nPrivateKey = {v}\nAddress = 10.0.0.2/32"),
    Family("Discord webhook", "", lambda r: some(r, ALNUM, 68), ("file", "json-escaped"), lambda v, r: f"HOOK=https://discord.com/api/webhooks/{some(r, '123456789', 18)}/{v}"),
]  # fmt: skip


def _result(output: Any) -> dict[str, Any]:
    return {"type": "tool-result", "output": output, "is-error": False}


def _call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool-call", "name": name, "input": arguments}


def _numbered(text: str, start: int = 9) -> str:
    return "\n".join(f"{number:6d}→{line}" for number, line in enumerate(text.split("\n"), start))


def _around(text: str) -> str:
    return f"# settings of the ledger\nDEBUG=false\nPORT=8080\n{text}\nLOG_LEVEL=info\n"


_SIMPLE = set(ALNUM + "_-.~+/=:!#*?@^&")
_URL_SAFE = set(ALNUM + "_-.~")


def place(name: str, family: Family, value: str, r: random.Random) -> list[dict[str, Any]] | None:
    """The entries that hold `value` in place `name`; None where the family cannot stand there."""
    native = family.native(value, r) if family.native else ""
    multi = "\n" in value
    variable = family.variable
    line = native or (value if multi else f"{variable}={value}")
    lower = variable.lower()
    if name == "file":
        return [_call("Bash", command="cat .env"), _result(_around(line))]
    if name == "numbered":
        return [_call("Read", file_path=".env"), _result(_numbered(_around(line)))]
    if name == "json-escaped":
        inner = json.dumps(
            {"name": "ledger", "config": _around(line), variable or "extra": value if not native else ""}
        )
        return [_result([{"type": "text", "text": json.dumps({"stdout": inner, "exit": 0})}])]
    if name == "base64":
        text = value if multi else f"{variable}={value}\nPORT=8080\n"
        return [
            _result("apiVersion: v1\ndata:\n  env: " + base64.b64encode(text.encode()).decode() + "\nkind: Secret\n")
        ]
    if name == "command":
        return [_call("Bash", command=native or f"export {variable}='{value}' && ./deploy --prod")]
    if name == "edit":
        code = (
            f'"""Settings."""\n{variable} = """{value}"""\n' if multi else f'"""Settings."""\n{variable} = "{value}"\n'
        )
        return [_call("Write", file_path="settings.py", content=code)]
    if name == "reasoning":
        return [{"type": "reasoning", "content": f"The file says {line} so I must keep that out of the code."}]
    if name == "cut-off":
        return [_result("\n".join(value.split("\n")[:-2]))] if multi else None
    if native or multi:
        if name == "stack trace" and native:
            return [
                _result(
                    f'Traceback (most recent call last):\n  File "app.py", line 12, in <module>\nsqlalchemy.exc.ArgumentError: cannot parse {native}\n'
                )
            ]
        return None
    if name == "printenv":
        return [
            _call("Bash", command="printenv"),
            _result(f"SHELL=/bin/bash\nPWD=/srv/app\n{variable}={value}\nLANG=C.UTF-8\n_=/usr/bin/printenv\n"),
        ]
    if name == "k8s secret":
        return [
            _result(
                f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ndata:\n  {variable}: {base64.b64encode(value.encode()).decode()}\n"
            )
        ]
    if name == "yaml":
        return [_result(f"service:\n  host: db.internal.test\n  {lower}: {value}\n  port: 5432\n")]
    if name == "tool input":
        return [
            _call(
                "http", url="https://api.internal.test", headers={"accept": "*/*"}, body={lower: value, "user": "dana"}
            )
        ]
    if name == "env list":
        return [_result({"env": [{"name": "PORT", "value": "8080"}, {"name": variable, "value": value}]})]
    if name == "coloured":
        return [_result(f"\x1b[1m\x1b[36m{variable}\x1b[0m=\x1b[32m{value}\x1b[0m\n")]
    if name == "prompt":
        return [
            {
                "type": "user",
                "content": f"Please set {variable} to {value} on staging.\n{variable}={value}\nand redeploy.",
            }
        ]
    if name == "argument":
        return [_call("Bash", command=f"./deploy --env staging --{lower.replace('_', '-')} '{value}' --yes")]
    if name == "stack trace":
        return [
            _result(
                f"Traceback (most recent call last):\n  File \"app.py\", line 7, in connect\nRuntimeError: login failed with {{'user': 'dana', '{lower}': '{value}'}}\n"
            )
        ]
    if name == "header" and set(value) <= _SIMPLE - set("!#*?@^&:"):
        return [
            _call("Bash", command="curl -v https://api.internal.test"),
            _result(
                f"> GET / HTTP/2\r\n> host: api.internal.test\r\n> authorization: Bearer {value}\r\n> accept: */*\r\n"
            ),
        ]
    if name == "remote URL" and set(value) <= _URL_SAFE:
        return [_result(f"origin\thttps://deploy:{value}@git.internal.test/team/app.git (fetch)\n")]
    if name == "query" and set(value) <= _URL_SAFE:
        return [_result(f'10.0.0.1 - - "GET /v1/items?page=2&access_token={value}&sort=asc HTTP/1.1" 200 1234\n')]
    return None


PLACES = ["file", "numbered", "printenv", "json-escaped", "base64", "k8s secret", "yaml", "tool input", "env list", "coloured", "command", "argument",
          "header", "remote URL", "query", "stack trace", "edit", "reasoning", "prompt", "cut-off"]  # fmt: skip


def cases(seed: int = 7) -> Iterator[Case]:
    """Every family in every place where it can stand."""
    for family in FAMILIES:
        for name in family.places or PLACES:
            r = random.Random(f"{seed} {family.name} {name}")
            value = family.make(r)
            entries = place(name, family, value, r)
            if entries is not None:
                yield Case(family.name, name, value, entries)
