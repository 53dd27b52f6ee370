"""Runs bin/siskin to build indexes and measure settings.

It takes modes and their parameters from the output of `bench`.
"""

import dataclasses
import hashlib
import json
import math
import os
import pathlib
import shlex
import subprocess

import process

ENGINE = "siskin"
COLLECTION = "base"
PASSES_MIN, PASSES_MAX = 3, 200


def setting_of(row):
    """Returns the mode and the parameters of a row of `bench --json`. These are the members from mode up to k."""
    setting = {}
    for name, value in row.items():
        if name == "k":
            return setting
        setting[name] = value
    raise ValueError(f"a row of bench has no k: {row}")


# The options of `bench` whose names differ from the member of the row.
OPTION_NAMES = {"budget_micros": "time-budget-micros"}


def options_of(setting):
    """Returns the options of `bench` for a setting. For example, query_cut 4 is --query-cut=4.

    Members that are null are left out. A budget of zero is left out too, because it means that there is none.
    """
    options = []
    for name, value in setting.items():
        if value is None or (name in OPTION_NAMES and value == 0):
            continue
        option = OPTION_NAMES.get(name, name.replace("_", "-"))
        options.append(f"--{option}={str(value).lower() if isinstance(value, bool) else value}")
    return options


def row_of(measured, index, built):
    """Turns a row of `bench --json` into a row of the comparison."""
    return {
        "engine": ENGINE,
        "index": index,
        "search": setting_of(measured),
        "recall": measured["recall"],
        "mean_us": measured["mean_us"],
        "p50_us": measured["p50_us"],
        "p99_us": measured["p99_us"],
        "bytes": measured["index_bytes"],
        "build_s": round(built["seconds"], 2),
    }


@dataclasses.dataclass(frozen=True)
class Place:
    """The input of a measurement: the data directory of an index, the .csr files of documents and queries, and k."""

    directory: pathlib.Path
    base: pathlib.Path
    queries: pathlib.Path
    k: int


def passes_for(seconds, micros, queries):
    """Returns the number of passes over the queries that fill the seconds, within bounds.

    A JVM needs about two seconds to compile its hot code.
    """
    return min(PASSES_MAX, max(PASSES_MIN, math.ceil(seconds * 1e6 / (micros * queries))))


class Siskin:
    """A packaged Siskin. A work folder holds its indexes and logs."""

    def __init__(self, root, work, timeout_seconds):
        self._program = root / "bin" / "siskin"
        self._root = root
        self._work = work
        self._timeout_seconds = timeout_seconds
        self._digest = None

    def package(self):
        """Builds what is missing or older than its sources, unless SISKIN_NO_BUILD is set.

        Call it once, before all else.
        """
        subprocess.run([self._program, "--version"], check=True, stdout=subprocess.DEVNULL)
        jars = [self._root / "server" / "target" / "siskin-server.jar"]
        jars += sorted((self._root / "server" / "target" / "lib").glob("siskin-*.jar"))
        self._digest = hashlib.sha256(b"".join(jar.read_bytes() for jar in jars)).hexdigest()[:16]

    @property
    def digest(self):
        """A digest of the bytes of the packaged program."""
        return self._digest

    def _run(self, name, words, core=None, environment=None):
        settings = {"SISKIN_NO_BUILD": "1", **(environment or {})}
        log = self._work / f"siskin-{name}.log"
        process.run([self._program, *words], log, self._timeout_seconds, core, settings)
        return log

    def index(self, base, directory, options="", heap=None):
        """Builds an index, or finds the one that the same program made earlier with the same options.

        base: a .csr file. options: more options of `siskin index` in one string. heap: the largest heap of the JVM.
        Returns the output of `siskin index --json`.
        """
        record = directory / "build.json"
        made_of = [self._digest, os.path.realpath(base), options, heap]
        if record.exists():
            built = json.loads(record.read_text())
            if built["made_of"] == made_of:
                return built
            record.unlink()
        directory.mkdir(parents=True, exist_ok=True)
        words = ["index", f"--input={base}", f"--output={directory}", f"--collection={COLLECTION}", "--json"]
        java = os.environ.get("SISKIN_JAVA_OPTS", "") + (f" -Xmx{heap}" if heap else "")
        log = self._run("index", words + shlex.split(options), environment={"SISKIN_JAVA_OPTS": java})
        built = {**json.loads(log.read_text().splitlines()[-1]), "made_of": made_of}
        record.write_text(json.dumps(built))
        return built

    def sweep(self, place, core, passes):
        """Measures every setting of the grid of `bench`. Returns the rows of `bench --json`."""
        return self._bench(place, ["--sweep"], passes, core)

    def measure(self, place, core, passes, setting):
        """Measures one setting, given as in a row of a sweep. Returns its row."""
        rows = self._bench(place, options_of(setting), passes, core)
        if [setting_of(row) for row in rows] != [setting]:
            raise process.Failed(f"bench measured {[setting_of(row) for row in rows]}, not {setting}")
        return rows[0]

    def measure_options(self, place, core, passes, options):
        """Measures the setting that is given as options of `bench` in one string. Returns its row."""
        return self._bench(place, shlex.split(options), passes, core)[0]

    def answer_exactly(self, place):
        """Makes `bench` compute the exact answers on all cores and keep them. Later runs of `bench` only read them."""
        self._bench(place, ["--mode=exact"], 1, None)

    def _bench(self, place, options, passes, core):
        out = self._work / "siskin-bench.jsonl"
        words = ["bench", f"--data={place.directory}", f"--collection={COLLECTION}", f"--queries={place.queries}"]
        words += [f"--k={place.k}", f"--truth={place.base}", f"--passes={passes}", f"--json={out}"]
        self._run("bench", words + options, core)
        return [json.loads(line) for line in out.read_text().splitlines()]
