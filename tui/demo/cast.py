"""Who acts in the stand-in's organisation, a parcel carrier that does not exist: people, robots, and workspaces.

Every address is from a range set aside for documentation or for private networks, every mail address from an
`example` domain, every id made from a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tui.demo.mixing import identify, identify_by_clock, mask, tag

ORGANISATION = identify("organisation", "Meridian Parcel")


class Place(NamedTuple):
    """Where somebody acts from: the address, and the country that the edge makes of it."""

    address: str
    country: str


class Thing(NamedTuple):
    """Something with a name that calls act upon."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Workspace:
    """A team's part of the organisation, and the prompts it keeps; `share` is its part of the organisation's work."""

    name: str
    description: str
    share: int
    topics: tuple[str, ...]

    @property
    def id(self) -> str:
        return identify("workspace", self.name)

    @property
    def slug(self) -> str:
        letters = "".join(letter for letter in self.name.lower() if letter.isalpha())
        return f"ws-{letters[:6]}-{tag('workspace', self.name)}"

    @property
    def keys(self) -> tuple[Thing, ...]:
        """The API keys of its services, which call the gateway and never the Admin API."""
        names = (f"{self.name} {use}" for use in ("web", "batch", "evaluation", "translate-bulk"))
        return tuple(Thing(identify("api key", name), name) for name in names)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever calls the API: `type` is the log's user_type, `duty` decides what they do."""

    id: str
    type: str
    name: str
    places: tuple[Place, ...]
    agent: str
    workspaces: tuple[Workspace, ...]
    duty: str

    @property
    def credential(self) -> str:
        """The masked credential in the headers."""
        return mask("credential", self.name)


@dataclass(frozen=True, slots=True)
class Person(Actor):
    """Somebody with working hours in a zone (hours east of UTC)."""

    role: str
    mail: str
    zone: float
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Robot(Actor):
    """An API key at work; an organisation's key where `workspaces` is empty.

    `hours` are those of the day (UTC) in which it works, `weight` how often, one person being 100.
    """

    hours: tuple[int, ...]
    weight: int


CARE = Workspace("Customer Care", "Answers to senders and receivers", 30, (
    "refund-triage", "delivery-eta-reply", "complaint-summary", "tone-softener", "escalation-router", "claim-intake",
    "chat-handover", "damage-photo-caption", "apology-letter", "call-notes", "voice-of-customer", "reply-in-dutch",
))  # fmt: skip
ROUTES = Workspace("Route Planning", "Briefings for drivers and depots", 18, (
    "eta-explainer", "driver-brief", "road-closure-digest", "depot-shift-notes", "loading-order", "detour-advice",
    "weather-warning", "handover-summary",
))  # fmt: skip
CUSTOMS = Workspace("Customs", "Declarations and tariff codes", 14, (
    "hs-code-suggest", "invoice-extract", "declaration-check", "sanction-name-match", "tariff-question",
    "origin-proof-reader", "broker-mail",
))  # fmt: skip
FRAUD = Workspace("Fraud & Risk", "Who should not get credit", 10, (
    "address-cluster-note", "chargeback-summary", "account-takeover-triage", "cash-on-delivery-risk", "merchant-review",
))  # fmt: skip
PLATFORM = Workspace("Developer Platform", "Gateways, keys, and the rest of the plumbing", 12, (
    "commit-summary", "incident-timeline", "runbook-search", "api-doc-writer", "log-explainer", "schema-naming",
))  # fmt: skip
MARKETING = Workspace("Marketing", "Campaigns and translations", 10, (
    "newsletter-draft", "subject-line-ab", "landing-page-hero", "brand-voice-check", "social-post-de", "translate-bulk",
))  # fmt: skip
SANDBOX = Workspace("Sandbox", "Try things here; nothing is kept", 6, (
    "hello-world", "test-please-ignore", "copy-of-refund-triage", "json-mode-try", "agent-loop-3", "poem",
))  # fmt: skip

WORKSPACES = (CARE, ROUTES, CUSTOMS, FRAUD, PLATFORM, MARKETING, SANDBOX)

