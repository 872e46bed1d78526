"""The tests, in rings: fakes (milliseconds), `test:///`, real libvirtd and QEMU, the real process on a screen."""
