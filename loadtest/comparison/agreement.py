"""The same load by loadtest/load and by ghz, and whether both say the same of it: see --help."""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import sys

import burst
import process

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOAD = ROOT / "loadtest" / "load"
CONFIG = ROOT / "loadtest" / "ghz" / "search-vectors.json"
WARM_UP_SECONDS = 5
DATA_COUNT = 1_000
DIFFERENCE_MAX = 0.10

DESCRIPTION = """\
Starts `siskin serve` on one core. In turns, loadtest/load and ghz send it the same searches at the same rate from another
core, at fixed distances, with the same connections and the same deadline, each after a warm-up of 5 s. The generators measure
different things. loadtest/load counts from the moment when a call was due. ghz counts from the moment when its gRPC client
begins the call, so what a call waited for in ghz itself is not in its figures. That is why loadtest/load also says how long
calls took since they were sent; that figure is compared with ghz. The exit status is 1 if a median over the rounds differs by
more than 10 %. Ends what it started, and nothing else.
"""
EPILOG = """\
  bin/siskin index --input base.csr --output data --collection base
  loadtest/ghz/compare --data data --collection base --queries queries.csr --rate 300
"""
HEAD = ["generator", "sent a second", "OK", "p50, ms", "p90, ms", "p99, ms"]
PERCENTILES = ("p50", "p90", "p99")
NAMES = ("load, since due", "load, since sent", "ghz")


def of_load(result):
    """Returns two rows from the results of loadtest/load: counted since calls were due, and since they were sent."""
    step = result["steps"][0]
    common = {"sent": step["sent_per_second"], "ok": step["statuses"].get("OK", 0)}
    return [
        common | {name: step[times][name] for name in PERCENTILES} for times in ("latency_millis", "since_sent_millis")
    ]


def of_ghz(report):
    """Returns a row from the JSON report of ghz. Its percentiles are of the calls with the status OK, as ours are.

    Calls whose connection was closed by the end of the run are left out.
    """
    times = sorted(call["latency"] / 1e6 for call in report["details"] if call["status"] == "OK")
    calls = report["statusCodeDistribution"]
    seconds = report["total"] / 1e9
    row = {"sent": (sum(calls.values()) + report["options"].get("skipFirst", 0)) / seconds, "ok": len(times)}
    return row | {name: burst.quantile(times, float(name[1:]) / 100) for name in PERCENTILES}


def medians(rounds):
    """Returns for each of NAMES the medians over the rounds. rounds: lists of rows in the order of NAMES."""
    return [
        {key: statistics.median(rows[i][key] for rows in rounds) for key in rounds[0][i]} for i in range(len(NAMES))
    ]


def differences(middle):
    """Returns by how much ghz differs from what loadtest/load says since calls were sent, by percentile."""
    _, ours, theirs = middle
    return {name: theirs[name] / ours[name] - 1 for name in ("p50", "p99")}


def cells(name, row):
    return [name, f"{row['sent']:.1f}", f"{row['ok']:.0f}", *(f"{row[percentile]:.2f}" for percentile in PERCENTILES)]


class Bench:
    """The two generators and the server that both call."""

    def __init__(self, options, server):
        self._options = options
        self._server = server
        self._data = options.work / "queries.json"
        self._searches = ["--collection", options.collection, "--queries", options.queries, "--recall-target", 1]

    def _run(self, name, command, seconds):
        process.run(command, self._options.work / f"{name}.log", seconds + 120, cores={self._options.client_core})

    def write_data(self):
        """Writes the searches as ghz reads them."""
        self._run("data", [LOAD, "ghz-data", *self._searches, "--count", DATA_COUNT, self._data], 60)

    def load(self):
        options = self._options
        words = [LOAD, "run", "--target", self._server.target, *self._searches, "--arrivals", "fixed", "--quiet"]
        words += ["--rate", options.rate, "--seconds", options.seconds, "--warm-up-seconds", WARM_UP_SECONDS]
        words += ["--connections", options.connections, "--deadline-millis", options.deadline_millis]
        out = options.work / "load"
        out.with_suffix(".json").unlink(missing_ok=True)
        try:
            self._run("load", [*words, "--out", out], options.seconds)
        except process.Failed:
            # Its status is 1 if it was late by more than a millisecond too often; it has written its results then.
            if not out.with_suffix(".json").exists():
                raise
            print("loadtest/load says that it was late: the machine is busy.", file=sys.stderr)
        return of_load(json.loads(out.with_suffix(".json").read_text()))

    def ghz(self):
        options = self._options
        out = options.work / "ghz.json"
        words = [options.ghz, "--config", CONFIG, "--data-file", self._data, "--rps", options.rate]
        words += ["--duration", f"{options.seconds + WARM_UP_SECONDS}s", "--skipFirst", options.rate * WARM_UP_SECONDS]
        words += ["--connections", options.connections, "--timeout", f"{options.deadline_millis}ms"]
        words += ["--format", "json", "--output", out, self._server.target]
        self._run("ghz", words, options.seconds)
        return of_ghz(json.loads(out.read_text()))


