"""Measures Siskin on collections of several sizes. See --help."""

import argparse
import importlib.util
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

import frontier
import machine
import model
import process
import siskin
from progress import Progress, duration

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER_BYTES = 24
# The number of MS MARCO's passages, and the size of the scaling study of ECIR 2025.
PREDICTED = (8_800_000, 138_000_000)
# The number of passes for a setting whose time is not yet known.
PASSES = 10
SECONDS_MEASURED = 2
LATENCY, BYTES, SECONDS, MEMORY = (
    "mean time of a query, µs",
    "index bytes per posting",
    "build, s",
    "peak resident memory of the build, MB",
)

DESCRIPTION = """\
Builds and measures Siskin on collections of several sizes, one after another. It measures the index bytes per posting
of each file, the build time, the peak resident memory of the build, and the latency on one core at given settings or
recall targets. It fits a power law a × N^b to each, but without the largest size. It then shows the error of the law
at the largest size and predicts other sizes.

Writes growth-NAME.md and .jsonl to the folder --out. If this Python has matplotlib, it also writes the plot (.svg,
.png).
"""
EPILOG = """\
A generator is a command. It has {n} in place of the number of documents and {out} in place of the file to write:

  loadtest/growth --queries queries.csr --sizes 100000,1000000 --generator 'python3 make.py --rows {n} {out}'
"""


