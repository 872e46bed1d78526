"""`python -m vstore_gui.xml check FILE…`: see `check.py`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from vstore_gui.xml.check import DOCUMENTS, problems

_DESCRIPTION = f"""\
Hold VStore's XML layer against libvirt documents. For each FILE: read it into its state, change every
declared field that is present to another valid value and back again, and compare with the original (canonical
XML, comments and unknown elements included). Prints 'FILE: ok', or what changed or failed. Documents whose
root is one of these are checked: {", ".join(sorted(DOCUMENTS))}."""


def main(arguments: list[str] | None = None) -> int:
    """0 when all files are ok, 1 when one is not, 2 when the command line makes no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m vstore_gui.xml", description="VStore's XML layer by hand."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check", help="hold the XML layer against libvirt documents", description=_DESCRIPTION
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="a libvirt document; - reads standard input")
    check.add_argument("-q", "--quiet", action="store_true", help="print only what is not ok")
    options = parser.parse_args(arguments)
    try:
        failed = _check(options.files, quiet=options.quiet)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough; Python must not try again when it exits
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 1 if failed else 0


def _check(files: list[str], *, quiet: bool) -> int:
    """Checks the files and says what it finds; how many were not ok."""
    failed = 0
    for name in files:
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            found: tuple[str, ...] = (f"cannot be read: {error.strerror}",)
        else:
            found = problems(data)
        failed += bool(found)
        if not found and not quiet:
            _say(f"{name}: ok")
        for problem in found:
            _say(f"{name}: {problem}")
    return failed


def _say(line: str) -> None:
    """One line, whatever a hostile document or file name put in it."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding))


if __name__ == "__main__":
    sys.exit(main())
