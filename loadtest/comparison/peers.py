"""Compares Siskin with peer engines on one collection. See --help."""

import argparse
import dataclasses
import hashlib
import importlib.util
import json
import math
import os
import pathlib
import shlex
import subprocess
import sys
import time

import frontier
import machine
import process
import siskin
from progress import Progress, duration

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
FLOORS = (0.90, 0.95, 0.97, 0.99, 0.995, 0.999)
PACKAGES = ("pyseismic-lsr", "pyvsag", "bmp", "kannolo")
PEERS = ("seismic-dotvbyte", "seismic-raw", "sindi", "bmp", "kannolo")
# Guessed times of steps that have not run yet. They only serve to show the remaining time.
BUILD_SECONDS, SWEEP_SECONDS, SEARCH_SECONDS, SETTING_SECONDS = 60, 100, 0.6, 6
TRIAL_SECONDS, ROUND_SECONDS = 60, 150
SWEEP_QUERIES_MIN = 2000
RECALL_DOUBTED = 0.5
# A peer that is this many times slower than the fastest one at every floor is measured only in
# the first round.
FAR_BEHIND = 2.0
TRIAL_COUNT, TRIAL_SLACK = 2, 1.2

DESCRIPTION = """\
Measures Siskin and peer engines (Seismic, SINDI, BMP, kANNolo) on one collection, with one thread on one core:

  1. It builds their indexes and keeps them in the folder --work.
  2. It measures a grid of settings of each engine once, to find the fastest one at each recall floor.
  3. It measures these settings in rounds. The engines take turns: Siskin, a peer, Siskin, the next peer, and so on.

It writes two tables (peers-NAME-kK.md), the plot (.svg, .png) and all rows (.jsonl) to the folder --out. A time is the
best pass of each round, and then the median over the rounds. Recall is measured against exact float products of the
original vectors, so errors of quantisation count. A document that ties with the k-th one counts as found.
"""
EPILOG = """\
make a Python with the peers:  python3 -m venv DIR && DIR/bin/pip install -r loadtest/comparison/requirements.txt
then use it:                   SISKIN_PEERS_PYTHON=DIR/bin/python loadtest/peers ...
"""


