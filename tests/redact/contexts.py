"""Contexts that were written down after the rules, to see how they do on what they were not made for.

What is missed here is said in docs/reference/redaction.md: a value that nothing near it calls secret cannot be told from others.
"""

import base64
import json
import random
import string
from typing import NamedTuple

ALNUM = string.ascii_letters + string.digits


class Context(NamedTuple):
    name: str
    text: str
    value: str


_TEMPLATES: tuple[tuple[str, str, int], ...] = (
    ("ini file", "[client]\nuser=root\npassword=%s\n", 12),
    ("toml", '[auth]\napi_token = "%s"\n', 24),
    ("xml attribute", '<property name="password" value="%s"/>', 14),
    ("xml element", "<password>%s</password>", 14),
    ("maven settings", "<server><id>x</id><username>u</username><password>%s</password></server>", 14),
    ("terraform", 'variable "db" {\n  password = "%s"\n}', 16),
    ("terraform state", '"master_password": "%s",', 16),
    ("kubeconfig", "users:\n- name: x\n  user:\n    token: %s\n", 40),
    ("az cli", '{\n  "appId": "x",\n  "password": "%s",\n  "tenant": "y"\n}', 34),
    ("gh auth status", "Token: %s", 36),
    ("aws sts", '"SecretAccessKey": "%s",\n "SessionToken": "', 40),
    ("aws session token", '"SessionToken": "%s"', 200),
    ("heroku config", "=== app Config Vars\nSECRET_KEY_BASE:   %s\nLANG: C", 64),
    ("docker inspect", '"Env": ["PATH=/usr/bin","POSTGRES_PASSWORD=%s"]', 16),
    ("docker run", "docker run -e MYSQL_ROOT_PASSWORD=%s -d mysql", 14),
    ("compose list", "environment:\n  - REDIS_PASSWORD=%s\n", 14),
    ("python dict", "{'api_key': '%s'}", 32),
    ("javascript", "const apiKey = '%s';", 32),
    ("go", 'token := "%s"', 24),
    ("java", 'private static final String PASSWORD = "%s";', 14),
    ("ruby", "config.secret_key = '%s'", 40),
    ("php", "define('DB_PASSWORD', '%s');", 14),
    ("powershell", '$env:API_TOKEN = "%s"', 24),
    ("cmd", "set DB_PASSWORD=%s", 14),
    ("fish", "set -x API_TOKEN %s", 24),
    ("curl form", "curl -d 'client_id=a&client_secret=%s&grant_type=x' https://h/", 32),
    ("curl json", 'curl -d \'{"password":"%s"}\' https://h/', 14),
    ("curl user", "curl -u admin:%s https://h/", 14),
    ("wget", "wget --password=%s https://h", 14),
    ("psql", "PGPASSWORD=%s psql -h db", 14),
    ("mysql", "mysql -u root -p%s db", 14),
    ("redis", "redis-cli -h x -a %s ping", 14),
    ("amqp URL", "amqp://guest2:%s@mq:5672/", 14),
    ("smtp URL", "smtp://mailer:%s@smtp.x:587", 14),
    ("git credentials", "https://dana:%s@git.internal", 20),
    ("pip index", "index-url = https://user:%s@pypi.internal/simple", 20),
    ("gradle", "signing.password=%s", 14),
    ("spring", "spring.datasource.password=%s", 14),
    ("ansible", "ansible_become_pass: %s", 14),
    ("vault table", "Key         Value\n---         -----\npassword    %s", 14),
    ("kubectl literal", "kubectl create secret generic db --from-literal=password=%s", 14),
    ("helm set", "helm install x --set auth.password=%s", 14),
    ("csv row", "user,password\ndana,%s", 14),
    ("log line", "2026-11-21 INFO connecting with password=%s host=db", 14),
    ("json log", '{"level":"debug","msg":"auth","token":"%s"}', 32),
    ("cookie", "Cookie: session=%s; theme=dark", 32),
    ("key header", "x-api-key: %s", 32),
    ("prose: is", "the admin password is %s, please keep it", 14),
    ("prose: colon", "Password: %s", 14),
    ("prose: use ... as", "use `%s` as the API key", 32),
    ("otpauth", "otpauth://totp/x:dana?secret=%s&issuer=x", 32),
    ("basic header", "Authorization: Basic %s", 32),
    ("comment: pass", "IdentityFile x\n# pass: %s", 14),
    ("chpasswd", "echo 'dana:%s' | chpasswd", 14),
    ("pgpass heredoc", "cat > .pgpass <<EOF\ndb:5432:*:dana:%s\nEOF", 14),
    ("pgpass", "localhost:5432:ledger:dana:%s", 14),
    ("snowsql", "snowsql --password %s", 14),
    ("django", "'PASSWORD': '%s',", 14),
    ("quoted yaml", 'password: "%s"', 14),
    ("diff", "+DB_PASS=%s", 14),
    ("grep", ".env:3:API_SECRET=%s", 24),
    ("export -p", 'declare -x DB_PASSWORD="%s"', 14),
    ("environ file", "A=1\0DB_PASSWORD=%s\0B=2", 14),
    ("html attribute", '<input type="hidden" name="csrf_token" value="%s">', 32),
    ("graphql", 'login(email: "a@b.c", password: "%s")', 14),
    ("sql insert", "INSERT INTO users VALUES ('dana', '%s')", 14),
    ("typescript", "apiKey: '%s',", 32),
    ("dsn", "https://%s@o1.ingest.sentry.io/4", 32),
    ("rails", "secret_key_base: %s", 64),
    ("pwd=", "pwd=%s", 14),
    ("url fragment", "https://h/cb#access_token=%s&x=1", 40),
)


def contexts(seed: int = 99) -> list[Context]:
    """Every context with a random value of letters and digits."""
    r = random.Random(seed)

    def value(length: int) -> str:
        return "".join(r.choice(ALNUM) for _ in range(length - 2)) + "a7"

    found = []
    for name, template, length in _TEMPLATES:
        secret = value(length)
        found.append(Context(name, template.replace("%s", secret), secret))
    secret = value(16)
    packed = base64.b64encode(json.dumps({"password": secret}).encode()).decode()
    found.append(Context("base64 in json", json.dumps({"x": packed}), secret))
    return found
