"""The table of errors: one row tells all of an error, the first row that fits is taken.

Codes decide where they tell enough; the original text only where libvirt puts unlike things under one code (a
refused connection, a missing socket and a wrong host key are all 'system error' of 'RPC').
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import libvirt

from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP

__all__ = ["CANCELLED", "ROWS", "Row"]

L = libvirt


@dataclass(frozen=True, slots=True)
class Row:
    """An error: how it is known (codes, domains, errno, a pattern of the original text; empty: any) and what
    it means.

    `message` is the reason, a whole sentence; the table of sentences puts before it what failed.
    """

    kind: ErrorKind
    message: str
    codes: frozenset[int] = frozenset()
    domains: frozenset[int] = frozenset()
    pattern: re.Pattern[str] | None = None
    advice: str | None = None
    command: str | None = None

    def fits(self, code: int, domain: int, original: str) -> bool:
        return (
            (not self.codes or code in self.codes)
            and (not self.domains or domain in self.domains)
            and (self.pattern is None or self.pattern.search(original) is not None)
        )


def _any(*values: int) -> frozenset[int]:
    return frozenset(values)


def _like(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


CANCELLED = QT_TRANSLATE_NOOP("vstore", "Signing in was cancelled.")
_RPC = _any(L.VIR_FROM_RPC, L.VIR_FROM_REMOTE, L.VIR_FROM_SSH, L.VIR_FROM_LIBSSH, L.VIR_FROM_NONE)
_INVALID = _any(
    L.VIR_ERR_XML_ERROR, L.VIR_ERR_XML_DETAIL, L.VIR_ERR_XML_INVALID_SCHEMA, L.VIR_ERR_INVALID_ARG,
    L.VIR_ERR_CONFIG_UNSUPPORTED, L.VIR_ERR_PARSE_FAILED,
)  # fmt: skip
_OPEN_DAEMON = "sudo systemctl start libvirtd.socket"
_OPEN_MODULAR = (
    "sudo systemctl start virtqemud.socket virtstoraged.socket virtsecretd.socket virtnodedevd.socket"
)
_ADDRESSES = QT_TRANSLATE_NOOP(
    "vstore", "An address looks like qemu:///system or qemu+ssh://user@host/system."
)

ROWS: tuple[Row, ...] = (
    # ── connecting ──
    Row(
        ErrorKind.HOST_KEY,
        QT_TRANSLATE_NOOP("vstore", "The host's key is not the one that was known for it."),
        pattern=_like(
            r"REMOTE HOST IDENTIFICATION HAS CHANGED|host key.*(changed|mismatch)|differs from the key"
        ),
        advice=QT_TRANSLATE_NOOP(
            "vstore",
            "If the host was installed anew, remove the old key and connect again. "
            "If not, somebody may stand between.",
        ),
    ),
    Row(
        ErrorKind.HOST_KEY,
        QT_TRANSLATE_NOOP("vstore", "The host's key is not known and was not accepted."),
        pattern=_like(
            r"Host key verification failed|host key .*(unknown|not.*accept)|failed to accept.*host"
        ),
        advice=QT_TRANSLATE_NOOP("vstore", "Compare the key's fingerprint with the host's, then accept it."),
    ),
    Row(
        ErrorKind.AUTH_CANCELLED,
        CANCELLED,
        codes=_any(L.VIR_ERR_AUTH_CANCELLED),
    ),
    Row(
        ErrorKind.DENIED,
        QT_TRANSLATE_NOOP("vstore", "This user may not manage virtual machines on the host."),
        codes=_any(L.VIR_ERR_AUTH_FAILED, L.VIR_ERR_AUTH_UNAVAILABLE, L.VIR_ERR_ACCESS_DENIED),
        pattern=_like(r"polkit|authentication unavailable: no agent|access denied"),
        advice=QT_TRANSLATE_NOOP(
            "vstore", "Add the user to the group ‘libvirt’ on that host, then sign in to the session again."
        ),
        command="sudo usermod -aG libvirt $USER",
    ),
    Row(
        ErrorKind.DENIED,
        QT_TRANSLATE_NOOP("vstore", "This user may not use libvirt's socket."),
        codes=_any(L.VIR_ERR_SYSTEM_ERROR),
        domains=_RPC,
        pattern=_like(r"Failed to connect socket to .*Permission denied|libvirt.*sock.*Permission denied"),
        advice=QT_TRANSLATE_NOOP(
            "vstore", "Add the user to the group ‘libvirt’ on that host, then sign in to the session again."
        ),
        command="sudo usermod -aG libvirt $USER",
    ),
    Row(
        ErrorKind.AUTH_FAILED,
        QT_TRANSLATE_NOOP("vstore", "The host did not accept the name, password or key."),
        codes=_any(L.VIR_ERR_SYSTEM_ERROR, L.VIR_ERR_SSH, L.VIR_ERR_LIBSSH, L.VIR_ERR_INTERNAL_ERROR),
        domains=_RPC,
        pattern=_like(
            r"Permission denied \(|Permission denied, please try again|Too many authentication failures"
        ),
        advice=QT_TRANSLATE_NOOP(
            "vstore", "Check the user name in the address, and that the key is offered to ssh."
        ),
    ),
    Row(
        ErrorKind.AUTH_FAILED,
        QT_TRANSLATE_NOOP("vstore", "The host did not accept the name or password."),
        codes=_any(L.VIR_ERR_AUTH_FAILED, L.VIR_ERR_AUTH_UNAVAILABLE),
        advice=QT_TRANSLATE_NOOP("vstore", "Connect again and check what you type."),
    ),
    Row(
        ErrorKind.AUTH_FAILED,
        QT_TRANSLATE_NOOP("vstore", "The TLS certificates for this host are missing or not trusted."),
        pattern=_like(
            r"Cannot read (CA )?certificate"
            r"|certificate.*(not trusted|expired|not match|invalid|failed validation)"
            r"|TLS handshake failed|Unable to (set x509|TLS)"
        ),
        advice=QT_TRANSLATE_NOOP(
            "vstore",
            "Put the CA's certificate in /etc/pki/CA/cacert.pem and this machine's own in /etc/pki/libvirt; "
            "the name in the address must be the name in the host's certificate.",
        ),
    ),
    Row(
        ErrorKind.REFUSED,
        QT_TRANSLATE_NOOP("vstore", "Nothing answers at this address: the connection was refused."),
        codes=_any(L.VIR_ERR_SYSTEM_ERROR),
        domains=_RPC,
        pattern=_like(r"(connect to server|connect to host).*Connection refused"),
        advice=QT_TRANSLATE_NOOP("vstore", "Check the port, and that libvirt or ssh listens on the host."),
    ),
    Row(
        ErrorKind.UNREACHABLE,
        QT_TRANSLATE_NOOP("vstore", "There is no host of this name."),
        pattern=_like(r"Could not resolve hostname|Unable to resolve address"),
        advice=QT_TRANSLATE_NOOP("vstore", "Check the name in the address and this machine's network."),
    ),
    Row(
        ErrorKind.UNREACHABLE,
        QT_TRANSLATE_NOOP("vstore", "The host cannot be reached."),
        domains=_RPC,
        pattern=_like(
            r"No route to host|Network is (unreachable|down)|Host is down|Connection timed out"
            r"|Operation timed out"
        ),
        advice=QT_TRANSLATE_NOOP("vstore", "Check that the host is on, and the network between."),
    ),
    Row(
        ErrorKind.NOT_INSTALLED,
        QT_TRANSLATE_NOOP("vstore", "ssh reached the host, but libvirt is not installed there."),
        codes=_any(L.VIR_ERR_SYSTEM_ERROR),
        domains=_RPC,
        pattern=_like(r"Cannot recv data:.*(command not found|virt-ssh-helper.*not found|nc: not found)"),
        advice=QT_TRANSLATE_NOOP("vstore", "Install libvirt's daemon on the host."),
    ),
    Row(
        ErrorKind.NOT_RUNNING,
        QT_TRANSLATE_NOOP("vstore", "libvirt's daemon is not running on the host."),
        codes=_any(L.VIR_ERR_SYSTEM_ERROR),
        domains=_RPC,
        pattern=_like(r"/virt\w+d-sock.*(No such file|Connection refused)"),
        advice=QT_TRANSLATE_NOOP("vstore", "Start it on the host."),
        command=_OPEN_MODULAR,
    ),
    Row(
        ErrorKind.NOT_RUNNING,
        QT_TRANSLATE_NOOP("vstore", "libvirt's daemon is not running on the host."),
        codes=_any(L.VIR_ERR_SYSTEM_ERROR),
        domains=_RPC,
        pattern=_like(r"(connect socket to|-sock).*(No such file|Connection refused)"),
        advice=QT_TRANSLATE_NOOP("vstore", "Start it on the host."),
        command=_OPEN_DAEMON,
    ),
    Row(
        ErrorKind.NOT_SUPPORTED,
        QT_TRANSLATE_NOOP("vstore", "libvirt knows no such kind of address."),
        codes=_any(L.VIR_ERR_NO_CONNECT, L.VIR_ERR_INVALID_CONN),
        domains=_any(L.VIR_FROM_NONE),
        advice=_ADDRESSES,
    ),
    Row(
        ErrorKind.NOT_SUPPORTED,
        QT_TRANSLATE_NOOP("vstore", "libvirt knows no such way to a host."),
        codes=_any(L.VIR_ERR_INVALID_ARG),
        pattern=_like(r"transport in URL not recogni[sz]ed"),
        advice=_ADDRESSES,
    ),
    Row(
        ErrorKind.INVALID,
        QT_TRANSLATE_NOOP("vstore", "The hypervisor does not know this address: {original}"),
        codes=_any(L.VIR_ERR_INTERNAL_ERROR, L.VIR_ERR_INVALID_ARG),
        pattern=_like(r"unexpected .* URI path|URI"),
        advice=QT_TRANSLATE_NOOP("vstore", "The path of the address is /system or /session."),
    ),
    # ── the link ──
    Row(
        ErrorKind.LOST,
        QT_TRANSLATE_NOOP("vstore", "The connection to the host was lost."),
        domains=_RPC,
        pattern=_like(
            r"End of file while reading|connection (closed|reset)|client socket is closed|keepalive"
            r"|Broken pipe|Cannot (recv|write) data"
        ),
        advice=QT_TRANSLATE_NOOP("vstore", "It is tried again by itself."),
    ),
    Row(
        ErrorKind.LOST,
        QT_TRANSLATE_NOOP("vstore", "The connection to the host was lost."),
        codes=_any(L.VIR_ERR_INVALID_CONN, L.VIR_ERR_RPC, L.VIR_ERR_NO_CLIENT),
        advice=QT_TRANSLATE_NOOP("vstore", "It is tried again by itself."),
    ),
    # ── what is not there, what is there already ──
    Row(
        ErrorKind.NOT_FOUND,
        QT_TRANSLATE_NOOP("vstore", "It is not there any more: {original}"),
        codes=_any(
            L.VIR_ERR_NO_STORAGE_POOL,
            L.VIR_ERR_NO_STORAGE_VOL,
            L.VIR_ERR_NO_DOMAIN,
            L.VIR_ERR_NO_SECRET,
            L.VIR_ERR_NO_NODE_DEVICE,
            L.VIR_ERR_NO_DOMAIN_SNAPSHOT,
            L.VIR_ERR_DEVICE_MISSING,
        ),
        advice=QT_TRANSLATE_NOOP("vstore", "It may have been removed by somebody else meanwhile."),
    ),
    Row(
        ErrorKind.EXISTS,
        QT_TRANSLATE_NOOP("vstore", "It exists already: {original}"),
        codes=_any(L.VIR_ERR_DOM_EXIST, L.VIR_ERR_STORAGE_VOL_EXIST, L.VIR_ERR_STORAGE_POOL_BUILT),
        advice=QT_TRANSLATE_NOOP("vstore", "Choose another name."),
    ),
    Row(
        ErrorKind.EXISTS,
        QT_TRANSLATE_NOOP("vstore", "Another pool uses this storage or this name: {original}"),
        codes=_any(L.VIR_ERR_OPERATION_FAILED, L.VIR_ERR_INTERNAL_ERROR),
        pattern=_like(r"already (defined|exists|in use)|source conflict with pool|File exists"),
        advice=QT_TRANSLATE_NOOP("vstore", "Use the pool that is there, or choose another place or name."),
    ),
    # ── states ──
    Row(
        ErrorKind.ALREADY_ACTIVE,
        QT_TRANSLATE_NOOP("vstore", "It is already started: {original}"),
        codes=_any(L.VIR_ERR_OPERATION_INVALID),
        pattern=_like(r"(is|still|already) (already |still )?active|already running"),
        advice=QT_TRANSLATE_NOOP("vstore", "Stop it first."),
    ),
    Row(
        ErrorKind.NOT_ACTIVE,
        QT_TRANSLATE_NOOP("vstore", "It is not started: {original}"),
        codes=_any(L.VIR_ERR_OPERATION_INVALID),
        pattern=_like(r"not (active|running)|is inactive"),
        advice=QT_TRANSLATE_NOOP("vstore", "Start it first."),
    ),
    Row(
        ErrorKind.BUSY,
        QT_TRANSLATE_NOOP("vstore", "Another job is working on it: {original}"),
        pattern=_like(
            r"asynchronous jobs running|still being allocated|cannot acquire state change lock|is busy with"
        ),
        advice=QT_TRANSLATE_NOOP("vstore", "Try again when it has ended."),
    ),
    Row(
        ErrorKind.TRAY_LOCKED,
        QT_TRANSLATE_NOOP("vstore", "The guest has locked the tray of the drive."),
        pattern=_like(r"tray .*(is locked|not open)|is locked and not open|timed out waiting for .*tray"),
        advice=QT_TRANSLATE_NOOP("vstore", "Eject it in the guest, or force the tray open."),
    ),
    Row(
        ErrorKind.IN_USE,
        QT_TRANSLATE_NOOP("vstore", "It is in use: {original}"),
        pattern=_like(
            r"is (still |currently )?in use|Device or resource busy|Failed to get .*lock|target is busy"
            r"|not empty"
        ),
        advice=QT_TRANSLATE_NOOP("vstore", "Find out who uses it and end that first."),
    ),
    # ── the storage itself ──
    Row(
        ErrorKind.NO_SPACE,
        QT_TRANSLATE_NOOP("vstore", "There is not enough space: {original}"),
        pattern=_like(r"No space left|not enough (free )?space|insufficient free space|Disk quota exceeded"),
        advice=QT_TRANSLATE_NOOP("vstore", "Free some space in the pool, or choose a smaller size."),
    ),
    Row(
        ErrorKind.READ_ONLY,
        QT_TRANSLATE_NOOP("vstore", "It can only be read: {original}"),
        pattern=_like(r"Read-only file system|read only access|is read-?only"),
    ),
    Row(
        ErrorKind.PATH_DENIED,
        QT_TRANSLATE_NOOP("vstore", "The host has no permission for the file: {original}"),
        pattern=_like(r"Permission denied|Operation not permitted"),
        advice=QT_TRANSLATE_NOOP(
            "vstore",
            "Check the owner and mode of the file and of every directory above it, and AppArmor or SELinux.",
        ),
    ),
    Row(
        ErrorKind.MISSING_PATH,
        QT_TRANSLATE_NOOP("vstore", "A path is not there: {original}"),
        pattern=_like(
            r"No such file or directory|does not exist|inaccessible backing|cannot find any matching source"
        ),
        advice=QT_TRANSLATE_NOOP("vstore", "Check the path, and that what should be mounted there is."),
    ),
    # ── the rest, by code alone ──
    Row(
        ErrorKind.NOT_SUPPORTED,
        QT_TRANSLATE_NOOP("vstore", "The host cannot do this: {original}"),
        codes=_any(L.VIR_ERR_NO_SUPPORT, L.VIR_ERR_OPERATION_UNSUPPORTED, L.VIR_ERR_ARGUMENT_UNSUPPORTED),
    ),
    Row(
        ErrorKind.NOT_SUPPORTED,
        QT_TRANSLATE_NOOP("vstore", "The host's libvirt is too old or has no such option: {original}"),
        codes=_any(L.VIR_ERR_INVALID_ARG),
        pattern=_like(r"unsupported flags"),
    ),
    Row(
        ErrorKind.NOT_FOUND,
        QT_TRANSLATE_NOOP("vstore", "The machine has no such disk: {original}"),
        codes=_INVALID,
        pattern=_like(r"target .* doesn't exist|no target device|device not found"),
        advice=QT_TRANSLATE_NOOP("vstore", "It may have been removed by somebody else meanwhile."),
    ),
    Row(
        ErrorKind.INVALID,
        QT_TRANSLATE_NOOP("vstore", "The host does not accept the description: {original}"),
        codes=_INVALID
        | _any(L.VIR_ERR_INVALID_STORAGE_POOL, L.VIR_ERR_INVALID_STORAGE_VOL, L.VIR_ERR_INVALID_DOMAIN),
    ),
    Row(
        ErrorKind.INVALID,
        QT_TRANSLATE_NOOP("vstore", "The host refuses it as things are: {original}"),
        codes=_any(L.VIR_ERR_OPERATION_INVALID),
    ),
    Row(
        ErrorKind.DENIED,
        QT_TRANSLATE_NOOP("vstore", "The host does not allow this user to do it: {original}"),
        codes=_any(L.VIR_ERR_OPERATION_DENIED, L.VIR_ERR_ACCESS_DENIED),
        advice=QT_TRANSLATE_NOOP("vstore", "Ask the host's administrator for the right to do it."),
    ),
    Row(
        ErrorKind.TIMEOUT,
        QT_TRANSLATE_NOOP("vstore", "It took too long: {original}"),
        codes=_any(L.VIR_ERR_OPERATION_TIMEOUT, L.VIR_ERR_AGENT_UNRESPONSIVE),
        advice=QT_TRANSLATE_NOOP("vstore", "Try again."),
    ),
    Row(
        ErrorKind.BUSY,
        QT_TRANSLATE_NOOP("vstore", "Another job is working on it: {original}"),
        codes=_any(L.VIR_ERR_RESOURCE_BUSY, L.VIR_ERR_BLOCK_COPY_ACTIVE),
        advice=QT_TRANSLATE_NOOP("vstore", "Try again when it has ended."),
    ),
    Row(ErrorKind.OTHER, QT_TRANSLATE_NOOP("vstore", "The host says: {original}")),
)
