"""The pages of requesters."""

from chassis.errors import FieldFault, Invalid, KeyReused, NotFound, Unavailable
from gateway.pages.display import code_shown, instant_shown
from gateway.portal.passes import Pass, seal, unseal
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import CODE, NOON, a_followed, told

FORM = {
    "subject": "network",
    "title": "شبکه قطع است",
    "description": "از صبح.",
    "name": "مریم احمدی",
    "mobile": "۰۹۱۲۱۲۳۴۵۶۷",
    "email": "",
    "key": "abc123",
}


async def follow(world) -> None:
    await world.post("/track", form={"code": CODE, "proof": "4567"})


async def test_the_first_page_is_persian_unless_the_reader_wants_english(world):
    persian = await world.get("/")
    english = await world.get("/", headers={"Accept-Language": "en-GB"})

    assert '<html lang="fa" dir="rtl">' in persian.text
    assert '<html lang="en" dir="ltr">' in english.text


async def test_a_chosen_language_stays(world):
    await world.get("/?lang=en")

    assert 'lang="en"' in (await world.get("/track")).text


async def test_pages_allow_no_script_and_no_foreign_content(world):
    reply = await world.get("/")

    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "<script" not in reply.text
    assert "style=" not in reply.text


async def test_the_form_registers_and_leads_to_the_code(world):
    sent = await world.post("/new", form=FORM)

    assert (sent.status, sent.headers["location"]) == (303, f"/registered/{CODE}")
    asked = world.services.last("register_ticket")
    assert asked.key == "abc123"
    assert (asked.request.requester.mobile, asked.request.channel) == ("09121234567", "web")
    page = await world.get(sent.headers["location"])
    assert "4819-2037-4654" in page.text
    assert "…۴۵۶۷<" in page.text


async def test_the_code_page_is_only_for_who_registered(world):
    reply = await world.get(f"/registered/{CODE}")

    assert (reply.status, reply.headers["location"]) == (303, f"/track/{CODE}")


async def test_faults_stand_beside_the_fields_and_nothing_typed_is_lost(world):
    reply = await world.post("/new", form={**FORM, "title": "", "mobile": "", "description": "<b>"})

    assert reply.status == 422
    assert 'id="title-fault"' in reply.text
    assert 'id="mobile-fault"' in reply.text
    assert "&lt;b&gt;" in reply.text
    assert 'value="abc123"' in reply.text
    assert '<input type="hidden" name="subject" value="network">' in reply.text


async def test_what_intake_finds_stands_beside_the_field_too(world):
    fault = FieldFault(pointer="/requester/mobile", code="mobile_invalid")
    world.services.tell("intake", "register_ticket", Invalid("request_invalid", fields=[fault]))

    reply = await world.post("/new", form=FORM)

    assert 'id="mobile-fault"' in reply.text


async def test_while_intake_is_away_the_form_keeps_what_was_typed(world):
    await world.get("/new")
    for method in ("subjects", "register_ticket"):
        world.services.tell("intake", method, Unavailable("service_unavailable"))

    reply = await world.post("/new", form=FORM)

    assert reply.status == 503
    assert "retry-after" in reply.headers
    assert "مریم احمدی" in reply.text
    assert 'value="abc123"' in reply.text


async def test_without_a_catalogue_the_page_says_what_still_works(world):
    world.services.tell("intake", "subjects", Unavailable("service_unavailable"))

    reply = await world.get("/new", headers={"Accept-Language": "en"})

    assert reply.status == 503
    assert reply.headers["content-type"].startswith("text/html")
    assert "already registered are safe" in reply.text


async def test_a_spent_key_is_replaced(world):
    world.services.tell("intake", "register_ticket", KeyReused())

    reply = await world.post("/new", form=FORM)

    assert 'value="abc123"' not in reply.text


async def test_a_right_proof_lets_in_and_is_asked_for_once(world):
    reply = await world.post("/track", form={"code": "۴۸۱۹-۲۰۳۷-۴۶۵۴", "proof": "۴۵۶۷"})

    assert (reply.status, reply.headers["location"]) == (303, f"/track/{CODE}")
    assert "4567" not in reply.headers["set-cookie"]
    page = await world.get(f"/track/{CODE}")
    assert "درخواست شما در دست بررسی است" in page.text
    assert "سارا رضایی" in page.text


async def test_a_wrong_proof_shows_the_form_again(world):
    world.services.tell("intake", "track", NotFound("tracking_refused"))

    reply = await world.post("/track", form={"code": CODE, "proof": "0000"})

    assert reply.status == 404
    assert 'name="proof"' in reply.text
    assert world.cookies == {}


async def test_a_link_with_a_code_asks_for_the_proof(world):
    for path in (f"/track/{CODE}", f"/track?code={CODE}"):
        reply = await world.get(path)

        assert reply.status == 200
        assert f'value="{CODE}"' in reply.text


