"""Making steps: the call, its words, its virsh command and its document belong together."""

from __future__ import annotations

from vstore_gui.actions.plan import Danger, Step
from vstore_gui.actions.virsh import virsh_lines
from vstore_gui.entities.calls import AnyCall
from vstore_gui.entities.keys import HostId
from vstore_gui.entities.text import Text

__all__ = ["make_step"]


def make_step(
    sentence: Text,
    host: HostId,
    call: AnyCall,
    *,
    name: str,
    danger: Danger = Danger.NONE,
    xml_before: str | None = None,
    xml_after: str | None = None,
    clean_up: tuple[AnyCall, Text] | None = None,
) -> Step:
    """A step on the pool or machine of this name. The document shown is that of the call, unless another
    is given.
    """
    undo, undo_sentence = clean_up if clean_up is not None else (None, None)
    return Step(
        sentence=sentence,
        host=host,
        call=call,
        xml_before=xml_before,
        xml_after=xml_after if xml_after is not None else getattr(call, "xml", None),
        virsh=virsh_lines(host, call, name=name),
        danger=danger,
        clean_up=undo,
        clean_up_sentence=undo_sentence,
    )
