"""Several long steps at once."""

import threading
import time

import pytest

from makers import Log
from xopr_crossovers.core.common.errors import CancelledError, SearchError
from xopr_crossovers.core.common.parallel import run_parallel


def test_results_come_in_the_order_of_the_steps():
    steps = [lambda progress, n=n: time.sleep(0.02 * (5 - n)) or n for n in range(5)]
    assert run_parallel(steps, Log()) == [0, 1, 2, 3, 4]


def test_no_more_than_the_given_number_run_at_once():
    running, most = [], []

    def step(progress):
        running.append(1)
        most.append(len(running))
        time.sleep(0.05)
        running.pop()

    run_parallel([step] * 9, Log(), at_once=3)
    assert max(most) == 3


def test_everything_is_told_in_the_thread_that_asked():
    log = Log()
    threads = set()
    log.info = lambda text: threads.add(threading.current_thread())
    run_parallel([lambda progress: progress.info("word")] * 4, log)
    assert threads == {threading.current_thread()}


def test_the_fraction_is_the_mean_of_the_steps():
    log = Log()
    run_parallel([lambda progress: progress.fraction(1.0)] * 4, log)
    assert sorted(log.fractions) == [0.25, 0.5, 0.75, 1.0]


def test_a_step_that_fails_stops_the_others_and_is_what_is_raised():
    ended = []

    def patient(progress):
        try:
            while True:
                progress.check()
                time.sleep(0.01)
        finally:
            ended.append(True)

    def failing(progress):
        time.sleep(0.1)
        raise SearchError("no answer")

    with pytest.raises(SearchError, match="no answer"):
        run_parallel([patient, failing, patient], Log())
    assert ended == [True, True]


def test_a_wish_to_stop_reaches_all_steps_within_a_second():
    began = time.monotonic()

    def endless(progress):
        while True:
            progress.check()
            time.sleep(0.01)

    with pytest.raises(CancelledError):
        run_parallel([endless] * 6, Log(cancel_after=3))
    assert time.monotonic() - began < 2
