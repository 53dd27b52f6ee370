"""Measures collections that change: filtered search, writing, searching while writing, and churn. See --help."""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import burst
import machine
import process

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = "io.siskin.loadtest.live"
K = 10
# The shares of documents that the filters admit, and the letters of their groups. The other documents are in group e.
SHARES = {"a": 0.5, "b": 0.1, "c": 0.01, "d": 0.001}
NO_FILTER = "-"
ORACLE_QUERIES = 100
FILL_BATCH = 1_000
# A collection that nobody writes is merged further after ten seconds.
SETTLED_SECONDS, SETTLE_SECONDS_MAX = 15, 180
STABLE, ALIAS = "stable", "current"
CHURN_PARTS = 10

DESCRIPTION = """\
Measures collections that change, and prints tables in Markdown. Siskin runs as its users run it: `siskin serve`, and a
client that calls it over loopback. Peers run in process. Each engine is a process on the last core, the client of Siskin
is on the first one, and the engines take turns. Files go to --work, whose folder of the measurement is emptied first.

  filters   filtered search beside Lucene and Qdrant, with the recall of each
  writes    documents a second with a durable write of each batch, beside Lucene and Qdrant
  mixed     latency of searches at a fixed rate, alone and beside writes, seals and merges (server on all cores)
  filled    a collection that was filled by upserts beside one that `siskin index` built
  churn     collections are made, filled, dropped and replaced; what is left of them in the process and on the disk

The peer Qdrant is left out where its package is missing; see docs/benchmarks.md.
"""


