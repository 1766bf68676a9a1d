"""Texts with a secret in them, all made up, and texts that only look as if.

Tokens are put together from their halves, so that nobody who scans sources for leaked keys stops here.
"""

from __future__ import annotations

import base64
import json

LOWER = "4f9c2b7d1e8a6053"
HEX = LOWER * 4
MIXED = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY"
LONG = MIXED + "zA7cB9dC1eD3fE5gF7hG9iH1jI3kJ5lK"
DIGITS = "123456789012"
PLAIN = "correct horse battery"
"""A secret without any shape: only the name it stands under tells."""


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode().rstrip("=")


_WEB_TOKEN = f"{_encoded(json.dumps({'alg': 'HS256', 'typ': 'JWT'}))}.{_encoded(json.dumps({'sub': '1234567890'}))}"

TOKENS = (
    *("sk-" + body for body in (MIXED, LOWER, f"proj-{MIXED}", f"ant-api03-{LONG}-{MIXED[:5]}AA", f"or-v1-{HEX}")),
    *(
        "sk-svcacct-" + MIXED + "_" + MIXED,
        "sk-admin-" + MIXED,
        "sk-None-" + MIXED,
        "sk-lf-" + "1f9c2b7d-1e8a-4053-8B7c-1e2d3c4b5a69",
    ),
    *("pk-" + MIXED, "pk-" + LOWER, "pk-lf-" + MIXED),
    *(kind + "_live_" + MIXED for kind in ("sk", "pk", "rk")),
    *(kind + "_test_" + MIXED for kind in ("sk", "pk", "rk")),
    *("gh" + kind + "_" + MIXED + "abcd" for kind in "pousr"),
    "github_pat_" + "11ABCDEFG0" + MIXED + "_" + LONG,
    "glpat-" + MIXED[:20],
    "gsk_" + LONG,
    "hf_" + MIXED,
    "r8_" + MIXED,
    "xai-" + LONG,
    "pplx-" + HEX[:48],
    "npm_" + MIXED + "abcd",
    "pypi-" + "AgEIcHlwaS5vcmc" + LONG,
    "AIza" + "SyA" + MIXED,
    "dop_v1_" + HEX,
    "shpat_" + HEX[:32],
    *("AKIA" + "IOSFODNN7EXAMPLE", "ASIA" + "Y34FZKBOKMUTVV7A", "AKIA" + "2E0A8F3B244C9986"),
    *("xox" + kind + "-" + DIGITS + "-" + DIGITS + "-" + MIXED[:24] for kind in "abprs"),
    "xoxe." + "xoxp-1-" + LONG,
    "xoxe-" + "1-" + LONG,
    "xapp-" + "1-A0123456789-" + DIGITS + "-" + HEX,
    "SG." + MIXED[:22] + "." + MIXED + "abcdefghijk",
    "hvs." + "CAESI" + LONG,
    "ya29." + "a0AfH6SM" + LONG,
    "dapi" + HEX[:32],
    _WEB_TOKEN + "." + MIXED,
    _WEB_TOKEN + ".",
    _WEB_TOKEN,
    ".".join([_encoded('{"alg":"RSA-OAEP","enc":"A256GCM"}'), LONG, MIXED[:16], LONG, MIXED[:22]]),
    "-----BEGIN " + "PRIVATE KEY-----\n" + LONG + "\n" + LONG + "\n-----END PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\n\r\n" + LONG + "\r\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN " + "EC PRIVATE KEY-----\n" + LONG + "\n-----END EC PRIVATE KEY-----",
    "-----BEGIN " + "OPENSSH PRIVATE KEY-----\n" + LONG + "\n-----END OPENSSH PRIVATE KEY-----",
    "-----BEGIN " + "ENCRYPTED PRIVATE KEY-----\n" + LONG + "\n-----END ENCRYPTED PRIVATE KEY-----",
    "-----BEGIN " + "PGP PRIVATE KEY BLOCK-----\n\n" + LONG + "\n-----END PGP PRIVATE KEY BLOCK-----",
    "-----BEGIN " + "PRIVATE KEY-----\n" + LONG + LONG,
)
"""Secrets that are known by their shape wherever they stand."""

