"""One host's child process: the only place that imports libvirt. `python -m vstore_gui.hostd --fd N`.

Nobody imports this package; it is spoken to through `vstore_gui.wire`. Everything in it blocks, in threads of
its own.
"""
