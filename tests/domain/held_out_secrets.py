"""Secrets drawn by lot in the formats their makers tell of, each put where it turns up: the held-out corpus.

It was written from those formats and never from what the program looks for, so that it tells what is missed.  Nothing
here is anybody's secret: each is put together from a prefix and what the seed draws.
"""

# ruff: noqa: S311 - what a seed draws is no secret
from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from random import Random
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits
from typing import NamedTuple
from urllib.parse import quote

Make = Callable[[Random], str]

HEX = "0123456789abcdef"
WORD = ascii_letters + digits
URL_SAFE = WORD + "-_"
LOWER = ascii_lowercase + digits
UPPER = ascii_uppercase + digits
_BASE32 = ascii_uppercase + "234567"
_BECH32 = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
BASE64 = WORD + "+/"


class Secret(NamedTuple):
    """A text with a secret in it: where a reader might meet it, and what must not be seen of it."""

    kind: str
    place: str
    text: str
    secret: str


def drawn(rng: Random, alphabet: str, length: int) -> str:
    """Characters by lot; a digit, a small and a capital letter among them where the alphabet has such."""
    body = rng.choices(alphabet, k=length)
    for at, some in enumerate((digits, ascii_lowercase, ascii_uppercase)):
        if length > 10 and (known := [character for character in some if character in alphabet]):
            body[length // 2 + at] = rng.choice(known)
    return "".join(body)


def token_of(*parts: str | tuple[str, int]) -> Make:
    """Makes tokens of what always stands there and what is drawn, each from an alphabet and with a length."""

    def make(rng: Random) -> str:
        return "".join(part if isinstance(part, str) else drawn(rng, *part) for part in parts)

    return make


def uuid(rng: Random) -> str:
    text = drawn(rng, HEX, 32)
    return "-".join((text[:8], text[8:12], "4" + text[13:16], "a" + text[17:20], text[20:]))


def _uuid_token(prefix: str) -> Make:
    return lambda rng: prefix + uuid(rng)


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _web_token(rng: Random) -> str:
    algorithm = rng.choice(["HS256", "RS256", "ES384", "EdDSA"])
    claims = {"sub": drawn(rng, digits, 10), "iss": rng.choice(["https://a.example", "gateway"]), "iat": 1785000000}
    parts = [base64_of(json.dumps(part)).rstrip("=") for part in ({"alg": algorithm, "typ": "JWT"}, claims)]
    return ".".join([*parts, drawn(rng, URL_SAFE, 43)])


def _armoured(title: str, first: str = "") -> Make:
    def make(rng: Random) -> str:
        lines = "\n".join(drawn(rng, BASE64, 64) for _ in range(rng.randint(3, 8)))
        return f"-----BEGIN {title}-----\n{first}{lines}\n-----END {title}-----"

    return make


SHAPED: dict[str, Make] = {
    # Makers of models, and what stands around them
    "OpenAI, project": token_of("sk-proj-", (URL_SAFE, 74), "T3BlbkFJ", (URL_SAFE, 74)),
    "OpenAI, service": token_of("sk-svcacct-", (URL_SAFE, 58), "T3BlbkFJ", (URL_SAFE, 58)),
    "OpenAI, legacy": token_of("sk-", (WORD, 20), "T3BlbkFJ", (WORD, 20)),
    "Anthropic": token_of("sk-ant-api03-", (URL_SAFE, 93), "AA"),
    "Anthropic, OAuth": token_of("sk-ant-oat01-", (URL_SAFE, 93), "AA"),
    "DeepSeek": token_of("sk-", (HEX, 32)),
    "OpenRouter": token_of("sk-or-v1-", (HEX, 64)),
    "Stability": token_of("sk-", (WORD, 48)),
    "LiteLLM": token_of("sk-", (URL_SAFE, 22)),
    "Google API": token_of("AIza", "Sy", (URL_SAFE, 33)),
    "Google OAuth, access": token_of("ya29.", "a0", (URL_SAFE, 160)),
    "Google OAuth, client": token_of("GOCSPX-", (URL_SAFE, 28)),
    "Google OAuth, refresh": token_of("1//0", (URL_SAFE, 100)),
    "Groq": token_of("gsk_", (WORD, 52)),
    "xAI": token_of("xai-", (WORD, 80)),
    "Perplexity": token_of("pplx-", (WORD, 48)),
    "Hugging Face": token_of("hf_", (ascii_letters, 34)),
    "Hugging Face, organisation": token_of("api_org_", (ascii_letters, 34)),
    "Replicate": token_of("r8_", (WORD, 37)),
    "Fireworks": token_of("fw_", (WORD, 24)),
    "Together": token_of("tgp_v1_", (URL_SAFE, 43)),
    "Cerebras": token_of("csk-", (LOWER, 48)),
    "NVIDIA": token_of("nvapi-", (URL_SAFE, 64)),
    "Pinecone": token_of("pcsk_", (WORD, 6), "_", (WORD, 63)),
    "LangSmith": token_of("lsv2_pt_", (HEX, 32), "_", (HEX, 10)),
    "LangSmith, service": token_of("lsv2_sk_", (HEX, 32), "_", (HEX, 10)),
    "Langfuse": _uuid_token("sk-lf-"),
    "Tavily": token_of("tvly-", "dev-", (WORD, 32)),
    "Jina": token_of("jina_", (HEX, 32), (URL_SAFE, 28)),
    "Voyage": token_of("pa-", (URL_SAFE, 43)),
    "RunPod": token_of("rpa_", (UPPER, 46)),
    "E2B": token_of("e2b_", (HEX, 40)),
    "Firecrawl": token_of("fc-", (HEX, 32)),
    "Apify": token_of("apify_api_", (WORD, 36)),
    # Clouds
    "AWS key id": token_of("AKIA", (_BASE32, 16)),
    "AWS key id, temporary": token_of("ASIA", (_BASE32, 16)),
    "AWS Bedrock": token_of("ABSK", (BASE64, 128)),
    "Azure client secret": token_of((WORD, 3), "8Q~", (WORD + "_.-", 34)),
    "Alibaba": token_of("LTAI", (WORD, 20)),
    "DigitalOcean": token_of("dop_v1_", (HEX, 64)),
    "DigitalOcean, OAuth": token_of("doo_v1_", (HEX, 64)),
    "Heroku": token_of("HRKU-AA", (URL_SAFE, 58)),
    "Cloudflare origin": token_of("v1.0-", (HEX, 24), "-", (HEX, 146)),
    "Fly": token_of("fm2_", (BASE64, 140)),
    "Render": token_of("rnd_", (WORD, 28)),
    "Vercel Blob": token_of("vercel_blob_rw_", (WORD, 16), "_", (WORD, 30)),
    "Netlify": token_of("nfp_", (WORD, 36)),
    "Databricks": token_of("dapi", (HEX, 32)),
    "Databricks, second": token_of("dapi", (HEX, 32), "-2"),
    "Supabase": token_of("sbp_", (HEX, 40)),
    "Supabase, secret": token_of("sb_secret_", (URL_SAFE, 22), "_", (URL_SAFE, 8)),
    "PlanetScale": token_of("pscale_tkn_", (URL_SAFE, 43)),
    "PlanetScale, password": token_of("pscale_pw_", (URL_SAFE, 43)),
    "Neon": token_of("napi_", (LOWER, 64)),
    "Tailscale": token_of("tskey-auth-", (WORD, 12), "CNTRL-", (WORD, 32)),
    # Code and its keeping
    "GitHub": token_of("ghp_", (WORD, 36)),
    "GitHub, server": token_of("ghs_", (WORD, 36)),
    "GitHub, fine-grained": token_of("github_pat_", (WORD, 22), "_", (WORD, 59)),
    "GitLab": token_of("glpat-", (URL_SAFE, 20)),
    "GitLab, deploy": token_of("gldt-", (URL_SAFE, 20)),
    "GitLab, runner": token_of("glrt-", (URL_SAFE, 20)),
    "GitLab, trigger": token_of("glptt-", (HEX, 40)),
    "Atlassian": token_of("ATATT3", "xFfGF0", (URL_SAFE, 170), "=", (UPPER, 8)),
    "Bitbucket": token_of("ATBB", (WORD, 24), (UPPER, 8)),
    "npm": token_of("npm_", (WORD, 36)),
    "PyPI": token_of("pypi-", "AgEIcHlwaS5vcmc", (URL_SAFE, 140)),
    "RubyGems": token_of("rubygems_", (HEX, 48)),
    "Docker Hub": token_of("dckr_pat_", (URL_SAFE, 27)),
    "Artifactory": token_of("AKCp", (WORD, 69)),
    "CircleCI": token_of("CCIPAT_", (WORD, 22), "_", (HEX, 40)),
    "Terraform Cloud": token_of((WORD, 14), ".atlasv1.", (URL_SAFE, 67)),
    "Pulumi": token_of("pul-", (HEX, 40)),
    "Doppler": token_of("dp.pt.", (WORD, 43)),
    "Vault": token_of("hvs.", (URL_SAFE, 95)),
    "Vault, batch": token_of("hvb.", (URL_SAFE, 140)),
    "1Password": token_of("ops_ey", "J", (WORD, 260)),
    "Sourcegraph": token_of("sgp_", (HEX, 16), "_", (HEX, 40)),
    # What is watched, sent and sold
    "Slack, bot": token_of("xoxb-", (digits, 12), "-", (digits, 13), "-", (WORD, 24)),
    "Slack, user": token_of("xoxp-", (digits, 12), "-", (digits, 12), "-", (digits, 13), "-", (HEX, 32)),
    "Slack, app": token_of("xapp-1-", (UPPER, 11), "-", (digits, 13), "-", (HEX, 64)),
    "Discord": token_of("MT", (WORD, 24), ".G", (URL_SAFE, 5), ".", (URL_SAFE, 38)),
    "Telegram": token_of((digits, 10), ":AA", (URL_SAFE, 33)),
    "Stripe": token_of("sk_live_", (WORD, 99)),
    "Stripe, restricted": token_of("rk_live_", (WORD, 24)),
    "Stripe, webhook": token_of("whsec_", (WORD, 32)),
    "Twilio": token_of("SK", (HEX, 32)),
    "SendGrid": token_of("SG.", (URL_SAFE, 22), ".", (URL_SAFE, 43)),
    "Mailgun": token_of("key-", (HEX, 32)),
    "Mailchimp": token_of((HEX, 32), "-us14"),
    "Brevo": token_of("xkeysib-", (HEX, 64), "-", (WORD, 16)),
    "Resend": token_of("re_", (WORD, 8), "_", (WORD, 24)),
    "New Relic": token_of("NRAK-", (UPPER, 27)),
    "Dynatrace": token_of("dt0c01.", (_BASE32, 24), ".", (_BASE32, 64)),
    "Sentry": lambda rng: (
        "sntrys_" + base64_of(json.dumps({"iat": rng.random(), "org": "a"})) + "_" + drawn(rng, BASE64, 43)
    ),
    "Sentry, user": token_of("sntryu_", (HEX, 64)),
    "Grafana": token_of("glsa_", (WORD, 32), "_", (HEX, 8)),
    "Grafana Cloud": lambda rng: (
        "glc_" + base64_of(json.dumps({"o": drawn(rng, digits, 6), "k": drawn(rng, WORD, 24)}))
    ),
    "Postman": token_of("PMAK-", (HEX, 24), "-", (HEX, 34)),
    "Notion": token_of("ntn_", (WORD, 46)),
    "Notion, older": token_of("secret_", (WORD, 43)),
    "Linear": token_of("lin_api_", (WORD, 40)),
    "Figma": token_of("figd_", (URL_SAFE, 40)),
    "Shopify": token_of("shpat_", (HEX, 32)),
    "Shopify, shared": token_of("shpss_", (HEX, 32)),
    "Square": token_of("sq0csp-", (URL_SAFE, 43)),
    "Square, access": token_of("EAAA", (URL_SAFE, 60)),
    "PayPal": token_of("access_token$production$", (LOWER, 16), "$", (HEX, 32)),
    "Airtable": token_of("pat", (WORD, 14), ".", (HEX, 64)),
    "HubSpot": lambda rng: "pat-na1-" + uuid(rng),
    "Asana": token_of("2/", (digits, 16), "/", (digits, 16), ":", (HEX, 32)),
    "Adobe": token_of("p8e-", (URL_SAFE, 32)),
    # Keys
    "web token": _web_token,
    "age": token_of("AGE-SECRET-KEY-1", (_BECH32, 58)),
    "PEM, PKCS 8": _armoured("PRIVATE KEY"),
    "PEM, RSA": _armoured("RSA PRIVATE KEY"),
    "PEM, EC, encrypted": _armoured("EC PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n"),
    "SSH": _armoured("OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU"),
    "PGP": _armoured("PGP PRIVATE KEY BLOCK", "Version: GnuPG v2\n\n"),
    "SSH2": lambda rng: (
        "---- BEGIN SSH2 ENCRYPTED PRIVATE"
        f" KEY ----\n{drawn(rng, BASE64, 70)}\n"
        "---- END SSH2 ENCRYPTED PRIVATE KEY ----"
    ),
}
"""What gives itself away, wherever it stands."""


def _password(rng: Random) -> str:
    words = rng.sample(["otter", "Lantern", "gravel", "Quartz", "meadow", "Cinder", "walnut", "Velvet"], 2)
    return (
        rng.choice(["", "!", "#1"]).join(words) + drawn(rng, digits, 4) + rng.choice(["", "!", "%", "+", "*", "~", "="])
    )


NAMED: dict[str, tuple[tuple[str, ...], Make]] = {
    "AWS secret": (("AWS_SECRET_ACCESS_KEY", "secretAccessKey", "aws_secret_access_key"), token_of((BASE64, 40))),
    "AWS session": (
        ("AWS_SESSION_TOKEN", "x-amz-security-token", "SessionToken"),
        token_of("IQoJb3JpZ2luX2Vj", (BASE64, 300)),
    ),
    "Azure OpenAI": (
        ("AZURE_OPENAI_API_KEY", "api-key", "azureApiKey", "Ocp-Apim-Subscription-Key"),
        token_of((HEX, 32)),
    ),
    "Azure Storage": (("AZURE_STORAGE_KEY", "account_key", "storageAccountKey"), token_of((BASE64, 86), "==")),
    "GCP": (("private_key_data", "GOOGLE_PRIVATE_KEY"), token_of((BASE64, 200))),
    "Mistral": (("MISTRAL_API_KEY", "mistralApiKey", "api_key"), token_of((WORD, 32))),
    "Cohere": (("CO_API_KEY", "COHERE_API_KEY", "cohere_api_key"), token_of((WORD, 40))),
    "Weaviate": (("WEAVIATE_API_KEY", "X-Weaviate-Api-Key"), token_of((WORD, 36))),
    "Portkey": (("x-portkey-api-key", "PORTKEY_API_KEY", "portkeyApiKey"), token_of((BASE64, 27), "=")),
    "Datadog": (("DD-API-KEY", "DD_API_KEY", "dd_application_key", "DD-APPLICATION-KEY"), token_of((HEX, 40))),
    "Cloudflare": (("CLOUDFLARE_API_TOKEN", "X-Auth-Key", "CF_API_KEY"), token_of((URL_SAFE, 40))),
    "Okta": (("OKTA_API_TOKEN", "okta_token"), token_of("00", (URL_SAFE, 40))),
    "Auth0": (("AUTH0_CLIENT_SECRET", "client_secret", "clientSecret"), token_of((URL_SAFE, 64))),
    "Vercel": (("VERCEL_TOKEN", "vercel_token"), token_of((WORD, 24))),
    "Twilio": (("TWILIO_AUTH_TOKEN", "authToken", "twilio_auth_token"), token_of((HEX, 32))),
    "PayPal": (("PAYPAL_CLIENT_SECRET", "paypal_secret"), token_of("EL", (URL_SAFE, 78))),
    "Heroku": (("HEROKU_API_KEY", "heroku_api_key"), uuid),
    "PagerDuty": (("routing_key", "PAGERDUTY_TOKEN"), token_of((HEX, 32))),
    "Algolia": (("ALGOLIA_ADMIN_KEY", "X-Algolia-API-Key"), token_of((HEX, 32))),
    "Kubernetes": (("service_account_token", "bearer_token"), token_of((LOWER, 16))),
    "PKCS 12": (("client_pfx", "keystore_p12", "pkcs12"), token_of("MIIKc", (BASE64, 200), "=")),
    "password": (("password", "DB_PASSWORD", "dbPassword", "adminPassword", "MYSQL_ROOT_PASSWORD", "Pwd"), _password),
    "password, glued": (("PGPASSWORD", "dbpassword", "userpassword", "SSHPASSWD"), _password),
    "password, cut": (("DB_PASS", "SMTP_PASS", "dbPass", "redis_pass", "ftp_pass"), _password),
    "passphrase": (("passphrase", "SSH_PASSPHRASE", "keyPassphrase", "sign_in_passcode"), _password),
    "glued": (("clientsecret", "webhooksecret", "appsecret", "APITOKEN", "userapikey"), token_of((LOWER, 24))),
    "secret": (
        ("SECRET_KEY_BASE", "JWT_SECRET", "webhookSecret", "signing_secret", "NEXTAUTH_SECRET"),
        token_of((HEX, 48)),
    ),
    "encryption": (("ENCRYPTION_KEY", "FERNET_KEY", "masterKey", "hmac_key"), token_of((URL_SAFE, 43), "=")),
    "session": (("session_id", "sessionToken", "PHPSESSID", "JSESSIONID", "connect.sid"), token_of((UPPER, 32))),
    "csrf": (("csrf_token", "X-CSRF-Token", "xsrf-token"), token_of((URL_SAFE, 32))),
    "OAuth": (("refresh_token", "access_token", "id_token", "oauthToken", "authToken"), token_of((URL_SAFE, 40))),
    "SAML": (("SAMLResponse", "saml_assertion"), token_of("PHNhbWxwOlJlc3BvbnNl", (BASE64, 120))),
    "one-time": (("otp_secret", "totp_secret", "mfaSecret"), token_of((_BASE32, 32))),
    "recovery": (
        ("recovery_key", "seed_phrase", "mnemonic"),
        lambda rng: "-".join(drawn(rng, ascii_lowercase, 6) for _ in range(4)),
    ),
    "license": (
        ("license_key", "licenseKey", "LICENSE_KEY"),
        lambda rng: "-".join(drawn(rng, UPPER, 5) for _ in range(5)),
    ),
    "connection": (("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE", "kafka_sasl_password", "ldapBindPassword"), _password),
}
"""What has no shape: only the name it stands under tells."""


def _query(*pairs: tuple[str, str]) -> str:
    around = [("page", "2"), *pairs, ("limit", "50")]
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in around)


