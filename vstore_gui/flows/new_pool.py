"""The new-pool wizard without widgets. See `NewPoolFlow`."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Literal

from vstore_gui.actions.guards import HostOnline, PoolNameFree, PoolPathFree, check
from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.actions.pools import NewPoolDraft, plan_new_pool
from vstore_gui.entities.calls import PathFacts, ProbePath
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.keys import HostId
from vstore_gui.entities.pool_kinds import POOL_KINDS, PoolKind, pool_kind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Text, text
from vstore_gui.flows.names import SYSTEM_DIRECTORIES, path_problems, pool_name_problems
from vstore_gui.store.changes import Changes
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync

__all__ = ["NewPoolDraft", "NewPoolFlow", "NewPoolPage"]

NewPoolPage = Literal["kind", "source", "plan"]

_SYSTEM_BASES: Final = ("/var/lib/libvirt/images", "/var/lib/libvirt/storage")
_UNKNOWN: Final = PathFacts(known=False)


class NewPoolFlow:
    """draft, its checks, its plan. `on_changed()` is called when the host changes what the checks say.

    `problems(page)` are Reasons whose `field` is a NewPoolDraft field name (or "" for the page); `blocks`
    True keeps the page from being left.
    """

    def __init__(
        self, store: Store, sync: Sync, host: HostId, on_changed: Callable[[], None] | None = None
    ) -> None:
        self.draft = NewPoolDraft()
        self.host = host
        self._store = store
        self._sync = sync
        self._on_changed = on_changed
        self._suggested = ""
        self._facts: tuple[str, PathFacts] = ("", _UNKNOWN)
        self._end = store.subscribe(self._store_changed)

    @property
    def pages(self) -> tuple[NewPoolPage, ...]:
        return ("kind", "source", "plan")

    def close(self) -> None:
        """Stop listening to the store."""
        self._end()

    # ── the kind ──

    def kinds(self) -> tuple[tuple[PoolKind, Text | None], ...]:
        """Every kind with the reason why it cannot be chosen (None: it can); those that can come first."""
        rows = [(row, self._why_not(row)) for row in POOL_KINDS.values()]
        return tuple(sorted(rows, key=lambda row: row[1] is not None))

    def _why_not(self, row: PoolKind) -> Text | None:
        state = self._store.host(self.host)
        supported = state.info.pool_kinds if state is not None else None
        if supported is not None and row.kind not in supported and row.removed is None:
            return text(QT_TRANSLATE_NOOP("vstore", "The libvirt of this host has no support for this kind."))
        return row.not_in_wizard

    # ── the target ──

    def suggest(self) -> None:
        """Fill an untouched target path from the name."""
        if self.draft.target_path != self._suggested:
            return
        self.draft.target_path = self._suggested = self._suggestion()

    def _suggestion(self) -> str:
        name = self.draft.name
        if pool_name_problems(name) or name in (".", ".."):
            return ""
        for base in self._bases():
            path = posixpath.join(base, name)
            if not PoolPathFree(self.host, path).reasons(self._store):
                return path
        return ""

    def _bases(self) -> Iterator[str]:
        """Where pools of this host are already, then where libvirt would have them."""
        parents = Counter(
            posixpath.dirname(pool.target_path.rstrip("/"))
            for pool in self._store.pools(self.host).values()
            if pool.target_path and pool_kind(pool.kind).files
        )
        # Not directly below the root or another directory of few: a pool called 'etc' must not land there.
        yield from (parent for parent, _ in parents.most_common() if parent.count("/") > 1)
        if self.host.split("?")[0].endswith("/session") and self._local:
            yield str(Path.home() / ".local/share/libvirt/images")
        else:
            yield from _SYSTEM_BASES

    @property
    def _local(self) -> bool:
        state = self._store.host(self.host)
        return state is not None and state.info.local

    async def probe(self) -> None:
        """Look at the target on the host; on_changed() when the answer is there. Call it after the path
        has rested.
        """
        path = self.draft.target_path
        host = self._sync.host(self.host)
        if host is None or path_problems("target_path", path) or self._facts[0] == path:
            return
        try:
            facts = await host.call(ProbePath(path))
        except HostError:
            facts = _UNKNOWN  # it cannot be looked at: nothing is claimed of it
        if path == self.draft.target_path:  # typed on meanwhile: the next probe tells
            self._facts = (path, facts)
            self._tell()

    @property
    def facts(self) -> PathFacts:
        """What is known of the target as it is typed now."""
        path, facts = self._facts
        return facts if path == self.draft.target_path else _UNKNOWN

    def target_state(self) -> Text | None:
        """What the probe says of the target; None while it is not known."""
        facts = self.facts
        if not facts.known:
            return None
        if not facts.exists:
            template = (
                QT_TRANSLATE_NOOP("vstore", "The directory will be made.")
                if facts.parent_exists
                else QT_TRANSLATE_NOOP("vstore", "The directory will be made, with those above it.")
            )
        elif not facts.is_directory:
            template = QT_TRANSLATE_NOOP("vstore", "This is no directory.")
        elif facts.is_empty:
            template = QT_TRANSLATE_NOOP("vstore", "The directory is there, and empty.")
        else:
            template = QT_TRANSLATE_NOOP("vstore", "The directory is there; the files in it become volumes.")
        return text(template)

    # ── checks ──

    def problems(self, page: NewPoolPage) -> tuple[Reason, ...]:
        match page:
            case "kind":
                return self._kind_problems()
            case "source":
                return (*self._name_problems(), *self._target_problems(), *self._permission_problems())
            case "plan":
                if not (self.complete("kind") and self.complete("source")):
                    return (*self.problems("kind"), *self.problems("source"))
                return check(self.plan(), self._store)

    def complete(self, page: NewPoolPage) -> bool:
        """No blocking problem."""
        return not any(problem.blocks for problem in self.problems(page))

    def _kind_problems(self) -> tuple[Reason, ...]:
        offline = HostOnline(self.host).reasons(self._store)
        why_not = self._why_not(pool_kind(self.draft.kind))
        return (*offline, *((Reason(why_not, field="kind"),) if why_not is not None else ()))

    def _name_problems(self) -> tuple[Reason, ...]:
        problems = pool_name_problems(self.draft.name)
        taken = PoolNameFree(self.host, self.draft.name, self.draft.uuid).reasons(self._store)
        return (*problems, *taken)

    def _target_problems(self) -> tuple[Reason, ...]:
        path = self.draft.target_path
        problems = path_problems("target_path", path)
        if problems:
            return problems
        if posixpath.normpath("/" + path.lstrip("/")) in SYSTEM_DIRECTORIES:
            template = QT_TRANSLATE_NOOP(
                "vstore",
                "This directory belongs to the system: choose a directory below it, of the pool's own.",
            )
            return (Reason(text(template), field="target_path"),)
        facts = self.facts
        found = list(PoolPathFree(self.host, path, facts.real_path, self.draft.uuid).reasons(self._store))
        if facts.known and facts.exists and not facts.is_directory:
            template = QT_TRANSLATE_NOOP("vstore", "There is a file at this path, no directory.")
            found.append(Reason(text(template), field="target_path"))
        if facts.known and not facts.exists and not self.draft.build:
            template = QT_TRANSLATE_NOOP(
                "vstore", "The directory does not exist: let it be made, or make it first."
            )
            found.append(Reason(text(template), field="target_path", blocks=self.draft.start))
        return (*found, *self._unseen_permissions())

    def _unseen_permissions(self) -> tuple[Reason, ...]:
        """libvirt gives a directory that it builds mode 0711 where nothing else is said, one that is there
        too.
        """
        path, facts = self._facts
        draft = self.draft
        host = self._store.host(self.host)
        if host is not None and host.info.driver == "TEST":
            return ()  # libvirt's test driver has no directories at all
        looked_in_vain = path == draft.target_path and not facts.known
        if not (looked_in_vain and draft.build and draft.mode is None):
            return ()
        template = QT_TRANSLATE_NOOP(
            "vstore",
            "VStore cannot look at this host's directories. If this one is there already, its permissions "
            "become 0711: choose others, or let it not be made.",
        )
        return (Reason(text(template), blocks=False, field="target_path"),)

    def _permission_problems(self) -> tuple[Reason, ...]:
        found = []
        mode = self.draft.mode
        if mode is not None and not 0 <= mode <= 0o7777:
            template = QT_TRANSLATE_NOOP(
                "vstore", "Permissions are an octal number of up to four digits, like 0711."
            )
            found.append(Reason(text(template), field="mode"))
        elif mode is not None and mode & 0o700 != 0o700:
            template = QT_TRANSLATE_NOOP(
                "vstore", "The owner could not use the directory with these permissions."
            )
            found.append(Reason(text(template), field="mode", blocks=False))
        for field in ("owner", "group"):
            number = getattr(self.draft, field)
            if number is not None and not -1 <= number < 2**32 - 1:
                template = QT_TRANSLATE_NOOP("vstore", "This is no user or group number.")
                found.append(Reason(text(template), field=field))
        return tuple(found)

    # ── the plan ──

    def plan(self) -> Plan:
        """The plan of the draft. Raises XmlError for what `problems` refuses."""
        facts = self.facts
        self.draft.makes_directory = facts.known and not facts.exists
        self.draft.target_exists = facts.known and facts.is_directory
        self.draft.real_target_path = facts.real_path
        return plan_new_pool(self._store, self.host, self.draft)

    # ── the host changes ──

    def _store_changed(self, changes: Changes) -> None:
        hosts = (change.key for change in changes.hosts)
        pools = (change.key[0] for change in changes.pools)
        if self.host in hosts or self.host in pools:
            self._tell()

    def _tell(self) -> None:
        if self._on_changed is not None:
            self._on_changed()
