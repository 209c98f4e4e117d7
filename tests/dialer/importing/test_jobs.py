"""Imports as jobs: previews, policies for duplicates, progress, all or nothing, the file of errors."""

import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import xlsxwriter
from argon2 import PasswordHasher
from fastapi import FastAPI

from callcenter.accounts.api import COOKIE
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser, add_user
from callcenter.accounts.signing_in import sign_in
from callcenter.dialer import service
from callcenter.dialer.banning import bans_page
from callcenter.dialer.importing import jobs
from callcenter.dialer.importing.api import import_routes
from callcenter.dialer.importing.jobs import Context, Importer
from callcenter.problems import tell_problems
from tests.dialer.conftest import Centre, numbers

PASSWORD = "a long password"
ROUTES = [
    ("POST", "/lists/1/imports", "run"),
    ("GET", "/lists/1/imports", "see"),
    ("POST", "/do-not-call/imports", "run"),
    ("GET", "/do-not-call/imports", "see"),
    ("GET", "/imports/1", "see"),
    ("POST", "/imports/1/preview", "run"),
    ("POST", "/imports/1/start", "run"),
    ("GET", "/imports/1/errors.csv", "see"),
    ("DELETE", "/imports/1", "run"),
]


class Desk:
    """The routes of imports, and somebody at them."""

    def __init__(self, importer: Importer, access: Access, web: FastAPI) -> None:
        self.importer, self._access, self._web = importer, access, web
        self.woken: list[int | None] = []
        self.client = self.browser()

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self._web),
            base_url="http://centre/api",
            headers={"X-Requested-With": "callcenter"},
        )

    async def as_(self, role: Role) -> httpx.AsyncClient:
        client = self.browser()
        await add_user(self._access, NewUser(role.value, PASSWORD, (role,)))
        token, _ = await sign_in(self._access, role.value, PASSWORD, "192.0.2.1")
        client.cookies.set(COOKIE, token)
        return client

    async def draft(self, content: bytes | str, name: str = "list.csv", where: str = "/lists/1") -> Any:
        body = content.encode() if isinstance(content, str) else content
        return (await self.client.post(f"{where}/imports", files={"file": (name, body)})).json()

    async def start(self, import_id: int, **options: Any) -> Any:
        answer = await self.client.post(f"/imports/{import_id}/start", json=options)
        assert answer.status_code == 202, answer.text
        await self.importer.finished(import_id)
        return (await self.client.get(f"/imports/{import_id}")).json()

    async def bring(self, content: bytes | str, **options: Any) -> Any:
        return await self.start((await self.draft(content))["id"], **options)

    async def preview(self, import_id: int, **options: Any) -> Any:
        answer = await self.client.post(f"/imports/{import_id}/preview", json=options)
        assert answer.status_code == 200, answer.text
        return answer.json()["rows"]


