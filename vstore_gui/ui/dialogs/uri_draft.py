"""What the connect dialog has gathered, composed into a libvirt URI. No widgets here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from vstore_gui.actions.plan import Reason
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Text, text

__all__ = ["KINDS", "UriDraft"]

KINDS: Final = ("system", "session", "ssh", "tls", "demo", "custom")

# A name, an IPv4 address, or an IPv6 address with or without its brackets.
_HOST = re.compile(r"\[[0-9A-Fa-f:.%]+\]|[0-9A-Fa-f]*:[0-9A-Fa-f:.%]+|[A-Za-z0-9._-]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)


@dataclass
class UriDraft:
    """`kind` is one of KINDS; the rest counts where the kind uses it."""

    kind: str = "system"
    user: str = ""
    host: str = ""
    port: str = ""
    keyfile: str = ""
    session: bool = False  # of the remote user instead of the system
    custom: str = ""
    demo_uri: str = ""

    @property
    def uri(self) -> str:
        """The URI as libvirt takes it; '' while what it needs is missing."""
        match self.kind:
            case "system":
                return "qemu:///system"
            case "session":
                return "qemu:///session"
            case "demo":
                return self.demo_uri
            case "custom":
                return self.custom.strip()
            case _:
                return self._remote()

    def problems(self, known: tuple[str, ...] = ()) -> tuple[Reason, ...]:
        """What is wrong, beside the field it is wrong in; `known` are the connections there are."""
        found = []
        if self.kind in ("ssh", "tls"):
            found += self._remote_problems()
        elif self.kind == "custom":
            found += self._custom_problems()
        if not found and self.uri in known:
            found.append(Reason(_KNOWN, blocks=False, field="custom" if self.kind == "custom" else "host"))
        return tuple(found)

    def _remote(self) -> str:
        host = self.host.strip()
        if not host:
            return ""
        if ":" in host and not host.startswith("["):
            host = f"[{host}]"
        port = f":{self.port.strip()}" if self.port.strip() else ""
        user = f"{quote(self.user.strip(), safe='')}@" if self.user.strip() and self.kind == "ssh" else ""
        path = "session" if self.session else "system"
        # libvirt splits the query at '&' and ';', and decodes '%': a path with spaces is one value.
        keyfile = self.keyfile.strip()
        query = (
            f"?{urlencode({'keyfile': keyfile}, safe='/', quote_via=quote)}"
            if keyfile and self.kind == "ssh"
            else ""
        )
        return f"qemu+{self.kind}://{user}{host}{port}/{path}{query}"

    def _remote_problems(self) -> list[Reason]:
        found = []
        host = self.host.strip()
        if not host:
            found.append(Reason(_NO_HOST, field="host"))
        elif _HOST.fullmatch(host) is None:
            found.append(Reason(_BAD_HOST, field="host"))
        port = self.port.strip()
        if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            found.append(Reason(_BAD_PORT, field="port"))
        if self.kind == "ssh":
            if any(char.isspace() for char in self.user.strip()):
                found.append(Reason(_BAD_USER, field="user"))
            if self.keyfile.strip() and not self.keyfile.strip().startswith("/"):
                found.append(Reason(_BAD_KEYFILE, field="keyfile"))
        return found

    def _custom_problems(self) -> list[Reason]:
        typed = self.custom.strip()
        if not typed:
            return [Reason(_NO_URI, field="custom")]
        try:
            parts = urlsplit(typed)
        except ValueError:
            return [Reason(_BAD_URI, field="custom")]
        if _SCHEME.fullmatch(parts.scheme) is None or "://" not in typed or any(map(str.isspace, typed)):
            return [Reason(_BAD_URI, field="custom")]
        if parts.password:
            return [Reason(_PASSWORD, field="custom")]
        return []


_NO_HOST: Final[Text] = text(QT_TRANSLATE_NOOP("vstore", "Type the host's name or address."))
_BAD_HOST: Final[Text] = text(
    QT_TRANSLATE_NOOP("vstore", "This is no host name: letters, digits, dots and hyphens, or an IP address.")
)
_BAD_PORT: Final[Text] = text(QT_TRANSLATE_NOOP("vstore", "A port is a number from 1 to 65535."))
_BAD_USER: Final[Text] = text(QT_TRANSLATE_NOOP("vstore", "A user name has no spaces."))
_BAD_KEYFILE: Final[Text] = text(QT_TRANSLATE_NOOP("vstore", "Type the whole path of the key, from /."))
_NO_URI: Final[Text] = text(
    QT_TRANSLATE_NOOP("vstore", "Type a libvirt URI, such as qemu+ssh://root@nas/system.")
)
_BAD_URI: Final[Text] = text(
    QT_TRANSLATE_NOOP("vstore", "This is no URI: it reads driver[+transport]://[user@][host]/path.")
)
_PASSWORD: Final[Text] = text(
    QT_TRANSLATE_NOOP("vstore", "Leave the password out: it would be stored readable. You are asked for it.")
)
_KNOWN: Final[Text] = text(
    QT_TRANSLATE_NOOP("vstore", "There is this connection already: it will be opened again.")
)