def _packed(value: object, depth: int) -> str:
    for _ in range(depth):
        value = {"data": json.dumps(value)}
    return json.dumps(value)


_ANYWHERE: dict[str, Callable[[str], tuple[str, str]]] = {
    "prose": lambda s: (f"They sent me {s} for the import, thanks", s),
    "prose, end of sentence": lambda s: (f"The one that leaked is {s}.", s),
    "markdown": lambda s: (f"Run it with `{s}` and then:\n\n```\n{s}\n```\n", s),
    "JSON": lambda s: (json.dumps({"id": 7, "note": s, "ok": True}), s),
    "JSON, list": lambda s: (json.dumps({"values": ["one", s, "three"]}, indent=2), s),
    "JSON, 2 deep": lambda s: (_packed({"input": s}, 1), s),
    "JSON, 3 deep": lambda s: (_packed({"messages": [{"role": "user", "content": f"here: {s}"}]}, 2), s),
    "JSON, 4 deep": lambda s: (_packed({"value": s}, 3), s),
    "query": lambda s: ("/v1/hooks?" + _query(("value", s)), quote(s, safe="")),
    "url": lambda s: (f"https://hooks.example.com/in/{quote(s, safe='')}/run", quote(s, safe="")),
    "env": lambda s: (f"REGION=eu-west-1\nUPSTREAM={s}\nDEBUG=0", s),
    "YAML": lambda s: (f"service:\n  name: worker\n  upstream: {s}\n  replicas: 2\n", s),
    "Python": lambda s: (f"client = Client({s!r}, retries=3)", s),
    "log": lambda s: (f"2026-07-24T21:04:11Z WARN upstream rejected credential={s} status=401", s),
    "XML": lambda s: (f"<entry><value>{s}</value></entry>", s),
    "bearer header": lambda s: (json.dumps({"accept": "*/*", "authorization": f"Bearer {s}"}), s),
    "curl": lambda s: (f"curl -sS https://api.example.com/v1/models -H 'Authorization: Bearer {s}'", s),
    "JSON in a query": lambda s: (
        "/v1/x?" + _query(("filter", json.dumps({"value": s}))),
        quote(s, safe=""),
    ),
}

