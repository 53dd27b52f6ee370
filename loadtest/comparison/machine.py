"""Collects the facts that belong to a figure: machine, commit, versions and date."""

import contextlib
import datetime
import importlib.metadata
import os
import pathlib
import platform
import re
import subprocess

FOLDERS = re.compile(r"(?<![\w.])/(?:[^\s/='\"]+/)*(?=[^\s/='\"]+)")


def describe(root, packages=()):
    """Returns the facts as a dict. root: the repository. packages: the distributions whose versions are recorded."""
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(root),
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "load_average": load_average(),
        "packages": versions(packages),
    }


def versions(packages):
    """Returns the versions of installed distributions by name. Distributions that are not installed are left out."""
    found = {}
    for name in packages:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def load_average():
    """Returns the load average of the last minute, with two digits."""
    return round(os.getloadavg()[0], 2)


def cpu_model():
    """Returns the name of the processor, as the system gives it."""
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def commit(root):
    """Returns the short commit, with a plus if the server's sources differ from it. Returns unknown outside git."""

    def git(*words):
        return subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--", "bin", "index-format", "pom.xml", "proto", "server")
        return git("rev-parse", "--short=10", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def without_folders(word):
    """Returns an argument without the folders of its paths, because they belong to this machine."""
    return FOLDERS.sub("", word)
