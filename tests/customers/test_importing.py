"""Files become customers: columns, levels, duplicates by number, references, the file of errors; on both databases."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient
from msgspec.structs import replace
from sqlalchemy import select

from callcenter.accounts.rules import Role
from callcenter.accounts.tables import OwnRole, User
from callcenter.customers import service
from callcenter.customers.importing import Imported
from callcenter.customers.rules import Number
from callcenter.customers.service import Context, Wanted
from callcenter.dialer.banning import NewBan, ban
from callcenter.dialer.importing.api import import_routes
from callcenter.dialer.importing.jobs import Context as Imports
from callcenter.dialer.importing.jobs import Importer
from callcenter.dialer.tables import DoNotCall
from tests.customers.conftest import LI, WANG, ZHAO, a_record
from tests.facts import NOON
from tests.serving import PANEL
from tests.web import Site

FILE = """phone,name,Customer level,级别,Company,phone 2,id,shoe
138 0013 8000,Li Wei,,Important,ACME,13800138009,A-1,44
13800138001,Wang,,regular,,,A-2,
12,Short,,,,,,
13800138003,Royal,,royal,,,,
13800138004,Twice,,,,,A-2,
"""


@pytest.fixture
async def importer(context: Context) -> AsyncIterator[Importer]:
    imports = Imports(context.sessions, lambda _: None, context.clock, customers=Imported(context))
    importer = Importer(imports)
    yield importer
    await importer.close()


@pytest.fixture
def site(context: Context, importer: Importer) -> Site:
    return Site(context.sessions, import_routes(importer))


async def _draft(client: AsyncClient, content: str) -> Any:
    answer = await client.post("/api/customer-imports", files={"file": ("customers.csv", content.encode())})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _brought(client: AsyncClient, importer: Importer, content: str, **options: Any) -> Any:
    path = f"/api/imports/{(await _draft(client, content))['id']}"
    started = await client.post(f"{path}/start", json=options)
    assert started.status_code == 202, started.text
    await importer.finished(started.json()["id"])
    return (await client.get(path)).json()


async def test_the_way_of_a_file(context: Context, importer: Importer, supervisor: AsyncClient) -> None:
    draft = await _draft(supervisor, FILE)
    roles = ["number", "name", "ignore", "level", "attribute", "other_number", "reference", "ignore"]
    assert (draft["kind"], draft["options"]["columns"]) == ("customers", roles)
    refused = await _brought(supervisor, importer, FILE)
    assert refused["state"] == "refused"
    wrong = [(error["line"], error["code"]) for error in refused["errors"]]
    assert wrong == [(4, "invalid_number"), (5, "unknown_level"), (6, "reference_taken")]
    assert await service.page(context, Wanted(), after=None, limit=10) == []  # all or nothing
    done = await _brought(supervisor, importer, FILE, skip_bad=True)
    assert (done["state"], done["counts"]["imported"], done["counts"]["errors"]) == ("done", 2, 3)
    wang, li = await service.page(context, Wanted(), after=None, limit=10)
    assert (wang.record.name, wang.record.level) == ("Wang", "regular")
    assert (li.record.name, li.record.level, li.record.reference) == ("Li Wei", "important", "A-1")
    assert [one.number for one in li.numbers] == [LI, "+8613800138009"]
    assert (li.record.attributes, li.row.created_by) == ({"company": "ACME"}, "supervisor")
    for language, words in (("en", "the settings know no such level"), ("zh", "设置中没有此级别")):
        file = await supervisor.get(f"/api/imports/{done['id']}/errors.csv", params={"language": language})
        assert words in file.content.decode("utf-8-sig")


async def test_who_is_known_is_left_out_changed_or_an_error(
    context: Context, importer: Importer, supervisor: AsyncClient
) -> None:
    known = await service.create(context, a_record(note="likes tea", reference="A-1", numbers=(LI, WANG)), "wang")
    content = "phone,name,level,id\n13800138001,Li Wei Ltd,important,A-9\n13800138002,New,,A-1\n"
    left_out = await _brought(supervisor, importer, content, skip_bad=True)
    assert [one["code"] for one in left_out["duplicates"]] == ["from_customers"]
    assert [error["code"] for error in left_out["errors"]] == ["reference_taken"]
    assert (await service.one(context, known.row.id)).record == known.record

    changed = await _brought(supervisor, importer, content, skip_bad=True, duplicates="merge")
    assert (changed["counts"]["merged"], changed["counts"]["imported"]) == (1, 0)
    now = await service.one(context, known.row.id)
    assert (now.record.name, now.record.level, now.record.note) == ("Li Wei Ltd", "important", "likes tea")
    assert (now.record.reference, now.row.version, now.row.changed_by) == ("A-1", 2, "supervisor")
    assert now.numbers == known.numbers

    refused = await _brought(supervisor, importer, content, duplicates="refuse")
    assert [error["code"] for error in refused["errors"]] == ["is_customer", "reference_taken"]


async def test_a_column_that_no_customer_has_is_told(supervisor: AsyncClient) -> None:
    draft = await _draft(supervisor, FILE)
    columns = ["number", *["ignore"] * 6, "attribute"]
    for act in ("preview", "start"):
        refused = await supervisor.post(f"/api/imports/{draft['id']}/{act}", json={"columns": columns})
        assert (refused.status_code, refused.json()["field"]) == (422, "columns")
        assert "shoe" in refused.json()["detail"]


PERMITTING = """phone,label,phone 2,label 2,consent,consent date,consent how,do not call
13800138000,mobile,13800138009,work,given,2025-06-01,paper form,no
13800138001,手机,,at home,已撤回,,,是
13800138002,,13800138008,,unknown,2025-06-01,x,
13800138003,,,,maybe,,,
13800138004,,,,given,soon,,
13800138005,,,,given,,,perhaps
"""


async def _bans(context: Context) -> dict[str, DoNotCall]:
    async with context.sessions() as session:
        return {row.number: row for row in await session.scalars(select(DoNotCall))}


async def test_consent_do_not_call_and_labels_come_from_the_file(
    context: Context, importer: Importer, supervisor: AsyncClient
) -> None:
    draft = await _draft(supervisor, PERMITTING)
    roles = ["number", "label", "other_number", "label", "consent", "consent_at", "consent_how", "do_not_call"]
    assert draft["options"]["columns"] == roles
    shown = await supervisor.post(f"/api/imports/{draft['id']}/preview", json={})
    first, second = (line["row"] for line in shown.json()["rows"][:2])
    assert first["labels"] == [[LI, "mobile"], ["+8613800138009", "work"]]
    assert (first["consent"], second["do_not_call"]) == ("given", True)
    refused = await _brought(supervisor, importer, PERMITTING)
    assert (refused["state"], await _bans(context)) == ("refused", {})
    wrong = [(error["line"], error["column"], error["value"], error["code"]) for error in refused["errors"]]
    assert wrong == [
        (5, "consent", "maybe", "bad_consent"),
        (6, "consent date", "soon", "bad_date"),
        (7, "do not call", "perhaps", "not_yes_or_no"),
    ]
    done = await _brought(supervisor, importer, PERMITTING, skip_bad=True)
    assert (done["state"], done["counts"]["imported"]) == ("done", 3)
    for language, words in (("en", "neither yes nor no"), ("zh", "应为 是 或 否")):
        file = await supervisor.get(f"/api/imports/{done['id']}/errors.csv", params={"language": language})
        assert f"7,do not call,perhaps,not_yes_or_no,{words}" in file.content.decode("utf-8-sig")

    zhao, wang, li = await service.page(context, Wanted(), after=None, limit=10)
    assert li.numbers == (Number(LI, "mobile"), Number("+8613800138009", "work"))
    first_of_june = 1_748_736_000.0
    assert (li.record.consent, li.record.consent_at, li.record.consent_how) == ("given", first_of_june, "paper form")
    assert (wang.record.consent, wang.record.consent_at, wang.record.consent_how) == ("withdrawn", NOON, "")
    assert (wang.numbers, wang.banned) == ((Number(WANG, "手机"),), {WANG: None})
    assert (zhao.record.consent, zhao.record.consent_at, zhao.record.consent_how) == ("", None, "")
    [entry] = (await _bans(context)).values()
    assert (entry.number, entry.source, entry.created_by) == (WANG, "customer", "supervisor")


async def test_a_preview_masks_the_numbers_of_labels(site: Site) -> None:
    site.mask(Role.SUPERVISOR)
    async with await site.client(Role.SUPERVISOR) as client:
        client.headers.update(PANEL)
        draft = await _draft(client, PERMITTING)
        shown = await client.post(f"/api/imports/{draft['id']}/preview", json={})
        assert shown.json()["rows"][0]["row"]["labels"][0] == ["+86138****8000", "mobile"]
        assert "13800138" not in shown.text


async def test_who_is_known_keeps_what_the_file_does_not_say(
    context: Context, importer: Importer, supervisor: AsyncClient
) -> None:
    said = {"consent": "given", "consent_at": NOON - 9, "consent_how": "by phone"}
    numbers = (Number(LI, "mobile"), Number("+8613800138009", "work"))
    known = await service.create(context, replace(a_record(**said), numbers=numbers), "wang")
    await ban(context.sessions, [NewBan(LI, note="asked for it"), NewBan(ZHAO, expires_at=NOON + 9)], now=1.0, by="z")

    async def record_after(content: str) -> Any:
        done = await _brought(supervisor, importer, content, duplicates="merge")
        assert (done["state"], done["counts"]["merged"]) == ("done", 1), done
        return (await service.one(context, known.row.id)).record

    assert await record_after("phone,name\n13800138000,Li Wei\n") == known.record
    silent = "phone,label,consent,consent date,do not call\n13800138000,,{},,no\n"
    for word in ("", "unknown", "given"):
        assert await record_after(silent.format(word)) == known.record
    assert (await _bans(context))[LI].note == "asked for it"

    now = await record_after("phone,label,phone 2,label 2,consent\n13800138000,new,13800138002,shop,withdrawn\n")
    assert (now.consent, now.consent_at, now.consent_how) == ("withdrawn", NOON, "")
    assert now.numbers == (Number(LI, "new"), numbers[1], Number(ZHAO, "shop"))
    await record_after("phone,do not call\n13800138000,yes\n")
    bans = await _bans(context)
    assert {number: (row.note, row.expires_at, row.created_by) for number, row in bans.items()} == {
        LI: ("asked for it", None, "z"),
        "+8613800138009": ("", None, "supervisor"),
        ZHAO: ("", None, "supervisor"),
    }


async def test_twins_say_together_who_may_be_called(
    context: Context, importer: Importer, supervisor: AsyncClient
) -> None:
    content = (
        "phone,label,consent,consent how,do not call\n13800138000,mobile,given,form,Y\n13800138000,,withdrawn,,0\n"
    )
    await _brought(supervisor, importer, content, duplicates="merge")
    [li] = await service.page(context, Wanted(), after=None, limit=10)
    assert (li.record.consent, li.record.consent_how, li.numbers) == ("withdrawn", "", (Number(LI, "mobile"),))
    assert li.banned == {LI: None}


@pytest.mark.parametrize(
    ("roles", "told"), [(["label", "number"], "which is to label"), (["consent_how", "number"], "is the consent")]
)
async def test_a_column_about_another_one_needs_it(supervisor: AsyncClient, roles: list[str], told: str) -> None:
    draft = await _draft(supervisor, "label,phone\nx,13800138000\n")
    for act in ("preview", "start"):
        refused = await supervisor.post(f"/api/imports/{draft['id']}/{act}", json={"columns": roles})
        assert (refused.status_code, refused.json()["field"]) == (422, "columns")
        assert told in refused.json()["detail"]


async def test_who_may_not_write_records_imports_no_consent(
    context: Context, importer: Importer, supervisor: AsyncClient
) -> None:
    permissions = ["run_lists", "see_lists", "see_customers", "manage_customers"]
    async with context.sessions.begin() as session:
        session.add(OwnRole(name="Importer", name_key="importer", permissions=permissions, created_at=NOON))
        user = (await session.scalars(select(User).where(User.username == "supervisor"))).one()
        user.roles = ["Importer"]
    for word in ("consent", "do not call"):
        draft = await _draft(supervisor, f"phone,{word}\n13800138000,\n")
        for act in ("preview", "start"):
            refused = await supervisor.post(f"/api/imports/{draft['id']}/{act}", json={})
            assert refused.status_code == 403, refused.text
            assert "edit_customers" in refused.json()["detail"]
    done = await _brought(supervisor, importer, "phone,consent\n13800138000,given\n", columns=["number", "ignore"])
    assert done["counts"]["imported"] == 1
    [li] = await service.page(context, Wanted(), after=None, limit=10)
    assert li.record.consent == ""


async def test_only_who_manages_customers_imports_them(site: Site, supervisor: AsyncClient) -> None:
    draft = await _draft(supervisor, FILE)
    for role in (Role.AGENT, Role.QA):
        async with await site.client(role) as client:
            client.headers.update(PANEL)
            files = {"file": ("customers.csv", b"phone\n13800138000\n")}
            assert (await client.post("/api/customer-imports", files=files)).status_code == 403
            assert (await client.get("/api/customer-imports")).status_code == 403
            assert (await client.get(f"/api/imports/{draft['id']}")).status_code == 403
