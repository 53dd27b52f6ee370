"""Prints the running step and the expected time of the rest."""

import sys
import time


def duration(seconds):
    """Returns seconds as a short text, for example 40 s or 12 min."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


class Progress:
    """A list of steps with expected seconds.

    The measured times of finished steps correct the expected time of the rest.
    """

    def __init__(self, out=sys.stderr, clock=time.monotonic):
        self._out = out
        self._clock = clock
        self._steps = []
        self._done = 0
        self._spent = self._foreseen = self._later = 0.0

    def expect(self, steps, later_seconds=0.0):
        """Replaces the coming steps by names with expected seconds, and sets the expected seconds after these steps."""
        self._steps = list(steps)
        self._later = later_seconds
        self._done = 0
        self._spent = self._foreseen = 0.0

    def remaining_seconds(self):
        """Returns the expected seconds of the coming steps, corrected by the times of the finished steps."""
        pace = self._spent / self._foreseen if self._foreseen > 0 else 1
        return pace * sum(seconds for _, seconds in self._steps[self._done :]) + self._later

    def step(self, work):
        """Announces, runs and times the next step. A step that fails counts as finished too."""
        name, seconds = self._steps[self._done]
        self.say(f"[{self._done + 1}/{len(self._steps)}] {name}; about {duration(self.remaining_seconds())} left")
        start = self._clock()
        try:
            return work()
        finally:
            self._spent += self._clock() - start
            self._foreseen += seconds
            self._done += 1

    def say(self, text):
        print(text, file=self._out, flush=True)
