"""Questions and answers: asked once, kept when right, forgotten when wrong."""

from __future__ import annotations

import threading

import libvirt
import pytest

from vstore_gui.entities.reports import CredentialPrompt, CredentialsWanted, Report
from vstore_gui.hostd.credentials import Credentials
from vstore_gui.wire.messages import Credentials as Message


class Window:
    """Answers every question with what it was given to say."""

    def __init__(self) -> None:
        self.asked: list[tuple[CredentialPrompt, ...]] = []
        self.says: tuple[str, ...] | None = ("secret",)
        self.credentials = Credentials(self.told)

    def told(self, report: Report) -> None:
        assert isinstance(report, CredentialsWanted)
        self.asked.append(report.prompts)
        # The answer comes in another thread: the one that reads the pipe.
        threading.Thread(target=self.credentials.answer, args=(report.id, self.says)).start()


@pytest.fixture
def window() -> Window:
    return Window()


def test_an_answer_that_opened_a_connection_is_not_asked_for_again(window: Window) -> None:
    for _ in range(2):
        window.credentials.opening()
        assert window.credentials.ssh_asks("root@nas's password: ", "") == "secret"
        window.credentials.opened()
    assert window.asked == [(CredentialPrompt("root@nas's password:", "password"),)]


def test_an_answer_that_was_wrong_is_asked_for_again(window: Window) -> None:
    window.credentials.opening()
    window.credentials.ssh_asks("password: ", "")
    window.credentials.ssh_asks("password: ", "")
    window.credentials.opened()
    assert len(window.asked) == 2
    window.credentials.opening()
    window.credentials.ssh_asks("password: ", "")  # the kept one …
    window.credentials.ssh_asks("password: ", "")  # … was wrong this time
    assert len(window.asked) == 3


@pytest.mark.parametrize(("said", "printed"), [("yes", "yes"), ("no", "no"), ("", "no"), ("true", "yes")])
def test_a_host_key_is_a_yes_or_no_question(window: Window, said: str, printed: str) -> None:
    window.says = (said,)
    prompt = "ED25519 key fingerprint is SHA256:x.\nAre you sure (yes/no/[fingerprint])? "
    assert window.credentials.ssh_asks(prompt, "") == printed
    assert window.asked[0][0].kind == "confirm"


def test_what_is_declined_fails_the_opening(window: Window) -> None:
    window.says = None
    asked = [[libvirt.VIR_CRED_PASSPHRASE, "Password", "", None, None]]
    _types, callback, data = window.credentials.libvirt_auth
    assert callback(asked, data) == -1
    assert window.credentials.ssh_asks("password: ", "") is None


def test_libvirts_questions_are_asked_together(window: Window) -> None:
    window.says = ("alice", "secret")
    asked = [
        [libvirt.VIR_CRED_AUTHNAME, "User", "", "bob", None],
        [libvirt.VIR_CRED_EXTERNAL, "", "PolicyKit", None, None],
        [libvirt.VIR_CRED_NOECHOPROMPT, "Password", "", None, None],
    ]
    _types, callback, data = window.credentials.libvirt_auth
    assert callback(asked, data) == 0
    assert [one[4] for one in asked] == ["alice", None, "secret"]
    assert window.asked == [
        (CredentialPrompt("User", "text", "bob"), CredentialPrompt("Password", "password"))
    ]


def test_nobody_is_asked_where_nobody_may_be() -> None:
    reports: list[Report] = []
    assert Credentials(reports.append, may_ask=False).ssh_asks("password: ", "") is None
    assert reports == []


def test_an_answer_that_nobody_waits_for_is_dropped(window: Window) -> None:
    window.credentials.answer(99, ("x",))
    assert window.credentials.ssh_asks("password: ", "") == "secret"


def test_a_secret_is_not_to_be_seen_in_a_log() -> None:
    assert "secret" not in repr(Message(1, ("secret",)))


def test_a_notice_is_answered_without_asking(window: Window) -> None:
    assert window.credentials.ssh_asks("Confirm user presence for key", "none") == ""
    assert window.asked == []
