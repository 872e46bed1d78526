"""`--select`: what it names, and what it does not."""

from __future__ import annotations

import pytest

from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.host import HostLink, HostState
from vstore_gui.entities.keys import DomainKey, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.store.store import Store
from vstore_gui.ui.selection import Selection, SelectionError

URI = "qemu+ssh://mo@nas/system?keyfile=/home/mo/a|b"


@pytest.mark.parametrize(
    ("text", "selection"),
    [
        ("pool/images", Selection(None, pool="images")),
        ("test:///default|pool/images", Selection("test:///default", pool="images")),
        (f"{URI}|machine/web/01", Selection(URI, machine="web/01")),
        ("pool/images/volume/a/b.raw", Selection(None, pool="images", volume="a/b.raw")),
        ("test:///default|", Selection("test:///default")),
    ],
)
def test_texts_that_name_something(text: str, selection: Selection) -> None:
    assert Selection.parse(text) == selection


@pytest.mark.parametrize("text", ["", "images", "pool/", "machine", "pool/a/b", "pool/a/volume/", "disk/vda"])
def test_texts_that_name_nothing(text: str) -> None:
    with pytest.raises(SelectionError):
        Selection.parse(text)


def test_a_thing_is_found_once_it_is_known_and_on_the_connection_named() -> None:
    store = Store()
    wanted = Selection.parse("b:///x|pool/images/volume/web01.qcow2")
    assert wanted.key(store) is None
    for host in ("a:///x", "b:///x"):
        store.put_host(HostState(id=host, link=HostLink.ONLINE))
        store.put_pool(host, PoolState(uuid=f"p-{host}", name="images", kind="dir"))
    assert wanted.key(store) == VolumeKey("b:///x", "p-b:///x", "web01.qcow2")
    assert Selection.parse("pool/images").key(store) == PoolKey("a:///x", "p-a:///x")
    store.put_domain("b:///x", DomainState(uuid="d", name="web01"))
    assert Selection.parse("machine/web01").key(store) == DomainKey("b:///x", "d")
    assert Selection.parse("machine/web02").key(store) is None
    assert Selection.parse("b:///x|").key(store) == "b:///x"
