"""The recorded situations of tests/real (see capture_situations.py): both accounts agree without an Asterisk."""

import gzip
from functools import cache
from pathlib import Path

import pytest

from tests.floor.test_properties import Watched
from tests.real import situations as _situations  # noqa: F401 - they put themselves on the stage
from tests.real import transfers as _transfers  # noqa: F401
from tests.real.books import Book, check_agreement, of_asterisk, of_floor
from tests.real.scenes import STAGE
from tests.replays.places import OF_A_MACHINE

HERE = Path(__file__).parent


def unpacked(name: str) -> bytes:
    return gzip.decompress((HERE / f"situations.{name}.gz").read_bytes())


@cache
def recorded() -> tuple[dict[str, Book], dict[str, Book], Watched]:
    lines = unpacked("queue_log").decode().splitlines()
    heard = unpacked("ami")
    return of_asterisk((line.split("|") for line in lines), heard), *of_floor(heard)


@pytest.mark.parametrize("number", STAGE.queues)
def test_both_accounts_agree(number: str) -> None:
    asterisk, ours, _ = recorded()
    check_agreement(asterisk, ours, f"q{number}")


def test_nothing_surprises() -> None:
    assert recorded()[2].surprises == 0


@pytest.mark.parametrize("name", ["ami", "queue_log"])
def test_a_capture_is_small_and_names_no_folder_of_the_machine_that_made_it(name: str) -> None:
    assert (HERE / f"situations.{name}.gz").stat().st_size < 200_000
    assert not any(word in unpacked(name) for word in OF_A_MACHINE)
