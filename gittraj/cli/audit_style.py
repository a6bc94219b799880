"""How the audit's HTML page looks: nothing goes in, one style sheet and its digest for the content security policy come out.

Readable on a phone and in the dark; colour never tells anything alone. The colours of classes differ in lightness, too.
"""

import base64
import functools
import hashlib

CLASS_NAMES = {
    "agent": "c1",
    "shell": "c2",
    "human": "c3",
    "formatter": "c4",
    "merge": "c5",
    "unexplained": "c6",
}

STYLE = """
:root{--bg:#fdfdfc;--fg:#1c1e21;--dim:#5d6570;--line:#dcdfe3;--card:#f3f4f5;--good:#17692f;--bad:#b3261e;--note:#8a5a00;
--c1:#2459a8;--c2:#2e8b8b;--c3:#8a6fc0;--c4:#9aa3ad;--c5:#c9a227;--c6:#c8553d}
@media(prefers-color-scheme:dark){:root{--bg:#15171a;--fg:#e6e7e9;--dim:#9aa3ad;--line:#30343a;--card:#1e2125;--good:#6cc788;--bad:#ff8a80;
--note:#e3b341;--c1:#79a8f0;--c2:#5cc0c0;--c3:#b9a3e8;--c4:#7d8590;--c5:#e0c060;--c6:#ef8b74}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem;margin:.5rem 0;font-weight:600}h2{font-size:1.05rem;margin:2rem 0 .5rem;font-weight:600}
.name,.subject,dd,li,td,p{overflow-wrap:anywhere}
code{font:.88em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.verdict{font-size:1.2rem;font-weight:600;margin:0}
.good{color:var(--good)}.bad{color:var(--bad)}.note{color:var(--note)}.dim{color:var(--dim)}
.sign{display:inline-block;min-width:1em;text-align:center;font-weight:700}
ul{padding-left:1.2rem}.cards,.legend,.plain,.checks{list-style:none;padding:0;margin:.75rem 0}
.cards{display:flex;flex-wrap:wrap;gap:.5rem}.cards li{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.35rem .75rem}
.bar{display:block;width:100%;height:1.25rem;border-radius:.3rem}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}.key{display:inline-block;width:.8em;height:.8em;border-radius:.2em;margin-right:.35em}
.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}.c5{fill:var(--c5)}.c6{fill:var(--c6)}
.key.c1{background:var(--c1)}.key.c2{background:var(--c2)}.key.c3{background:var(--c3)}.key.c4{background:var(--c4)}.key.c5{background:var(--c5)}
.key.c6{background:var(--c6)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--dim);font-weight:500;font-size:.9rem}.number{text-align:right}
details{border:1px solid var(--line);border-radius:.5rem;padding:.4rem .75rem;margin:.4rem 0}details[open]{background:var(--card)}
summary{cursor:pointer}details p{margin:.4rem 0}
.statement{border-top:1px solid var(--line);margin-top:.5rem}
.checks{display:flex;flex-wrap:wrap;gap:.1rem 1rem;font-size:.92rem;margin:.3rem 0}
dl{display:grid;grid-template-columns:8rem 1fr;gap:.35rem 1rem}dt{color:var(--dim)}dd{margin:0}dd ul{margin:0}
@media(max-width:34rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}th,td{padding:.3rem .25rem}main{padding:.6rem}}
footer{margin:2rem 0 1rem;color:var(--dim);font-size:.9rem}
"""


@functools.cache
def style_hash() -> str:
    """The source expression that lets this style sheet through, and no other (CSP 3)."""
    digest = hashlib.sha256(STYLE.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")
