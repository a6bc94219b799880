"""Look-alikes: what stands in transcripts and looks like a secret to careless rules; none of it may be cut."""

import base64
import json
import random
from typing import NamedTuple

from tests.redact.labelled import ALNUM, HEX, UPPER, some


class Decoy(NamedTuple):
    kind: str
    text: str


def decoys(seed: int = 11) -> list[Decoy]:
    """At least six of every kind."""
    r = random.Random(seed)
    found: list[Decoy] = []

    def add(kind: str, *texts: str) -> None:
        found.extend(Decoy(kind, text) for text in texts)

    def uuid() -> str:
        return "-".join(some(r, HEX, n) for n in (8, 4, 4, 4, 12))

    for _ in range(6):
        commit = some(r, HEX, 40)
        add(
            "commit ids",
            f"commit {commit}\nAuthor: Dana Example",
            f"[main {commit[:7]}] Read the token from the environment",
            f"index {commit[:7]}..{some(r, HEX, 7)} 100644",
        )
        add("UUIDs", f'{{"requestId": "{uuid()}"}}', f"session {uuid()} resumed", f"key: {uuid()}")
        add(
            "hashes",
            f"sha256:{some(r, HEX, 64)}",
            f"{some(r, HEX, 64)}  dist/app.tar.gz",
            f'"checksum": "{some(r, HEX, 32)}"',
            f'etag: W/"{some(r, HEX, 32)}"',
        )
        add(
            "lock files",
            f'"integrity": "sha512-{base64.b64encode(r.randbytes(64)).decode()}"',
            f'[[package]]\nname = "tokenizers"\nversion = "0.21.{r.randint(0, 9)}"\nchecksum = "{some(r, HEX, 64)}"',
            f"left-pad==1.3.{r.randint(0, 9)} \\\n    --hash=sha256:{some(r, HEX, 64)}",
            f"github.com/golang-jwt/jwt/v5 v5.2.1 h1:{base64.b64encode(r.randbytes(32)).decode()}",
        )
        add(
            "base64 images",
            f"data:image/png;base64,iVBORw0KGgo{base64.b64encode(r.randbytes(600)).decode()}",
            "/9j/4AAQSkZJRgABAQ" + base64.b64encode(r.randbytes(3000)).decode(),
        )
        add(
            "minified code",
            f"!function(e,t){{var n={{}},r=e.{some(r, ALNUM, 2)}||t;for(var o=0;o<r.length;o++)n[r[o].k]=r[o].v}}(window,{{a:{r.randint(1, 99)},tk:1}});",
        )
        add(
            "test ids",
            f"tests/test_auth.py::test_token_expires[case-{r.randint(1, 99)}] PASSED",
            f"--- PASS: TestPasswordReset/{some(r, ALNUM, 12)} (0.01s)",
        )
        add(
            "versions",
            f"python 3.12.{r.randint(0, 9)}, openssl 3.0.{r.randint(1, 15)}",
            f"jsonwebtoken@9.0.{r.randint(0, 9)}",
            f"token-bucket v2.{r.randint(0, 20)}.1-rc.{r.randint(1, 9)}",
        )
        add(
            "colours",
            f"--accent: #{some(r, HEX, 6)};",
            f"color: #{some(r, HEX, 8)}; background: rgba(12, 34, 56, .{r.randint(1, 9)})",
        )
        add(
            "tool ids",
            f"toolu_01{some(r, ALNUM, 22)}",
            f"call_{some(r, ALNUM, 24)}",
            f'"id": "msg_01{some(r, ALNUM, 22)}"',
            f"chatcmpl-{some(r, ALNUM, 29)}",
        )
        add(
            "counts",
            f'"max_tokens": {r.randint(1000, 99999)}',
            f"input_tokens={r.randint(1000, 99999)} output_tokens={r.randint(100, 9999)}",
            f"tokens: {r.randint(1000, 99999)}",
            f"token_count={r.randint(10, 9999)}",
        )
        add(
            "paths",
            f"/usr/lib/python3.12/site-packages/secrets_{some(r, HEX, 6)}/token.py:{r.randint(1, 400)}",
            f"modified:   src/auth/password_reset_{r.randint(1, 9)}.ts",
            f"~/.cache/pip/http-v2/{some(r, HEX, 2)}/{some(r, HEX, 56)}",
        )
        add(
            "public keys",
            f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{base64.b64encode(r.randbytes(32)).decode()} dana@host",
            f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(r.randbytes(60)).decode()}\n-----END PUBLIC KEY-----",
            f"SHA256:{base64.b64encode(r.randbytes(32)).decode().rstrip('=')}",
        )

    add(
        "placeholders", "API_KEY=your-api-key-here", "export GITHUB_TOKEN=<your token>", "password: changeme-please", 'SECRET_KEY="replace-me"', "AWS_SECRET_ACCESS_KEY=xxxxxxxxxxxxxxxx",
        "DB_PASSWORD=${DB_PASSWORD}", "token: ${{ secrets.GITHUB_TOKEN }}", "Authorization: Bearer $TOKEN", "Authorization: Bearer <token>", "postgres://user:${PASSWORD}@localhost/db",
        "password=********", "TOKEN=...", "curl -H 'Authorization: Bearer YOUR_TOKEN_HERE'", "OPENAI_API_KEY=sk-your-key", "AWS_ACCESS_KEY_ID=AKIA" + "IOSFODNN7EXAMPLE",
    )  # fmt: skip
    add(
        "names without values", "missing required environment variable: STRIPE_SECRET_KEY", "needs AWS_SECRET_ACCESS_KEY and AWS_ACCESS_KEY_ID", 'os.environ["GITHUB_TOKEN"]', "process.env.API_KEY",
        "DB_PASSWORD=", "unset ANTHROPIC_API_KEY", "gh secret set DEPLOY_TOKEN < token.txt", "--password-stdin", "git config --unset credential.helper", "secretKeyRef:\n  name: app\n  key: password",
        "env:\n  - name: TOKEN\n    valueFrom:", "PWD=/srv/app/ledger-2", "OLDPWD=/srv/app1", "passwd:         files systemd", "SSH_AUTH_SOCK=/tmp/ssh-x1/agent.12",
    )  # fmt: skip
    add(
        "code", "def login(user: str, password: str) -> bool:", "token = get_token(user)", "password = hash_password(form.password.data)", "self.secret = secret", "const token = await auth.getToken(req);",
        "if (password !== confirmPassword) {", "password=getpass.getpass()", "let secret = config.secret.clone();", "PASSWORD_HASHERS = [", 'parser.add_argument("--token", help="API token")', "token: string;",
        "private readonly apiKey: string", "SECRET_KEY = os.environ['SECRET_KEY']", "token_type_ids = torch.zeros(4)", "pad_token = tokenizer.eos_token", "struct Token { kind: TokenKind, span: Span }",
        "public record Credentials(string Password);", "expect(token).toBeDefined()", "csrf_token = request.POST.get('csrf')", '<input type="password" name="password" id="password1">', "access_token = Column(String(255))",
        "API_KEY = settings.API_KEY", "auth_token = models.CharField(max_length=64)", "TOKEN = re.compile(r'[a-z]+')", "key=lambda item: item[1]", "passwords = [line.strip() for line in file]", "secret := os.Getenv(\"SECRET\")",
        "token = tokens[i]", "return jwt.encode(payload, SECRET, algorithm='HS256')", "password: { type: String, required: true },", "token: Option<String>,", "  password: z.string().min(8),",
    )  # fmt: skip
    add(
        "prose", "The token is read from the environment, see the README.", "Your password must have at least 12 characters.", "I will rotate the secret after the deploy.", "API keys: see section 3.2", "Password: (hidden)",
        "the secret: always write tests", "Enter token:", "password is required", "Token expired at 2026-11-21T02:07:00Z", "Use a password manager, e.g. KeePass 2.57", "auth: fix login for SSO users (#1234)", "secret=true", "token: null",
    )  # fmt: skip
    add(
        "urls",
        "https://example.org/auth/token?redirect=/home",
        "https://github.com/acme/app/pull/1234#issuecomment-" + "1987654321",
        "git@github.com:acme/ledger.git",
        "http://localhost:8080/reset-password?step=2",
        "https://api.internal.test/v1/keys/12?page=3&limit=50",
        "ssh://git@git.internal.test:2222/app.git",
    )
    add(
        "generated names",
        "app-7d9f8b6c5d-x2x4q   1/1   Running",
        "arn:aws:iam::123456789012:role/deploy",
        f"i-0{some(r, HEX, 16)}",
        f"vpc-{some(r, HEX, 17)}",
        f"gs://bucket/{some(r, ALNUM, 20)}",
        json.dumps({"cursor": some(r, UPPER, 20)}),
    )
    return found