_NAMED_PLACES: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "env": lambda n, s: (f"REGION=eu-west-1\n{n}={s}\nDEBUG=0", s),
    "env, exported": lambda n, s: (f'export {n}="{s}"', s),
    "env, docker": lambda n, s: (f"docker run -e {n}={s} -p 80:80 image:latest", s),
    "YAML": lambda n, s: (f"service:\n  name: worker\n  {n}: {s}\n  replicas: 2\n", s),
    "YAML, quoted": lambda n, s: (f'service:\n  {n}: "{s}"\n', s),
    "INI": lambda n, s: (f"[main]\n{n} = {s}\nhost = db\n", s),
    "JSON": lambda n, s: (json.dumps({"id": 7, n: s}), s),
    "JSON, 2 deep": lambda n, s: (_packed({"config": {n: s}}, 1), s),
    "JSON, 3 deep": lambda n, s: (_packed([{n: s, "n": 1}], 2), s),
    "JSON, 4 deep": lambda n, s: (_packed({"a": {n: [s]}}, 3), s),
    "header": lambda n, s: (json.dumps({"accept": "*/*", "host": "a.example", n: s}), s),
    "curl": lambda n, s: (f"curl https://a.example/v1 -H '{n}: {s}' -H 'Accept: */*'", s),
    "curl, double quotes": lambda n, s: (f'curl -H "{n}: {s}" https://a.example/v1', s),
    "curl in JSON": lambda n, s: (json.dumps({"content": f'try:\ncurl -H "{n}: {s}" https://a.example'}), s),
    "query": lambda n, s: ("/v1/things?" + _query((n, s)), quote(s, safe="")),
    "query, name encoded": lambda n, s: (
        f"/v1/things?a=1&{n.replace('_', '%5F').replace('-', '%2D')}={quote(s, safe='')}",
        quote(s, safe=""),
    ),
    "JSON in a query": lambda n, s: ("/v1/x?" + _query(("config", json.dumps({n: s}))), quote(s, safe="")),
    "form": lambda n, s: (f"grant_type=refresh&{n}={quote(s, safe='')}&client_id=app", quote(s, safe="")),
    "Python": lambda n, s: (f"client = Client(region='eu', {n}='{s}')", s),
    "Python, dict": lambda n, s: (f"{{'{n}': '{s}', 'n': 1}}", s),
    "JavaScript": lambda n, s: (f'const client = new Client({{ region: "eu", {n}: "{s}" }});', s),
    "flag": lambda n, s: (f"deployctl login --{n.lower().replace('_', '-')} {s} --region eu", s),
    "flag with =": lambda n, s: (f"deployctl login --{n}={s} --region eu", s),
    "XML": lambda n, s: (f"<config><host>db</host><{n}>{s}</{n}></config>", s),
    "name and value": lambda n, s: (
        json.dumps({"env": [{"name": n, "value": s}, {"name": "A", "value": "b"}]}),
        s,
    ),
    "key and value": lambda n, s: (json.dumps({"header": [{"key": n, "value": s, "type": "text"}]}), s),
    "raw request": lambda n, s: (f"POST /v1 HTTP/1.1\r\nHost: a.example\r\n{n}: {s}\r\nAccept: */*", s),
    "log": lambda n, s: (f"2026-07-24 21:04:11 DEBUG settings {n}={s} region=eu", s),
    "cut JSON": lambda n, s: (json.dumps({"id": 1, "config": {n: s}})[:-4], s[:-2]),
    "cut JSON, 2 deep": lambda n, s: (_packed({"config": {n: s}}, 1)[:-6], s[:-2]),
}