IN_TEXT = (
    *(("Bearer " + secret, secret) for secret in (MIXED, HEX, "abcdefgh-1234-xyz", "onlylowercaselettersbutlong")),
    ("bearer " + MIXED, MIXED),
    ("Basic " + _encoded("admin:hunter"), _encoded("admin:hunter")),
    ("authorization=Basic%20" + MIXED, MIXED),
    ("https://ana:s3cr3t!pass@example.com/x", "s3cr3t!pass"),
    ("postgres://app:p@ss@db:5432/main", "p@ss"),
    ("mongodb+srv://root:hunter22@cluster0.example.net", "hunter22"),
    ("redis://:only-a-password@cache:6379/0", "only-a-password"),
    ("amqp://guest:guest-pass@mq/%2f", "guest-pass"),
    ("Server=db;Database=main;User Id=sa;Password=Sw0rd.fish;", "Sw0rd.fish"),
    ("host=db user=app pwd=letmein dbname=main", "letmein"),
    ("DefaultEndpointsProtocol=https;AccountName=logs;AccountKey=" + LONG + "==;", LONG),
    ("Endpoint=sb://bus.example.net/;SharedAccessKeyName=Root;SharedAccessKey=" + MIXED + "=", MIXED),
    ("https://logs.example.net/c?sv=2024-01-01&sig=" + MIXED + "%3D&se=2026", MIXED),
    ("grant_type=client_credentials&client_id=app&client_secret=tiger-lily", "tiger-lily"),
    ("/v2/things?access_token=abc&limit=5", "abc"),
    ("/v2/things?limit=5&api%5Fkey=abcdef", "abcdef"),
    ("/callback#id_token=first.second", "first.second"),
    ("X-Api-Key: weekday-mornings", "weekday-mornings"),
    ("GET / HTTP/1.1\nHost: a.example\nCookie: sid=opaque; theme=dark\nAccept: */*", "opaque"),
    ("  -H 'Authorization: opaque-value' https://a.example", "opaque-value"),
    ("curl -H 'Accept: */*' -H 'X-Auth-Token: opaque-value'", "opaque-value"),
    ("> Proxy-Authorization: opaque-value", "opaque-value"),
    ("api_key: opaque-value\nname: prod", "opaque-value"),
    ("password = 'opaque value'", "opaque value"),
    ("export OPENAI_API_KEY=opaque-value", "opaque-value"),
    ('export TOKEN="opaque value"', "opaque value"),
    ("{'client_secret': 'opaque value', 'n': 1}", "opaque value"),
    ('{"name":"cut","credentials":{"api_key":"opaque val', "opaque val"),
    ('{"name":"he said "hi"","password":"opaque"}', "opaque"),
    ('log: {\\"password\\": \\"opaque value\\"}', "opaque value"),
    ('[{"secret":"opaque"},', "opaque"),
)
"""Texts, each with the part that must not be seen."""

SECRET_NAMES = (
    *("key", "api_key", "apiKey", "API_KEY", "ApiKey", "apikey", "api-key", "x-api-key", "X-Portkey-Api-Key"),
    *(
        "AIRS_API_KEY",
        "OPENAI_API_KEY",
        "openai_api_key",
        "azureOpenAIKey",
        "aws_secret_access_key",
        "awsSecretAccessKey",
    ),
    *("aws_session_token", "secret_key", "secretKey", "secret", "client_secret", "clientSecret", "webhook_secret"),
    *("token", "access_token", "accessToken", "refresh_token", "id_token", "IDToken", "azure_ad_token", "jwtToken"),
    *("password", "Password", "db_password", "userPassword", "passwd", "pwd", "passphrase", "new_password"),
    *("credential", "credentials", "provider_credentials", "cookie", "cookies", "set-cookie", "Cookie"),
    *("authorization", "Authorization", "proxy-authorization", "auth", "x-auth", "basic_auth", "session", "session_id"),
    *("private_key", "privateKey", "private-key", "signing_key", "encryption_key", "x-amz-security-token", "jwt"),
    *("x-portkey-virtual-key", "x-portkey-config", "x-portkey-aws-secret-access-key", "old_key_masked"),
)