_ROTTERDAM = Place("203.0.113.10", "NL")
_CHICAGO = Place("203.0.113.20", "US")
_BENGALURU = Place("203.0.113.30", "IN")
_TOR = Place("198.51.100.250", "T1")
_NETWORK = Place("::ffff:10.20.0.7", "")
"""The company's own network, which the edge sees from inside."""

_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
_SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15"


def _person(name: str, mail: str, duty: str, zone: float, country: str, number: int, *workspaces: Workspace,
            role: str = "member", office: Place | None = None, hours: tuple[int, int] = (9, 18),
            agent: str = _CHROME) -> Person:  # fmt: skip
    """Somebody whose home has the address 198.51.100.`number`, and an IPv6 network of the same number."""
    home = (Place(f"198.51.100.{number}", country), Place(f"2001:db8:{number:x}:7::{number * 73:x}", country))
    places = home if office is None else (office, office, *home)
    # Older accounts have ids made from the clock, as uuids were made before version 4.
    identifier = identify("user", mail) if number < 40 else identify_by_clock("user", mail)
    return Person(identifier, "user", name, places, agent, workspaces, duty, role, mail, zone, *hours)


def robot(name: str, duty: str, agent: str, hours: tuple[int, ...], weight: int, *places: Place,
          workspaces: tuple[Workspace, ...] = ()) -> Robot:  # fmt: skip
    """The key called `name`; see `Robot`."""
    return Robot(identify("api key", name), "api_key", name, places, agent, workspaces, duty, hours, weight)


PEOPLE = (
    _person("Maya Lindqvist", "maya.lindqvist@example.com", "prompts", 1, "SE", 11, CARE, ROUTES, agent=_SAFARI),
    _person("Jürgen Weiß", "juergen.weiss@example.com", "prompts", 1, "DE", 12, CARE, office=_ROTTERDAM),
    _person("Ana Sofía Ibáñez", "ana.ibanez@example.com", "prompts", 1, "ES", 13, CARE, MARKETING),
    _person("Łukasz Żółkowski", "lukasz.zolkowski@example.com", "platform", 1, "PL", 14, PLATFORM, ROUTES,
            role="admin", office=_ROTTERDAM, agent=_FIREFOX),
    _person("Femke de Vries", "femke.devries@example.com", "security", 1, "NL", 15, FRAUD, PLATFORM, role="admin",
            office=_ROTTERDAM),
    _person("Daan Bakker", "daan.bakker@example.com", "people", 1, "NL", 16, PLATFORM, role="owner", office=_ROTTERDAM),
    _person("Priya Raghunathan", "priya.raghunathan@example.com", "prompts", 5.5, "IN", 21, CARE, CUSTOMS,
            office=_BENGALURU),
    _person("அருண் குமார்", "arun.kumar@example.com", "prompts", 5.5, "IN", 22, CUSTOMS, office=_BENGALURU),
    _person("Kavya Nair", "kavya.nair@example.com", "platform", 5.5, "IN", 23, PLATFORM, CARE, office=_BENGALURU),
    _person("Rohan Mehta", "rohan.mehta@example.com", "prompts", 5.5, "IN", 24, ROUTES, hours=(12, 21)),
    _person("Grace Okonkwo", "grace.okonkwo@example.com", "security", 1, "NG", 31, FRAUD, agent=_FIREFOX),
    _person("Chloé Lefèvre", "chloe.lefevre@example.com", "prompts", 1, "FR", 32, MARKETING, agent=_SAFARI),
    _person("Oleksandr Шевченко", "oleksandr.shevchenko@example.com", "prompts", 2, "UA", 33, ROUTES, agent=_FIREFOX),
    _person("Siobhán O'Rourke", "siobhan.orourke@example.com", "insight", 0, "IE", 34, CARE, FRAUD),
    _person("佐藤 美咲", "misaki.sato@example.com", "prompts", 9, "JP", 41, CUSTOMS, agent=_SAFARI),
    _person("김민준", "minjun.kim@example.com", "prompts", 9, "KR", 42, CUSTOMS, ROUTES),
    _person("Nguyễn Thị Hạnh", "hanh.nguyen@example.com", "prompts", 7, "VN", 43, MARKETING, SANDBOX),
    _person("Wei Ling Tan", "weiling.tan@example.com", "platform", 8, "SG", 44, PLATFORM, FRAUD, agent=_SAFARI),
    _person("Marcus Bell", "marcus.bell@example.com", "platform", -6, "US", 51, PLATFORM, SANDBOX, role="admin",
            office=_CHICAGO, hours=(8, 17), agent=_SAFARI),
    _person("Dolores Haze-Whitaker", "dolores.whitaker@example.com", "prompts", -6, "US", 52, CARE, office=_CHICAGO),
    _person("Tyrone Jackson", "tyrone.jackson@example.com", "prompts", -5, "US", 53, CARE, ROUTES),
    _person("Renée St-Pierre", "renee.stpierre@example.com", "insight", -5, "CA", 54, MARKETING, CARE),
    _person("João Gonçalves", "joao.goncalves@example.com", "prompts", -3, "BR", 55, FRAUD, MARKETING),
    _person("Zoë Abernathy-Ōkubo", "zoe.abernathy@example.org", "prompts", -8, "US", 56, SANDBOX, PLATFORM,
            hours=(11, 23)),
    _person("Sam Reyes (contractor)", "sam.reyes@example.net", "prompts", 11, "AU", 57, SANDBOX, office=_TOR,
            hours=(19, 24)),
)  # fmt: skip

