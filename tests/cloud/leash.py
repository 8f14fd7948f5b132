"""Runs a command for as long as somebody holds this process's standard input open.

A test run that is killed closes its end of the pipe, and the server behind the leash ends with
it: none is left to answer, silently, in place of the next one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading


def main() -> int:
    """Start the command; its exit code, or 0 once the pipe is closed and it was ended."""
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    let_go = threading.Event()

    def hold() -> None:
        # The descriptor itself: no lock of sys.stdin is held when the interpreter ends.
        while os.read(0, 1024):
            pass
        let_go.set()
        child.terminate()

    threading.Thread(target=hold, daemon=True).start()
    try:
        code = child.wait()
    finally:
        if child.poll() is None:
            child.kill()
    return 0 if let_go.is_set() else code


if __name__ == "__main__":
    sys.exit(main())
