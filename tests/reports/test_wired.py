"""The whole server delivers what fell due while it was down: once, also after another start."""

import asyncio
from pathlib import Path

from sqlalchemy import select, update

from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser, add_user, check_password
from callcenter.app import App, running
from callcenter.reports import saved
from callcenter.reports.tables import ReportRun, SavedReport
from callcenter.settings import Settings
from callcenter.store.engine import make_engine, make_sessions
from tests.databases import SqliteFiles
from tests.reports.conftest import daily, fields


async def first_run(app: App) -> ReportRun:
    sessions = make_sessions(app.engine)
    for _ in range(400):
        async with sessions() as session:
            run: ReportRun | None = await session.scalar(select(ReportRun))
        if run is not None:
            return run
        await asyncio.sleep(0.05)
    raise TimeoutError


async def test_a_report_missed_while_the_server_was_down(sqlite: SqliteFiles, tmp_path: Path) -> None:
    settings = Settings(database_url=await sqlite.new_database(), data_folder=tmp_path, pbxs=())
    engine = make_engine(settings.storage_url)
    sessions = make_sessions(engine)
    access = Access(sessions)
    await add_user(access, NewUser("wang", "correct horse battery", (Role.SUPERVISOR,)))
    account = await check_password(access, "wang", "correct horse battery")
    assert account is not None
    given = fields(schedule=daily(recipients=(), folder="daily"))
    await saved.create(sessions, account, given, now=access.clock(), zone=settings.zone)
    async with sessions.begin() as session:
        await session.execute(update(SavedReport).values(next_due_at=SavedReport.next_due_at - 3 * 86_400))
    async with running(settings) as app:
        run = await first_run(app)
    assert (run.is_done, run.detail) == (True, "")
    assert [file.name for file in (tmp_path / "reports" / "daily").iterdir()] == [run.file]
    async with running(settings), sessions() as session:
        assert len((await session.scalars(select(ReportRun))).all()) == 1
    await engine.dispose()
