"""How long commands take that have little to do. See loadtest/start-up."""

import glob
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = 1000


def java_home():
    """The JDK that bin/siskin takes."""
    script = f'. "{ROOT}/bin/jdk.sh"; find_jdk; printf %s "$jdk"'
    return subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True).stdout


def unpack(archive, folder):
    """Unpacks the archive; returns the folder of the installation."""
    os.makedirs(folder)
    subprocess.run(["tar", "-xzf", archive, "-C", folder], check=True)
    (home,) = glob.glob(os.path.join(folder, "siskin-*"))
    return home


def make_aot_cache(home, folder):
    """Makes the AOT cache of JDK 25 in the way that ADR 0018 describes; returns its file.

    With the scalar kernels: with the others the JVM cannot make one.
    """
    cache = os.path.join(folder, "aot.cache")
    os.makedirs(os.path.join(folder, "training"))
    subprocess.run(
        [
            f"{java_home()}/bin/java",
            f"@{home}/bin/jvm.options",
            f"-XX:AOTCacheOutput={cache}",
            "-Dsiskin.kernels=scalar",
            "-cp",
            f"{home}/lib/siskin-server.jar:{home}/lib/*",
            "io.siskin.server.app.StartUpTraining",
            os.path.join(folder, "training"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    print(f"AOT cache: {os.path.getsize(cache) / 1e6:.0f} MB")
    return cache


def cases(archive, folder):
    """By name: the command, and the JVM options that make the case."""
    plain = unpack(archive, os.path.join(folder, "plain"))
    cached = unpack(archive, os.path.join(folder, "cached"))
    subprocess.run([f"{cached}/bin/start-up-cache"], check=True)
    (made,) = glob.glob(f"{cached}/lib/*.jsa")
    print(f"archive of classes: {os.path.getsize(made) / 1e6:.0f} MB")
    aot = make_aot_cache(plain, folder)
    return {
        "no cache": (f"{plain}/bin/siskin", ""),
        "classes": (f"{cached}/bin/siskin", ""),
        "AOT": (f"{plain}/bin/siskin", f"-XX:AOTCache={aot}"),
    }


def environment(options):
    return dict(os.environ, SISKIN_NO_BUILD="1", SISKIN_JAVA_OPTS=options)


def run(case, *arguments):
    """Runs a command to its end; returns its wall-clock and its CPU time in milliseconds."""
    siskin, options = case
    began = time.monotonic()
    process = subprocess.Popen(
        [siskin, *arguments], env=environment(options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    if status != 0:
        raise SystemExit(f"{arguments} failed with {status} and {options!r}")
    return 1000 * wall, 1000 * (usage.ru_utime + usage.ru_stime)


def serve(case, data):
    """Starts a server; returns the process, its address, and the wall-clock milliseconds until it was ready."""
    siskin, options = case
    began = time.monotonic()
    process = subprocess.Popen(
        [siskin, "serve", "--data", data, "--port", "0", "--warmup-millis", "0"],
        env=environment(options),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    ready = process.stdout.readline()
    return process, ready.split(": ")[1].split(",")[0], 1000 * (time.monotonic() - began)


def search_request():
    """A SearchRequest for "insects" in the collection "c", as a message of gRPC: the client must not be a JVM."""
    message = b"\x0a\x01c" + b"\x12\x07insects"
    return b"\x00" + len(message).to_bytes(4, "big") + message


def first_answer(address, folder):
    """Searches with curl; returns the wall-clock milliseconds."""
    body = os.path.join(folder, "request")
    with open(body, "wb") as out:
        out.write(search_request())
    began = time.monotonic()
    answer = subprocess.run(
        ["curl", "--silent", "--http2-prior-knowledge", "--data-binary", f"@{body}"]
        + ["-H", "content-type: application/grpc", "-H", "te: trailers"]
        + [f"http://{address}/siskin.v1.SearchService/Search"],
        check=True,
        capture_output=True,
    ).stdout
    if len(answer) < 100:
        raise SystemExit(f"no hits in the answer {answer!r}")
    return 1000 * (time.monotonic() - began)


def end(process):
    """Ends a server; returns the CPU milliseconds that it has used."""
    process.terminate()
    _, _, usage = os.wait4(process.pid, 0)
    process.stdout.close()
    return 1000 * (usage.ru_utime + usage.ru_stime)


def measure(all_cases, rounds, folder):
    """Returns by (command, case) the list of (wall, CPU)."""
    corpus, data, other = (os.path.join(folder, name) for name in ("c.jsonl", "data", "other"))
    with open(corpus, "w", encoding="utf-8") as out:
        for i in range(DOCUMENTS):
            out.write(f'{{"id": "{i}", "text": "an entomologist studies insects of kind {i}"}}\n')
    index = ["index", "--input", corpus, "--collection", "c", "--no-calibration"]
    first = next(iter(all_cases.values()))
    run(first, *index, "--output", data)
    times = {}
    server, address, _ = serve(first, data)
    try:
        for number in range(rounds):
            # Another one begins each time, so that none always comes after the same one.
            names = list(all_cases)
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                case = all_cases[name]
                for command, arguments in {
                    "--version": ["--version"],
                    "index": [*index, "--output", other],
                    "search": ["search", "--target", address, "--collection", "c", "insects"],
                }.items():
                    times.setdefault((command, name), []).append(run(case, *arguments))
                copy = f"{data}-of-{name.replace(' ', '-')}"
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(data, copy, ignore=shutil.ignore_patterns("*.lock", "LOCK"))
                started, own_address, wall = serve(case, copy)
                answered = first_answer(own_address, folder) if shutil.which("curl") else 0
                used = end(started)
                times.setdefault(("serve: ready", name), []).append((wall, used))
                times.setdefault(("serve: answer", name), []).append((wall + answered, used))
    finally:
        end(server)
    return times


def main():
    archive = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 11
    with tempfile.TemporaryDirectory() as folder:
        all_cases = cases(archive, folder)
        times = measure(all_cases, rounds, folder)
    head = "".join(f"{name + ': wall':>16}{'least':>8}{'CPU':>8}" for name in all_cases)
    print(f"{f'median of {rounds}, ms':22}{head}")
    for command in ("--version", "search", "index", "serve: ready", "serve: answer"):
        row = f"{command:22}"
        for name in all_cases:
            walls, cpus = zip(*times[command, name])
            row += f"{statistics.median(walls):16.0f}{min(walls):8.0f}{statistics.median(cpus):8.0f}"
        print(row)


if __name__ == "__main__":
    main()
