"""The scripts of the demo: the same seed gives the same people."""

from itertools import islice, takewhile

import phonenumbers
import pytest

from callcenter.demo.cast import Answer, Habit, Reaction, after_call, answering, customers, destinations

SEEDS = range(20)


def test_the_same_seed_gives_the_same_customers_and_another_gives_others() -> None:
    first, again, other = (list(islice(customers(seed), 50)) for seed in (7, 7, 8))
    assert first == again
    assert first != other


@pytest.mark.parametrize("seed", SEEDS)
def test_customers_come_in_order_and_enough_of_them(seed: int) -> None:
    come = list(takewhile(lambda customer: customer.at < 46, customers(seed)))
    assert [customer.at for customer in come] == sorted(customer.at for customer in come)
    assert 20 <= len(come) <= 60
    assert len({customer.number for customer in come}) == len(come)
    assert {customer.queue for customer in come} == {"support", "sales"}


def test_what_a_softphone_does_depends_on_its_number_and_the_ring_alone() -> None:
    assert answering(1, "1001", 3) == answering(1, "1001", 3)
    assert len({answering(1, agent, ring) for agent in ("1001", "1002") for ring in range(5)}) == 10


def test_softphones_mostly_answer_and_do_everything_now_and_then() -> None:
    scripts = [answering(1, "1001", ring) for ring in range(400)]
    answered = sum(script.answer is Answer.ANSWERS for script in scripts)
    assert 0.8 < answered / len(scripts) < 0.95
    assert {script.answer for script in scripts} == set(Answer)
    held = [script for script in scripts if script.hold_after_seconds is not None]
    assert held
    assert all((script.hold_after_seconds or 0) + script.hold_seconds < script.talk_seconds for script in held)


def test_agents_have_every_habit_now_and_then() -> None:
    assert {after_call(1, "1001", call).habit for call in range(200)} == set(Habit)


def test_a_short_callback_list_shows_every_reaction_with_valid_distinct_numbers() -> None:
    people = destinations(3, 12)
    assert {person.reaction for person in people} == set(Reaction)
    assert len({person.number for person in people}) == 12
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(person.number)) for person in people)
    assert people == destinations(3, 12)
