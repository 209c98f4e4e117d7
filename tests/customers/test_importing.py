"""Files become customers: columns, levels, duplicates by number, references, the file of errors; on both databases."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient

from callcenter.accounts.rules import Role
from callcenter.customers import service
from callcenter.customers.importing import Imported
from callcenter.customers.service import Context, Wanted
from callcenter.dialer.importing.api import import_routes
from callcenter.dialer.importing.jobs import Context as Imports
from callcenter.dialer.importing.jobs import Importer
from tests.customers.conftest import LI, WANG, a_record
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


async def test_only_who_manages_customers_imports_them(site: Site, supervisor: AsyncClient) -> None:
    draft = await _draft(supervisor, FILE)
    for role in (Role.AGENT, Role.QA):
        async with await site.client(role) as client:
            client.headers.update(PANEL)
            files = {"file": ("customers.csv", b"phone\n13800138000\n")}
            assert (await client.post("/api/customer-imports", files=files)).status_code == 403
            assert (await client.get("/api/customer-imports")).status_code == 403
            assert (await client.get(f"/api/imports/{draft['id']}")).status_code == 403