def _url_with_password(scheme: str, rest: str, user: str = "app") -> Callable[[Random], tuple[str, str]]:
    def make(rng: Random) -> tuple[str, str]:
        secret = quote(_password(rng), safe="!*~")
        return f"{scheme}://{user}:{secret}@{rest}", secret

    return make


def _around(before: str, secret: Make, after: str = "") -> Callable[[Random], tuple[str, str]]:
    def make(rng: Random) -> tuple[str, str]:
        made = secret(rng)
        return before + made + after, made

    return make


def _encoded(before: str, secret: Make, after: str = "") -> Callable[[Random], tuple[str, str]]:
    return _around(before, lambda rng: quote(secret(rng), safe=""), after)


def _basic(rng: Random) -> tuple[str, str]:
    secret = base64_of(f"admin:{_password(rng)}")
    return f"Authorization: Basic {secret}", secret


def _service_account(rng: Random) -> tuple[str, str]:
    secret = _armoured("PRIVATE KEY")(rng)
    account = {
        "type": "service_account",
        "project_id": "p-1",
        "private_key_id": drawn(rng, HEX, 40),
        "private_key": secret,
        "client_email": "a@p-1.iam.gserviceaccount.com",
    }
    return json.dumps(account), secret


def _own_web_key(rng: Random) -> tuple[str, str]:
    secret = drawn(rng, URL_SAFE, 43)
    public = {"kty": "EC", "crv": "P-256", "x": drawn(rng, URL_SAFE, 43), "y": drawn(rng, URL_SAFE, 43)}
    return json.dumps(public | {"d": secret}), secret