@pytest.fixture
async def desk(centre: Centre) -> AsyncIterator[Desk]:
    access = Access(centre.sessions, centre.clock, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    woken: list[int | None] = []
    importer = Importer(
        Context(centre.sessions, woken.append, centre.clock, "CN", "Asia/Shanghai", frozenset({"1001", "1002"}))
    )
    web = FastAPI()
    web.state.access = access
    tell_problems(web)
    web.include_router(import_routes(importer))
    made = Desk(importer, access, web)
    made.woken = woken
    made.client = await made.as_(Role.SUPERVISOR)
    await centre.list_with(0)
    yield made
    await importer.close()
    await made.client.aclose()


def workbook(*rows: list[object]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    page = book.add_worksheet()
    for at, row in enumerate(rows):
        page.write_row(at, 0, row)
    book.close()
    return file.getvalue()


async def test_who_may_do_what(desk: Desk) -> None:
    agent, qa, nobody = await desk.as_(Role.AGENT), await desk.as_(Role.QA), desk.browser()
    for method, path, _ in ROUTES:
        assert (await nobody.request(method, path)).status_code == 401, path
        assert (await agent.request(method, path)).status_code == 403, path
        assert (await qa.request(method, path)).status_code == 403, path


async def test_the_way_of_a_file(desk: Desk, centre: Centre) -> None:
    """Roles are proposed and can be changed, the preview changes nothing, the import does what it showed."""
    draft = await desk.draft(
        "客户,手机号,备用电话,城市,工号\n王小明,13800138000,010-62345678,北京,1001\n李娜,nobody,,上海,\n"
    )
    assert (draft["state"], draft["columns"]) == ("draft", ["客户", "手机号", "备用电话", "城市", "工号"])
    roles = ["name", "number", "other_number", "attribute", "owner_agent"]
    assert draft["options"]["columns"] == roles
    rows = await desk.preview(draft["id"], columns=roles)
    assert rows[0]["row"] == {
        "line": 2, "number": "+8613800138000", "name": "王小明", "attributes": {"城市": "北京"},
        "other_numbers": ["+861062345678"], "priority": None, "owner_agent": "1001", "time_zones": "Asia/Shanghai",
        "due_at": None, "is_prefix": False, "level": "", "reference": "", "note": "", "labels": [], "consent": "",
        "consent_at": None, "consent_how": "", "do_not_call": False,
    }  # fmt: skip
    assert (rows[1]["row"], rows[1]["error"]["code"]) == (None, "not_a_number")
    assert await centre.targets() == []
    done = await desk.start(draft["id"], columns=["ignore", "number", "ignore", "attribute", "ignore"], skip_bad=True)
    assert done["counts"] == {"rows": 2, "imported": 1, "merged": 0, "errors": 1, "duplicates": 0}
    [target] = await centre.targets()
    assert (target.number, target.name, target.attributes) == ("+8613800138000", "", {"城市": "北京"})
    assert desk.woken == [1]
    assert (await desk.client.get("/lists/1/imports")).json()["imports"][0]["file_name"] == "list.csv"


async def test_a_workbook(desk: Desk, centre: Centre) -> None:
    """Numbers and dates typed into a spreadsheet are read as they are shown there."""
    rows: list[list[object]] = [["Phone", "Name", "Priority"], [13800138000, "Li", 2], ["+44 20 7946 0958", "Wu", ""]]
    done = await desk.bring(workbook(*rows))
    assert (done["state"], done["counts"]["imported"]) == ("done", 2)
    targets = await centre.targets()
    assert [(t.number, t.name, t.priority) for t in targets] == [
        ("+8613800138000", "Li", 2),
        ("+442079460958", "Wu", 5),
    ]
    assert targets[1].time_zones == "Europe/London"


async def test_priority_owner_zone_and_due_date(desk: Desk, centre: Centre) -> None:
    columns = ["number", "priority", "owner_agent", "time_zone", "due_date"]
    text = "number,p,o,z,contract date\n13800138000,1,1002,Europe/Berlin,2026-11-01\n"
    await desk.bring(text, columns=columns, due_days=30)
    [target] = await centre.targets()
    assert (target.priority, target.owner_agent, target.time_zones) == (1, "1002", "Europe/Berlin")
    assert target.due_at == 1_796_054_400.0  # 2026-12-01 00:00 in Shanghai
    assert target.owner_until == target.due_at + 14_400
    bad = ["13800138001,10,,,", "13800138002,,1009,,", "13800138003,,,Mars/Base,", "13800138004,,,,tomorrow"]
    refused = await desk.bring("number,p,o,z,contract date\n" + "\n".join(bad), columns=columns)
    assert (refused["state"], refused["counts"]["imported"]) == ("refused", 0)
    assert [(error["line"], error["column"], error["code"]) for error in refused["errors"]] == [
        (2, "p", "bad_priority"),
        (3, "o", "unknown_agent"),
        (4, "z", "unknown_time_zone"),
        (5, "contract date", "bad_date"),
    ]


async def test_extensions_are_refused_or_shown_to_the_agent(desk: Desk, centre: Centre) -> None:
    text = "number\n010-62345678 ext. 12\n"
    assert (await desk.bring(text))["errors"][0]["code"] == "has_extension"
    await desk.bring(text, extensions="keep")
    [target] = await centre.targets()
    assert (target.number, target.attributes) == ("+861062345678", {"extension": "12"})


@pytest.mark.parametrize(
    ("policy", "state", "imported", "merged", "duplicates", "errors"),
    [("skip", "done", 1, 0, 2, []), ("merge", "done", 1, 1, 2, []), ("refuse", "refused", 0, 0, 0, [2, 4])],
)
async def test_duplicates_in_file_and_list(
    desk: Desk, centre: Centre, policy: str, state: str, imported: int, merged: int, duplicates: int, errors: list[int]
) -> None:
    await desk.bring("number,name,city\n13800138000,Li,\n")
    text = "number,name,city\n13800138000,,Beijing\n13800138001,Wu,\n138 0013 8001,,Wuhan\n"
    done = await desk.bring(text, duplicates=policy)
    assert done["state"] == state
    assert (done["counts"]["imported"], done["counts"]["merged"]) == (imported, merged)
    assert done["counts"]["duplicates"] == duplicates
    assert [error["line"] for error in done["errors"]] == errors
    attributes = {target.number: (target.name, target.attributes["city"]) for target in await centre.targets()}
    assert attributes["+8613800138000"] == ("Li", "Beijing" if policy == "merge" else "")
    if policy == "merge":
        assert attributes["+8613800138001"] == ("Wu", "Wuhan")


@pytest.mark.parametrize(
    ("policy", "imported", "state"), [("allow", 1, "done"), ("skip", 0, "done"), ("refuse", 0, "refused")]
)
async def test_numbers_of_other_active_lists(
    desk: Desk, centre: Centre, policy: str, imported: int, state: str
) -> None:
    other = await centre.list_with(1, name="Other")
    done = await desk.bring(f"number\n{numbers(1)[0]}\n", other_lists=policy)
    assert (done["state"], done["counts"]["imported"]) == (state, imported)
    async with centre.sessions.begin() as session:
        (await session.merge(await centre.row(other))).state = "finished"
    assert (await desk.bring(f"number\n{numbers(1)[0]}\n", other_lists="skip"))["counts"]["imported"] == 1 - imported


async def test_the_error_file_never_holds_a_formula(desk: Desk) -> None:
    draft = await desk.draft("number,name\n\"=cmd|'/c calc'!A1\",x\n13800138000,a\n13800138000,b\n")
    await desk.start(draft["id"], skip_bad=True)
    file = await desk.client.get(f"/imports/{draft['id']}/errors.csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert file.text.removeprefix("\ufeff").splitlines() == [
        "line,column,value,code,reason",
        "2,number,'=cmd|'/c calc'!A1,not_a_number,not a phone number",
        "4,,'+8613800138000,from_file,left out: the same number as in line 3",
    ]
    chinese = await desk.client.get(f"/imports/{draft['id']}/errors.csv?language=zh")
    assert "不是电话号码" in chinese.text


async def test_a_do_not_call_list_comes_by_file_too(desk: Desk, centre: Centre) -> None:
    text = "phone,expires,source,note\n13800138000,2026-12-31,regulator,asked\n+8610*,,,\n+1*,,,\n"
    draft = await desk.draft(text, "register.csv", "/do-not-call")
    assert draft["options"]["columns"] == ["number", "expires", "source", "note"]
    refused = await desk.start(draft["id"])
    assert (refused["state"], refused["errors"][0]["code"]) == ("refused", "short_prefix")
    done = await desk.start(draft["id"], skip_bad=True)
    assert (done["state"], done["counts"]["imported"]) == ("done", 2)
    entries, _ = await bans_page(centre.sessions, beginning="", before=None, limit=10)
    assert {(e.number, e.is_prefix, e.expires_at, e.source, e.note) for e in entries} == {
        ("+8613800138000", False, 1_798_646_400.0, "regulator", "asked"),
        ("+8610", True, None, "register.csv", ""),
    }
    assert (await desk.client.get("/do-not-call/imports")).json()["imports"][0]["created_by"] == "supervisor"


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        (["name"], "columns"),
        (["name", "name"], "columns"),
        (["number", "expires"], "columns"),
        (["number", "x"], "columns.1"),
    ],
)
async def test_columns_that_cannot_be(desk: Desk, columns: list[str], field: str) -> None:
    draft = await desk.draft("a,b\n13800138000,x\n")
    answer = await desk.client.post(f"/imports/{draft['id']}/start", json={"columns": columns})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await desk.client.get(f"/imports/{draft['id']}")).json()["state"] == "draft"


