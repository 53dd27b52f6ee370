"""Runs one program to its end, within a time, on one core if wanted, and leaves nothing of it behind."""

import contextlib
import os
import signal
import subprocess


class Failed(Exception):
    """A program failed or ran out of time; the message has the end of its output."""


class OutOfTime(Failed):
    """A program took longer than it may."""


def default_core():
    """Returns the last core that this process may use, or None where cores cannot be chosen."""
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None


def run(command, log, timeout_seconds, core=None, environment=None, cores=None):
    """Runs a command in a process group of its own, its output in the file log; raises Failed or OutOfTime.

    core, cores: those that it may use; None: any. environment: variables beside this process's own. Whatever ends
    the call early (the time, an interrupt) ends the whole group first.
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
        raise failure(f"{os.path.basename(str(command[0]))} failed ({reason}); the end of {log}:\n{tail(log)}")


def _end(started):
    """Ends a process group that still runs: asks, then forces."""
    if started.poll() is not None:
        return
    for sign, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(seconds)
            return


def stop_on_signals():
    """Lets SIGTERM and SIGHUP end this process as an interrupt does, so that what it started is ended too."""

    def stop(number, frame):
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def tail(log, lines=15):
    """Returns the last lines of a file, set in."""
    with open(log, errors="replace") as file:
        return "".join("  | " + line for line in file.readlines()[-lines:]).rstrip()