def arguments(words):
    parser = argparse.ArgumentParser(
        "loadtest/growth", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--base", nargs="+", default=[], type=pathlib.Path, metavar="FILE", help="unpacked .csr files, one per size")
    add("--generator", metavar="COMMAND", help="command that makes the collections of --sizes; they are kept in --work")
    add("--sizes", default="", metavar="LIST", help="numbers of documents for --generator, separated by commas")
    add("--queries", required=True, type=pathlib.Path, metavar="FILE", help="the queries, an unpacked .csr file")
    add("--k", type=int, default=10, help="hits per query (default %(default)s)")
    add("--recall", default="0.95,0.99", metavar="LIST", help="recall targets; at each size, the fastest"
        " setting of a sweep that reaches each target is measured; empty for none (default %(default)s)")  # fmt: skip
    add("--setting", action="append", default=[], metavar="OPTIONS", help="a setting to measure at each size, as"
        " the options of `siskin bench` in one argument after =; may be repeated (default: --mode=exact)")  # fmt: skip
    add("--index-options", default="", metavar="OPTIONS", help="the options of `siskin index` in one"
        " argument after =")  # fmt: skip
    add("--heap", default="2g", metavar="SIZE", help="largest heap of the build, in the form of -Xmx"
        " (default %(default)s)")  # fmt: skip
    add("--core", type=int, default=process.default_core(), help="the core on which searches run (default %(default)s)")
    add("--name", default="siskin", help="name of the files in --out (default %(default)s)")
    add("--work", type=pathlib.Path, metavar="DIR", help="folder for collections, indexes and logs"
        " (default: loadtest/target/growth)")  # fmt: skip
    add("--out", type=pathlib.Path, default=ROOT / "docs" / "benchmarks", metavar="DIR", help="folder of the results"
        " (default: docs/benchmarks)")  # fmt: skip
    add("--keep-indexes", action="store_true", help="keep the indexes; without it, each index is deleted after its size"
        " has been measured")  # fmt: skip
    add("--step-minutes-max", type=float, default=60, metavar="M", help="time limit of one process in"
        " minutes (default %(default)s)")  # fmt: skip
    options = parser.parse_args(words)
    options.sizes = [int(size) for size in options.sizes.split(",") if size]
    options.recall = [float(target) for target in options.recall.split(",") if target]
    options.setting = options.setting or ["--mode=exact"]
    options.work = options.work or ROOT / "loadtest" / "target" / "growth"
    if bool(options.generator) != bool(options.sizes) or not (options.base or options.sizes):
        parser.error("give --base FILE..., or --generator COMMAND with --sizes LIST, or both")
    for path in [*options.base, options.queries]:
        if not path.is_file():
            parser.error(f"{path}: no such file")
    return options


def rows_of(path):
    """Returns the number of rows of a .csr file, from its header."""
    with open(path, "rb") as file:
        header = file.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        raise ValueError(f"{path}: {len(header)} bytes, but a .csr header has {HEADER_BYTES}")
    return int.from_bytes(header[:8], "little")


class Growth:
    """One run over all sizes."""

    def __init__(self, options):
        self._options = options
        self._work = options.work
        self._work.mkdir(parents=True, exist_ok=True)
        self.progress = Progress()
        self._seconds_max = options.step_minutes_max * 60
        self._siskin = siskin.Siskin(ROOT, self._work, self._seconds_max)
        self._queries_count = rows_of(options.queries)
        self.rows = []

    def run(self):
        self._siskin.package()
        collections = self._collections()
        expected = []
        for documents, _ in collections:
            # These are rough times for 100,000 documents. Measured times correct them.
            share = documents / 100_000
            expected += [(f"{documents:,} documents: build", 10 * share)]
            expected.append((f"{documents:,} documents: exact answers", 10 * share))
            expected += [(f"{documents:,} documents: recall targets", 60 * share)] * bool(self._options.recall)
            expected += [(f"{documents:,} documents: {words}", 5 + 2 * share) for words in self._options.setting]
        self.progress.expect(expected)
        for documents, base in collections:
            self._measure(documents, base)

    def _collections(self):
        """Returns the sizes with their files, the smallest first. Makes the collections that are generated."""
        found = [(rows_of(path), self._link(path)) for path in self._options.base]
        for size in self._options.sizes:
            path = self._work / f"generated-{size}.csr"
            if not path.exists():
                self.progress.say(f"generating {size:,} documents")
                part = path.with_suffix(".part")
                command = [w.replace("{n}", str(size)).replace("{out}", str(part)) for w in self._generator()]
                process.run(command, self._work / "generator.log", self._seconds_max)
                part.replace(path)
            found.append((rows_of(path), path))
        return sorted(found, key=lambda pair: pair[0])

    def _generator(self):
        return shlex.split(self._options.generator)

    def _link(self, path):
        """Links a collection into the work folder, because `bench` keeps exact answers beside its input file."""
        folder = self._work / f"{path.stem}-{rows_of(path)}"
        folder.mkdir(exist_ok=True)
        link = folder / "base.csr"
        link.unlink(missing_ok=True)
        link.symlink_to(path.resolve())
        return link

    def _measure(self, documents, base):
        directory = self._work / f"index-{documents}"
        built = self.progress.step(
            lambda: self._siskin.index(base, directory, self._options.index_options, self._options.heap)
        )
        self.rows.append({"kind": "build", **{name: value for name, value in built.items() if name != "made_of"}})
        place = siskin.Place(directory, base, self._options.queries, self._options.k)
        core = self._options.core
        self.progress.step(lambda: self._siskin.answer_exactly(place))
        if self._options.recall:
            self.progress.step(lambda: self._measure_targets(documents, place, built))
        for words in self._options.setting:
            row = self.progress.step(lambda: self._siskin.measure_options(place, core, PASSES, words))
            self._keep(documents, words.replace("--", "").replace("=", " "), row)
        if not self._options.keep_indexes:
            remove_index(directory)

    def _measure_targets(self, documents, place, built):
        """Sweeps once. Then it measures the fastest setting for each target in a separate process."""
        core = self._options.core
        swept = [siskin.row_of(row, {}, built) for row in self._siskin.sweep(place, core, 2)]
        for target in self._options.recall:
            for best in frontier.finalists(swept, [target], time="p50_us"):
                passes = siskin.passes_for(SECONDS_MEASURED, best["p50_us"], self._queries_count)
                row = self._siskin.measure(place, core, passes, best["search"])
                self._keep(documents, f"recall ≥ {target:g}", row)

    def _keep(self, documents, name, row):
        self.rows.append({"kind": "latency", "name": name, "documents": documents, **row})


def remove_index(directory):
    """Removes the files of an index. The record of its build is removed first."""
    import shutil

    (directory / "build.json").unlink(missing_ok=True)
    shutil.rmtree(directory, ignore_errors=True)


def quantities(rows):
    """Returns the measured quantities: title → series → points of (documents, value)."""
    panels = {LATENCY: {}, BYTES: {}, SECONDS: {}, MEMORY: {}}

    def add(title, series, documents, value):
        if value:
            panels[title].setdefault(series, []).append((documents, value))

    for row in rows:
        documents = row["documents"]
        if row["kind"] == "latency":
            add(LATENCY, row["name"], documents, row["mean_us"])
            add(LATENCY, f"{row['name']}, p99", documents, row["p99_us"])
        else:
            for file, size in row["files"].items():
                # A file that does not grow with the postings would only be a line along the
                # bottom.
                if size >= 0.01 * row["bytes"]:
                    add(BYTES, file, documents, size / row["postings"])
            add(BYTES, "all", documents, row["bytes"] / row["postings"])
            add(SECONDS, "build", documents, row["seconds"])
            add(MEMORY, "build", documents, (row["peak_rss_bytes"] or 0) / 1e6)
    return panels


def modelled(panels):
    """Returns the panels with a model for each series: title → series → (points, model or None)."""
    return {
        title: {name: (points, model.checked(points)) for name, points in series.items()}
        for title, series in panels.items()
    }


def markdown(panels):
    """Returns a table of all series with their values at all sizes, their laws, errors and predictions."""
    sizes = sorted({size for series in panels.values() for points, _ in series.values() for size, _ in points})
    head = ["quantity", *(f"{size:,}" for size in sizes), "a × N^b", "off at the largest"]
    head += [f"predicted, {size:,}" for size in PREDICTED]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for title, series in panels.items():
        for name, (points, fitted) in series.items():
            values = dict(points)
            cells = [f"{title}: {name}", *(_figure(values.get(size)) for size in sizes)]
            if fitted is None:
                cells += ["–"] * (2 + len(PREDICTED))
            else:
                cells += [f"{fitted.law.factor:.3g} × N^{fitted.law.exponent:.3f}", f"{fitted.error:+.0%}"]
                cells += [_figure(fitted.law.at(size)) for size in PREDICTED]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _figure(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def command_line(options):
    """Returns the command as a reader would type it. Files have no folders, because these belong to this machine."""
    words = ["loadtest/growth"]
    words += ["--base", *(path.name for path in options.base)] if options.base else []
    if options.generator:
        generator = " ".join(os.path.basename(word) for word in shlex.split(options.generator))
        words += ["--generator", generator, "--sizes", ",".join(map(str, options.sizes))]
    words += ["--queries", options.queries.name, "--k", str(options.k), "--heap", options.heap]
    words += ["--recall", ",".join(f"{target:g}" for target in options.recall)]
    for setting in options.setting:
        words.append(f"--setting={setting}")
    words += [f"--index-options={options.index_options}"] if options.index_options else []
    return shlex.join(words)


def write_outputs(growth, facts, loads, options):
    """Writes the table, the rows and the plot. Returns the table."""
    caption = [
        command_line(options),
        f"Siskin {facts['commit']}; recall@{options.k} against exact float products; dashed: the power law, fitted"
        " without the largest size",
        f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_gib']} GiB, {facts['system']}; "
        f"load average {loads[0]:.2f} before, {loads[1]:.2f} after; {facts['date']}",
    ]
    options.out.mkdir(parents=True, exist_ok=True)
    stem = options.out / f"growth-{options.name}"
    panels = modelled(quantities(growth.rows))
    text = markdown(panels) + "\n```\n" + "\n".join(caption) + "\n```\n"
    stem.with_name(stem.name + ".md").write_text(text)
    with open(stem.with_name(stem.name + ".jsonl"), "w") as out:
        run = {"kind": "run", "command": command_line(options), **facts, "load_average": loads}
        models = (
            {"kind": "model", "quantity": title, "series": name, "factor": fitted.law.factor,
             "exponent": fitted.law.exponent, "error": fitted.error}
            for title, series in panels.items()
            for name, (_, fitted) in series.items()
            if fitted is not None
        )  # fmt: skip
        for row in [run, *growth.rows, *models]:
            out.write(json.dumps(row) + "\n")
    if importlib.util.find_spec("matplotlib") is None:
        growth.progress.say(f"no plot: {sys.executable} has no matplotlib (loadtest/comparison/requirements.txt)")
    else:
        import plots

        plots.growth(panels, caption, stem)
    return text


def main():
    options = arguments(sys.argv[1:])
    process.stop_on_signals()
    start = time.monotonic()
    load = machine.load_average()
    try:
        growth = Growth(options)
        facts = machine.describe(ROOT)
        growth.run()
    except (process.Failed, ValueError, OSError, subprocess.CalledProcessError) as failed:
        sys.exit(f"loadtest/growth: {failed}")
    except KeyboardInterrupt:
        sys.exit("loadtest/growth: stopped")
    print(write_outputs(growth, facts, [load, machine.load_average()], options))
    growth.progress.say(f"done in {duration(time.monotonic() - start)}; written to {options.out}")


if __name__ == "__main__":
    main()