_PLAIN_PASSWORD = token_of((LOWER, 14))

IN_CONTEXT: dict[str, Callable[[Random], tuple[str, str]]] = {
    "postgres": _url_with_password("postgres", "db.example.net:5432/main?sslmode=require"),
    "postgresql, driver": _url_with_password("postgresql+asyncpg", "10.0.0.7/main"),
    "mongodb": _url_with_password("mongodb+srv", "cluster0.example.net/?retryWrites=true"),
    "redis": _url_with_password("redis", "cache:6379/0", user=""),
    "rediss": _url_with_password("rediss", "cache.example.net:6380", user="default"),
    "amqp": _url_with_password("amqps", "mq.example.net/vhost"),
    "mysql, JDBC": _url_with_password("jdbc:mysql", "db:3306/main"),
    "http": _url_with_password("https", "registry.example.com/v2/", user="ci-bot"),
    "smtp": _url_with_password("smtp", "mail.example.com:587", user="no-reply%40example.com"),
    "git": _around("https://x-access-token:", token_of((LOWER, 24)), "@git.example.com/a/b.git"),
    "JDBC parameters": _around("jdbc:postgresql://db:5432/main?user=app&password=", _PLAIN_PASSWORD, "&ssl=true"),
    "JDBC, SQL Server": _around(
        "jdbc:sqlserver://db:1433;databaseName=main;user=sa;password=", _PLAIN_PASSWORD, ";encrypt=true"
    ),
    "ADO": _around(
        "Server=tcp:db.example.net,1433;Initial Catalog=main;User ID=sa;Password=", _password, ";Encrypt=True;"
    ),
    "ADO, Pwd": _around("Server=db;Uid=app;Pwd=", _PLAIN_PASSWORD, ";Database=main"),
    "ODBC, braces": _around("Driver={ODBC Driver 18 for SQL Server};Server=db;UID=sa;PWD={", _PLAIN_PASSWORD, "};"),
    "libpq": _around("host=db port=5432 user=app password=", _PLAIN_PASSWORD, " dbname=main"),
    "Azure Storage": _around(
        "DefaultEndpointsProtocol=https;AccountName=logs;AccountKey=",
        token_of((BASE64, 86), "=="),
        ";EndpointSuffix=core.windows.net",
    ),
    "Service Bus": _around(
        "Endpoint=sb://bus.example.net/;SharedAccessKeyName=Root;SharedAccessKey=",
        token_of((BASE64, 43), "="),
    ),
    "Cosmos DB": _around("AccountEndpoint=https://a.example:443/;AccountKey=", token_of((BASE64, 86), "=="), ";"),
    "IoT Hub": _around("HostName=h.example.net;DeviceId=d1;SharedAccessKey=", token_of((BASE64, 43), "=")),
    "SAS": _encoded(
        "https://a.blob.example.net/c/f.json?sv=2024-11-04&ss=b&se=2026-12-01T00%3A00%3A00Z&sr=c&sp=rl&sig=",
        token_of((BASE64, 43), "="),
    ),
    "SAS token": _encoded(
        "SharedAccessSignature sr=bus.example.net&sig=",
        token_of((BASE64, 43), "="),
        "&se=1785000000&skn=Root",
    ),
    "S3, signed": _around(
        "https://b.s3.example.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260724T210411Z"
        "&X-Amz-Expires=900&X-Amz-Signature=",
        token_of((HEX, 64)),
        "&X-Amz-SignedHeaders=host",
    ),
    "S3, security token": _encoded(
        "https://b.s3.example.com/k?X-Amz-Security-Token=", token_of((BASE64, 200)), "&x-id=GetObject"
    ),
    "S3, signed, packed in a query": _encoded(
        "/v1/fetch?url=https%3A%2F%2Fb.s3.example.com%2Fk%3FX-Amz-Expires%3D900%26X-Amz-Signature%3D",
        token_of((HEX, 64)),
    ),
    "AWS header": _around(
        "Authorization: AWS4-HMAC-SHA256 Credential=x/20260724/eu-west-1/bedrock/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=",
        token_of((HEX, 64)),
    ),
    "GCS, signed": _around(
        "https://storage.example.com/b/o?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature=", token_of((HEX, 256))
    ),
    "CloudFront": _around(
        "https://d1.example.net/a.mp4?Expires=1785000000&Signature=",
        token_of((URL_SAFE + "~", 120)),
        "&Key-Pair-Id=K2JCJMDEHXQW5F",
    ),
    "Slack webhook": _around("https://hooks.slack.com/services/T0A1B2C3D4/B0E5F6G7H8J/", token_of((WORD, 24))),
    "Discord webhook": _around("https://discord.com/api/webhooks/123456789012345678/", token_of((URL_SAFE, 68))),
    "Teams webhook": lambda rng: (
        lambda s: (f"https://a.webhook.office.com/webhookb2/{uuid(rng)}@{uuid(rng)}/IncomingWebhook/{s}/{uuid(rng)}", s)
    )(drawn(rng, HEX, 32)),
    "Telegram url": _around(
        "https://api.telegram.org/bot", token_of((digits, 10), ":AA", (URL_SAFE, 33)), "/sendMessage"
    ),
    "basic": _basic,
    "basic, JSON": lambda rng: (lambda s: (json.dumps({"Authorization": f"Basic {s}"}), s))(
        base64_of(f"a:{_password(rng)}")
    ),
    "token scheme": _around("Authorization: Token ", token_of((HEX, 40))),
    "ApiKey scheme": _around("Authorization: ApiKey ", token_of((WORD, 40))),
    "Digest": _around(
        'Authorization: Digest username="ana", realm="a", nonce="b", uri="/x", response="', token_of((HEX, 32)), '"'
    ),
    "quoted parameter": _around('Authorization: Token token="', token_of((HEX, 40)), '", id=7'),
    "cookie": _around("Cookie: theme=dark; sid=", token_of((WORD, 32)), "; lang=en"),
    "set-cookie": _around(
        "HTTP/1.1 200 OK\r\nSet-Cookie: __Host-session=", token_of((URL_SAFE, 43)), "; Path=/; HttpOnly"
    ),
    "cookie, JSON": lambda rng: (lambda s: (json.dumps({"host": "a", "cookie": f"a=1; sid={s}"}), s))(
        drawn(rng, WORD, 32)
    ),
    "curl -u": _around("curl -u admin:", _PLAIN_PASSWORD, " https://a.example/v1"),
    "curl --user": _around("curl --user 'ana@example.com:", _PLAIN_PASSWORD, "' https://a.example/v1"),
    "curl -b": _around("curl -b 'sid=", token_of((WORD, 32)), "' https://a.example"),
    "psql": _around("PGPASSWORD=", _PLAIN_PASSWORD, " psql -h db -U app main"),
    "mysql": _around("mysql -h db -u root --password=", _PLAIN_PASSWORD, " main"),
    "sshpass": _around("sshpass -p ", _PLAIN_PASSWORD, " ssh root@10.0.0.7"),
    "docker login": _around("docker login -u ci -p ", _PLAIN_PASSWORD, " registry.example.com"),
    "netrc": _around("machine api.example.com login ana password ", _PLAIN_PASSWORD),
    "npmrc": _around("//registry.example.com/:_authToken=", token_of((HEX, 36))),
    "docker config": lambda rng: (lambda s: (json.dumps({"auths": {"registry.example.com": {"auth": s}}}), s))(
        base64_of(f"ci:{_password(rng)}")
    ),
    "kubeconfig": _around(
        "users:\n- name: a\n  user:\n    client-key-data: ", token_of("LS0tLS1CRUdJTi", (BASE64, 200))
    ),
    "service account": _service_account,
    "service account, packed": lambda rng: (lambda made: (json.dumps({"vertex": made[0]}), made[1]))(
        _service_account(rng)
    ),
    "own web key": _own_web_key,
    "otpauth": _around("otpauth://totp/Example:ana?secret=", token_of((_BASE32, 32)), "&issuer=Example"),
    "websocket": _around("wss://a.example/socket?access_token=", token_of((URL_SAFE, 40))),
    "fragment": _around("https://app.example/cb#access_token=", token_of((URL_SAFE, 40)), "&token_type=Bearer"),
    "redirect, encoded twice": _around(
        "/login?next=https%3A%2F%2Fa.example%2Fcb%3Faccess_token%3D", token_of((WORD, 40)), "%26state%3D1"
    ),
    "connection string in JSON": lambda rng: (lambda made: (json.dumps({"dsn": made[0], "n": 1}), made[1]))(
        _url_with_password("postgres", "db/main")(rng)
    ),
    "connection string, deep": lambda rng: (lambda made: (_packed({"url": made[0]}, 2), made[1]))(
        _url_with_password("redis", "c:6379", user="")(rng)
    ),
    "connection string, encoded": lambda rng: (
        lambda s: (f"/v1/x?dsn=postgres%3A%2F%2Fapp%3A{s}%40db%3A5432%2Fmain", s)
    )(drawn(rng, LOWER, 16)),
}
"""What the text around it tells of."""


