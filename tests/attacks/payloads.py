"""What attackers type: each payload with what it hopes for."""

import itertools
from typing import Any

#: What the template payloads give when somebody evaluates them; it stands in none of them.
EVALUATED = "8639309"
TEMPLATES = (
    "{{1234187*7+0}}",
    "{{ 1234187*7 }}",
    "${1234187*7}",
    "#{1234187*7}",
    "<%= 1234187*7 %>",
    "{%raw%}{{1234187*7}}{%endraw%}",
    "{% for x in [1] %}{{1234187*7}}{% endfor %}",
    "{{''.__class__.__mro__[1].__subclasses__()}}",
    "{{config}} {{self}} {{cycler.__init__.__globals__.os.environ}}",
    "{0.__class__} {title} {code} %(code)s %s %n",
)
#: Signs that a template was looked into, though not computed.
INSIDES = ("<class '", "__subclasses__ at", "jinja2", "PEYGIR_", "environ({", EVALUATED)

#: Every element carries the mark, so that one that came to life is found.
MARK = "data-planted"
SCRIPTS = (
    f"<script {MARK}>alert(1)</script>",
    f"</title></textarea></script><script {MARK}>alert(2)</script>",
    f"<img src=x onerror=alert(3) {MARK}>",
    f"<svg {MARK} onload=alert(4)><script>alert(5)</script></svg>",
    f'"><a {MARK} autofocus onfocus=alert(6) href=javascript:alert(7)>x</a>',
    f"' {MARK}=1 onmouseover=alert(8) x='",
    f"<math><mtext><table><mglyph><style><img {MARK} src onerror=alert(9)></style></math>",
    f"<iframe {MARK} srcdoc='<script>parent.alert(10)</script>'></iframe>",
    f"[x](javascript:alert(11)) ![x](x onerror=alert(12)) <details open ontoggle=alert(13) {MARK}>",
    f"<!--><b {MARK}>--><b {MARK}>",
)

OPERATORS: tuple[Any, ...] = (
    {"$gt": ""},
    {"$ne": None},
    {"$regex": ".*"},
    {"$where": "sleep(3000) || true"},
    {"$expr": {"$function": {"body": "function(){return true}", "args": [], "lang": "js"}}},
    ["$gt", ""],
    [[]],
)

BOMBS = (
    "(a+)+$" + "a" * 60,
    "^(([a-z])+.)+[A-Z]([a-z])+$" + "a" * 100,
    ".*" * 100,
    "a" * 200,
    "\u0640" * 200,
    "\u200c" * 200,
    "ب\u200c" * 100,
    "\ufdfa" * 200,
    " " * 199 + "x",
)

UNICODE = (
    "\u202egnirts\u202c",
    "\u2066\u202e\u2069" * 20,
    "a\u200d\u200c\u200b\ufeffb",
    "👨\u200d👩\u200d👧\u200d👦" * 10,
    "Z" + "\u0334\u0323" * 90,
    "\ufdfd" * 50,
    "\U000e0041\U000e0042",
    "ﷺ½ⅷ㎏",
    "\u0130\u0131ſß",
    "\ufffe\uffff\U0010ffff",
)

CONTROLS = tuple(f"a{control}b" for control in "\0\x01\x07\x08\x0b\x0c\x1b\x7f\x85\u2028\u2029")
HEADERS = tuple(
    f"x{line}Bcc: victim@example.org{line}X-Planted: yes{line}{line}body"
    for line in ("\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "%0d%0a", "\\r\\n", "\r\n ")
)
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "=HYPERLINK(1)")
PATHS = ("../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "file:///etc/passwd", "C:\\x\0.txt")
NUMBERS: tuple[Any, ...] = (
    -1,
    0,
    2**31,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    2**64,
    10**400,
    1e308,
    -0.0,
    0.1,
    True,
    None,
    "",
    " ",
)
DAYS = ("0001-01-01", "1582-10-10", "1970-01-01", "2026-11-22", "9999-12-31")
INSTANTS = (
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999Z",
    "2026-11-22T06:30:00",
    "9999-12-31T23:59:59.999999-12:00",
    "9999-12-31T23:59:59Z",
    "2026-02-30T00:00:00Z",
    "9" * 30,
    "-1",
)
TEXTS = tuple(
    itertools.chain(
        TEMPLATES, SCRIPTS, BOMBS, UNICODE, CONTROLS, HEADERS, FORMULAS, PATHS, ("x" * 30_000,)
    )
)


def deep(depth: int) -> bytes:
    """Give JSON nested so deeply, as an object in an object."""
    return b'{"a":' * depth + b"1" + b"}" * depth


BODIES = {
    "deep object": deep(20_000),
    "deep list": b"[" * 60_000 + b"]" * 60_000,
    "unclosed": b"[" * 100_000,
    "wide object": b"{" + b",".join(b'"k%d":1' % n for n in range(15_000)) + b"}",
    "same key often": b"{" + b",".join(b'"title":"x"' for _ in range(15_000)) + b"}",
    "long number": b'{"title":' + b"9" * 200_000 + b"}",
    "large exponent": b'{"title":1e999999999}',
    "lone surrogate": b'{"title":"\\ud800"}',
    "surrogates the wrong way round": b'{"title":"\\udc00\\ud800"}',
    "no UTF-8": b'{"title":"\xff\xfe"}',
    "overlong UTF-8": b'{"title":"\xc0\x80"}',
    "another encoding": '{"title":"x"}'.encode("utf-16"),
    "null character": b'{"title":"a\\u0000b"}',
    "null character in a name": b'{"ti\\u0000tle":"x"}',
    "NaN": b'{"title":NaN}',
    "comment": b'{"title":"x"/**/}',
    "two documents": b"{}{}",
    "nothing": b"",
    "prototype": b'{"__proto__":{"a":1},"constructor":{"prototype":{}},"__type__":"x"}',
    "a class by name": b'{"py/object":"os.system","__class__":"x","$type":"x"}',
}
