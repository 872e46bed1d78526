import stat
from pathlib import Path

import pytest

from tests.fakes.host import FakeHost
from vstore_gui.entities.errors import ErrorKind, ErrorState
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.text import text
from vstore_gui.flows.first_connection import first_connection
from vstore_gui.store.connection_book import ConnectionBook
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync


class World:
    """A book with fake hosts; `unreachable` URIs cannot be opened."""

    def __init__(self, file: Path, unreachable: tuple[str, ...] = ()) -> None:
        self.store = Store()
        self.sync = Sync(self.store)
        self.made: list[str] = []
        self._unreachable = unreachable
        self.book = ConnectionBook(self.store, self.sync, self._make, file)

    def _make(self, uri: str) -> FakeHost:
        self.made.append(uri)
        host = FakeHost(uri)
        if uri in self._unreachable:
            host.refuse(ErrorState(ErrorKind.NOT_RUNNING, text("nobody there")))
        return host


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "vstore-gui" / "connections.json"


async def test_connections_are_remembered_in_order(file: Path) -> None:
    world = World(file)
    world.book.add("qemu:///system", label="This computer")
    world.book.add("qemu+ssh://nas/system", autoconnect=False)
    world.book.add("test:///default", remember=False)
    await world.sync.close()

    again = World(file)
    again.book.load()
    assert list(again.book.connections) == ["qemu:///system", "qemu+ssh://nas/system"]
    assert [state.link for state in again.store.hosts.values()] == [HostLink.OFFLINE, HostLink.OFFLINE]
    again.book.open_autoconnecting()
    assert again.made == ["qemu:///system"]
    await again.sync.close()


async def test_a_removed_connection_leaves_the_sidebar_and_the_book(file: Path) -> None:
    world = World(file)
    world.book.add("qemu:///system")
    await world.book.remove("qemu:///system")
    assert not world.store.hosts
    again = World(file)
    again.book.load()
    assert not again.book.connections


async def test_a_disconnected_host_stays_in_the_sidebar_closed(file: Path) -> None:
    world = World(file)
    world.book.add("qemu:///system", label="Here")
    await world.book.disconnect("qemu:///system")
    state = world.store.host("qemu:///system")
    assert state is not None
    assert (state.link, state.label) == (HostLink.OFFLINE, "Here")
    world.book.connect("qemu:///system")
    assert world.made == ["qemu:///system"] * 2
    await world.sync.close()


def test_the_book_is_the_users_alone(file: Path) -> None:
    ConnectionBook(Store(), Sync(Store()), FakeHost, file)._save()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_damaged_book_is_kept_aside(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("{ torn", encoding="utf-8")
    world = World(file)
    world.book.load()
    assert not world.book.connections
    assert file.with_name("connections.json.broken").read_text(encoding="utf-8") == "{ torn"


async def test_first_connection_takes_the_first_that_answers(file: Path) -> None:
    world = World(file, unreachable=("qemu:///system",))
    found, refusals = await first_connection(world.store, world.book)
    assert found == "qemu:///session"
    assert list(refusals) == ["qemu:///system"]
    assert list(world.book.connections) == ["qemu:///session"]
    again = World(file)
    again.book.load()
    assert list(again.book.connections) == ["qemu:///session"]
    await world.sync.close()


async def test_first_connection_leaves_no_trace_of_what_cannot_be_reached(file: Path) -> None:
    world = World(file, unreachable=("qemu:///system", "qemu:///session"))
    found, refusals = await first_connection(world.store, world.book)
    assert found is None
    assert {error.kind for error in refusals.values()} == {ErrorKind.NOT_RUNNING}
    assert not world.store.hosts
    await world.sync.close()
