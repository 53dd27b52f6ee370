"""More calls than a server can do, from a client that goes on sending: see --help."""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import burst
import process

ROOT = pathlib.Path(__file__).resolve().parents[2]
GENERATOR = "io.siskin.loadtest.load.Load"
WARM_SECONDS = 4
WARM_ROUNDS_MAX = 40
# A server is warm when a round of the closed loop answers at most so much more than the best before it.
SETTLED_GAIN = 1.03
CALLERS = 32
PORTS_OF_A_SERVER = burst.METRICS_PORT_STEP + 1
UNCONGESTED = 0.5
STEP_FACTOR, STEPS_MAX = 1.1, 20
REFUSED = "RESOURCE_EXHAUSTED"
# What is wanted at the largest factor: the share of the peak that is still answered in time, how many times longer than
# without congestion an answer may take (p99), and how much the memory may grow between the first round and the last.
GOODPUT_SHARE_MIN = 0.9
P99_RATIO_MAX = 2.0
MEMORY_GROWTH_MAX = 0.05

DESCRIPTION = """\
Starts `siskin serve` on one core and a load generator on another. A closed loop (32 callers, each waiting for its answer)
warms up until its rate settles. Then loads around that rate are sent in an open loop, which goes on sending whatever becomes
of the earlier calls; the most that is answered in time is the peak. Then half of the peak is sent, and each factor times the
peak. Prints a table, and says at the end what is met of the goals. In time: the status OK within the deadline, counted from
the moment when the call was due. Refused: RESOURCE_EXHAUSTED. Late: all others. The factors multiply the operations of a
scenario that have a weight; those with per_second go on beside. With more than one --home, the servers of several checkouts
are measured in turns. Processor time is in cores; "others" is what other programs had of the server's core. Where that is
not small, the machine was not the measurement's own. Ends what it started, and nothing else.
"""
EPILOG = """\
  bin/siskin index --input base.csr --output data --collection base
  loadtest/overload --data data --collection base --queries queries.csr
  loadtest/overload --data data --scenario mixed.yaml
"""

