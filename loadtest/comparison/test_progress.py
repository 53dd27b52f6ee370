"""Tests the remaining time, and that no process keeps running."""

import io
import os
import pathlib
import sys
import tempfile
import time
import unittest

import process
import progress


class ProgressTest(unittest.TestCase):
    def test_the_rest_is_corrected_by_what_was_done(self):
        now = [0.0]
        out = io.StringIO()
        shown = progress.Progress(out, lambda: now[0])
        shown.expect([("one", 10), ("two", 30)])
        self.assertEqual(shown.remaining_seconds(), 40)

        def work():
            now[0] += 20
            return "result"

        self.assertEqual(shown.step(work), "result")
        self.assertEqual(shown.remaining_seconds(), 60, "twice as slow as expected")
        shown.expect([("three", 10)], later_seconds=100)
        self.assertEqual(shown.remaining_seconds(), 110, "new steps begin without experience")
        self.assertIn("[1/2] one; about 40 s left", out.getvalue())

    def test_a_step_that_fails_is_done_too(self):
        out = io.StringIO()
        shown = progress.Progress(out)
        shown.expect([("one", 10), ("two", 30)])
        with self.assertRaises(ZeroDivisionError):
            shown.step(lambda: 1 / 0)
        shown.step(lambda: None)
        self.assertIn("[2/2] two", out.getvalue())

    def test_durations(self):
        self.assertEqual(progress.duration(40.2), "40 s")
        self.assertEqual(progress.duration(600), "10 min")


class ProcessTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.log = pathlib.Path(self._folder.name) / "log"

    def test_a_failure_shows_the_end_of_the_output(self):
        with self.assertRaisesRegex(process.Failed, r"(?s)\(3\).*what went wrong"):
            process.run([sys.executable, "-c", "print('what went wrong'); raise SystemExit(3)"], self.log, 60)

    @unittest.skipUnless(hasattr(os, "killpg"), "needs process groups")
    def test_what_runs_too_long_is_ended_with_its_children(self):
        child = "import subprocess, sys; p = subprocess.Popen(['sleep', '600']); print(p.pid, flush=True); p.wait()"
        # On a busy machine it may take long until the child runs.
        for seconds in (1, 5, 30, 120):
            with self.assertRaisesRegex(process.OutOfTime, "no end within"):
                process.run([sys.executable, "-c", child], self.log, seconds)
            if self.log.read_text().endswith("\n"):
                break
        pid = int(self.log.read_text().split()[0])
        for _ in range(100):
            if not _runs(pid):
                return
            time.sleep(0.05)
        self.fail(f"{pid} still runs")

    @unittest.skipUnless(hasattr(os, "sched_getaffinity"), "needs cores that can be chosen")
    def test_on_one_core(self):
        core = process.default_core()
        code = "import os; print(*os.sched_getaffinity(0))"
        process.run([sys.executable, "-c", code], self.log, 60, core)
        self.assertEqual(self.log.read_text().split(), [str(core)])


def _runs(pid):
    """Returns whether a process runs. A zombie does not run."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main()
