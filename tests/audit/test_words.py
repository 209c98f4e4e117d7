"""The panel has words for every act of the audit log and for every permission, in both languages."""

import json
from pathlib import Path
from typing import get_args

import pytest

from callcenter.accounts.rules import Permission
from callcenter.audit.rules import ACTS, CONSOLE_ACTS

WORDS = Path(__file__).parents[2] / "web" / "src" / "i18n"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_acts_and_permissions_have_words(language: str) -> None:
    words = json.loads((WORDS / f"{language}.json").read_text())
    kinds, done = ({act.split(".", 1)[place] for act in (*ACTS.values(), *CONSOLE_ACTS)} for place in (0, 1))
    assert kinds <= {*words["audit"]["kind"]}
    assert done <= {*words["audit"]["done"]}
    assert {*get_args(Permission)} <= {*words["permission"]}
