"""A secret's description; never its value."""

from __future__ import annotations

import msgspec

__all__ = ["SecretState"]


class SecretState(msgspec.Struct, frozen=True, gc=False):
    """virSecretGetXMLDesc as a value."""

    uuid: str
    usage_type: str | None = None  # volume, ceph, iscsi, tls, vtpm
    usage_id: str | None = None  # the volume's path, the name, the target
    description: str | None = None
    ephemeral: bool = False
    private: bool = False