def secrets(seed: int, each: int = 3) -> Iterator[Secret]:
    """All kinds, each in some of the places where it may stand."""
    for kind, make in SHAPED.items():
        rng = Random(f"{seed} {kind}")
        for place in rng.sample(sorted(_ANYWHERE), each):
            secret = make(rng)
            if "\n" in secret and place not in _FOR_LINES:
                place = rng.choice(_FOR_LINES)
            yield Secret(kind, place, *_ANYWHERE[place](secret))
    for kind, (names, make) in NAMED.items():
        rng = Random(f"{seed} by name {kind}")
        for place in rng.sample(sorted(_NAMED_PLACES), 2 * each):
            yield Secret(f"by name: {kind}", place, *_NAMED_PLACES[place](rng.choice(names), make(rng)))
    for kind, write in IN_CONTEXT.items():
        rng = Random(f"{seed} in context {kind}")
        for _ in range(each):
            text, secret = write(rng)
            yield Secret(f"in context: {kind}", "alone", text, secret)
            packed = json.dumps(
                {"messages": [{"role": "user", "content": f"why does this fail?\n{text}\nIt did work."}]}
            )
            yield Secret(f"in context: {kind}", "JSON", packed, secret)


_FOR_LINES = ("prose", "JSON", "JSON, 2 deep", "JSON, 3 deep", "markdown", "XML")
