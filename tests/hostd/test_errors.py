"""The table of errors: a walk over every row, with libvirt's own words."""

from __future__ import annotations

import libvirt as L
import pytest

from vstore_gui.entities.errors import ErrorKind, HostError
from vstore_gui.hostd import errors
from vstore_gui.hostd.errors import RETRIED, ROWS, explain, fault, row_of

K = ErrorKind
SYSTEM, RPC, STORAGE, QEMU = L.VIR_ERR_SYSTEM_ERROR, L.VIR_FROM_RPC, L.VIR_FROM_STORAGE, L.VIR_FROM_QEMU
INVALID = L.VIR_ERR_OPERATION_INVALID
RESET = ": Connection reset by peer"

# (code, domain, what libvirt says, what it is)
SAMPLES: list[tuple[int, int, str, ErrorKind]] = [
    # connecting
    (
        SYSTEM,
        RPC,
        "Cannot recv data: REMOTE HOST IDENTIFICATION HAS CHANGED!" + RESET,
        K.HOST_KEY,
    ),
    (SYSTEM, RPC, "Cannot recv data: Host key verification failed." + RESET, K.HOST_KEY),
    (L.VIR_ERR_AUTH_CANCELLED, RPC, "authentication cancelled: user cancelled", K.AUTH_CANCELLED),
    (
        L.VIR_ERR_AUTH_UNAVAILABLE,
        L.VIR_FROM_POLKIT,
        (
            "authentication unavailable: no polkit agent available to authenticate action "
            "'org.libvirt.unix.manage'"
        ),
        K.DENIED,
    ),
    (SYSTEM, RPC, "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied", K.DENIED),
    (
        SYSTEM,
        RPC,
        "Cannot recv data: root@nas: Permission denied (publickey,password)." + RESET,
        K.AUTH_FAILED,
    ),
    (L.VIR_ERR_AUTH_FAILED, L.VIR_FROM_TEST, "authentication failed", K.AUTH_FAILED),
    (
        SYSTEM,
        RPC,
        "Cannot read CA certificate '/etc/pki/CA/cacert.pem': No such file or directory",
        K.AUTH_FAILED,
    ),
    (SYSTEM, RPC, "unable to connect to server at '127.0.0.1:1': Connection refused", K.REFUSED),
    (
        SYSTEM,
        RPC,
        "Cannot recv data: ssh: connect to host nas port 22: Connection refused" + RESET,
        K.REFUSED,
    ),
    (
        SYSTEM,
        RPC,
        "Unable to resolve address 'nas' service '16509': Name or service not known",
        K.UNREACHABLE,
    ),
    (
        SYSTEM,
        RPC,
        "Cannot recv data: ssh: Could not resolve hostname nas: Name or service not known" + RESET,
        K.UNREACHABLE,
    ),
    (SYSTEM, RPC, "unable to connect to server at 'nas:16509': No route to host", K.UNREACHABLE),
    (
        SYSTEM,
        RPC,
        "Cannot recv data: bash: line 1: virt-ssh-helper: command not found" + RESET,
        K.NOT_INSTALLED,
    ),
    (
        SYSTEM,
        RPC,
        "Failed to connect socket to '/var/run/libvirt/virtqemud-sock': No such file or directory",
        K.NOT_RUNNING,
    ),
    (
        SYSTEM,
        RPC,
        "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Connection refused",
        K.NOT_RUNNING,
    ),
    (SYSTEM, RPC, "Cannot recv data: Ncat: libvirt-sock: No such file or directory" + RESET, K.NOT_RUNNING),
    (L.VIR_ERR_NO_CONNECT, L.VIR_FROM_NONE, "no connection driver available for URI 'foo'", K.NOT_SUPPORTED),
    (
        L.VIR_ERR_INVALID_ARG,
        L.VIR_FROM_REMOTE,
        "invalid argument: remote_open: transport in URL not recognised (should be tls|unix|ssh)",
        K.NOT_SUPPORTED,
    ),
    (L.VIR_ERR_INTERNAL_ERROR, QEMU, "unexpected QEMU URI path '/wrong', try qemu:///system", K.INVALID),
    # the link
    (SYSTEM, RPC, "End of file while reading data: Input/output error", K.LOST),
    (L.VIR_ERR_INTERNAL_ERROR, RPC, "client socket is closed", K.LOST),
    (L.VIR_ERR_INVALID_CONN, L.VIR_FROM_DOMAIN, "invalid connection pointer in virDomainFree", K.LOST),
    # there, not there
    (
        L.VIR_ERR_NO_STORAGE_POOL,
        STORAGE,
        "Storage pool not found: no storage pool with matching uuid",
        K.NOT_FOUND,
    ),
    (L.VIR_ERR_DOM_EXIST, QEMU, "domain 'web' already exists with uuid 1234", K.EXISTS),
    (L.VIR_ERR_STORAGE_VOL_EXIST, STORAGE, "storage volume 'a' exists already", K.EXISTS),
    (L.VIR_ERR_OPERATION_FAILED, STORAGE, "pool 'p' is already defined with uuid 1234", K.EXISTS),
    (L.VIR_ERR_OPERATION_FAILED, STORAGE, "Storage source conflict with pool: 'p'", K.EXISTS),
    # states
    (
        INVALID,
        STORAGE,
        "Requested operation is not valid: storage pool 'p' is still active",
        K.ALREADY_ACTIVE,
    ),
    (
        INVALID,
        STORAGE,
        "Requested operation is not valid: storage pool 'p' is already active",
        K.ALREADY_ACTIVE,
    ),
    (INVALID, STORAGE, "Requested operation is not valid: storage pool 'p' is not active", K.NOT_ACTIVE),
    (INVALID, QEMU, "Requested operation is not valid: domain is not running", K.NOT_ACTIVE),
    (L.VIR_ERR_INTERNAL_ERROR, STORAGE, "internal error: pool 'p' has asynchronous jobs running.", K.BUSY),
    (INVALID, QEMU, "tray of device 'sda' is locked and not open", K.TRAY_LOCKED),
    (SYSTEM, STORAGE, "failed to remove pool '/srv/p': Directory not empty", K.IN_USE),
    # the storage
    (SYSTEM, STORAGE, "cannot allocate 10 bytes in file '/a': No space left on device", K.NO_SPACE),
    (SYSTEM, STORAGE, "cannot create path '/mnt/a': Read-only file system", K.READ_ONLY),
    (SYSTEM, STORAGE, "cannot open '/srv/a': Permission denied", K.PATH_DENIED),
    (SYSTEM, STORAGE, "cannot open directory '/srv/a': No such file or directory", K.MISSING_PATH),
    # by code
    (
        L.VIR_ERR_NO_SUPPORT,
        STORAGE,
        "this function is not supported by the connection driver",
        K.NOT_SUPPORTED,
    ),
    (L.VIR_ERR_INVALID_ARG, L.VIR_FROM_TEST, "unsupported flags (0x1) in function f", K.NOT_SUPPORTED),
    (L.VIR_ERR_INVALID_ARG, QEMU, "invalid argument: target sdz doesn't exist.", K.NOT_FOUND),
    (L.VIR_ERR_XML_ERROR, STORAGE, "XML error: missing capacity element", K.INVALID),
    (INVALID, QEMU, "Requested operation is not valid: nothing to do", K.INVALID),
    (L.VIR_ERR_OPERATION_DENIED, L.VIR_FROM_NONE, "operation virStoragePoolBuild forbidden", K.DENIED),
    (L.VIR_ERR_OPERATION_TIMEOUT, QEMU, "Timed out during operation: guest agent", K.TIMEOUT),
    (L.VIR_ERR_RESOURCE_BUSY, QEMU, "resource busy: a job", K.BUSY),
    (L.VIR_ERR_OPERATION_FAILED, QEMU, "something unheard of", K.OTHER),
]