_IDENTIFIERS = (
    *(
        "8acd1f30-e595-11f0-84d4-0242ac120002",
        "02dc5b0e-7f4a-4c3e-9d8b-6a5f4e3d2c1b",
        "600BE074-1C2D-4E5F-8A9B-0C1D2E3F4A5B",
    ),
    *("00000000-0000-0000-0000-000000000000", "urn:uuid:6e5a9f93-7b1c-4d2e-8f3a-9b0c1d2e3f4a"),
)
_HASHES = (
    *("d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", HEX),
    *("sha256:" + HEX, 'W/"5e8c-18f3a2b4c5d"', "8f2a1b3c4d5e6f70-FRA", "3b1c", "a1b2c3d"),
)
_SLUGS = (
    *("ws-shared-e2a85b", "pc-prodeu-1a2b3c", "pp-triage-9f8e7d", "co-legal-0a1b2c", "pg-pii-4d5e6f"),
    *(
        "openai-prod",
        "@openai-prod/gpt-4o",
        "pk-payments-gateway-1a2b3c",
        "sk-learn-tutorial-models",
        "task-force-2026",
    ),
    *("sk-8-lanes-of-traffic", "risk-assessment-model-v2-final", "desk-booking-2026-q4-rollout", "xoxo-love-letters"),
    *("hf_space", "github_pat", "npm_config_registry", "rk_4", "disk_usage_per_workspace_2026", "AIzatron"),
    *("prompt/versions/12", "claude-3-5-sonnet-20241022", "gpt-4o-mini-2024-07-18", "text-embedding-3-large"),
    *("anthropic.claude-v2:1", "us-east4-gcp-cp", "eu-west-1", "AKIRA", "ASIANEWS", "BASIC", "Bearer", "dapi"),
)
_VERSIONS = (
    *(
        "1.2.3",
        "v2.0.0-rc.1+build.5",
        "HTTP/1.1",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
        "python-requests/2.32.3",
    ),
    *(
        "2026-07-24T21:04:11.000Z",
        "1785000000000",
        "application/json; charset=utf-8",
        "203.0.113.9",
        "2401:4900:1f00::1",
    ),
    *(
        "/v2/prompts/3b1c0d2e-7f4a-4c3e-9d8b-6a5f4e3d2c1b/makeDefault",
        "/v2/api-keys/workspace/service",
        "/v1/virtual-keys",
    ),
    *("/v2/users?page_size=100&current_page=0", "https://example.com:8080/@scope/pkg", "https://a.example/x?y=1#z"),
    *("mailto:ana@example.com", "ssh://git@example.com:22/repo.git", "https://ana@example.com/", "a@b:c"),
    *("postgres://${DB_USER}:${DB_PASSWORD}@db/main", "https://{{user}}:{{password}}@example.com"),
)
_PROSE = (
    *("Basic authentication is required", "basic JavaScript", "Basic OpenAPI", "bearer of bad news", "Bearer tokens"),
    *("Error Verifying JWT token: Signing Key Not Found", "Session: an introduction to prompting", "Key: value pairs"),
    *(
        "The key to success: practice",
        "monkey=banana",
        "author=ana",
        "keyboard: qwerty",
        "tokenizer: cl100k",
        "secretary=Bo",
    ),
    *("Note: rotate the key", "Auth: see wiki", "passwordless login", "max_tokens=100", "virtual_key=openai-prod"),
    *(
        "token={{token}}",
        "api_key=${API_KEY}",
        "password=<your password>",
        "auth_type: oauth_auto",
        "token_url=https://a.example/t",
    ),
    *(
        "eyJhIjoxLCJiIjoyfQ",
        "cursor eyJhIjoxLCJiIjoyfQ. Next",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    ),
    *(
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "api_keys.create",
        "x=1; y=2",
        "a = b",
        "{{system}}",
    ),
    *("i2*****Wp4", "x-portkey-api-key: z1*****3AX", "password=ab********xyz", "authorization=Be*****f9Q"),
)
READABLE_DOCUMENTS = (
    '{"version":7}',
    '{"max_tokens":"4096","temperature":1.50}',
    '{"virtual_key":"openai-prod","model":"gpt-4o"}',
    '{"auth_type":"oauth_auto","transport":"http"}',
    '{"api_key_id":"8acd1f30-e595-11f0-84d4-0242ac120002","rotation_mode":"auto","old_key_masked":"z1*****3AX"}',
    '{"key_transition_period_ms":86400000,"rotation_policy":{"rotation_period":"monthly","next_rotation_at":"2027-01-01"}}',
    '{"manager_type":"aws_sm","secret_path":"prod/openai","auth_config":{"aws_auth_type":"assumedRole"}}',
    '{"secret_mappings":[{"target_field":"key","secret_reference_id":"prod-openai","secret_key":"OPENAI"}]}',
    '{"conditions":[{"key":"api_key","value":"8acd1f30-e595-11f0-84d4-0242ac120002"}],"group_by":[{"key":"metadata._user"}]}',
    '{"scopes":["api_keys.list","virtual_keys.create","organisation_service_api_keys.create"]}',
    '{"workspace_api_key_details":{"scopes":["completions.write"]}}',
    '{"usage_limits":null,"rate_limits":[{"type":"tokens","unit":"rpm","value":1000}],"expires_at":null}',
    '{"credentials":{"port":5432,"tls":true,"proxy":null,"user":""}}',
    '{"token":12345,"secret":null,"password":false}',
    '{"jwtToken":"ey****bt","error":"Error Verifying JWT token: Signing Key Not Found"}',
    '{"checks":[{"id":"po*****pii","parameters":{"redact":true}}]}',
    '{"name":"Key accounts","description":"Secrets of the trade","note":"session at 3"}',
    '{"user-agent":"Mozilla/5.0","cf-ray":"8f2a1b3c4d5e6f70-FRA","authorization":"Be*****f9Q","accept":"*/*"}',
    '{"template":"{\\"api_key_id\\":\\"abc\\",\\"virtual_key\\":\\"x\\"}"}',
    '{"n":1.10,"big":123456789012345678901234567890,"e":1e999,"dup":1,"dup":2}',
)

