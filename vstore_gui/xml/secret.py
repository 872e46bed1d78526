"""Secret documents (https://libvirt.org/formatsecret.html). They never hold the value."""

from __future__ import annotations

from typing import ClassVar, Final

from vstore_gui.entities.secret import SecretState
from vstore_gui.xml.document import Document, Order
from vstore_gui.xml.fields import EnumField, PathField, TextField, UuidField, YesNoField

__all__ = ["USAGE_TYPES", "SecretXml"]

USAGE_TYPES: Final = ("volume", "ceph", "iscsi", "tls", "vtpm")


class SecretXml(Document):
    """`<secret>`: what it is for. `volume`, `usage_name` or `usage_target` names it, as its usage type
    wants."""

    TAG = "secret"
    ORDER: ClassVar[Order] = {"": ("uuid", "description", "usage"), "usage": ("volume", "name", "target")}

    ephemeral = YesNoField(".", attr="ephemeral")
    private = YesNoField(".", attr="private")
    uuid = UuidField("uuid")
    description = TextField("description")
    usage_type = EnumField("usage", USAGE_TYPES, attr="type")
    volume = PathField("usage/volume")
    usage_name = TextField("usage/name")
    usage_target = TextField(
        "usage/target", samples=("iqn.2001-02.com.example:a", "iqn.2001-02.com.example:b")
    )

    def state(self) -> SecretState:
        return SecretState(
            uuid=self.uuid or "",
            usage_type=self.usage_type,
            usage_id=self.volume or self.usage_name or self.usage_target or None,
            description=self.description or None,
            ephemeral=self.ephemeral or False,
            private=self.private or False,
        )
