"""The tests, in rings: fakes (milliseconds), `test:///`, real libvirtd, the real process."""