async def test_what_is_not_there_and_what_cannot_be_read(desk: Desk) -> None:
    assert (await desk.client.post("/lists/99/imports", files={"file": ("a.csv", b"number\n1\n")})).status_code == 404
    assert (await desk.client.get("/imports/99")).status_code == 404
    for content in (b"", b"PK\x03\x04 no workbook", b"\0\1\2"):
        answer = await desk.client.post("/lists/1/imports", files={"file": ("a.xlsx", content)})
        assert (answer.status_code, answer.json()["field"]) == (422, "file")
    assert (await desk.client.get("/lists/1/imports")).json()["imports"] == []


async def test_an_import_is_done_once(desk: Desk, centre: Centre) -> None:
    draft = await desk.draft("number\n13800138000\n")
    assert (await desk.start(draft["id"]))["state"] == "done"
    again = await desk.client.post(f"/imports/{draft['id']}/start", json={})
    assert again.status_code == 409
    assert len(await centre.targets()) == 1


async def test_an_import_that_is_interrupted_has_changed_nothing_and_can_be_started_again(
    desk: Desk, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_off(*_: object, **__: object) -> None:
        raise RuntimeError("a fault while rows are saved")

    draft = await desk.draft("number\n13800138000\n")
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_note", break_off)
        failed = await desk.start(draft["id"])
    assert (failed["state"], await centre.targets()) == ("failed", [])
    assert "nothing was imported" in failed["detail"].lower()
    await desk.client.post(f"/imports/{draft['id']}/start", json={})
    await desk.importer.close()
    stopped = (await desk.client.get(f"/imports/{draft['id']}")).json()
    assert (stopped["state"], await centre.targets()) == ("failed", [])
    assert (await desk.start(draft["id"]))["state"] == "done"
    assert (await desk.client.delete(f"/imports/{draft['id']}")).status_code == 204
    assert len(await centre.targets()) == 1


async def test_progress_is_told_while_it_runs(desk: Desk) -> None:
    text = "number\n" + "\n".join(f"+86138{index:08}" for index in range(3000))
    draft = await desk.draft(text)
    import_id = draft["id"]
    await desk.client.post(f"/imports/{import_id}/start", json={})
    progress = desk.importer.progress[import_id]
    told = (await desk.client.get(f"/imports/{import_id}")).json()
    assert told["state"] == "running"
    assert told["progress"]["phase"] == "checking"
    await desk.importer.finished(import_id)
    assert (progress.phase, progress.done, progress.total) == ("saving", 3000, 3000)


async def test_deleting_the_list_takes_its_imports_along(desk: Desk, centre: Centre) -> None:
    draft = await desk.draft("number\n13800138000\n")
    await service.delete_list(centre.sessions, 1)
    assert (await desk.client.get(f"/imports/{draft['id']}")).status_code == 404
