"""What only looks like a secret, drawn by lot: identifiers, hashes, names and prose of a gateway's log."""

# ruff: noqa: S311 - what a seed draws is no secret
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from string import ascii_lowercase, digits
from typing import NamedTuple

from tests.domain.held_out_secrets import (
    BASE64,
    HEX,
    LOWER,
    UPPER,
    URL_SAFE,
    WORD,
    Make,
    base64_of,
    drawn,
    token_of,
    uuid,
)


class LookAlike(NamedTuple):
    kind: str
    place: str
    text: str


_ULID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HARMLESS = (
    "The quick brown fox jumps over the lazy dog.",
    '{"model":"gpt-4o","temperature":0.2}',
    "page 3 of the results, sorted by time",
    "<svg xmlns='http://www.w3.org/2000/svg' width='8'/>",
)


def _word(rng: Random) -> str:
    return rng.choice(["triage", "billing", "search", "legal", "support", "draft", "vision", "router", "summary"])


def _slug(prefix: str) -> Make:
    return lambda rng: f"{prefix}-{_word(rng)}-{drawn(rng, HEX, 6)}"


def _masked(rng: Random) -> str:
    return drawn(rng, LOWER, 2) + "*" * rng.randint(4, 40) + drawn(rng, WORD, 3)


def _number(rng: Random) -> str:
    return str(rng.randint(1, 200_000))


