"""The demo's own settings never meet those of a real centre."""

from pathlib import Path

import pytest

from callcenter.demo.centre import centre


def test_neither_a_file_nor_a_variable_changes_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "callcenter.toml").write_text('database_url = "postgresql+asyncpg://real/centre"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", "postgresql+asyncpg://real/centre")
    settings = centre(tmp_path / "data", 0)
    assert settings.database_url == ""
    assert str(tmp_path / "data") in settings.storage_url
    assert settings.http.host == "127.0.0.1"


def test_every_agents_queues_exist_and_every_queue_has_agents(tmp_path: Path) -> None:
    settings = centre(tmp_path, 0)
    served = {queue for agent in settings.agents for queue in agent.queues}
    assert served == set(settings.queues) == {"support", "sales", "callbacks"}
    assert 8 <= len(settings.agents) <= 10
    assert len({agent.name for agent in settings.agents}) == len(settings.agents)
