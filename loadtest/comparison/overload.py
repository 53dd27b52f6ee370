"""More vector searches than a server can do, from a client that goes on sending: see --help."""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

import burst
import process

ROOT = pathlib.Path(__file__).resolve().parents[2]
GENERATOR = "io.siskin.loadtest.overload.LoadGenerator"
WARM_SECONDS = 4
WARM_ROUNDS_MAX = 40
# A server is warm when a round of the closed loop answers at most so much more than the best before it.
SETTLED_GAIN = 1.03
CALLERS = 32

DESCRIPTION = """\
Starts `siskin serve` on one core and a load generator on another. A closed loop (32 callers, each waiting for its answer)
runs until its rate settles, and then once more: this is the peak. Then each factor times the peak is sent in an open loop,
which goes on sending whatever becomes of the earlier calls. Searches are exact, with 10 hits. Prints a table. Answered:
within the deadline, counted from the moment when the call was due. Refused: RESOURCE_EXHAUSTED. Late: all others. With
more than one --home, the servers of several checkouts are measured in turns. Processor time is in cores; "others" is
what other programs had of the server's core. Where that is not small, the machine was not the measurement's own. Ends
what it started, and nothing else.
"""
EPILOG = """\
  bin/siskin index --input base.csr --output data --collection base
  loadtest/overload --data data --collection base --queries queries.csr
"""

HEAD = [
    "server",
    "load",
    "sent a second",
    "answered in time, a second",
    "of the peak",
    "refused a second",
    "late a second",
    "answer p50 / p99, ms",
    "in the server p50 / p99, ms",
    "refusal p50 / p99, ms",
    "sent late p99, ms",
    "cores: server / client / others",
]


def cpu_seconds(pid):
    """Returns the processor time that a process has had."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_seconds(core):
    """Returns for how long a core has been busy."""
    for line in pathlib.Path("/proc/stat").read_text().splitlines():
        name, *times = line.split()
        if name == f"cpu{core}":
            ticks = [int(word) for word in times[:8]]
            return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
    raise process.Failed(f"/proc/stat has no core {core}")


def settled(rates):
    """Tells whether the last of some rates is hardly above the best before it."""
    return len(rates) > 2 and rates[-1] <= max(rates[:-1]) * SETTLED_GAIN


def millis(quantiles):
    return f"{quantiles['p50'] / 1000:.1f} / {quantiles['p99'] / 1000:.1f}" if quantiles["max"] else ""


def row(name, load, done, peak, cores):
    """Returns the cells of one load's row. done: what the generator says of it. cores: of server, client, others."""
    seconds = done["seconds"]
    failed = dict(done["failed"])
    refused = failed.pop("RESOURCE_EXHAUSTED", 0)
    late = done["answered_late"] + sum(failed.values())
    kinds = ", ".join(sorted(failed))
    return [
        name,
        load,
        f"{done['sent'] / seconds:,.0f}",
        f"{done['answered'] / seconds:,.0f}",
        f"{done['answered'] / seconds / peak:.2f}" if peak else "",
        f"{refused / seconds:,.0f}",
        f"{late / seconds:,.0f}" + (f" ({kinds})" if kinds else ""),
        millis(done["answer_micros"]),
        millis(done["server_micros"]),
        millis(done["refusal_micros"]),
        f"{done['send_lag_micros']['p99'] / 1000:.1f}",
        " / ".join(f"{share:.2f}" for share in cores),
    ]