BARE: dict[str, Make] = {
    "uuid": uuid,
    "uuid, capitals": lambda rng: uuid(rng).upper(),
    "urn": lambda rng: f"urn:uuid:{uuid(rng)}",
    "git commit": token_of((HEX, 40)),
    "git commit, short": token_of((HEX, 7)),
    "MD5": token_of((HEX, 32)),
    "SHA-256": token_of((HEX, 64)),
    "digest": token_of("sha256:", (HEX, 64)),
    "image": lambda rng: f"ghcr.io/a/{_word(rng)}:v1.{_number(rng)}@sha256:{drawn(rng, HEX, 64)}",
    "integrity": token_of("sha512-", (BASE64, 86), "=="),
    "ETag": token_of('W/"', (HEX, 4), "-", (HEX, 11), '"'),
    "ULID": token_of("01J", (_ULID, 23)),
    "KSUID": token_of("2", (WORD, 26)),
    "nano id": token_of((URL_SAFE, 21)),
    "object id": token_of((HEX, 24)),
    "trace parent": token_of("00-", (HEX, 32), "-", (HEX, 16), "-01"),
    "ray id": token_of((HEX, 16), "-FRA"),
    "Amazon trace": token_of("Root=1-", (HEX, 8), "-", (HEX, 24)),
    "request id": token_of("req_", (WORD, 24)),
    "chat completion": token_of("chatcmpl-", (WORD, 29)),
    "message": token_of("msg_01", (WORD, 22)),
    "tool use": token_of("toolu_01", (WORD, 22)),
    "call": token_of("call_", (WORD, 24)),
    "response": token_of("resp_", (HEX, 48)),
    "assistant": token_of("asst_", (WORD, 24)),
    "thread": token_of("thread_", (WORD, 24)),
    "file": token_of("file-", (WORD, 22)),
    "batch": token_of("batch_", (HEX, 32)),
    "vector store": token_of("vs_", (HEX, 32)),
    "fine-tuned model": token_of("ft:gpt-4o-mini-2024-07-18:acme::", (WORD, 8)),
    "organisation": token_of("org-", (WORD, 24)),
    "customer": token_of("cus_", (WORD, 14)),
    "price": token_of("price_1", (WORD, 23)),
    "workspace": _slug("ws"),
    "configuration": _slug("pc"),
    "prompt": _slug("pp"),
    "guardrail": _slug("pg"),
    "virtual key": _slug("pk"),
    "slug like a prefix": lambda rng: (
        f"{rng.choice(['sk', 'hf', 'npm', 're', 'pat', 'key', 'fc', 'fw', 'pa', 'csk'])}"
        f"-{_word(rng)}-{_word(rng)}-{rng.randint(2020, 2027)}"
    ),
    "name like a prefix": lambda rng: (
        f"{rng.choice(['re', 'fw', 'hf', 'secret', 'sbp', 'api_org', 'key', 'rnd', 'lin_api'])}"
        f"_{_word(rng)}_{_word(rng)}_{rng.randint(2, 99)}"
    ),
    "model": lambda rng: (
        rng.choice(["claude-3-5-sonnet-", "gpt-4o-", "o3-mini-"])
        + f"2025{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    ),
    "model of Bedrock": lambda rng: f"eu.anthropic.claude-3-7-sonnet-20250219-v1:{rng.randint(0, 9)}",
    "model, long": lambda rng: (
        f"accounts/fireworks/models/llama-v3p{rng.randint(1, 9)}-{rng.randint(8, 405)}b-instruct"
    ),
    "model of Azure": lambda rng: f"my-gpt4o-deployment-{_word(rng)}-swedencentral-{rng.randint(1, 99):02}",
    "version": lambda rng: f"v{rng.randint(0, 9)}.{rng.randint(0, 99)}.0-rc.1+build.{drawn(rng, HEX, 7)}",
    "package with hash": lambda rng: (
        f"node_modules/.pnpm/{_word(rng)}@5.{rng.randint(0, 99)}.0_{drawn(rng, HEX, 32)}/index.js"
    ),
    "wheel": lambda rng: (
        f"https://f.example/packages/{drawn(rng, HEX, 2)}/{drawn(rng, HEX, 60)}/x-1.{_number(rng)}-py3-none-any.whl"
    ),
    "chunk": lambda rng: f"/static/js/{_word(rng)}.{drawn(rng, HEX, 8)}.chunk.js",
    "CSS": lambda rng: f".css-{drawn(rng, LOWER, 7)}{{--token-color:#{drawn(rng, HEX, 6)};margin:0 auto}}",
    "JavaScript": lambda rng: f"const {_word(rng)}=tokens.map((t)=>t.key);if(session.key==={_number(rng)})next();",
    "JavaScript, auth": lambda rng: f"app.use(passport.authenticate('jwt',{{session:false}}));//{_number(rng)}",
    "TypeScript": lambda rng: (
        f"interface {_word(rng).title()} {{ password: string; apiKey?: string; n: {_number(rng)} }}"
    ),
    "Python, code": lambda rng: (
        f"def {_word(rng)}(token: str, password: str | None = None) -> int: return {_number(rng)}"
    ),
    "Python, environment": lambda rng: f'api_key = os.environ["{_word(rng).upper()}_API_KEY"]',
    "shell, variable": lambda rng: (
        f'curl -H "Authorization: Bearer ${_word(rng).upper()}_TOKEN" https://a.example/{_number(rng)}'
    ),
    "SQL": lambda rng: f"CREATE INDEX key_{_word(rng)}_{_number(rng)} ON sessions (token_id, key)",
    "path": lambda rng: f"/home/ana/src/{_word(rng)}/secrets/README-{_number(rng)}.md",
    "path of Windows": lambda rng: f"C:\\Users\\ana\\tokens\\{_word(rng)}-{_number(rng)}.txt",
    "url": lambda rng: f"https://docs.example.com:8443/{_word(rng)}/@scope/pkg?v={_number(rng)}#api-keys",
    "url with a user": lambda rng: f"https://ana@{_word(rng)}-{_number(rng)}.example.com/",
    "url with a template": lambda rng: f"postgres://${{DB_USER}}:${{DB_PASSWORD}}@{_word(rng)}-{_number(rng)}/main",
    "e-mail": lambda rng: f"{_word(rng)}.{drawn(rng, ascii_lowercase, 6)}@example.com",
    "ARN": lambda rng: f"arn:aws:iam::{drawn(rng, digits, 12)}:role/{_word(rng)}-access",
    "ARN of a secret": lambda rng: (
        f"arn:aws:secretsmanager:eu-west-1:{drawn(rng, digits, 12)}:secret:prod/{_word(rng)}-aB3dE5"
    ),
    "resource of Azure": lambda rng: f"/subscriptions/{uuid(rng)}/resourceGroups/rg-{_word(rng)}",
    "vault reference": lambda rng: f"secret/data/prod/{_word(rng)}-{_number(rng)}",
    "time": lambda rng: f"2026-07-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:04:11.{rng.randint(0, 999):03}Z",
    "number": lambda rng: f"1.{drawn(rng, digits, 14)}e-07",
    "milliseconds": lambda rng: f"17850{drawn(rng, digits, 8)}",
    "address": lambda rng: f"2401:4900:1f00:{drawn(rng, HEX, 4)}::{drawn(rng, HEX, 2)}",
    "telephone": lambda rng: f"+49 30 {drawn(rng, digits, 7)}",
    "IBAN": lambda rng: f"DE{drawn(rng, digits, 20)}",
    "user agent": lambda rng: (
        f"Mozilla/5.0 (X11; Linux) Chrome/{rng.randint(90, 160)}.0.{_number(rng)}.0 Safari/537.36"
    ),
    "base64 of a text": lambda rng: base64_of(f"{rng.choice(_HARMLESS)} {_number(rng)}"),
    "base64 of JSON": lambda rng: base64_of(json.dumps({"page": rng.randint(1, 999), "sort": _word(rng)})),
    "data url": lambda rng: f"data:image/png;base64,iVBORw0KGgo{drawn(rng, BASE64, 60)}=",
    "public key of SSH": lambda rng: f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{drawn(rng, BASE64, 43)} ana@example",
    "certificate": lambda rng: f"-----BEGIN CERTIFICATE-----\nMIIB{drawn(rng, BASE64, 60)}\n-----END CERTIFICATE-----",
    "public key": lambda rng: f"-----BEGIN PUBLIC KEY-----\nMFkw{drawn(rng, BASE64, 60)}\n-----END PUBLIC KEY-----",
    "fingerprint": lambda rng: f"SHA256:{drawn(rng, BASE64, 43)}",
    "masked key": _masked,
    "masked by us": lambda rng: f"‹redacted {rng.randint(3, 90)} · #{drawn(rng, HEX, 4)}›",
    "placeholder": lambda rng: f"api_key=<your-{_word(rng)}-key>",
    "placeholder, braces": lambda rng: f"api_key={{{{{_word(rng)}_key}}}}&n={_number(rng)}",
    "prefix alone": lambda rng: (
        f"of {_word(rng)} {rng.choice(['sk-', 'ghp_', 'AKIA', 'xoxb-', 'hvs.', 'eyJ'])}... ({_number(rng)})"
    ),
}

PROSE: tuple[str, ...] = (
    "I forgot my password and can't sign in since {n} days",
    "How many tokens does a {word} prompt of {n} words use?",
    "Explain JWT bearer authentication in {n} sentences",
    "The key to good {word} is practice: {n} minutes a day",
    "Never share your api key or secret token with {word} number {n}",
    "Write a password reset e-mail for {word}, at most {n} words",
    "Set max_tokens to {n} and top_p=0.9 for {word}",
    "max_tokens={n} model={word}",
    "usage: prompt_tokens={n} completion_tokens=12 total_tokens={n} reasoning_tokens={n}",
    "used cached_tokens={n} in {word}",
    "The session about {word} begins at {n}:00",
    "Basic understanding of {word} is required ({n})",
    "The bearer of this letter may enter {word} hall {n}",
    "error: token expired after {n} s in {word}",
    "Invalid API key provided for {word}: see line {n}",
    "401 Unauthorized: missing Authorization header ({word}, {n})",
    "secretary={word}; monkey={n}",
    "tokenizer: cl100k, {n} merges, {word}",
    "keyboard: qwerty-{n}, author: {word}",
    "please rotate keys of {word} every {n} days",
    "Key: {word} has the value {n}",
    "Tokens: {n} in, {word} out",
    "Signature: required on page {n} by {word}",
    "password policy: at least {n} characters for {word}",
    "pass {n} of the {word} compiler, first pass done",
    "boarding_pass=ready gate={n} for {word}",
    "auth_type=oauth2 grant_type={word} n={n}",
    "token_count={n} token_type=bearer {word}",
    "docker run -p {n}:80 -u {word} image",
    "mkdir -p {word}/{n} && ssh -p {n} host",
    "psql -U {word} -p {n} main",
    "The primary colour of {word} {n} is d:ark",
    "use `--token-limit {n}` for {word}",
    "pip install --no-binary {word}=={n}.0",
    "run with --key-id {word}-{n} --auth-mode iam",
)

UNDER_NAMES: dict[str, Make] = {
    "max_tokens": _number,
    "maxOutputTokens": _number,
    "cached_tokens": _number,
    "token_count": _number,
    "tokens_per_minute": _number,
    "token_type": lambda rng: f"bearer-{_word(rng)}",
    "next_page_token": token_of((URL_SAFE, 24)),
    "nextPageToken": token_of((URL_SAFE, 24)),
    "continuation_token": token_of((WORD, 24)),
    "stop_token": lambda rng: f"</{_word(rng)}>",
    "pad_token_id": _number,
    "api_key_id": uuid,
    "apiKeyId": uuid,
    "key_id": token_of("K2", (UPPER, 12)),
    "kid": token_of((HEX, 20)),
    "key_name": _word,
    "api_key_name": lambda rng: f"{_word(rng)} of {_word(rng)}",
    "virtual_key": _slug("openai"),
    "virtual_key_id": uuid,
    "secret_name": lambda rng: f"prod/{_word(rng)}",
    "secret_arn": lambda rng: f"arn:aws:secretsmanager:eu-west-1:{drawn(rng, digits, 12)}:secret:{_word(rng)}",
    "secret_version": _number,
    "old_key_masked": _masked,
    "api_key": _masked,
    "public_key": token_of((BASE64, 43), "="),
    "cache_key": lambda rng: f"prompt:{_word(rng)}:{_number(rng)}",
    "partition_key": _word,
    "sort_key": lambda rng: f"{_word(rng)}_at",
    "foreign_key": lambda rng: f"{_word(rng)}_id",
    "idempotency-key": uuid,
    "x-request-id": uuid,
    "etag": token_of('"', (HEX, 32), '"'),
    "checksum": token_of((HEX, 64)),
    "auth_method": _word,
    "auth_provider": lambda rng: f"{_word(rng)}-sso",
    "session_duration": _number,
    "password_changed_at": lambda rng: f"2026-07-{rng.randint(1, 28):02}T10:00:00Z",
    "password_policy": lambda rng: f"strong-{_word(rng)}",
    "token_endpoint": lambda rng: f"https://login.example.com/{_word(rng)}/token",
    "key_rotation_days": _number,
    "signature_algorithm": lambda rng: rng.choice(["RS256", "ES256"]) + f"-{_word(rng)}",
    "signed_headers": lambda rng: f"host;x-{_word(rng)}",
    "author": _word,
    "tokenizer": lambda rng: f"cl100k-{_number(rng)}",
    "passed": lambda rng: f"{_number(rng)} checks",
    "compass": _word,
    "user-agent": lambda rng: f"portkey-sdk/1.{_number(rng)}",
}
"""Names with a secret's word in them, or with what looks like one under them."""

_PLACES: dict[str, Callable[[str], str]] = {
    "alone": lambda text: text,
    "prose": lambda text: f"what does {text} mean here, and why",
    "JSON": lambda text: json.dumps({"id": 7, "content": text}),
    "JSON, 2 deep": lambda text: json.dumps({"data": json.dumps({"content": text})}),
    "JSON, 3 deep": lambda text: json.dumps({"data": json.dumps({"data": json.dumps([text])})}),
    "query": lambda text: f"/v1/things?cursor={text.replace(' ', '+')}&limit=5" if text.isascii() else text,
    "a line of a prompt": lambda text: json.dumps({"content": f"You are helpful.\n{text}\nAnswer briefly."}),
    "YAML": lambda text: f"job:\n  name: x\n  ref: {text}\n",
}
_NAMED_PLACES: dict[str, Callable[[str, str], str]] = {
    "JSON": lambda name, value: json.dumps({"id": 7, name: value}),
    "JSON, 2 deep": lambda name, value: json.dumps({"data": json.dumps({name: value})}),
    "JSON, 3 deep": lambda name, value: json.dumps({"data": json.dumps({"data": json.dumps([{name: value}])})}),
    "query": lambda name, value: f"/v1/things?{name}={value.replace(' ', '+')}&limit=5",
    "env": lambda name, value: f"REGION=eu\n{name}={value}\nDEBUG=0",
    "YAML": lambda name, value: f"job:\n  {name}: {value}\n",
    "name and value": lambda name, value: json.dumps([{"name": name, "value": value}]),
}


def look_alikes(seed: int, each: int = 4) -> Iterator[LookAlike]:
    for kind, make in BARE.items():
        rng = Random(f"{seed} {kind}")
        for place in rng.sample(sorted(_PLACES), each):
            yield LookAlike(kind, place, _PLACES[place](make(rng)))
    for written in PROSE:
        rng = Random(f"{seed} {written}")
        for place in rng.sample(["alone", "JSON", "JSON, 3 deep", "a line of a prompt"], 2):
            yield LookAlike(f"prose: {written}", place, _PLACES[place](written.format(n=_number(rng), word=_word(rng))))
    for name, make in UNDER_NAMES.items():
        rng = Random(f"{seed} under {name}")
        for place in rng.sample(sorted(_NAMED_PLACES), 3):
            yield LookAlike(f"under: {name}", place, _NAMED_PLACES[place](name, make(rng)))
