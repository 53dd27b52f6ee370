"""Measures a burst of searches whose texts a model encodes. See --help."""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import process

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHOD = "siskin.v1.SearchService/Search"
# The words are from cranfield, but any words would do. The numbers make each text new, so that no
# cache has it.
TEXT = "flow {{.RequestNumber}} over {{randomInt 1 1000000}} plates with heat transfer"
CALLERS_AFTER = 30
START_SECONDS = 120
# The port of HTTP is the one after that of gRPC.
METRICS_PORT_STEP = 2
STOP_SECONDS = 60
MANY = 1_000_000_000
IN_TIME = ("OK", "RESOURCE_EXHAUSTED")

DESCRIPTION = """\
Starts `siskin serve` on one core and ghz on the other cores, measures loads, and prints a table with one row per load.
First, 32 callers that wait for their answers measure how many searches per second the server can answer. This is done
twice, and the second result counts. Then two bursts send --factor times as many searches. After each burst, one caller
alone is measured.

Each search of a burst is answered, refused or late. An answered search had its answer within the deadline, by the
clock of the client. A refused search had the status RESOURCE_EXHAUSTED. All other searches are late, so the server
admitted them in vain. The table also shows the late searches by the clock of the server, which are those that it counts
as neither answered nor refused. Calls that wait in the client or in sockets are late only by the clock of the client.

Each text is new. The script ends the processes that it started, and no others.
"""
EPILOG = """\
  bin/siskin index --input cranfield/corpus.jsonl.gz --document-model splade-tiny --data data --collection cranfield
  loadtest/burst --data data --collection cranfield
"""


