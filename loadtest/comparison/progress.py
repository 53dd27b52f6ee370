"""Says what runs and how long the rest takes."""

import sys
import time


def duration(seconds):
    """Returns seconds in words: 40 s, 12 min."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


class Progress:
    """A list of steps with expected seconds; what the steps before took corrects what the rest is expected to take."""

    def __init__(self, out=sys.stderr, clock=time.monotonic):
        self._out = out
        self._clock = clock
        self._steps = []
        self._done = 0
        self._spent = self._foreseen = self._later = 0.0

    def expect(self, steps, later_seconds=0.0):
        """Replaces the steps that are to come: names with expected seconds; and what is expected after them."""
        self._steps = list(steps)
        self._later = later_seconds
        self._done = 0
        self._spent = self._foreseen = 0.0

    def remaining_seconds(self):
        """Returns what the steps to come are expected to take, by the experience with those done."""
        pace = self._spent / self._foreseen if self._foreseen > 0 else 1
        return pace * sum(seconds for _, seconds in self._steps[self._done :]) + self._later

    def step(self, work):
        """Runs the next step: announces it and times it. One that fails is done, too."""
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
