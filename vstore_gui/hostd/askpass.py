"""Run by ssh: passes its question to the process that started ssh and prints the answer. See `ssh.py`.

A program of its own that needs nothing but the standard library: python -I askpass.py SOCKET PROMPT
"""

from __future__ import annotations

import json
import os
import socket
import sys


def main(address: str, prompt: str) -> int:
    """Blocks until the user has answered. 1 (ssh then gives up this way of signing in) when there is no
    answer."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(address)
            with connection.makefile("rw", encoding="utf-8") as lines:
                lines.write(
                    json.dumps({"prompt": prompt, "hint": os.environ.get("SSH_ASKPASS_PROMPT", "")}) + "\n"
                )
                lines.flush()
                answer = json.loads(lines.readline())["answer"]
    except (OSError, ValueError, KeyError):
        return 1
    if answer is None:
        return 1
    print(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
