"""Runs a program to its end, with a time limit and on one core if wanted. None of its processes keeps running."""

import contextlib
import os
import signal
import subprocess


class Failed(Exception):
    """A program failed or ran out of time. The message has the end of its output."""


class OutOfTime(Failed):
    """A program took longer than its time limit."""


def default_core():
    """Returns the last core that this process may use, or None if cores cannot be chosen."""
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None


def run(command, log, timeout_seconds, core=None, environment=None, cores=None):
    """Runs a command in a separate process group and writes its output to the file log. Raises Failed or OutOfTime.

    core, cores: the cores that it may use; None: any. environment: variables in addition to those of this process. If
    the time limit or an interrupt ends the call early, the whole group is ended first.
    """
    allowed = cores or ({core} if core is not None else None)
    pin = (lambda: os.sched_setaffinity(0, allowed)) if allowed else None
    with open(log, "wb") as out:
        started = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=pin,
            env=dict(os.environ, **(environment or {})),
        )
        failure, reason = Failed, 0
        try:
            reason = started.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            failure, reason = OutOfTime, f"no end within {timeout_seconds:.0f} s"
        finally:
            _end(started)
    if reason != 0:
        raise failure(f"{os.path.basename(str(command[0]))} failed ({reason}). The end of {log}:\n{tail(log)}")


def _end(started):
    """Ends a process group that still runs. It sends a request first, and then forces the end."""
    if started.poll() is not None:
        return
    for sign, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(seconds)
            return


def stop_on_signals():
    """Makes SIGTERM and SIGHUP end this process like an interrupt, so that its child processes end too."""

    def stop(number, frame):
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def tail(log, lines=15):
    """Returns the last lines of a file, indented."""
    with open(log, errors="replace") as file:
        return "".join("  | " + line for line in file.readlines()[-lines:]).rstrip()