SECRET_TEXTS: tuple[tuple[str, str], ...] = (
    *((token, token) for token in TOKENS),
    *((f"see {token} there", token) for token in TOKENS),
    *((json.dumps({"note": f"it is:\n{token}"}), token) for token in TOKENS),
    *((json.dumps({"a": json.dumps({"b": [token]})}), token) for token in TOKENS),
    *IN_TEXT,
    *((json.dumps({"string": f'first "line"\n{text}'}), secret) for text, secret in IN_TEXT),
    *((json.dumps({name: PLAIN, "other": 1}), PLAIN) for name in SECRET_NAMES),
    *((json.dumps({"a": [{name: [PLAIN, PLAIN]}]}), PLAIN) for name in SECRET_NAMES),
    *((json.dumps({"packed": json.dumps({"b": json.dumps({name: PLAIN})})}), PLAIN) for name in SECRET_NAMES),
    (json.dumps({"credentials": {"host": {"deep": [[PLAIN]]}}}), PLAIN),
    (json.dumps({"cookies": {"theme": PLAIN}}), PLAIN),
    ('{"pass\\u0077ord":"' + PLAIN + '"}', PLAIN),
    ('{"password":"x","password":"' + PLAIN + '"}', PLAIN),
    ("[" * 5000 + '{"password":"' + PLAIN + '"}' + "]" * 5000, PLAIN),
)

LOOK_ALIKES: tuple[str, ...] = (*_IDENTIFIERS, *_HASHES, *_SLUGS, *_VERSIONS, *_PROSE)
