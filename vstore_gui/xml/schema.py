"""libvirt's RELAX NG schemas: what they say of a document we built.

The schemas of this machine's libvirt are asked, where there are any. A host may be newer than they are and
take what they refuse: for the user a violation is a warning on the plan, never a refusal.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from lxml import etree

from vstore_gui.xml.document import XmlError, parse_tree

__all__ = ["LOCAL_SCHEMAS", "Schemas", "schema_problems"]

LOCAL_SCHEMAS: Final = Path("/usr/share/libvirt/schemas")

_GRAMMARS: Final = {
    "pool": "storagepool.rng",
    "volume": "storagevol.rng",
    "domain": "domain.rng",
    "snapshot": "domainsnapshot.rng",
    "secret": "secret.rng",
    "node-device": "nodedev.rng",
}

# A disk is no document to libvirt's schemas: only a domain holds one.
_DISK_GRAMMAR: Final = b"""\
<grammar xmlns="http://relaxng.org/ns/structure/1.0">
  <include href="domain.rng"><start><ref name="disk"/></start></include>
</grammar>"""


class Schemas:
    """The schemas of one directory, each compiled when it is first asked for. Safe in any thread.

    Asking costs under a millisecond once a schema is compiled, which takes 2 to 25 ms on a quiet machine:
    more than a frame with what else is going on, so the first question is not for the Qt thread.
    """

    def __init__(self, directory: Path = LOCAL_SCHEMAS) -> None:
        self.directory = directory
        self._lock = threading.Lock()
        self._compiled: dict[str, etree.RelaxNG | None] = {}

    @property
    def available(self) -> bool:
        return (self.directory / _GRAMMARS["pool"]).is_file()

    def problems(self, xml: str, noun: str) -> tuple[str, ...]:
        """What the schema of a 'pool', 'volume', 'domain', 'disk', 'snapshot', 'secret' or 'node-device' has
        against the document: one line each, none if all is well or there is no schema to ask.
        """
        try:
            root = parse_tree(xml)
        except XmlError as error:
            return (str(error),)
        with self._lock:  # a schema keeps the log of its last validation
            schema = self._schema(noun)
            if schema is None or schema.validate(root):
                return ()
            lines = (f"line {entry.line}: {entry.message}" for entry in schema.error_log)
            return tuple(dict.fromkeys(lines)) or ("it does not fit the schema",)

    def _schema(self, noun: str) -> etree.RelaxNG | None:
        if noun not in self._compiled:
            try:
                self._compiled[noun] = self._compile(noun)
            except (OSError, etree.LxmlError):  # not installed, or not one that this libxml2 understands
                self._compiled[noun] = None
        return self._compiled[noun]

    def _compile(self, noun: str) -> etree.RelaxNG:
        if noun == "disk":
            grammar = etree.fromstring(_DISK_GRAMMAR, base_url=f"{self.directory}/disk.rng")
            return etree.RelaxNG(grammar)
        return etree.RelaxNG(etree.parse(str(self.directory / _GRAMMARS[noun])))


_local = Schemas()


def schema_problems(xml: str, noun: str) -> tuple[str, ...]:
    """What this machine's libvirt schemas have against the document; see `Schemas.problems`."""
    return _local.problems(xml, noun)
