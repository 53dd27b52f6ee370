"""How long commands take that have little to do. See loadtest/start-up."""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SISKIN = str(ROOT / "bin" / "siskin")
DOCUMENTS = 1000


def java_home():
    """The JDK that bin/siskin takes."""
    script = f'. "{ROOT}/bin/jdk.sh"; find_jdk; printf %s "$jdk"'
    return subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True).stdout


def cases():
    """By name: the JVM options that make the case. Later options win over those of the launcher."""
    own_archive = f"-XX:SharedArchiveFile={java_home()}/lib/server/classes.jsa"
    return {
        "before": f"{own_archive} --add-modules=jdk.incubator.vector",
        "no cache": own_archive,
        "cache": "",
    }


def environment(options):
    return dict(os.environ, SISKIN_NO_BUILD="1", SISKIN_JAVA_OPTS=options)


def run(options, *arguments):
    """Runs a command to its end; returns its wall-clock and its CPU time in milliseconds."""
    began = time.monotonic()
    process = subprocess.Popen(
        [SISKIN, *arguments], env=environment(options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    if status != 0:
        raise SystemExit(f"{arguments} failed with {status} and {options!r}")
    return 1000 * wall, 1000 * (usage.ru_utime + usage.ru_stime)


def serve(options, data):
    """Starts a server; returns the process, its address, and the wall-clock milliseconds until it was ready."""
    began = time.monotonic()
    process = subprocess.Popen(
        [SISKIN, "serve", "--data", data, "--port", "0", "--warmup-millis", "0"],
        env=environment(options),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    ready = process.stdout.readline()
    return process, ready.split(": ")[1].split(",")[0], 1000 * (time.monotonic() - began)


def end(process):
    """Ends a server; returns the CPU milliseconds that it has used."""
    process.terminate()
    _, _, usage = os.wait4(process.pid, 0)
    process.stdout.close()
    return 1000 * (usage.ru_utime + usage.ru_stime)


def measure(rounds, folder):
    """Returns by (command, case) the list of (wall, CPU)."""
    corpus, data, other = (os.path.join(folder, name) for name in ("c.jsonl", "data", "other"))
    with open(corpus, "w", encoding="utf-8") as out:
        for i in range(DOCUMENTS):
            out.write(f'{{"id": "{i}", "text": "an entomologist studies insects of kind {i}"}}\n')
    index = ["index", "--input", corpus, "--collection", "c", "--no-calibration"]
    run("", *index, "--output", data)
    times = {}
    server, address, _ = serve("", data)
    try:
        for _ in range(rounds):
            for case, options in cases().items():
                for name, arguments in {
                    "--version": ["--version"],
                    "index": [*index, "--output", other],
                    "search": ["search", "--target", address, "--collection", "c", "insects"],
                }.items():
                    times.setdefault((name, case), []).append(run(options, *arguments))
                started, _, wall = serve(options, data)
                times.setdefault(("serve", case), []).append((wall, end(started)))
    finally:
        end(server)
    return times


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    subprocess.run([SISKIN, "--version"], check=True, env=dict(os.environ, SISKIN_AOT_TRAIN="1"))
    with tempfile.TemporaryDirectory() as folder:
        times = measure(rounds, folder)
    names = list(cases())
    head = "".join(f"{case + ': wall':>16}{'least':>8}{'CPU':>8}" for case in names)
    print(f"{f'median of {rounds}, ms':22}{head}")
    for command in ("--version", "search", "index", "serve"):
        row = f"{command:22}"
        for case in names:
            walls, cpus = zip(*times[command, case])
            row += f"{statistics.median(walls):16.0f}{min(walls):8.0f}{statistics.median(cpus):8.0f}"
        print(row)


if __name__ == "__main__":
    main()
