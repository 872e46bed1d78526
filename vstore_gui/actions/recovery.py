"""What was left in the middle: which steps stand, and the plans that finish them or take them back.

Whether a step whose outcome nobody heard has happened is asked of the values of now, one row for each kind
of call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from vstore_gui.actions.guards import HostOnline, PoolUnusedByRunning, VolumesUnused
from vstore_gui.actions.jobs import JobState, JobStatus
from vstore_gui.actions.journal import Unfinished
from vstore_gui.actions.plan import Danger, Plan, Step
from vstore_gui.actions.virsh import virsh_lines
from vstore_gui.entities import calls
from vstore_gui.entities.errors import ErrorKind, ErrorState
from vstore_gui.entities.keys import DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.store.store import Store
from vstore_gui.xml.disk import DiskXml
from vstore_gui.xml.pool import PoolXml
from vstore_gui.xml.volume import VolumeXml

__all__ = ["HAPPENED", "job_left_over", "plan_clean_up", "plan_finish", "steps_standing"]


def job_left_over(unfinished: Unfinished) -> JobState:
    """A plan that an earlier run of the application left in the middle, as a job."""
    advice = text(
        QT_TRANSLATE_NOOP("vstore", "Finish it, take back what was done, or leave everything as it is.")
    )
    return JobState(
        id=unfinished.job,
        plan=unfinished.plan,
        status=JobStatus.STOPPED,
        step=unfinished.steps_done,
        steps_done=unfinished.steps_done,
        error=ErrorState(
            ErrorKind.LOST,
            text(QT_TRANSLATE_NOOP("vstore", "VStore ended before this was finished.")),
            advice,
        ),
        started_s=unfinished.at_s,
        ended_s=unfinished.at_s,
        left_over=True,
        in_doubt=unfinished.in_doubt,
        from_journal=True,
    )


def steps_standing(store: Store, job: JobState, *, if_unknown: bool) -> int:
    """How many of the job's steps are done. Where nobody heard the outcome of the last one, the values of
    now tell; where they cannot (not connected, pool not running), `if_unknown` says how it counts.
    """
    if not job.in_doubt or job.step >= len(job.plan.steps):
        return job.steps_done
    step = job.plan.steps[job.step]
    ask = HAPPENED.get(type(step.call))
    if ask is None:
        return job.steps_done
    happened = None if HostOnline(step.host).reasons(store) else ask(store, step.host, step.call)
    return job.step + 1 if (if_unknown if happened is None else happened) else job.steps_done


def plan_clean_up(store: Store, job: JobState) -> Plan | None:
    """Takes back the steps that stand, last one first; None when none of them can be taken back.

    What was made may be somebody's by now: a volume in use is kept, and deleting one that an earlier run of
    the application made must be confirmed.
    """
    standing = job.plan.steps[: steps_standing(store, job, if_unknown=True)]
    steps = tuple(_taken_back(job, step) for step in reversed(standing) if step.clean_up is not None)
    if not steps:
        return None
    volumes = tuple(
        VolumeKey(step.host, step.call.pool, step.call.volume)
        for step in steps
        if isinstance(step.call, calls.DeleteVolume)
    )
    stopped = tuple(
        PoolKey(step.host, step.call.pool) for step in steps if isinstance(step.call, calls.StopPool)
    )
    loses = any(step.danger is Danger.LOSES_DATA for step in steps)
    return Plan(
        title=text(QT_TRANSLATE_NOOP("vstore", "Clean up after “{title}”"), title=job.plan.title),
        steps=steps,
        guards=(
            *(HostOnline(host) for host in dict.fromkeys(step.host for step in steps)),
            *((VolumesUnused(volumes),) if volumes else ()),
            *(PoolUnusedByRunning(pool) for pool in stopped),
        ),
        verb=text(QT_TRANSLATE_NOOP("vstore", "Clean up")),
        settles=job.id,
        confirm_name=volumes[0].name if loses and volumes else None,
    )


def _taken_back(job: JobState, step: Step) -> Step:
    assert step.clean_up is not None
    # Of a moment ago, nothing of anybody's is in it. Of an earlier run, who knows.
    deletes = isinstance(step.clean_up, calls.DeleteVolume) and job.from_journal
    return Step(
        sentence=step.clean_up_sentence or step.sentence,
        host=step.host,
        call=step.clean_up,
        xml_before=step.xml_after,
        xml_after=getattr(step.clean_up, "xml", None),
        virsh=virsh_lines(step.host, step.clean_up),
        danger=Danger.LOSES_DATA if deletes else Danger.NONE,
    )


def plan_finish(store: Store, job: JobState) -> Plan | None:
    """The steps that are not done, under the guards that still hold their meaning; None when all are.

    Its clean-up and inverse are those of the whole: they take back the earlier steps as well.
    """
    done = steps_standing(store, job, if_unknown=False)
    rest = job.plan.steps[done:]
    if not rest:
        return None
    return msgspec.structs.replace(
        job.plan,
        title=text(QT_TRANSLATE_NOOP("vstore", "Finish “{title}”"), title=job.plan.title),
        steps=rest,
        guards=tuple(guard for guard in job.plan.guards if guard.lasts or done == 0),
        verb=text(QT_TRANSLATE_NOOP("vstore", "Finish")),
        settles=job.id,
    )


# ── has it happened? ────────────────────────────────────────────────────────────────────────────────────────


def _pool_is_there(store: Store, host: HostId, call: calls.DefinePool) -> bool:
    return store.pool(PoolKey(host, PoolXml.parse(call.xml).uuid or "")) is not None


def _pool_active(store: Store, host: HostId, call: calls.StartPool) -> bool:
    pool = store.pool(PoolKey(host, call.pool))
    return pool is not None and pool.active


def _pool_stopped(store: Store, host: HostId, call: calls.StopPool) -> bool:
    pool = store.pool(PoolKey(host, call.pool))
    return pool is None or not pool.active


def _pool_gone(store: Store, host: HostId, call: calls.UndefinePool) -> bool:
    return store.pool(PoolKey(host, call.pool)) is None


def _autostart_set(store: Store, host: HostId, call: calls.SetPoolAutostart) -> bool:
    pool = store.pool(PoolKey(host, call.pool))
    return pool is not None and pool.autostart == call.on


def _volume_is_there(store: Store, host: HostId, call: calls.CreateVolume) -> bool | None:
    return _has_volume(store, VolumeKey(host, call.pool, VolumeXml.parse(call.xml).name or ""))


def _volume_gone(store: Store, host: HostId, call: calls.DeleteVolume) -> bool | None:
    there = _has_volume(store, VolumeKey(host, call.pool, call.volume))
    return None if there is None else not there


def _has_volume(store: Store, key: VolumeKey) -> bool | None:
    return store.volume(key) is not None if store.volumes_listed(key.pool_key) else None


def _disk_updated(store: Store, host: HostId, call: calls.UpdateDisk) -> bool:
    domain = store.domain(DomainKey(host, call.domain))
    if domain is None:
        return False
    wanted = DiskXml.parse(call.xml).state()
    disks = domain.disks if call.live or domain.next_disks is None else domain.next_disks
    return any(
        disk.target == wanted.target
        and (disk.source.kind, disk.source.path) == (wanted.source.kind, wanted.source.path)
        for disk in disks
    )


HAPPENED: Final[dict[type[Any], Callable[[Store, HostId, Any], bool | None]]] = {
    calls.DefinePool: _pool_is_there,
    calls.StartPool: _pool_active,
    calls.StopPool: _pool_stopped,
    calls.UndefinePool: _pool_gone,
    calls.SetPoolAutostart: _autostart_set,
    calls.CreateVolume: _volume_is_there,
    calls.DeleteVolume: _volume_gone,
    calls.UpdateDisk: _disk_updated,
    # BuildPool, DeletePool, DefineDomain: doing them again is harmless, or refused by libvirt. They count
    # as not done.
}