def arguments(words):
    parser = argparse.ArgumentParser(
        "loadtest/peers", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--base", required=True, type=pathlib.Path, metavar="FILE", help="the documents, an unpacked .csr file")
    add("--queries", required=True, type=pathlib.Path, metavar="FILE", help="the queries, an unpacked .csr file")
    add("--k", type=int, default=10, help="hits per query, 1 to 10000 (default %(default)s)")
    add("--queries-max", type=int, metavar="N", help="use only the first N queries (default: all)")
    add("--rounds", type=int, default=3, help="rounds in which the engines take turns, 1 or more (default %(default)s)")
    add(
        "--seconds",
        type=float,
        default=2,
        help="seconds of passes over all queries per measurement. There are at least three passes, and the best one"
        " counts. A JVM needs about two seconds to compile its hot code (default %(default)s)",
    )
    add("--core", type=int, default=process.default_core(), help="the core on which all engines run"
        " (default %(default)s)")  # fmt: skip
    add("--peers", default=",".join(PEERS), metavar="LIST", help="separated by commas (default %(default)s)")
    add(
        "--siskin-index",
        action="append",
        metavar="OPTIONS",
        help="the options of `siskin index` in one argument after =; may be repeated, once per index to compare"
        " (default: one index without options)",
    )
    add("--work", type=pathlib.Path, metavar="DIR", help="folder for indexes, sweeps and logs"
        " (default: loadtest/target/comparison)")  # fmt: skip
    add("--out", type=pathlib.Path, default=ROOT / "docs" / "benchmarks", metavar="DIR", help="folder of the results"
        " (default: docs/benchmarks)")  # fmt: skip
    add("--build-threads", type=int, default=os.cpu_count(), metavar="N", help="threads of the builds of peers"
        " (default: all cores)")  # fmt: skip
    add("--fresh", action="store_true", help="sweep again, and do not use the last sweep of the same indexes")
    add("--minutes-max", type=float, default=60, metavar="M", help="no round starts after so many minutes"
        " (default %(default)s)")  # fmt: skip
    add(
        "--build-minutes-max",
        type=float,
        default=20,
        metavar="M",
        help="time limit of the build of one index of a peer in minutes; an index that takes longer is left out, and"
        " the tables say so (default %(default)s)",
    )
    add("--step-minutes-max", type=float, default=20, metavar="M", help="time limit of one process in"
        " minutes (default %(default)s)")  # fmt: skip
    options = parser.parse_args(words)
    options.peers = [name for name in options.peers.split(",") if name]
    unknown = sorted(set(options.peers) - set(PEERS))
    if unknown:
        parser.error(f"--peers {','.join(unknown)}: expected some of {','.join(PEERS)}")
    for name in ("base", "queries"):
        if not getattr(options, name).is_file():
            parser.error(f"--{name} {getattr(options, name)}: no such file")
    for name in ("k", "rounds", "build_threads"):
        if getattr(options, name) < 1:
            parser.error(f"--{name.replace('_', '-')} {getattr(options, name)}: expected 1 or more")
    if not 0 < options.seconds <= 60:
        parser.error(f"--seconds {options.seconds}: expected above 0, at most 60")
    options.siskin_index = options.siskin_index or [""]
    options.work = options.work or ROOT / "loadtest" / "target" / "comparison"
    return options


def check_packages(peers):
    """Ends the program if a package is missing, and tells what to do."""
    wanted = {"numpy", "scipy", "matplotlib"}
    by_peer = {"sindi": "pyvsag", "bmp": "bmp", "kannolo": "kannolo"}
    wanted |= {by_peer.get(name, "seismic") for name in peers}
    missing = sorted(name for name in wanted if importlib.util.find_spec(name) is None)
    if missing:
        sys.exit(f"loadtest/peers: {sys.executable} has no {', '.join(missing)}.\n\n{EPILOG}")


def digest_of(value):
    """Returns 12 hexadecimal digits that identify a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


@dataclasses.dataclass(frozen=True)
class PeerIndex:
    """One built index of a peer."""

    engine: str
    index: dict
    directory: pathlib.Path

    @property
    def built(self):
        return json.loads((self.directory / "build.json").read_text())


class Comparison:
    """One run, from the collection to the rows."""

    def __init__(self, options):
        import engines
        import sparse

        self._options = options
        self._engines = engines
        self._sparse = sparse
        self.progress = Progress()
        digest = sparse.fingerprint(options.base)
        self._work = options.work / f"{options.base.stem}-{digest}"
        self._work.mkdir(parents=True, exist_ok=True)
        self._base = self._link(options.base)
        self._queries = self._query_file()
        self._query_digest = sparse.fingerprint(self._queries)
        base, queries = sparse.read_csr(self._base), sparse.read_csr(self._queries)
        if queries.rows == 0 or base.rows <= options.k:
            sys.exit(f"loadtest/peers: {base.rows} documents, {queries.rows} queries; at least k + 1 and 1 are needed")
        self.documents, self.entries, self.queries = base.rows, len(base.data), queries.rows
        self._shape = engines.shape_of(base, queries)
        self._seconds_max = options.step_minutes_max * 60
        self._siskin = siskin.Siskin(ROOT, self._work, self._seconds_max)
        self.rows = []
        self.left_out = []

    def _link(self, path):
        """Links the collection into the work folder, because Siskin keeps exact answers beside its input file."""
        link = self._work / "base.csr"
        if not link.is_symlink() or os.path.realpath(link) != os.path.realpath(path):
            link.unlink(missing_ok=True)
            link.symlink_to(path.resolve())
        return link

    def _query_file(self):
        count = self._options.queries_max
        queries = self._sparse.read_csr(self._options.queries)
        path = self._work / f"queries-{self._sparse.fingerprint(self._options.queries)}-{count or 'all'}.csr"
        if not path.exists():
            self._sparse.write_csr(path, queries.head(count) if count else queries)
        return path

    # Preparation

    def prepare(self):
        """Builds the missing indexes and computes the exact answers."""
        self._siskin.package()
        indexes = self._peer_indexes()
        missing = [index for index in indexes if not (index.directory / "build.json").exists()]
        steps = [(f"build {i.engine}: {frontier.describe(i.index)}", BUILD_SECONDS) for i in missing]
        steps += [(f"build siskin: {words or 'defaults'}", 20) for words in self._options.siskin_index]
        sweeps = sum(seconds for *_, seconds in self._sweeps(indexes))
        self.progress.expect([*steps, ("exact answers", 20)], sweeps + self._rounds_seconds() + TRIAL_SECONDS)
        for index in missing:
            try:
                self.progress.step(lambda index=index: self._build_peer(index))
            except process.OutOfTime:
                self._leave_out(index)
                indexes.remove(index)
        self._siskin_indexes = [
            (
                {"options": words or None},
                self._index_directory("siskin", {"options": words}),
                self.progress.step(lambda words=words: self._build_siskin(words)),
            )
            for words in self._options.siskin_index
        ]
        self._truth = self._work / f"truth-k{self._options.k}-{self._query_digest}.npz"
        self.progress.step(self._answer_exactly)
        self._peer_list = indexes

    def _index_directory(self, engine, index):
        return self._work / "indexes" / f"{engine}-{digest_of(index)}"

    def _peer_indexes(self):
        indexes = []
        for name in self._options.peers:
            engine = self._engines.PEERS[name]
            reason = engine.unsupported(self._shape)
            if reason:
                self.progress.say(f"{name} is left out: {reason}")
                continue
            for index in engine.indexes(self._shape):
                directory = self._index_directory(name, [index, machine.versions(engine.packages)])
                indexes.append(PeerIndex(name, index, directory))
        return indexes

    def _leave_out(self, index):
        minutes = f"{self._options.build_minutes_max:g} minutes"
        self.left_out.append(f"{index.engine} ({frontier.describe(index.index)}), not built within {minutes}")
        self.progress.say(f"left out: {self.left_out[-1]}")

    def _build_peer(self, index):
        index.directory.mkdir(parents=True, exist_ok=True)
        load = machine.load_average()
        seconds_max = self._options.build_minutes_max * 60
        (row,) = self._peer_process(index, "build", seconds_max, threads=self._options.build_threads)
        (index.directory / "build.json").write_text(json.dumps({**row, "load_average": load}))

    def _build_siskin(self, words):
        return self._siskin.index(self._base, self._index_directory("siskin", {"options": words}), words)

    def _answer_exactly(self):
        if not self._truth.exists():
            base, queries = self._sparse.read_csr(self._base), self._sparse.read_csr(self._queries)
            self._sparse.exact_top_k(base, queries, self._options.k).save(self._truth)
            self._siskin.answer_exactly(self._place(self._siskin_indexes[0][1]))

    def _peer_process(self, index, task, seconds_max=None, threads=1, core=None, **job):
        job.update(
            task=task,
            engine=index.engine,
            index=index.index,
            directory=str(index.directory),
            base=str(self._base),
            queries=str(self._queries),
            shape=dataclasses.asdict(self._shape),
            threads=threads,
            k=self._options.k,
            out=str(self._work / "peer-rows.jsonl"),
        )
        file = self._work / "peer-job.json"
        file.write_text(json.dumps(job))
        environment = {name: str(threads) for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        command = [sys.executable, "-B", HERE / "measure_peer.py", file]
        process.run(command, self._work / "peer.log", seconds_max or self._seconds_max, core, environment)
        return [json.loads(line) for line in pathlib.Path(job["out"]).read_text().splitlines()]

    # Measuring

    def _sweep_passes(self):
        """Returns the number of passes of a sweep.

        With few queries there are more passes, so that the code gets warm.
        """
        return max(2, math.ceil(SWEEP_QUERIES_MIN / self.queries))

    def _passes(self, micros):
        """Returns the number of passes that fill --seconds if a query takes this many microseconds."""
        return siskin.passes_for(self._options.seconds, micros, self.queries)

    def _measure_peer(self, index, searches, final):
        """Measures searches of one index. final: at full length and with single calls; otherwise as a sweep does."""
        rows = self._peer_process(
            index,
            "measure",
            core=self._options.core,
            searches=searches,
            passes_min=siskin.PASSES_MIN if final else 1,
            passes_max=siskin.PASSES_MAX if final else self._sweep_passes(),
            seconds=self._options.seconds,
            singles=final,
            truth=None if final else str(self._truth),
        )
        built = index.built
        facts = {"engine": index.engine, "index": index.index, "bytes": built["bytes"], "build_s": built["build_s"]}
        return [{**facts, **row} for row in rows]

    def _place(self, directory):
        return siskin.Place(directory, self._base, self._queries, self._options.k)

    def _sweep_siskin(self, index, directory, built):
        rows = self._siskin.sweep(self._place(directory), self._options.core, self._sweep_passes())
        return [siskin.row_of(row, index, built) for row in rows]

    def _keep(self, kind, rows, **facts):
        rows = [{"kind": kind, **facts, **row, "k": self._options.k} for row in rows]
        self.rows += rows
        return rows

    def _sweeps(self, peer_indexes):
        """Returns the sweeps: name, file of the rows, index, searches (None: all) and expected seconds."""
        facts = f"k{self._options.k}-{self._query_digest}-passes{self._sweep_passes()}-core{self._options.core}"
        folder = self._work / "sweeps"
        folder.mkdir(exist_ok=True)
        sweeps = []

        def add(name, digest, index, searches, seconds):
            path = folder / f"{digest}-{facts}.jsonl"
            known = path.exists() and not self._options.fresh
            sweeps.append((f"sweep {name}", path, index, searches, 0.1 if known else seconds))

        for words in self._options.siskin_index:
            digest = f"siskin-{digest_of([words, self._siskin.digest])}"
            add(f"siskin: {words or 'defaults'}", digest, words, None, SWEEP_SECONDS)
        for peer in peer_indexes:
            searches = self._engines.PEERS[peer.engine].searches(peer.index, self._options.k)
            digest = f"{peer.directory.name}-{digest_of(searches)}"
            name = f"{peer.engine}: {frontier.describe(peer.index)}"
            add(name, digest, peer, searches, SEARCH_SECONDS * len(searches))
        return sweeps

    def sweep(self):
        """Measures every setting of the grids once, or reads earlier measurements. Returns the finalists."""
        sweeps = self._sweeps(self._peer_list)
        later = self._rounds_seconds() + TRIAL_SECONDS
        self.progress.expect([(name, seconds) for name, *_, seconds in sweeps], later)
        rows = []
        for _, path, index, searches, _ in sweeps:
            rows += self.progress.step(lambda: self._swept(path, index, searches))
        self._keep("sweep", rows)
        self._doubt(rows)
        mine = [row for row in rows if row["engine"] == siskin.ENGINE]
        others = [row for row in rows if row["engine"] != siskin.ENGINE]
        return self._trial(mine) + frontier.finalists(others, FLOORS)

    def _doubt(self, rows):
        """Warns if an engine has a very low recall.

        Its binding may have changed, or its grid may not suit the collection.
        """
        for engine in frontier.engines_of(rows):
            best = max(row["recall"] for row in rows if row["engine"] == engine)
            if best < RECALL_DOUBTED:
                self.progress.say(f"{engine} has recall {best:.3f} at best. Please check its grid in engines.py")

    def _swept(self, path, index, searches):
        if self._options.fresh or not path.exists():
            if searches is None:
                (ours,) = (known for known in self._siskin_indexes if known[0]["options"] == (index or None))
                rows = self._sweep_siskin(*ours)
            else:
                rows = self._measure_peer(index, searches, final=False)
            part = path.with_suffix(".part")
            part.write_text("".join(json.dumps(row) + "\n" for row in rows))
            part.replace(path)
        return [json.loads(line) for line in path.read_text().splitlines()]

    def _rounds_seconds(self):
        return ROUND_SECONDS * self._options.rounds

    def _trial(self, swept):
        """Measures the best settings of Siskin's sweep with all passes, each in a separate process.

        A sweep runs its first settings before the JVM has compiled their code. It ranks by the median, which hides this,
        but it is less exact than this trial. A mode with only one setting is warm only in this trial.
        """
        modes = {row["search"]["mode"]: [] for row in swept}
        for row in swept:
            modes[row["search"]["mode"]].append(row)
        candidates = {}
        for rows in modes.values():
            for row in frontier.finalists(rows, FLOORS, TRIAL_COUNT, TRIAL_SLACK, "p50_us"):
                candidates[frontier.key(row)] = row
        kept = [
            row
            for row in candidates.values()
            if len(modes[row["search"]["mode"]]) == 1 or self._has_chance(row, candidates.values())
        ]
        steps = [(f"trial siskin: {frontier.describe(row['search'])}", SETTING_SECONDS) for row in kept]
        self.progress.expect(steps, self._rounds_seconds())
        measured = []
        for row in kept:
            measured += self.progress.step(lambda: self._turn_siskin([row]))
        self._keep("trial", measured)
        return frontier.finalists(measured, FLOORS)

    @staticmethod
    def _has_chance(row, candidates):
        """Returns whether the median of a row is near the best one at the highest floor that the row reaches."""
        floors = [floor for floor in FLOORS if row["recall"] >= floor]
        if not floors:
            return False
        best = min(other["p50_us"] for other in candidates if other["recall"] >= floors[-1])
        return row["p50_us"] <= TRIAL_SLACK * best

    def _turn_siskin(self, settings):
        rows = []
        for wanted in settings:
            for index, directory, built in self._siskin_indexes:
                if index == wanted["index"]:
                    passes = self._passes(wanted["p50_us"])
                    place = self._place(directory)
                    measured = self._siskin.measure(place, self._options.core, passes, wanted["search"])
                    rows.append(siskin.row_of(measured, index, built))
        return rows

    def _turn_peer(self, settings):
        rows = []
        for index in self._peer_list:
            mine = [row for row in settings if row["engine"] == index.engine and row["index"] == index.index]
            if mine:
                measured = self._measure_peer(index, [row["search"] for row in mine], final=True)
                rows += [{**row, "recall": known["recall"]} for row, known in zip(measured, mine)]
        return rows

    def rounds(self, finalists, end):
        """Measures the finalists in turns.

        Returns the number of complete rounds, which may be smaller if the time is up.
        """
        mine = [row for row in finalists if row["engine"] == siskin.ENGINE]
        # Both forms of Seismic share a turn, because they are one engine.
        groups = dict.fromkeys(name.split("-")[0] for name in self._options.peers)
        turns = []
        for group in groups:
            theirs = [row for row in finalists if row["engine"].split("-")[0] == group]
            if theirs:
                turns += [("siskin", mine, self._turn_siskin), (group, theirs, self._turn_peer)]
        turns = turns or [("siskin", mine, self._turn_siskin)]
        for done in range(self._options.rounds):
            if done > 0 and time.monotonic() > end:
                self.progress.say(f"the time of --minutes-max is over after {done} of {self._options.rounds} rounds")
                return done
            if done == 1:
                turns = self._near(turns)
            steps = [(f"round {done + 1}: {name}", self._turn_seconds(name, rows)) for name, rows, _ in turns]
            later = (self._options.rounds - done - 1) * sum(seconds for _, seconds in steps)
            self.progress.expect(steps, later)
            for turn, (_, rows, measure) in enumerate(turns):
                self._keep("round", self.progress.step(lambda: measure(rows)), round=done + 1, turn=turn + 1)
        return self._options.rounds

    def _near(self, turns):
        """Returns the turns without the peers that are far behind the fastest one everywhere.

        Siskin's turn precedes each.
        """
        measured = frontier.medians([row for row in self.rows if row["kind"] == "round"])
        near = frontier.near(measured, FLOORS, FAR_BEHIND, siskin.ENGINE)
        kept = []
        for ours, peer in zip(turns[::2], turns[1::2]):
            if any(row["engine"] in near for row in peer[1]):
                kept += [ours, peer]
            else:
                self.progress.say(
                    f"{peer[0]} is {FAR_BEHIND:g} times slower than the fastest peer at every recall: no more rounds"
                )
        return kept or turns

    def _turn_seconds(self, name, rows):
        # There is a pass to warm up before. For a peer, there are also two passes of single calls
        # after.
        around = 1 if name == "siskin" else 3
        passes = sum(row["mean_us"] * self.queries / 1e6 * (around + self._passes(row["mean_us"])) for row in rows)
        return (SETTING_SECONDS - self._options.seconds) * len(rows) + passes if name == "siskin" else 2 + passes


def command_line(options):
    """Returns the command as a reader would type it. Files have no folders, because these belong to this machine."""
    words = ["loadtest/peers", "--base", options.base.name, "--queries", options.queries.name, "--k", str(options.k)]
    words += ["--rounds", str(options.rounds), "--seconds", f"{options.seconds:g}"]
    if options.queries_max:
        words += ["--queries-max", str(options.queries_max)]
    if options.peers != list(PEERS):
        words += ["--peers", ",".join(options.peers)]
    if options.siskin_index != [""]:
        words += [f"--siskin-index={index}" for index in options.siskin_index]
    return shlex.join(words)


def caption(comparison, facts, rounds):
    """Returns the lines below the table and the plot. They tell what was run, on which data, and on which machine."""
    options = comparison._options
    versions = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    loads = facts["load_average"]
    return [
        command_line(options),
        f"{comparison.documents:,} documents, {comparison.entries:,} postings, {comparison.queries:,} queries; "
        f"{rounds} {'round' if rounds == 1 else 'rounds'} in turns, median of the rounds' best passes; "
        "one thread on one core",
        f"Siskin {facts['commit']}; {versions}; builds with {options.build_threads} threads",
        *(f"left out: {what}" for what in comparison.left_out),
        f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_gib']} GiB, {facts['system']}; "
        f"load average {loads[0]:.2f} before, {loads[1]:.2f} after; {facts['date']}",
    ]


NOTES = """\
Mean: peers get all queries in one call, so that their Python bindings take the least time. (BMP has only single calls.)
p50 and p99: peers get one call per query, and the time of the binding is included. This is about 40 µs for DotVByte,
whose terms are strings there, and a few µs for the others. Index: for Siskin, the files that the mode of the setting
reads. Build: for Siskin, the whole index with every structure, from the file; for peers, from arrays in memory (Seismic
raw: from its file). A peer that takes twice the time of the fastest one at every recall is measured only in the first
round.
"""


def write_outputs(comparison, facts, rounds):
    """Writes the tables, the plot and the rows. Returns the Markdown."""
    import plots

    options = comparison._options
    rows = frontier.medians([row for row in comparison.rows if row["kind"] == "round"])
    order = {name: place for place, name in enumerate([siskin.ENGINE, *PEERS])}
    rows.sort(key=lambda row: (order[row["engine"]], row["recall"]))
    lines = caption(comparison, facts, rounds)
    options.out.mkdir(parents=True, exist_ok=True)
    stem = options.out / f"peers-{options.base.stem}-k{options.k}"
    engines = sorted(frontier.engines_of(comparison.rows), key=order.get)
    tables = frontier.markdown(rows, FLOORS, siskin.ENGINE, options.k, engines)
    text = "\n".join([tables, NOTES, "```", *lines, "```\n"])
    stem.with_name(stem.name + ".md").write_text(text)
    with open(stem.with_name(stem.name + ".jsonl"), "w") as out:
        run = {"kind": "run", "command": command_line(options), "k": options.k, "rounds": rounds, **facts}
        for row in [run, *comparison.rows, *({"kind": "median", **row} for row in rows)]:
            out.write(json.dumps(row) + "\n")
    plots.recall_and_time(rows, siskin.ENGINE, options.k, lines, stem)
    return text


def main():
    options = arguments(sys.argv[1:])
    check_packages(options.peers)
    process.stop_on_signals()
    start = time.monotonic()
    load = machine.load_average()
    try:
        comparison = Comparison(options)
        if load > 0.5:
            comparison.progress.say(f"load average {load}: other work uses the machine and makes the figures worse")
        comparison.prepare()
        facts = machine.describe(ROOT, PACKAGES)
        finalists = comparison.sweep()
        rounds = comparison.rounds(finalists, start + options.minutes_max * 60)
    except (process.Failed, ValueError, OSError, subprocess.CalledProcessError) as failed:
        sys.exit(f"loadtest/peers: {failed}")
    except KeyboardInterrupt:
        sys.exit("loadtest/peers: stopped; complete indexes and sweeps are kept")
    facts["load_average"] = [load, machine.load_average()]
    print(write_outputs(comparison, facts, rounds))
    comparison.progress.say(f"done in {duration(time.monotonic() - start)}; written to {options.out}")


if __name__ == "__main__":
    main()