def measure(options, bench, show):
    """Runs all rounds; returns the rows of each."""
    show(HEAD)
    show(["---"] * len(HEAD))
    rounds = []
    for number in range(options.rounds):
        if number % 2 == 0:
            rows = bench.load()
            rows.append(bench.ghz())
        else:
            theirs = bench.ghz()
            rows = [*bench.load(), theirs]
        rounds.append(rows)
        for name, row in zip(NAMES, rows, strict=True):
            show(cells(name, row))
    for name, row in zip(NAMES, medians(rounds), strict=True):
        show(cells(f"{name}, median", row))
    return rounds


def arguments(words):
    parser = argparse.ArgumentParser(
        "loadtest/ghz/compare",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    add = parser.add_argument
    add("--data", required=True, type=pathlib.Path, metavar="DIR", help="a data directory")
    add("--collection", required=True, metavar="NAME", help="a collection of vectors")
    add("--queries", required=True, type=pathlib.Path, metavar="FILE", help="its queries")
    add("--rate", type=int, default=300, metavar="N", help="searches a second (default %(default)s)")
    add("--seconds", type=int, default=20, metavar="S", help="of each load (default %(default)s)")
    add("--rounds", type=int, default=5, metavar="N", help="default %(default)s")
    add("--connections", type=int, default=4, metavar="N", help="default %(default)s")
    add("--deadline-millis", type=int, default=1_000, metavar="MS", help="of each call (default %(default)s)")
    add("--core", type=int, default=cores[-1] if cores else None, metavar="N", help="the server's (default: the last)")
    add("--client-core", type=int, default=cores[0] if cores else None, metavar="N", help="default: the first")
    add("--port", type=int, default=7777, metavar="N", help="the server's; the next two are for HTTP and metrics"
        " (default %(default)s)")  # fmt: skip
    add("--work", type=pathlib.Path, metavar="DIR", help="logs (default: loadtest/target/agreement)")
    options = parser.parse_args(words)
    options.work = (options.work or ROOT / "loadtest" / "target" / "agreement").resolve()
    options.ghz = os.environ.get("SISKIN_GHZ") or shutil.which("ghz")
    if len(cores) < 2:
        parser.error("needs Linux and two cores: one for the server, one for the load")
    if not options.ghz:
        parser.error("no ghz found; put ghz (https://ghz.sh) on the PATH, or its path in SISKIN_GHZ")
    return options


def main(words):
    options = arguments(words)
    process.stop_on_signals()
    options.work.mkdir(parents=True, exist_ok=True)
    process.run([LOAD, "--version"], options.work / "build.log", 1_800)
    with burst.Server(options.data, options.port, options.core, options.work, []) as server:
        bench = Bench(options, server)
        bench.write_data()
        rounds = measure(options, bench, lambda row: print("| " + " | ".join(row) + " |", flush=True))
    found = differences(medians(rounds))
    print("\nghz differs from loadtest/load, since sent, by", ", ".join(f"{one:+.1%} ({name})" for name, one in found.items()))
    return 1 if any(abs(one) > DIFFERENCE_MAX for one in found.values()) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except process.Failed as failed:
        sys.exit(str(failed))