def libvirt_error(code: int, domain: int, message: str) -> L.libvirtError:
    error = L.libvirtError(message)
    error.err = (code, domain, message, 2, None, None, None, -1, -1)
    return error


@pytest.mark.parametrize(("code", "domain", "words", "kind"), SAMPLES)
def test_libvirts_words_are_understood(
    code: int, domain: int, words: str, kind: ErrorKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "_daemon_installed", lambda: True)
    state = explain(libvirt_error(code, domain, words), "StartPool")
    assert state.kind is kind
    assert (state.code, state.domain, state.original) == (code, domain, words)
    assert str(state.message).startswith("The pool could not be started. ")


def test_every_row_is_reached() -> None:
    reached = {id(row_of(code, domain, words)) for code, domain, words, _ in SAMPLES}
    assert [row.message for row in ROWS if id(row) not in reached] == []


def test_every_row_says_a_whole_sentence() -> None:
    for row in ROWS:
        assert row.message.endswith((".", "{original}")), row.message
        assert row.advice is None or row.advice.endswith("."), row.advice


def test_an_absent_daemon_is_told_from_a_stopped_one(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory"
    monkeypatch.setattr(errors, "_daemon_installed", lambda: False)
    absent = explain(libvirt_error(SYSTEM, RPC, words), "Open")
    monkeypatch.setattr(errors, "_daemon_installed", lambda: True)
    stopped = explain(libvirt_error(SYSTEM, RPC, words), "Open")
    assert (absent.kind, stopped.kind) == (K.NOT_INSTALLED, K.NOT_RUNNING)
    assert stopped.command is not None
    assert "systemctl start" in stopped.command
    assert K.NOT_RUNNING in RETRIED
    assert K.NOT_INSTALLED not in RETRIED


def test_a_fault_of_ours_is_called_one() -> None:
    error = fault(KeyError("name"), "ReadPool")
    assert error.kind is K.INTERNAL
    assert "KeyError" in error.state.original
    known = HostError(error.state)
    assert fault(known) is known
