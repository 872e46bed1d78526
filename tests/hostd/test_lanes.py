"""Lanes: who waits for whom, and what is refused while a call does not come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.support.waiting import wait_until
from vstore_gui.entities.calls import BuildPool, Call, CreateVolume, ListDomains, ListPools, ReadPool
from vstore_gui.entities.errors import ErrorKind, HostError
from vstore_gui.entities.reports import LaneAnswered, LaneSilent, Report
from vstore_gui.hostd.lanes import Lanes, Run, Work

A, B = "aaaa", "bbbb"
DEADLINE_S = 0.05


class Yard:
    """Lanes with a short deadline, and calls that hang until they are let go."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.lanes = Lanes(self.reports.append, DEADLINE_S)
        self.done: list[Call[object]] = []
        self.refused: list[tuple[Call[object], HostError]] = []
        self.started: list[Call[object]] = []
        self._gates: list[threading.Event] = []
        self.lanes.know(A, "images", "dir")
        self.lanes.know(B, "nas", "netfs")

    def ask(self, call: Call[object], *, hangs: bool = False, patient: bool = False) -> threading.Event:
        gate = threading.Event()
        self._gates.append(gate)
        if not hangs:
            gate.set()

        def body(_run: Run) -> None:
            self.started.append(call)
            gate.wait()
            self.done.append(call)

        self.lanes.submit(Work(call, body, lambda error: self.refused.append((call, error)), patient))
        return gate

    def close(self) -> None:
        for gate in self._gates:
            gate.set()
        self.lanes.close()


@pytest.fixture
def yard() -> Iterator[Yard]:
    yard = Yard()
    yield yard
    yard.close()


def test_a_call_past_its_deadline_makes_its_lane_silent_until_it_returns(yard: Yard) -> None:
    gate = yard.ask(ReadPool(A), hangs=True)
    wait_until(lambda: yard.reports, "the silence to be told")
    (silent,) = yard.reports
    assert isinstance(silent, LaneSilent)
    assert (silent.pool, silent.call) == (A, "ReadPool")
    assert silent.waited_s >= DEADLINE_S
    yard.ask(ReadPool(A))
    yard.ask(ListPools())
    assert [(call, error.kind) for call, error in yard.refused] == [
        (ReadPool(A), ErrorKind.NOT_RESPONDING),
        (ListPools(), ErrorKind.NOT_RESPONDING),
    ]
    assert "images" in str(yard.refused[1][1].state.message)
    gate.set()
    wait_until(lambda: LaneAnswered(A) in yard.reports, "the lane to work again")
    yard.ask(ListPools())
    wait_until(lambda: ListPools() in yard.done, "listing to work again")


def test_other_pools_and_machines_are_not_held_up(yard: Yard) -> None:
    yard.ask(ReadPool(B), hangs=True)
    wait_until(lambda: yard.reports, "the silence to be told")
    yard.ask(ReadPool(A))
    yard.ask(ListDomains())
    wait_until(lambda: len(yard.done) == 2, "the others to be answered")


def test_what_waits_in_a_lane_that_goes_silent_is_refused_and_never_sent(yard: Yard) -> None:
    yard.ask(ReadPool(B), hangs=True)
    waiting = CreateVolume(B, "<volume/>")
    second = ReadPool(B)
    yard.ask(second)  # a storage that can hang gets one call at a time
    wait_until(lambda: yard.refused, "the waiting call to be refused")
    assert [call for call, _ in yard.refused] == [second]
    yard.ask(waiting)
    assert [call for call, _ in yard.refused] == [second, waiting]
    assert len(yard.started) == 1


def test_a_storage_that_can_hang_gets_one_call_at_a_time(yard: Yard) -> None:
    gates = [yard.ask(ReadPool(pool), hangs=True) for pool in (A, A, B, B)]
    wait_until(lambda: len(yard.started) >= 3, "three calls to be sent")
    assert [call.lane for call in yard.started].count(B) == 1
    for gate in gates:
        gate.set()
    wait_until(lambda: len(yard.done) + len(yard.refused) == 4, "all to be answered")


def test_listing_that_hangs_is_not_repeated_but_machines_are_listed(yard: Yard) -> None:
    gate = yard.ask(ListPools(), hangs=True)
    wait_until(lambda: yard.reports, "the silence to be told")
    assert [(report.pool, report.call) for report in yard.reports if isinstance(report, LaneSilent)] == [
        (None, "ListPools")
    ]
    yard.ask(ListPools())
    assert [call for call, _ in yard.refused] == [ListPools()]
    yard.ask(ListDomains())
    yard.ask(ReadPool(A))
    wait_until(lambda: len(yard.done) == 2, "machines to be listed and a pool to be read")
    gate.set()
    wait_until(lambda: LaneAnswered(None) in yard.reports, "the listing to be told to have come back")


def test_a_creation_that_takes_long_is_no_silence_and_holds_up_nobody(yard: Yard) -> None:
    yard.ask(CreateVolume(B, "<volume/>"), hangs=True)
    yard.ask(BuildPool(A), hangs=True)  # may take six times as long
    hung = yard.ask(ListDomains(), hangs=True)
    wait_until(lambda: yard.reports, "another silence to be told")
    assert [report.call for report in yard.reports if isinstance(report, LaneSilent)] == ["ListDomains"]
    yard.ask(ReadPool(B))
    wait_until(lambda: ReadPool(B) in yard.done, "a read to pass the creation")
    hung.set()


def test_bulk_reading_lets_others_go_first(yard: Yard) -> None:
    first = yard.ask(ReadPool(B), hangs=True)
    yard.ask(ReadPool("slow"), hangs=False)
    bulk = [ReadPool(B), ReadPool(B)]
    for call in bulk:
        yard.ask(call, patient=True)
    hasty = CreateVolume  # jobs have threads of their own
    assert hasty.role == "job"
    urgent = BuildPool(B)
    yard.ask(urgent)
    wait_until(lambda: urgent in yard.done, "the job to pass what waits")
    first.set()
    wait_until(lambda: len(yard.done) + len(yard.refused) == 5, "all to be answered")


def test_a_beat_starts_the_deadline_anew(yard: Yard) -> None:
    beats, gate = [], threading.Event()

    def body(run: Run) -> None:
        while not gate.wait(DEADLINE_S / 10):
            run.beat()
            beats.append(run)

    yard.lanes.submit(Work(ReadPool(A), body, lambda error: None))
    wait_until(lambda: len(beats) > 40, "far more time than the deadline to pass")
    assert yard.reports == []
    gate.set()
    wait_until(lambda: yard.lanes.in_flight == 0, "the work to end")