class Pair:
    """A server and a generator of ours, each on its core; a context that ends both."""

    def __init__(self, name, home, port, options):
        self.name = name
        work = options.work / name
        work.mkdir(parents=True, exist_ok=True)
        self._core = options.core
        self._server = burst.Server(options.data, port, options.core, work, options.option, home)
        jars = [ROOT / "loadtest/target/classes", ROOT / "server/target/siskin-server.jar", ROOT / "server/target/lib/*"]
        self._command = [os.environ["SISKIN_JAVA"], f"@{ROOT / 'bin/jvm.options'}", "-cp", ":".join(map(str, jars)), GENERATOR]
        self._command += [self._server.target, options.collection, options.queries, options.connections]
        self._command += [options.deadline_millis]
        self._client_core = options.client_core
        self._log = work / "generator.log"

    def __enter__(self):
        self._server.__enter__()
        try:
            self._generator = self._start_generator()
        except BaseException:
            self._server.__exit__()
            raise
        return self

    def _start_generator(self):
        with open(self._log, "wb") as log:
            return subprocess.Popen(
                [str(word) for word in self._command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                preexec_fn=lambda: os.sched_setaffinity(0, {self._client_core}),
            )

    def __exit__(self, *_):
        try:
            self._generator.stdin.close()
            self._generator.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            self._generator.kill()
            self._generator.wait()
        finally:
            self._server.__exit__()

    def _used(self):
        return cpu_seconds(self._server.pid), cpu_seconds(self._generator.pid), busy_seconds(self._core)

    def send(self, kind, size, seconds):
        """Sends a load; returns what the generator says of it, and the cores of server, client and others."""
        before, began = self._used(), time.monotonic()
        self._generator.stdin.write(f"{kind} {size} {seconds}\n")
        self._generator.stdin.flush()
        line = self._generator.stdout.readline()
        took = time.monotonic() - began
        if not line:
            raise process.Failed(f"the generator ended; the end of its output:\n{process.tail(self._log)}")
        server, client, busy = (
            (after - earlier) / took for after, earlier in zip(self._used(), before, strict=True)
        )
        return json.loads(line), (server, client, max(busy - server, 0))

    def warm_up(self):
        """Runs the closed loop until its rate settles."""
        rates = []
        while not settled(rates) and len(rates) < WARM_ROUNDS_MAX:
            done, _ = self.send("closed", CALLERS, WARM_SECONDS)
            rates.append(done["answered"] / WARM_SECONDS)


def measure(options, pairs, show):
    """Runs all loads on all pairs in turns; show takes the rows as they come."""
    for pair in pairs:
        pair.warm_up()
    show(HEAD)
    show(["---"] * len(HEAD))
    for _ in range(options.rounds):
        for pair in pairs:
            done, cores = pair.send("closed", CALLERS, options.seconds)
            peak = done["answered"] / options.seconds
            show(row(pair.name, "closed loop", done, peak, cores))
            for factor in options.factors:
                rate = options.rate * factor if options.rate else max(peak, 1) * factor
                done, cores = pair.send("open", round(rate), options.seconds)
                show(row(pair.name, f"{factor:g} ×", done, peak, cores))


def arguments(words):
    parser = argparse.ArgumentParser(
        "loadtest/overload",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    add = parser.add_argument
    add("--data", required=True, type=pathlib.Path, metavar="DIR", help="a data directory")
    add("--collection", required=True, metavar="NAME", help="a collection of vectors with term ids")
    add("--queries", required=True, type=pathlib.Path, metavar="FILE", help="query vectors, as for `siskin bench`")
    add("--factors", type=lambda text: [float(word) for word in text.split(",")], default=[1, 2, 5], metavar="F,F",
        help="loads over the peak (default 1,2,5)")  # fmt: skip
    add("--rate", type=float, metavar="N", help="searches a second that the factors multiply, instead of the peak")
    add("--seconds", type=float, default=5, metavar="S", help="of each load (default %(default)s)")
    add("--rounds", type=int, default=3, metavar="N", help="of all loads (default %(default)s)")
    add("--deadline-millis", type=int, default=1_000, metavar="MS", help="of each call (default %(default)s)")
    add("--connections", type=int, default=4, metavar="N", help="default %(default)s")
    add("--core", type=int, default=cores[-1] if cores else None, metavar="N", help="the server's (default: the last)")
    add("--client-core", type=int, default=cores[0] if cores else None, metavar="N", help="default: the first")
    add("--port", type=int, default=7767, metavar="N", help="the first server's; the next one is for its metrics"
        " (default %(default)s)")  # fmt: skip
    add("--home", action="append", default=[], type=pathlib.Path, metavar="DIR", help="a checkout, packaged already,"
        " whose server is measured; repeatable (default: this one)")  # fmt: skip
    add("--option", action="append", default=[], metavar="WORD", help="one more word for `siskin serve`; repeatable")
    add("--work", type=pathlib.Path, metavar="DIR", help="logs (default: loadtest/target/overload)")
    options = parser.parse_args(words)
    if len(cores) < 2:
        parser.error("needs Linux and two cores: one for the server, one for the load")
    options.work = options.work or ROOT / "loadtest" / "target" / "overload"
    options.home = options.home or [ROOT]
    return options


def main(words):
    options = arguments(words)
    process.stop_on_signals()
    with contextlib.ExitStack() as stack:
        pairs = []
        for number, home in enumerate(options.home):
            name = f"{number + 1} {home.resolve().name}" if len(options.home) > 1 else "this one"
            pairs.append(stack.enter_context(Pair(name, home, options.port + 2 * number, options)))
        measure(options, pairs, lambda cells: print("| " + " | ".join(cells) + " |", flush=True))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except process.Failed as failed:
        sys.exit(str(failed))
