"""What failed, in words, by the name of the call: the first half of an error's message."""

from __future__ import annotations

from typing import Final

from vstore_gui.entities.text import QT_TRANSLATE_NOOP

__all__ = ["FAILED"]

FAILED: Final[dict[str, str]] = {
    "Open": QT_TRANSLATE_NOOP("vstore", "The connection could not be opened."),
    "GetHostInfo": QT_TRANSLATE_NOOP("vstore", "The host could not be asked what it can do."),
    "ListPools": QT_TRANSLATE_NOOP("vstore", "The pools could not be listed."),
    "ReadPool": QT_TRANSLATE_NOOP("vstore", "The pool could not be read."),
    "ListDomains": QT_TRANSLATE_NOOP("vstore", "The machines could not be listed."),
    "ReadDomain": QT_TRANSLATE_NOOP("vstore", "The machine could not be read."),
    "ListVolumes": QT_TRANSLATE_NOOP("vstore", "The pool's volumes could not be listed."),
    "ReadVolumes": QT_TRANSLATE_NOOP("vstore", "The volumes could not be read."),
    "PrioritiseVolumes": QT_TRANSLATE_NOOP("vstore", "The volumes could not be read."),
    "ReadVolume": QT_TRANSLATE_NOOP("vstore", "The volume could not be read."),
    "GetPoolDocument": QT_TRANSLATE_NOOP("vstore", "The pool's XML could not be read."),
    "GetVolumeDocument": QT_TRANSLATE_NOOP("vstore", "The volume's XML could not be read."),
    "GetDomainDocument": QT_TRANSLATE_NOOP("vstore", "The machine's XML could not be read."),
    "ReadBlockStats": QT_TRANSLATE_NOOP("vstore", "The disks' statistics could not be read."),
    "ProbePath": QT_TRANSLATE_NOOP("vstore", "The path could not be looked at."),
    "GetChildStats": QT_TRANSLATE_NOOP("vstore", "The connection's process could not be asked."),
    "RefreshPool": QT_TRANSLATE_NOOP("vstore", "The pool could not be refreshed."),
    "DefinePool": QT_TRANSLATE_NOOP("vstore", "The pool could not be defined."),
    "BuildPool": QT_TRANSLATE_NOOP("vstore", "The pool could not be built."),
    "StartPool": QT_TRANSLATE_NOOP("vstore", "The pool could not be started."),
    "StopPool": QT_TRANSLATE_NOOP("vstore", "The pool could not be stopped."),
    "SetPoolAutostart": QT_TRANSLATE_NOOP("vstore", "The pool's autostart could not be changed."),
    "UndefinePool": QT_TRANSLATE_NOOP("vstore", "The pool could not be undefined."),
    "DeletePool": QT_TRANSLATE_NOOP("vstore", "The pool's storage could not be deleted."),
    "CreateVolume": QT_TRANSLATE_NOOP("vstore", "The volume could not be created."),
    "DeleteVolume": QT_TRANSLATE_NOOP("vstore", "The volume could not be deleted."),
    "UpdateDisk": QT_TRANSLATE_NOOP("vstore", "The disk could not be changed."),
    "DefineDomain": QT_TRANSLATE_NOOP("vstore", "The machine's configuration could not be changed."),
}