class Engine:
    """A process that answers one line of words with one line of JSON; a context that ends it."""

    def __init__(self, name, command, core, work):
        self.name = name
        self._command = [str(word) for word in command]
        self._core = core
        self._log = work / f"{name}.log"

    def __enter__(self):
        pin = (lambda: os.sched_setaffinity(0, {self._core})) if self._core is not None else None
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                preexec_fn=pin,
            )
        return self

    def __exit__(self, *_):
        try:
            self._process.stdin.close()
            self._process.wait(60)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        finally:
            self._process.stdout.close()

    def ask(self, *words):
        """Lets it do a command and returns its answer. Raises Failed if it ends instead."""
        try:
            self._process.stdin.write(" ".join(map(str, words)) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise process.Failed(f"{self.name} ended at {words}; the end of its output:\n{process.tail(self._log)}")
        return json.loads(line)


class Bench:
    """One measurement: its input, its folder, and how engines are started."""

    def __init__(self, options):
        self.options = options
        self.work = options.work / options.command
        import sparse

        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.base = sparse.read_csr(options.base)
        self.base_file = options.base
        if options.documents < self.base.rows:
            self.base = self.base.head(options.documents)
            self.base_file = self.work / "base.csr"
            sparse.write_csr(self.base_file, self.base)
        self.queries = sparse.read_csr(options.queries).head(options.query_count)
        self.groups_file = self.work / "groups"
        self.groups = groups(self.base.rows)
        self.groups_file.write_bytes(self.groups)

    def server(self, core, *words):
        """Returns a server of this measurement's data directory, pinned to a core or, with None, on all of them.

        words: more words for `siskin serve`.
        """
        (self.work / "data").mkdir(exist_ok=True)
        return burst.Server(self.work / "data", self.options.port, core, self.work, list(words))

    def _java(self, engine, flags, *arguments):
        jars = [ROOT / "loadtest/target/classes", ROOT / "server/target/siskin-server.jar", ROOT / "server/target/lib/*"]
        command = [os.environ["SISKIN_JAVA"], f"@{ROOT / 'bin/jvm.options'}", *flags]
        command += ["-cp", ":".join(map(str, jars)), f"{PACKAGE}.{engine}", *arguments]
        return command + [self.base_file, self.options.queries, self.groups_file]

    def siskin(self, server, core):
        """Returns a client of a server."""
        return Engine("siskin", self._java("SiskinEngine", [], server.target), core, self.work)

    def lucene(self, name):
        """Returns Lucene with an empty index. Its own SIMD kernels are on."""
        flags = ["--add-modules", "jdk.incubator.vector"]
        command = self._java("LuceneEngine", flags, self.work / name)
        return Engine(name, command, self.options.core, self.work)

    def qdrant(self, name):
        """Returns Qdrant with an empty index, or None if its package is missing."""
        try:
            import qdrant_edge  # noqa: F401
        except ImportError:
            print("Qdrant is left out: the package qdrant-edge-py is missing.\n", flush=True)
            return None
        script = pathlib.Path(__file__).with_name("qdrant_peer.py")
        arguments = [self.work / name, self.base_file, self.options.queries, self.groups_file]
        return Engine(name, [sys.executable, "-B", script, *arguments], self.options.core, self.work)

    def introduce(self, text):
        """Prints what is measured and where."""
        facts = machine.describe(ROOT, ("qdrant-edge-py",))
        print(f"`loadtest/live {' '.join(sys.argv[1:])}`\n\n{text}\n")
        print(
            f"{facts['date']}, commit {facts['commit']}, {facts['cpu']}, {facts['cores']} cores, load average"
            f" {facts['load_average']}, {facts['packages']}; {self.base.rows:,} documents, {self.queries.rows:,} queries.\n",
            flush=True,
        )


def groups(rows, seed=1):
    """Returns a letter for each row: which filter admits it. Rows are chosen at random."""
    import numpy as np

    letters = np.full(rows, ord("e"), np.uint8)
    drawn = np.random.default_rng(seed).random(rows)
    from_share = 0.0
    for letter, share in SHARES.items():
        letters[(drawn >= from_share) & (drawn < from_share + share)] = ord(letter)
        from_share += share
    return letters.tobytes()


def table(head, rows):
    """Prints a table in Markdown."""
    for cells in [head, ["---"] * len(head), *rows]:
        print("| " + " | ".join(str(cell) for cell in cells) + " |")
    print(flush=True)


def summary(passes):
    """Returns mean, p50 and p99 of searches: each the median over the passes. passes: one list of times per pass."""
    import numpy as np

    of = lambda figure: statistics.median(float(figure(times)) for times in passes)  # noqa: E731
    return of(np.mean), of(np.median), of(lambda times: np.percentile(times, 99))


def progress(text):
    print(text, file=sys.stderr, flush=True)


class Searched:
    """One way to search that the measurement of filters compares: an engine and the words of its command."""

    def __init__(self, name, engine, words=()):
        self.name = name
        self._engine = engine
        self._words = words
        self.passes = {}
        self.server_passes = {}
        self.rows = {}

    def search(self, group, count, is_kept):
        answer = self._engine.ask("search", *self._words, group, 0, count, K)
        self.rows[group] = answer["rows"]
        if is_kept:
            self.passes.setdefault(group, []).append(answer["micros"])
            self.server_passes.setdefault(group, []).append(answer.get("server_micros", []))


def filters(bench):
    """Filtered search: recall and latency beside the peers."""
    options = bench.options
    bench.introduce(
        "Filtered search, k = 10. Times are in microseconds, of single calls: Siskin over loopback, with what its server"
        f" itself took in brackets, the peers in process. Medians of {options.rounds} rounds, in which all take turns."
        " Recall is against exact float products of the documents that the filter admits."
    )
    count = bench.queries.rows
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(bench.server(options.core))
        siskin = stack.enter_context(bench.siskin(server, options.client_core))
        siskin.ask("create", "live")
        peers = [stack.enter_context(peer) for peer in (bench.lucene("lucene"), bench.qdrant("qdrant")) if peer]
        for peer in peers:
            progress(f"filling {peer.name}")
            seconds = peer.ask("fill", 0, bench.base.rows, FILL_BATCH, bench.base.rows)["seconds"]
            print(f"{peer.name}: filled in {seconds:.1f} s,", end=" ")
            print(f"settled after {peer.ask('settle')['seconds']:.1f} s more.", flush=True)
        progress("filling siskin")
        print(f"siskin: filled in {siskin.ask('fill', 'live', 0, bench.base.rows, FILL_BATCH)['seconds']:.1f} s,", end=" ")
        start = time.monotonic()
        siskin.ask("compact", "live")
        print(f"one segment after {time.monotonic() - start:.1f} s more.\n", flush=True)
        targets = [*options.recall_targets, 1.0]
        ways = [Searched(f"siskin {target:g}", siskin, ("live", target)) for target in targets]
        ways += [Searched(peer.name, peer) for peer in peers]
        all_groups = [NO_FILTER, *SHARES]
        for round_number in range(-1, options.rounds):
            for group in all_groups:
                for way in ways:
                    way.search(group, count, round_number >= 0)
            progress(f"round {round_number + 1} of {options.rounds}")
        checked = {group: siskin.ask("oracle", "live", group, 0, min(count, ORACLE_QUERIES), K) for group in SHARES}
        _print_filters(bench, ways, all_groups)
        table(
            ["filter", "hits compared with the oracle", "queries that differ"],
            [[share(group), checked[group]["hits"], checked[group]["differences"]] for group in SHARES],
        )
    return 1 if any(one["differences"] for one in checked.values()) else 0


def share(group):
    return "none" if group == NO_FILTER else f"{SHARES[group]:.1%}"


def _print_filters(bench, ways, all_groups):
    import numpy as np
    import sparse

    letters = np.frombuffer(bench.groups, np.uint8)
    rows, ratios = [], []
    for group in all_groups:
        accepted = None if group == NO_FILTER else letters == ord(group)
        truth = sparse.exact_top_k(bench.base, bench.queries, K, accepted=accepted)
        medians = {}
        for way in ways:
            recall = sparse.recall(truth, way.rows[group], bench.base, bench.queries)
            mean, p50, p99 = summary(way.passes[group])
            cells = [f"{mean:.0f}", f"{p50:.0f}", f"{p99:.0f}"]
            if way.server_passes[group][0]:
                inner = summary(way.server_passes[group])
                cells = [f"{cell} ({figure:.0f})" for cell, figure in zip(cells, inner)]
            medians[way.name] = p50, mean
            rows.append([share(group), way.name, f"{recall:.4f}", *cells])
        peers = [way.name for way in ways if not way.name.startswith("siskin")]
        for way in ways:
            if way.name.startswith("siskin"):
                of_peers = [zip(medians[way.name], medians[peer]) for peer in peers]
                ratios.append([share(group), way.name, *(f"{ours / theirs:.2f}" for pairs in of_peers for ours, theirs in pairs)])
    table(["filter admits", "engine", "recall@10", "mean", "p50", "p99"], rows)
    heads = [f"{figure} / {figure} of {peer}" for peer in peers for figure in ("p50", "mean")]
    table(["filter admits", "engine", *heads], ratios)


def writes(bench):
    """Documents a second with a durable write of each batch."""
    options = bench.options
    bench.introduce(
        f"Documents a second, by one writer, in batches of {options.batch}, vectors given, into an empty index. The engines"
        f" take turns of {options.chunk} documents; the first turn of each does not count. Siskin is called over loopback and"
        " forces its log before each answer. Lucene is durable after a commit. Qdrant is durable after a flush; its update"
        " alone forces nothing, which `strace -e fsync,fdatasync,msync` shows. The time of making documents for the"
        " engine's interface is left out for all."
    )
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(bench.server(options.core))
        siskin = stack.enter_context(bench.siskin(server, options.client_core))
        siskin.ask("create", "live")
        ways = [("siskin", siskin, ("live",), ())]
        for name, every in (("lucene, commit per batch", 1), ("lucene, commit per 10 batches", 10)):
            ways.append((name, stack.enter_context(bench.lucene(f"lucene-{every}")), (), (every,)))
        for name, every in (("qdrant, flush per batch", 1), ("qdrant, flush per 10 batches", 10), ("qdrant, no flush", 0)):
            engine = bench.qdrant(f"qdrant-{every}")
            if engine is None:
                break
            ways.append((name, stack.enter_context(engine), (), (every,)))
        rates = {name: [] for name, *_ in ways}
        for turn in range(options.rounds + 1):
            for name, engine, before, after in ways:
                words = ["fill", *before, turn * options.chunk, (turn + 1) * options.chunk, options.batch, *after]
                rate = options.chunk / engine.ask(*words)["seconds"]
                if turn > 0:
                    rates[name].append(rate)
            progress(f"turn {turn} of {options.rounds}")
    ours = statistics.median(rates["siskin"])
    table(
        ["engine", "documents a second (median)", "lowest and highest turn", "siskin / this"],
        [
            [name, f"{statistics.median(all_):,.0f}", f"{min(all_):,.0f} – {max(all_):,.0f}", f"{ours / statistics.median(all_):.2f}"]
            for name, all_ in rates.items()
        ],
    )
    return 0


PHASES = (
    ("no writes", 0, "none"),
    ("writes", 1, "none"),
    ("writes and seals", 1, "seal"),
    ("writes and merges", 1, "merge"),
)


def mixed(bench):
    """Latency of searches at a fixed rate, beside writes, seals and merges."""
    options = bench.options
    target = options.recall_targets[0]
    bench.introduce(
        f"{options.rate} searches a second in an open loop, recall target {target:g}, k = {K}, over loopback. Latency counts from"
        f" the moment when a search was due, in microseconds. Writes replace {options.upserts} random documents a second"
        " (vectors given, 10 batches a second, each forced to the disk, refreshed each second). During a seal or a merge only"
        " the searches count that were under way during it. A merge rewrites the whole collection into one segment. Each round"
        f" begins with a compact collection; medians of {options.rounds} rounds of {options.seconds} s. The server may use all"
        " cores, and shares them with the client."
    )
    done = {name: [] for name, *_ in PHASES}
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(bench.server(None))
        siskin = stack.enter_context(bench.siskin(server, None))
        siskin.ask("create", "live")
        siskin.ask("fill", "live", 0, bench.base.rows, FILL_BATCH)
        for name, has_writes, event in PHASES[:2]:  # Compiles what is measured.
            siskin.ask("load", "live", target, options.rate, options.seconds, has_writes * options.upserts, event)
        for number in range(options.rounds):
            siskin.ask("compact", "live")
            for name, has_writes, event in PHASES:
                words = ["load", "live", target, options.rate, options.seconds, has_writes * options.upserts, event]
                done[name].append(siskin.ask(*words))
            progress(f"round {number + 1} of {options.rounds}")
    median = lambda name, part, figure: statistics.median(one[part][figure] for one in done[name])  # noqa: E731
    rows = []
    for name, *_ in PHASES:
        part = "during"
        quiet = median("no writes", part, "p50"), median("no writes", part, "p99")
        p50, p99 = median(name, part, "p50"), median(name, part, "p99")
        rows.append(
            [
                name,
                sum(one[part]["count"] for one in done[name]),
                f"{p50:.0f}",
                f"{p99:.0f}",
                max(one[part]["max"] for one in done[name]),
                f"{p50 / quiet[0]:.2f}",
                f"{p99 / quiet[1]:.2f}",
                f"{median(name, 'server', 'p50'):.0f} / {median(name, 'server', 'p99'):.0f}",
                f"{statistics.median(one['written_per_second'] for one in done[name]):.0f}",
                sum(one["events"] for one in done[name]),
                f"{sum(one['event_seconds'] for one in done[name]):.1f}",
                f"{median(name, 'send_lag', 'p99'):.0f}",
                sum(one["failures"] for one in done[name]),
            ]
        )
    head = ["beside", "searches", "p50", "p99", "max", "p50 / alone", "p99 / alone", "in the server p50 / p99"]
    table([*head, "documents written a second", "seals or merges", "their seconds", "sent late p99", "failures"], rows)
    return 1 if any(one["failures"] for all_ in done.values() for one in all_) else 0


def filled(bench):
    """A collection that was filled by upserts beside one that was built at once."""
    options = bench.options
    bench.introduce(
        f"Searches of a collection that was filled by upserts, beside one that `siskin index` built of the same file, k = {K}."
        " Blocks of queries alternate between them. Times are in microseconds, measured by the server; medians of"
        f" {options.rounds} rounds. Recall is against exact float products."
    )
    import sparse

    data = bench.work / "data"
    words = ["index", f"--input={bench.base_file}", f"--output={data}", "--collection=bulk"]
    start = time.monotonic()
    process.run([ROOT / "bin" / "siskin", *words], bench.work / "index.log", 600, environment={"SISKIN_NO_BUILD": "1"})
    print(f"`siskin index` took {time.monotonic() - start:.1f} s on all cores.", end=" ")
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(bench.server(None))
        siskin = stack.enter_context(bench.siskin(server, None))
        siskin.ask("create", "filled")
        seconds = siskin.ask("fill", "filled", 0, bench.base.rows, FILL_BATCH)["seconds"]
        print(f"Upserts of {bench.base.rows:,} documents took {seconds:.1f} s.", end=" ")
        start = time.monotonic()
        settled, is_settled = _settle(siskin, "filled", data)
        outcome = "settled" if is_settled else "had NOT settled"
        print(f"Merges {outcome} after {time.monotonic() - start:.1f} s.\n", flush=True)
        truth = sparse.exact_top_k(bench.base, bench.queries, K)
        rows = _compare(bench, siskin, truth, f"settled, segments of {settled}")
        start = time.monotonic()
        compacted = siskin.ask("compact", "filled")["segments"]
        print(f"`compact` took {time.monotonic() - start:.1f} s.\n", flush=True)
        rows += _compare(bench, siskin, truth, f"compact, segments of {compacted}")
    head = ["filled collection", "recall target", "recall bulk", "recall filled", "mean bulk", "mean filled", "ratio"]
    table([*head, "p50 bulk", "p50 filled", "p99 bulk", "p99 filled"], rows)
    return 0


def _settle(siskin, name, data):
    """Waits until nothing is built and the segments stay the same. Returns them, and whether it came to that."""
    siskin.ask("flush", name)
    end = time.monotonic() + SETTLE_SECONDS_MAX
    segments, since = None, time.monotonic()
    while time.monotonic() < end and time.monotonic() - since < SETTLED_SECONDS:
        now = siskin.ask("info", name)["segments"]
        if now != segments or any(data.glob(f"{name}/.building-*")):
            segments, since = now, time.monotonic()
        time.sleep(0.5)
    return segments, time.monotonic() - since >= SETTLED_SECONDS


def _compare(bench, siskin, truth, name, block=100):
    import sparse

    rows = []
    for target in [*bench.options.recall_targets, 1.0]:
        times = {"bulk": [], "filled": []}
        found = {}
        for number in range(-1, bench.options.rounds):
            passes = {"bulk": [], "filled": []}
            found = {"bulk": [], "filled": []}
            for first in range(0, bench.queries.rows, block):
                for collection in ["bulk", "filled"] if (first // block + number) % 2 else ["filled", "bulk"]:
                    words = [collection, target, NO_FILTER, first, min(first + block, bench.queries.rows), K]
                    answer = siskin.ask("search", *words)
                    passes[collection] += answer["server_micros"]
                    found[collection] += answer["rows"]
            if number >= 0:
                for collection, one in passes.items():
                    times[collection].append(one)
        bulk, live = summary(times["bulk"]), summary(times["filled"])
        recalls = [sparse.recall(truth, found[one], bench.base, bench.queries) for one in ("bulk", "filled")]
        cells = [name, f"{target:g}", *(f"{recall:.4f}" for recall in recalls)]
        cells += [f"{bulk[0]:.0f}", f"{live[0]:.0f}", f"{live[0] / bulk[0]:.2f}"]
        rows.append([*cells, *(f"{one[figure]:.0f}" for figure in (1, 2) for one in (bulk, live))])
        progress(f"{name}: recall target {target:g}")
    return rows


class Footprint:
    """What a process and its data directory hold now."""

    def __init__(self, server, data, jcmd):
        pid = server.pid
        proc = pathlib.Path(f"/proc/{pid}")
        histogram = subprocess.run([jcmd, str(pid), "GC.class_histogram"], capture_output=True, text=True, check=True)
        self.heap_kib = int(histogram.stdout.strip().splitlines()[-1].split()[2]) // 1024
        maps = (proc / "maps").read_text().splitlines()
        self.maps = len(maps)
        self.data_maps = sum(str(data) in line for line in maps)
        self.descriptors = len(os.listdir(proc / "fd"))
        self.threads = len(os.listdir(proc / "task"))
        self.files = sum(len(files) for _, _, files in os.walk(data))
        self.resident_mib = int((proc / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20

    def cells(self):
        return [self.maps, self.data_maps, self.descriptors, self.threads, self.files, self.heap_kib, self.resident_mib]


def churn(bench):
    """Collections are made, filled, dropped and replaced; nothing of them may be left."""
    options = bench.options
    bench.introduce(
        f"Collections of {options.small} documents are made, filled and dropped, and replaced behind an alias, while two"
        " threads search one that stays, or the alias. Half of the replacements restore a snapshot and half build a new"
        " collection. The counts are of the server's process after each step. Heap is what lives after a full collection. The"
        f" server does not warm collections (`--warmup-millis 0`). No step begins after {options.minutes_max:g} minutes."
    )
    end = time.monotonic() + 60 * options.minutes_max
    jcmd = pathlib.Path(os.environ["SISKIN_JAVA"]).with_name("jcmd")
    rows, failures = [], 0
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(bench.server(None, "--warmup-millis", "0"))
        siskin = stack.enter_context(bench.siskin(server, None))
        data = bench.work / "data"
        siskin.ask("churn", "drop", _stable(siskin, options.small), 0, 200, options.small)  # Compiles and loads.
        siskin.ask("begin", ALIAS, options.small)
        # Replacements come in between, so that a run that is too slow still has all kinds.
        drops = [("drop", STABLE, options.cycles // CHURN_PARTS)]
        replacements = [(kind, ALIAS, options.replacements // CHURN_PARTS // 2) for kind in ("restore", "rebuild")]
        steps = (drops + replacements) * CHURN_PARTS
        rows.append(["at the start", 0, "", "", *Footprint(server, data, jcmd).cells(), 0])
        first = 1_000
        for number, (kind, searched, count) in enumerate(steps):
            if time.monotonic() > end:
                print(f"The time is over: {len(steps) - number} of {len(steps)} steps are left out.\n")
                break
            done = siskin.ask("churn", kind, searched, first, count, options.small)
            first += count
            time.sleep(1)
            cells = [f"{done['seconds'] / max(1, count) * 1e3:.1f}", done["searches"]]
            rows.append([kind, count, *cells, *Footprint(server, data, jcmd).cells(), done["failures"]])
            failures += done["failures"]
            progress(f"{kind} {count}: {done['seconds']:.1f} s {done['failure']}")
    head = ["step", "times", "ms each", "searches", "mappings", "of them of the data", "descriptors", "threads", "files"]
    table([*head, "heap, KiB", "resident, MiB", "searches failed"], rows)
    return 1 if failures else 0


def _stable(siskin, documents):
    siskin.ask("create", STABLE)
    siskin.ask("fill", STABLE, 0, documents, documents)
    siskin.ask("flush", STABLE)
    return STABLE


COMMANDS = {"filters": filters, "writes": writes, "mixed": mixed, "filled": filled, "churn": churn}


def arguments(words):
    parser = argparse.ArgumentParser(
        "loadtest/live", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    add = parser.add_argument
    numbers = lambda text: [float(word) for word in text.split(",")]  # noqa: E731
    add("command", choices=sorted(COMMANDS), help="what is measured")
    add("--base", required=True, type=pathlib.Path, metavar="CSR", help="document vectors in the .csr layout")
    add("--queries", required=True, type=pathlib.Path, metavar="CSR", help="query vectors in the .csr layout")
    add("--documents", type=int, default=200_000, metavar="N", help="at most so many of them (default %(default)s)")
    add("--query-count", type=int, default=500, metavar="N", help="at most so many queries (default %(default)s)")
    add("--rounds", type=int, default=3, metavar="N", help="in which all take turns (default %(default)s)")
    add("--recall-targets", type=numbers, default=[0.95], metavar="R,R", help="of Siskin; filters and filled measure exact"
        " search, too; mixed uses the first (default 0.95)")  # fmt: skip
    add("--batch", type=int, default=100, metavar="N", help="writes: documents of a batch (default %(default)s)")
    add("--chunk", type=int, default=2_000, metavar="N", help="writes: documents of a turn (default %(default)s)")
    add("--rate", type=int, default=300, metavar="N", help="mixed: searches a second (default %(default)s)")
    add("--upserts", type=int, default=1_000, metavar="N", help="mixed: documents written a second (default %(default)s)")
    add("--seconds", type=int, default=10, metavar="S", help="mixed: of each phase (default %(default)s)")
    add("--cycles", type=int, default=10_000, metavar="N", help="churn: collections that are dropped (default %(default)s)")
    add("--replacements", type=int, default=1_000, metavar="N", help="churn: of the alias (default %(default)s)")
    add("--minutes-max", type=float, default=7, metavar="M", help="churn: no step begins later (default %(default)s)")
    add("--small", type=int, default=50, metavar="N", help="churn: documents of a collection (default %(default)s)")
    add("--core", type=int, default=cores[-1] if cores else None, metavar="N", help="the engines' (default: the last)")
    add("--client-core", type=int, default=cores[0] if cores else None, metavar="N", help="default: the first")
    add("--port", type=int, default=7777, metavar="N", help="the server's; the next one is for its metrics (default"
        " %(default)s)")  # fmt: skip
    add("--work", type=pathlib.Path, default=ROOT / "loadtest/target/live", metavar="DIR", help="everything that is written"
        " (default: loadtest/target/live)")  # fmt: skip
    options = parser.parse_args(words)
    if len(cores) < 2:
        parser.error("needs Linux and two cores: one for the engine, one for the client")
    return options


def main(words):
    options = arguments(words)
    process.stop_on_signals()
    return COMMANDS[options.command](Bench(options))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except process.Failed as failed:
        sys.exit(str(failed))