@dataclasses.dataclass(frozen=True)
class Load:
    """The calls that ghz makes.

    rate: calls per second; None: each caller sends its next call after the answer. The load ends after seconds or calls.
    """

    callers: int
    connections: int
    deadline_millis: int
    rate: int | None = None
    seconds: float | None = None
    calls: int | None = None


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The results of the calls of a load. Times are in milliseconds and in ascending order."""

    seconds: float
    sent: int
    answered: list[float]
    refused: list[float]
    late: dict[str, int]
    late_by_server: int | None = None

    @property
    def answered_per_second(self):
        return len(self.answered) / self.seconds

    @property
    def late_count(self):
        return sum(self.late.values())

    @property
    def admitted(self):
        return len(self.answered) + self.late_count


def outcome(report, deadline_millis):
    """Reads the JSON report of ghz. Calls that were cut off by the end of the run do not count."""
    calls = [call for call in report["details"] if not _cut_off(call)]
    times = {"OK": [], "ResourceExhausted": []}
    late = {}
    for call in calls:
        status, millis = call["status"], call["latency"] / 1e6
        if status in times and (status != "OK" or millis <= deadline_millis):
            times[status].append(millis)
        else:
            late[status] = late.get(status, 0) + 1
    seconds = report["total"] / 1e9
    return Outcome(seconds, len(calls), sorted(times["OK"]), sorted(times["ResourceExhausted"]), late)


def _cut_off(call):
    return "grpc: the client connection is closing" in call.get("error", "") or call["status"] == "Canceled"


def quantile(ascending, share):
    """Returns a quantile of a list in ascending order, or nan if the list is empty."""
    return ascending[min(len(ascending) - 1, int(len(ascending) * share))] if ascending else float("nan")


class Client:
    """Runs ghz, but not on the core of the server if cores can be chosen."""

    def __init__(self, program, server, collection, server_core, work):
        self._program = program
        self._server = server
        self._data = json.dumps({"collection": collection, "text": TEXT, "k": 10})
        self._work = work
        self._cores = _allowed() - {server_core} if server_core is not None else None

    def call(self, load):
        """Makes the calls and returns their Outcome."""
        words = ["--insecure", "--call", METHOD, "--data", self._data, "--connections", load.connections]
        words += ["--concurrency", load.callers, "--timeout", f"{load.deadline_millis}ms"]
        words += ["--rps", load.rate] if load.rate else []
        if load.seconds:
            words += ["--duration", f"{load.seconds}s", "--duration-stop", "wait"]
        words += ["--total", load.calls or MANY] if not load.seconds else []
        out = self._work / "ghz.json"
        words += ["--format", "json", "--output", out, self._server.target]
        command = [self._program, *words]
        log = self._work / "ghz.log"
        before = self._server.counts()
        process.run(command, log, 60 + (load.seconds or 60), cores=self._cores)
        after = self._server.counts()
        late = sum(after[status] - before.get(status, 0) for status in after if status not in IN_TIME)
        return dataclasses.replace(outcome(json.loads(out.read_text()), load.deadline_millis), late_by_server=late)


class Server:
    """A `siskin serve` that this script starts. It is a context, and leaving the context ends the server."""

    def __init__(self, data, port, core, work, options, home=ROOT):
        self._command = [home / "bin" / "siskin", "serve", "--data", data, "--port", port]
        self._command += ["--metrics-port", port + METRICS_PORT_STEP, *options]
        self.target = f"localhost:{port}"
        self.metrics = f"http://localhost:{port + METRICS_PORT_STEP}/metrics"
        self._core = core
        self.log = work / "serve.log"

    def __enter__(self):
        pin = (lambda: os.sched_setaffinity(0, {self._core})) if self._core is not None else None
        with open(self.log, "wb") as out:
            self._process = subprocess.Popen(
                [str(word) for word in self._command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=pin,
                env=dict(os.environ, SISKIN_NO_BUILD="1"),
            )
        try:
            self._await_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _await_ready(self):
        end = time.monotonic() + START_SECONDS
        while "siskin ready" not in self.log.read_text(errors="replace"):
            if self._process.poll() is not None or time.monotonic() > end:
                raise process.Failed(f"the server did not start. The end of its output:\n{process.tail(self.log)}")
            time.sleep(0.1)

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def pid(self):
        """The server's process."""
        return self._process.pid

    def counts(self):
        """Returns the number of searches that have ended, by status."""
        with urllib.request.urlopen(self.metrics, timeout=30) as answer:
            return searches(answer.read().decode())

    def footprint(self):
        """Returns the resident memory in MB, the threads and the open files, or zeros if there is no /proc."""
        try:
            status = pathlib.Path(f"/proc/{self._process.pid}/status").read_text()
            files = len(os.listdir(f"/proc/{self._process.pid}/fd"))
        except OSError:
            return 0, 0, 0
        found = dict(re.findall(r"^(VmRSS|Threads):\s+(\d+)", status, re.MULTILINE))
        return round(int(found["VmRSS"]) / 1024), int(found["Threads"]), files


def searches(metrics):
    """Returns the number of searches that have ended, by status, from the metrics of a server."""
    pattern = r'^siskin_grpc_calls_total\{method="' + re.escape(METHOD) + r'",status="(\w+)"\} (\S+)$'
    return {status: int(float(count)) for status, count in re.findall(pattern, metrics, re.MULTILINE)}


def _allowed():
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def row(name, sent, after, footprint):
    """Returns the cells of the row of a load. after: the Outcome of the single caller after the load, or None."""
    share = sent.late_count / sent.admitted if sent.admitted else 0
    kinds = ", ".join(f"{status} {count}" for status, count in sorted(sent.late.items()))
    return [
        name,
        f"{sent.sent / sent.seconds:,.0f}",
        f"{sent.answered_per_second:,.0f}",
        f"{len(sent.refused):,}",
        f"{sent.late_count:,} of {sent.admitted:,} ({share:.1%})" + (f": {kinds}" if kinds else ""),
        "" if sent.late_by_server is None else f"{sent.late_by_server:,}",
        f"{quantile(sent.answered, 0.5):.0f} / {quantile(sent.answered, 0.99):.0f}",
        f"{quantile(sent.refused, 0.5):.1f} / {quantile(sent.refused, 0.99):.1f}" if sent.refused else "",
        f"{quantile(after.answered, 0):.1f} / {quantile(after.answered, 0.5):.1f} / {quantile(after.answered, 1):.1f}"
        if after
        else "",
        " / ".join(str(number) for number in footprint),
    ]