HEAD = [
    "server",
    "load",
    "operation",
    "asked a second",
    "sent a second",
    "in time a second",
    "of the peak",
    "refused a second",
    "late a second",
    "answer p50 / p99, ms",
    "in the server p50 / p99, ms",
    "not OK p50 / p99, ms",
    "sent late p99, ms",
    "resident MiB first / last / most",
    "heap MiB least / most",
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


def millis(percentiles):
    return f"{percentiles['p50']:.1f} / {percentiles['p99']:.1f}" if percentiles["max"] else ""


def in_time(done):
    """Returns how many calls a second of the operations with a weight were answered in time."""
    return sum(step["in_time"] for step in done["steps"] if step["operation"] not in done["beside"]) / done["seconds"]


def slowest(done):
    """Returns the p99 of the answers in milliseconds, of the slowest operation with a weight."""
    return max(step["latency_millis"]["p99"] for step in done["steps"] if step["operation"] not in done["beside"])


def memory(done):
    """Returns what the server had of memory in MiB: resident at first, at last, at most; heap at least and at most."""
    samples = done["server"]["samples"]
    if not samples:
        return None
    resident = [sample["resident_memory"] for sample in samples]
    heap = [sample["heap_used"] for sample in samples]
    return resident[0], resident[-1], max(resident), min(heap), max(heap)


def rows(name, load, done, peak, cores):
    """Returns the cells of one load's rows, one for each operation.

    done: what the generator says of it. peak: calls a second, or None. cores: of server, client, others.
    """
    seconds = done["seconds"]
    used = memory(done)
    of_memory = (" / ".join(f"{mib:.0f}" for mib in used[:3]), " / ".join(f"{mib:.0f}" for mib in used[3:])) if used else ("", "")
    all_rows = []
    for step in done["steps"]:
        failed = {status: count for status, count in step["statuses"].items() if status not in ("OK", REFUSED)}
        late = step["answered"] - step["in_time"] + sum(failed.values())
        kinds = ", ".join(sorted(failed))
        is_beside = step["operation"] in done["beside"]
        all_rows.append(
            [
                name,
                load,
                step["operation"] + (", beside" if is_beside else ""),
                f"{step['asked_per_second']:,.0f}",
                f"{step['sent_per_second']:,.0f}",
                f"{step['in_time'] / seconds:,.0f}",
                f"{step['in_time'] / seconds / peak:.2f}" if peak and not is_beside else "",
                f"{step['statuses'].get(REFUSED, 0) / seconds:,.0f}",
                f"{late / seconds:,.0f}" + (f" ({kinds})" if kinds else ""),
                millis(step["latency_millis"]),
                millis(step["server_millis"]),
                millis(step["failed_millis"]),
                f"{step['send_lag_millis']['p99']:.1f}",
                *of_memory,
                " / ".join(f"{share:.2f}" for share in cores),
            ]
        )
    return all_rows


def verdicts(rounds):
    """Returns a sentence for each goal: the wanted figure, the measured one, and whether it is met.

    rounds: one dict for each round, with the peak, the load at half of it ("uncongested") and the one at the largest factor
    ("overload"), as the generator describes them.
    """
    share = statistics.median(in_time(one["overload"]) / one["peak"] for one in rounds)
    p99 = statistics.median(slowest(one["overload"]) for one in rounds)
    quiet = statistics.median(slowest(one["uncongested"]) for one in rounds)
    said = [
        f"Answered in time under overload: {share:.2f} of the peak; wanted: at least {GOODPUT_SHARE_MIN:.2f};"
        f" {met(share >= GOODPUT_SHARE_MIN)}.",
        f"p99 of the answers under overload: {p99:.1f} ms, {p99 / max(quiet, 1e-9):.1f} times the {quiet:.1f} ms at half of the"
        f" peak; wanted: at most {P99_RATIO_MAX:.0f} times; {met(p99 <= P99_RATIO_MAX * quiet)}.",
    ]
    first, last = memory(rounds[0]["overload"]), memory(rounds[-1]["overload"])
    if first and last and len(rounds) > 1:
        growth = last[2] / first[2] - 1
        said.append(
            f"Resident memory under overload, at most: {first[2]:.0f} MiB in the first round, {last[2]:.0f} MiB in the last"
            f" ({growth:+.1%}); wanted: at most {MEMORY_GROWTH_MAX:+.0%}; {met(growth <= MEMORY_GROWTH_MAX)}."
        )
    return said


def met(is_met):
    return "met" if is_met else "MISSED"


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
        self._command += ["lines", "--target", self._server.target, "--metrics", self._server.metrics]
        if options.scenario:
            self._command += ["--scenario", options.scenario]
        else:
            self._command += ["--collection", options.collection, "--queries", options.queries, "--recall-target", 1]
            self._command += ["--unique"]
        self._command += ["--connections", options.connections, "--deadline-millis", options.deadline_millis]
        self._command += ["--arrivals", options.arrivals]
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
        """Runs the closed loop until its rate settles, and returns the rate."""
        rates = []
        while not settled(rates) and len(rates) < WARM_ROUNDS_MAX:
            done, _ = self.send("closed", CALLERS, WARM_SECONDS)
            rates.append(done["answered"] / WARM_SECONDS)
        return max(rates)


def seek_peak(options, pair, rate, show):
    """Sends the steps, and more of them while the last one is the best. Returns the most that was answered in time."""
    found = []
    steps = list(options.steps)
    while steps:
        step = steps.pop(0)
        done, cores = pair.send("open", round(rate * step), options.seconds)
        found.append(in_time(done))
        show(rows(pair.name, f"step {step:g}", done, None, cores))
        if not steps and found[-1] == max(found) and len(found) < STEPS_MAX:
            steps.append(round(step * STEP_FACTOR, 2))
    return max(found)


def measure_round(options, pair, rate, show):
    """Runs the loads of one round on one pair. Returns the loads that the verdicts need."""
    peak = max(options.rate or seek_peak(options, pair, rate, show), 1)
    found = {"peak": peak}
    for factor in [UNCONGESTED, *options.factors]:
        done, cores = pair.send("open", round(peak * factor), options.seconds)
        show(rows(pair.name, f"{factor:g} ×", done, peak, cores))
        found["uncongested" if factor == UNCONGESTED else "overload"] = done
    return found


def measure(options, pairs, show):
    """Runs all rounds on all pairs in turns; show takes the rows as they come. Returns the rounds by the pair's name."""
    rates = {pair.name: pair.warm_up() for pair in pairs}
    show([HEAD, ["---"] * len(HEAD)])
    found = {pair.name: [] for pair in pairs}
    for _ in range(options.rounds):
        for pair in pairs:
            found[pair.name].append(measure_round(options, pair, rates[pair.name], show))
    return found


def numbers(text):
    return [float(word) for word in text.split(",")]


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
    add("--collection", metavar="NAME", help="a collection to search exactly")
    add("--queries", type=pathlib.Path, metavar="FILE", help="its queries: vectors, or texts that are sent with a number"
        " at the end, so that no cache has them")  # fmt: skip
    add("--scenario", type=pathlib.Path, metavar="FILE", help="what is sent, instead of --collection and --queries"
        " (docs/load-tests.md); its rates are not used")  # fmt: skip
    add("--steps", type=numbers, default=[0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2], metavar="F,F", help="loads over the rate of"
        " the closed loop, among which the peak is sought (default 0.6 to 1.2)")  # fmt: skip
    add("--factors", type=numbers, default=[1.0, 2.0, 5.0], metavar="F,F",
        help="loads over the peak (default 1,2,5); the last one is judged")  # fmt: skip
    add("--rate", type=float, metavar="N", help="calls a second that the factors multiply, instead of the peak")
    add("--seconds", type=float, default=5, metavar="S", help="of each load (default %(default)s)")
    add("--rounds", type=int, default=3, metavar="N", help="of all loads (default %(default)s)")
    add("--deadline-millis", type=int, default=1_000, metavar="MS", help="of each call (default %(default)s)")
    add("--connections", type=int, default=4, metavar="N", help="default %(default)s")
    add("--arrivals", choices=["fixed", "poisson"], default="fixed", help="how calls are spread (default %(default)s)")
    add("--core", type=int, default=cores[-1] if cores else None, metavar="N", help="the server's (default: the last)")
    add("--client-core", type=int, default=cores[0] if cores else None, metavar="N", help="default: the first")
    add("--port", type=int, default=7767, metavar="N", help="the first server's; the next two are for HTTP"
        " and metrics (default %(default)s)")  # fmt: skip
    add("--home", action="append", default=[], type=pathlib.Path, metavar="DIR", help="a checkout, packaged already,"
        " whose server is measured; repeatable (default: this one)")  # fmt: skip
    add("--option", action="append", default=[], metavar="WORD", help="one more word for `siskin serve`; repeatable")
    add("--work", type=pathlib.Path, metavar="DIR", help="logs (default: loadtest/target/overload)")
    options = parser.parse_args(words)
    if bool(options.scenario) == bool(options.collection and options.queries):
        parser.error("needs either --scenario, or --collection and --queries")
    if len(cores) < 2:
        parser.error("needs Linux and two cores: one for the server, one for the load")
    options.work = options.work or ROOT / "loadtest" / "target" / "overload"
    options.home = options.home or [ROOT]
    return options


def main(words):
    options = arguments(words)
    process.stop_on_signals()

    def show(table_rows):
        for cells in table_rows:
            print("| " + " | ".join(cells) + " |", flush=True)

    with contextlib.ExitStack() as stack:
        pairs = []
        for number, home in enumerate(options.home):
            name = f"{number + 1} {home.resolve().name}" if len(options.home) > 1 else "this one"
            pairs.append(stack.enter_context(Pair(name, home, options.port + PORTS_OF_A_SERVER * number, options)))
        for name, rounds in measure(options, pairs, show).items():
            print(f"\n{name}, medians of {len(rounds)} rounds:")
            print("\n".join("- " + sentence for sentence in verdicts(rounds)), flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except process.Failed as failed:
        sys.exit(str(failed))