async def test_empty_fields_are_told_without_asking_anybody(world):
    reply = await world.post("/track", form={"code": "", "proof": ""})

    assert reply.status == 422
    assert world.services.asked == []


async def test_a_question_is_shown_with_a_form_for_the_answer(world):
    world.services.tell("routing", "follow", a_followed(state="waiting", waiting_for="requester"))
    await follow(world)

    page = await world.get(f"/track/{CODE}")
    sent = await world.post(f"/track/{CODE}/messages", form={"text": "اتاق ۱۲", "key": "k1"})

    assert "کدام اتاق؟" in page.text
    assert sent.headers["location"] == f"/track/{CODE}?thanks=message"
    assert world.services.last("add_message").key == "k1"
    thanked = await world.get(sent.headers["location"])
    assert "پیام شما رسید" in thanked.text


async def test_a_finished_request_can_be_rated_and_reopened(world):
    world.services.tell(
        "routing", "follow", a_followed(state="finished", actions=["rate", "reopen"])
    )
    await follow(world)

    page = await world.get(f"/track/{CODE}")
    rated = await world.post(f"/track/{CODE}/feedback", form={"score": "4", "key": "k2"})
    reopened = await world.post(f"/track/{CODE}/actions/reopen", form={"reason": "", "key": "k3"})

    assert 'name="score"' in page.text
    assert rated.headers["location"].endswith("thanks=rating")
    assert reopened.headers["location"].endswith("thanks=reopen")
    assert world.services.last("act").request.arguments == {}


async def test_a_rating_without_a_choice_is_asked_for_again(world):
    world.services.tell("routing", "follow", a_followed(state="finished", actions=["rate"]))
    await follow(world)

    reply = await world.post(f"/track/{CODE}/feedback", form={"comment": "ممنون"})

    assert reply.status == 422
    assert "ممنون" in reply.text


async def test_forms_of_a_ticket_need_the_pass(world):
    for action in ("messages", "feedback", "actions/withdraw"):
        reply = await world.post(f"/track/{CODE}/{action}", form={"text": "x"})

        assert reply.status == 303
    assert world.services.asked == []


async def test_a_page_that_is_not_there_is_a_page(world):
    reply = await world.get("/nothing", headers={"Accept-Language": "en"})

    assert reply.status == 404
    assert "<h1>Not found</h1>" in reply.text


async def test_forms_of_another_kind_are_refused(world):
    json_sent = await world.post("/new", json=FORM)
    broken = await world.post(
        "/new", body=b"title=%00", headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert (json_sent.status, broken.status) == (415, 400)


async def test_a_module_is_asked_for_again_and_sent_only_when_it_has_changed(world):
    reply = await world.get("/static/keys.js")
    again = await world.get("/static/keys.js", headers={"if-none-match": reply.headers["etag"]})

    assert (reply.status, reply.headers["cache-control"]) == (200, "no-cache")
    assert (again.status, again.body) == (304, b"")


async def test_static_files_are_kept_for_long(world):
    reply = await world.get("/static/portal.css?v=1")

    assert reply.status == 200
    assert "immutable" in reply.headers["cache-control"]


def test_passes_are_read_by_their_key_and_until_they_expire():
    good, late = Pass(CODE, "4567", 4_000_000_000.0), Pass(CODE, "4567", 1.0)

    assert unseal(seal([good, late], ["a" * 40]), ["b" * 40, "a" * 40]) == [good]
    assert unseal(seal([good], ["a" * 40]), ["b" * 40]) == []
    assert unseal("rubbish", ["a" * 40]) == []


def test_times_are_jalali_in_persian_and_gregorian_in_english():
    assert instant_shown(NOON, "fa", "Asia/Tehran") == "یکشنبه ۱ آذر ۱۴۰۵، ساعت ۱۲:۰۰"
    assert instant_shown(NOON, "en", "Asia/Tehran") == "Sunday, 22 November 2026, 12:00"


def test_a_code_is_shown_in_three_groups():
    assert code_shown(CODE) == "4819-2037-4654"


async def test_a_form_of_another_site_is_not_read(world):
    form = {"code": CODE, "proof": "4567"}

    for site in ("cross-site", "same-site"):
        refused = await world.post("/track", form=form, headers={"Sec-Fetch-Site": site})
        assert refused.status == 403
    assert world.services.asked == []
    ours = await world.post("/track", form=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert ours.status == 303


async def test_over_tls_cookies_are_for_this_host_alone_and_answers_ask_for_tls():
    world = told(World(public_url="https://peygir.example.ir"))

    given = await world.post("/track", form={"code": CODE, "proof": "4567"})
    page = await world.get(f"/track/{CODE}?lang=en")

    assert set(world.cookies) == {"__Host-follow", "__Host-lang"}
    for reply in (given, page):
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= {
            part.strip().lower() for part in reply.headers["set-cookie"].split(";")
        }
        assert "includeSubDomains" in reply.headers["strict-transport-security"]
