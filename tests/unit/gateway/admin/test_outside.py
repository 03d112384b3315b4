"""Other systems in the browser: webhooks, their delivery log, keys, queues."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from chassis.errors import FieldFault, Invalid, NotFound
from contracts.calls.audit import AuditEntry
from contracts.calls.routing import SystemKey
from contracts.calls.routing.partners import KeyView
from contracts.calls.webhooks import AttemptView, PostView, WebhookView
from gateway.admin.outside.subscription import GROUPS
from gateway.texts import LANGUAGES, catalogue
from tests.unit.gateway.fakes import Outcome
from tests.unit.gateway.samples import CODE, NOON, a_staff_member

HOOK = WebhookView(
    id="crm",
    title={"fa": "باشگاه مشتریان", "en": "CRM"},
    address="https://crm.example.org/hooks",
    types=["ticket.*", "sla.breached"],
    units=[],
    kinds=["incident"],
    payload="cloudevents-1",
    ordered=True,
    owner="sara",
    enabled=True,
    version=3,
    keys=[KeyView(fingerprint="1f0c5e7a9b21", since=NOON, until=None)],
    cursor="eyJpbnRha2UiOls",
    waiting=17,
)
FAILED = AttemptView(at=NOON, outcome="failing", status=503, milliseconds=41, answer="<b>busy")
POST = PostView(
    id="crm:1:routing.5d0c.481920374654.3",
    number=17,
    message="routing.5d0c.481920374654.3",
    type="ticket.assigned",
    subject=CODE,
    state="waiting",
    taken_at=NOON,
    attempts=[FAILED],
    next_at=NOON,
    body={"type": "ticket.assigned"},
)
KEY = SystemKey(
    id="erp",
    title="ERP",
    rights=["event.read"],
    addresses=["10.20.0.0/16"],
    active=True,
    made_at=NOON,
    made_by="person:admin",
)
FORM = {
    "title.fa": "باشگاه",
    "address": "https://crm.example.org/hooks",
    "types": "ticket.*",
    "payload": "standard-1",
    "ordered": "yes",
    "enabled": "yes",
    "key": "k1",
}


@pytest.fixture
async def admin(world: Any) -> Any:
    """An administrator with one webhook and one key."""
    world.services.tell("routing", "authenticate", a_staff_member("admin"))
    world.services.tell("notify", "webhooks", [HOOK])
    world.services.tell("notify", "webhook", HOOK)
    world.services.tell("notify", "define_webhook", HOOK)
    world.services.tell("notify", "webhook_posts", [POST])
    world.services.tell("notify", "webhook_post", POST)
    world.services.tell("routing", "system_keys", [KEY])
    await world.post("/sign-in", form={"username": "admin", "password": "secret"})
    return world


def with_secret(webhook: WebhookView = HOOK) -> WebhookView:
    return msgspec.structs.replace(webhook, secret="whsec_shown_once")


PAGES = (
    "/admin/webhooks",
    "/admin/webhooks/new",
    "/admin/webhooks/crm",
    "/admin/webhooks/crm/posts",
    f"/admin/webhooks/crm/posts/{POST.id}",
    "/admin/webhooks/crm/history",
    "/admin/keys",
    "/admin/keys/queue",
)


@pytest.fixture(params=PAGES)
def path(request: pytest.FixtureRequest) -> str:
    given: str = request.param
    return given


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_every_page_is_shown_in_both_languages(admin, path, language):
    admin.services.tell("notify", "audit", [])

    reply = await admin.get(f"{path}?lang={language}")

    assert reply.status == 200
    assert "whsec_" not in reply.text


async def test_no_page_is_shown_to_who_may_not_change_definitions(world, path):
    world.services.tell("routing", "authenticate", a_staff_member("supervisor"))
    await world.post("/sign-in", form={"username": "desk", "password": "secret"})

    assert (await world.get(path)).status == 403


async def test_a_webhook_is_made_and_its_secret_shown_once(admin):
    admin.services.tell("notify", "define_webhook", with_secret())

    first = await admin.post("/admin/webhooks/new", form={**FORM, "webhook": "CRM"})
    admin.services.tell("notify", "define_webhook", Outcome(HOOK, repeated=True))
    again = await admin.post("/admin/webhooks/new", form={**FORM, "webhook": "CRM"})

    asked = admin.services.last("define_webhook")
    assert first.status == 200
    assert "whsec_shown_once" in first.text
    assert first.headers["cache-control"] == "no-store"
    assert again.headers["location"] == "/admin/webhooks/crm?done=saved"
    assert (asked.key, asked.request.id, asked.request.types) == ("k1", "crm", ["ticket.*"])
    assert (asked.request.ordered, asked.request.payload) == (True, "standard-1")


async def test_what_is_wrong_with_a_webhook_is_said_and_nothing_is_lost(admin):
    fault = FieldFault(pointer="/address", code="address_not_allowed")
    admin.services.tell("notify", "define_webhook", Invalid("request_invalid", fields=[fault]))
    address = "https://10.0.0.7/hooks"

    reply = await admin.post("/admin/webhooks/crm", form={**FORM, "address": address})

    assert reply.status == 422
    assert 'id="f-address-fault"' in reply.text
    assert f'value="{address}"' in reply.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_of_events_that_can_be_asked_for_has_a_name(language):
    wanted = {f"outside.group.{pattern.removesuffix('.*')}" for pattern in GROUPS}

    assert not wanted - catalogue(language).keys()


async def test_an_unknown_webhook_is_not_found(admin):
    admin.services.tell("notify", "webhook", NotFound("webhook_not_found"))

    assert (await admin.get("/admin/webhooks/other")).status == 404
    assert (await admin.post("/admin/webhooks/other", form=FORM)).status == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stopped": "gone", "stopped_at": NOON}, "exists no more (410)"),
        ({"stopped": "failing", "stopped_at": NOON}, "has taken no event for days"),
        ({"enabled": False}, "was switched off"),
    ],
)
async def test_one_that_was_stopped_says_why_and_begins_again_as_it_was(admin, changes, said):
    admin.services.tell("notify", "webhook", msgspec.structs.replace(HOOK, **changes))

    shown = await admin.get("/admin/webhooks/crm?lang=en")
    reply = await admin.post("/admin/webhooks/crm/again", form={"key": "k"})

    asked = admin.services.last("define_webhook").request
    assert said in shown.text
    assert reply.headers["location"] == "/admin/webhooks/crm?done=begun"
    assert (asked.types, asked.kinds, asked.owner) == (HOOK.types, HOOK.kinds, "sara")
    assert asked.enabled


async def test_a_test_shows_what_the_receiver_answered(admin):
    answered = msgspec.structs.replace(POST, type="webhook.test", state="failed")
    admin.services.tell("notify", "test_webhook", answered)

    reply = await admin.post("/admin/webhooks/crm/test?lang=en", form={"key": "k"})

    assert "Error at the receiver" in reply.text
    assert "HTTP 503" in reply.text
    assert "&lt;b&gt;busy" in reply.text


async def test_a_secret_is_rotated_and_shown_once(admin):
    admin.services.tell("notify", "rotate_webhook_secret", with_secret())

    reply = await admin.post("/admin/webhooks/crm/rotate", form={"key": "k", "keep_hours": "0"})

    assert "whsec_shown_once" in reply.text
    assert admin.services.last("rotate_webhook_secret").request.keep_hours == 0


@pytest.mark.parametrize(
    ("form", "after"),
    [
        ({"from": "start"}, None),
        ({"from": "end", "after": "abc"}, "end"),
        ({"from": "cursor", "after": " abc "}, "abc"),
    ],
)
async def test_sending_again_begins_where_it_is_told(admin, form, after):
    admin.services.tell("notify", "replay_webhook", HOOK)

    reply = await admin.post("/admin/webhooks/crm/replay", form={**form, "key": "k"})

    assert reply.headers["location"] == "/admin/webhooks/crm?done=replayed"
    assert admin.services.last("replay_webhook").request.after == after


@pytest.mark.parametrize("form", [{"from": "cursor"}, {"from": "nowhere"}, {}])
async def test_sending_again_from_no_place_sends_nothing(admin, form):
    reply = await admin.post("/admin/webhooks/crm/replay", form=form)

    assert reply.status == 422
    assert not [asked for asked in admin.services.asked if asked.method == "replay_webhook"]


async def test_a_webhook_is_removed(admin):
    admin.services.tell("notify", "remove_webhook", True)

    reply = await admin.post("/admin/webhooks/crm/remove", form={"key": "k"})

    assert reply.headers["location"] == "/admin/webhooks?removed=yes"
    assert admin.services.last("remove_webhook").request.id == "crm"


async def test_the_delivery_log_is_read_by_outcome_and_further_back(admin):
    admin.services.tell("notify", "webhook_posts", [POST] * 50)

    reply = await admin.get("/admin/webhooks/crm/posts?state=failed&before=90&lang=en")
    await admin.get("/admin/webhooks/crm/posts?state=nonsense&before=x")

    (asked,) = [
        each.request
        for each in admin.services.asked
        if each.method == "webhook_posts" and each.request.state
    ]
    assert (asked.state, asked.before) == ("failed", 90)
    assert 'href="?state=failed&amp;before=17"' in reply.text
    assert f"/desk/tickets/{CODE}" in reply.text


async def test_a_message_is_shown_with_its_bodies_and_sent_again(admin):
    admin.services.tell("notify", "retry_webhook_post", POST)

    shown = await admin.get(f"/admin/webhooks/crm/posts/{POST.id}?lang=en")
    reply = await admin.post(f"/admin/webhooks/crm/posts/{POST.id}/retry", form={"key": "k"})

    assert "&#34;ticket.assigned&#34;" in shown.text
    assert "&lt;b&gt;busy" in shown.text
    assert admin.services.last("retry_webhook_post").request.post == POST.id
    assert reply.headers["location"].endswith("?again=yes")


async def test_who_changed_a_webhook_and_how_is_told(admin):
    def entry(version: int, fields: list[str], before: Any, after: Any) -> AuditEntry:
        return AuditEntry(
            at=datetime(2026, 11, version, tzinfo=UTC),
            by="person:sara",
            kind="webhook",
            id="crm",
            version=version,
            fields=fields,
            before=before,
            after=after,
        )

    was: dict[str, Any] = {"types": ["ticket.*"], "ordered": False, "title": {"en": "Old"}}
    became = {"types": ["sla.*"], "ordered": True, "title": {"en": "New"}}
    other = msgspec.structs.replace(entry(9, [], was, became), id="another")
    entries = [other, entry(3, ["secret"], became, became), entry(2, [], was, became)]
    admin.services.tell("notify", "audit", [*entries, entry(1, [], None, was)])

    reply = await admin.get("/admin/webhooks/crm/history?lang=en")

    assert 'id="v9"' not in reply.text
    assert "The signing secret was replaced." in reply.text
    assert '<del dir="auto">ticket.*</del>' in reply.text
    assert '<ins dir="auto">New</ins>' in reply.text


async def test_a_key_is_made_and_its_text_shown_once(admin):
    admin.services.tell("routing", "make_key", KEY)
    form = {"system": "ERP", "title": "ERP", "rights": "event.read", "key": "k1"}
    more = {"addresses": "10.20.0.0/16، ۱۹۲.۰.۲.۷", "last": "۱۴۰۵/۰۹/۱۵"}

    reply = await admin.post("/admin/keys", form=form | more)

    asked = admin.services.last("make_key").request
    assert "pgk_erp_" in reply.text
    assert (asked.id, asked.rights) == ("erp", ["event.read"])
    assert asked.addresses == ["10.20.0.0/16", "192.0.2.7"]
    assert asked.expires_at.isoformat() == "2026-12-07T00:00:00+03:30"


@pytest.mark.parametrize("wrong", [{"system": "سامانه"}, {"rights": ""}, {"last": "soon"}])
async def test_what_is_wrong_with_a_key_is_said_and_nothing_is_lost(admin, wrong):
    form = {"system": "erp", "title": "the ERP", "rights": "event.read"}

    reply = await admin.post("/admin/keys", form=form | wrong)

    assert reply.status == 422
    assert 'value="the ERP"' in reply.text
    assert 'class="fault"' in reply.text


async def test_a_key_gets_another_text_and_is_revoked_everywhere(admin):
    admin.services.tell("routing", "rotate_key", KEY)
    admin.services.tell("routing", "revoke_key", KEY)

    rotated = await admin.post("/admin/keys/erp/rotate", form={"key": "k", "overlap": "3600"})
    revoked = await admin.post("/admin/keys/erp/revoke", form={"key": "k"})

    assert "pgk_erp_" in rotated.text
    assert admin.services.last("rotate_key").request.overlap == 3600
    assert revoked.headers["location"] == "/admin/keys?done=revoked"
    assert admin.revocations.keys == {"erp"}


async def test_a_queue_is_named_with_the_command_that_makes_it(admin):
    reply = await admin.get("/admin/keys/queue?system=ERP&queue=orders&types=ticket.*&types=$(x)")

    assert "peygir subscriber make erp orders --type &#39;ticket.*&#39;" in reply.text
    assert "PEYGIR_USER=sub.erp\nPEYGIR_PASSWORD=...\nPEYGIR_QUEUE=sub.erp.orders" in reply.text
    assert "$(x)" not in reply.text


@pytest.mark.parametrize("query", ["system=a;b&queue=q", "system=&queue=q", "system=a&queue=Ü"])
async def test_a_queue_whose_name_cannot_be_is_not_made(admin, query):
    reply = await admin.get(f"/admin/keys/queue?{query}")

    assert reply.status == 422
    assert "peygir subscriber" not in reply.text