HEAD = [
    "load",
    "sent per second",
    "answered in time per second",
    "refused",
    "admitted and late",
    "by the server's clock",
    "answer p50 / p99, ms",
    "refusal p50 / p99, ms",
    "one caller after: least / p50 / most, ms",
    "MB / threads / files",
]


def measure(options, client, server, show):
    """Runs all loads. It calls show with each row when the row is complete."""
    closed = Load(32, options.connections, 10_000, seconds=options.seconds)
    alone = Load(1, 1, 10_000, calls=CALLERS_AFTER)
    show(HEAD)
    show(["---"] * len(HEAD))
    capacity = 0
    for name in () if options.fresh else ("closed loop", "closed loop again"):
        done = client.call(closed)
        capacity = done.answered_per_second
        show(row(name, done, None, server.footprint()))
    rate = options.rate or round(capacity * options.factor)
    burst = Load(options.callers, options.connections, options.deadline_millis, rate=rate, seconds=options.seconds)
    for name in ("first burst", "second burst"):
        done = client.call(burst)
        after = client.call(alone)
        show(row(name, done, after, server.footprint()))


def arguments(words):
    parser = argparse.ArgumentParser(
        "loadtest/burst",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", required=True, type=pathlib.Path, metavar="DIR", help="the data directory")
    add("--collection", required=True, metavar="NAME", help="a collection whose queries a model encodes")
    add("--factor", type=float, default=10, metavar="F", help="the rate of a burst, as a multiple of the capacity"
        " (default %(default)s)")  # fmt: skip
    add("--rate", type=int, metavar="N", help="calls per second in a burst, instead of --factor")
    add("--fresh", action="store_true", help="do not measure the capacity, so that the first burst meets a server"
        " that has answered nothing yet; needs --rate")  # fmt: skip
    add("--seconds", type=float, default=8, metavar="S", help="length of each load in seconds (default %(default)s)")
    add("--deadline-millis", type=int, default=500, metavar="MS", help="deadline of each call in milliseconds"
        " (default %(default)s)")  # fmt: skip
    add("--callers", type=int, default=800, metavar="N", help="largest number of calls of a burst at a time"
        " (default %(default)s)")  # fmt: skip
    add("--connections", type=int, default=4, metavar="N", help="connections of the client (default %(default)s)")
    add("--core", type=int, default=process.default_core(), metavar="N", help="the core of the server"
        " (default: the last)")  # fmt: skip
    add("--port", type=int, default=7757, metavar="N", help="the port of the server; the next two are for"
        " HTTP and metrics (default %(default)s)")  # fmt: skip
    add("--option", action="append", default=[], metavar="WORD", help="another argument for `siskin serve`;"
        " may be repeated")  # fmt: skip
    add("--work", type=pathlib.Path, metavar="DIR", help="folder for logs (default: loadtest/target/burst)")
    options = parser.parse_args(words)
    options.work = options.work or ROOT / "loadtest" / "target" / "burst"
    options.ghz = os.environ.get("SISKIN_GHZ") or shutil.which("ghz")
    if options.fresh and not options.rate:
        parser.error("--fresh needs --rate, because the capacity is not measured")
    if not options.ghz:
        parser.error("no ghz found; put ghz (https://ghz.sh) on the PATH, or its path in SISKIN_GHZ")
    return options


def main(words):
    options = arguments(words)
    process.stop_on_signals()
    options.work.mkdir(parents=True, exist_ok=True)
    if not os.environ.get("SISKIN_NO_BUILD"):
        subprocess.run([ROOT / "bin" / "siskin", "--version"], check=True, stdout=subprocess.DEVNULL)
    with Server(options.data, options.port, options.core, options.work, options.option) as server:
        client = Client(options.ghz, server, options.collection, options.core, options.work)
        measure(options, client, server, lambda cells: print("| " + " | ".join(cells) + " |", flush=True))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except process.Failed as failed:
        sys.exit(str(failed))