_ALWAYS = tuple(range(24))
_RELEASE_HOURS = tuple(range(7, 19))

TERRAFORM = robot("terraform-cloud", "terraform",
                  "Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-portkey/0.4.2", _RELEASE_HOURS, 22,
                  Place("192.0.2.17", "US"))  # fmt: skip
CARE_DEPLOYER = robot("deploy-customer-care", "deploy", "python-httpx/0.28.1 portkey-deploy/2.7.0", _RELEASE_HOURS, 30,
                      Place("192.0.2.44", "US"), Place("192.0.2.45", "US"), workspaces=(CARE,))  # fmt: skip
ROUTES_DEPLOYER = robot("gitlab-ci-route-planning", "deploy", "curl/8.14.1", _RELEASE_HOURS, 20,
                        _NETWORK, Place("2001:db8:c1::17", "NL"), workspaces=(ROUTES,))  # fmt: skip
EVALUATOR = robot("nightly-evaluation", "evaluate", "node-fetch/1.0 portkey-ai/3.0.3", (1, 2, 3), 70,
                  Place("::ffff:192.0.2.60", "XX"), workspaces=(CARE, CUSTOMS))  # fmt: skip
ROTATOR = robot("key-rotation-bot", "rotate", "key-rotation-bot/1.9 Go-http-client/2.0", (3, 4, 5, 12, 20), 30,
                Place("192.0.2.71", "IE"))  # fmt: skip
DIRECTORY = robot("scim-directory-sync", "synchronise", "Okta SCIM Client 1.0.0", _ALWAYS, 30,
                  Place("192.0.2.80", "US"), Place("192.0.2.81", "US"))  # fmt: skip
PORTAL = robot("developer-portal", "provision", "axios/1.12.2 backstage-plugin/0.9", _RELEASE_HOURS, 70, _NETWORK)
EXPORTER = robot("warehouse-log-export", "export", "python-requests/2.32.5", (0, 6, 12, 18), 40,
                 Place("192.0.2.99", "NL"), workspaces=(CARE, FRAUD))  # fmt: skip
JANITOR = robot("prompt-janitor", "tidy", "python-requests/2.32.5 tidy.py", (22,), 6, Place("192.0.2.133", "NL"),
                workspaces=(SANDBOX,))  # fmt: skip
BREAK_GLASS = robot("break-glass-admin", "provision", "curl/8.14.1", (), 0, _ROTTERDAM)

ROBOTS = (
    TERRAFORM, CARE_DEPLOYER, ROUTES_DEPLOYER, EVALUATOR, ROTATOR, DIRECTORY, PORTAL, EXPORTER, JANITOR, BREAK_GLASS,
)  # fmt: skip


def person(mail: str) -> Person:
    """The one with this mail address; KeyError where there is none."""
    return {somebody.mail: somebody for somebody in PEOPLE}[mail]
