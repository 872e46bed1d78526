"""`site`: each place where the contract holds. `host`: its host, online. `heard`: what its observer was
told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.sites import FakeSite, RealSite, Recorder, Site, TestDriverSite

EVERYWHERE = ("fake", "test", pytest.param("real", marks=pytest.mark.real))


@pytest.fixture(scope="session", params=EVERYWHERE)
def place(request: pytest.FixtureRequest) -> str:
    """Which kind of site. The daemon is started here, before a test's own accounts are opened."""
    if request.param == "real":
        request.getfixturevalue("_one_libvirtd")
    return str(request.param)


@pytest.fixture
def site(place: str, request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    if place == "fake":
        return FakeSite()
    if place == "test":
        return TestDriverSite(tmp_path)
    return RealSite(request.getfixturevalue("libvirtd"))


@pytest.fixture
def heard() -> Recorder:
    return Recorder()
