#!/usr/bin/python3
"""Runs clang-tidy on the project's sources, two at a time or as many as there are cores, with a memory in
~/.cache/dbackup-tidy: a file whose text, headers, flags and checks have not changed since it was found clean is not
looked at again, in whichever checkout.

usage: scripts/tidy.py BUILD_FOLDER [SOURCE ...]      without a source: all of them but the tests

The analyzer works in its shallow mode, which takes half the time; TIDY_DEEP=1 lets it work deeply. TIDY_MINUTES=N begins no
more files after that time, in another order each time, and says how many were left: without a memory all of them take
longer than a pipeline may.
"""
import concurrent.futures
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIDY = "clang-tidy-14"
# What GCC alone understands, what differs between presets, and the precompiled header: to clang it is one more header,
# and a file has to be whole without it.
LEFT_OUT = re.compile(r" (-Winvalid-pch|-fpch-preprocess|-fno-gnu-unique|--coverage|-fsanitize=\S+|-fno-sanitize-\S+"
                      r"|-fno-omit-frame-pointer|-O\w|-g\d?|-o \S+|-include \S*cmake_pch\.hxx)(?= )")
LAUNCHER = re.compile(r"^\S*ccache ")
SHALLOW = [word for option in ("-analyzer-config", "mode=shallow")
           for word in ("--extra-arg=-Xclang", f"--extra-arg={option}")]


def commands(build):
    """The compile command of each source, by path."""
    entries = json.loads((build / "compile_commands.json").read_text())
    cleaned = {}
    for entry in entries:
        entry["command"] = LEFT_OUT.sub("", LAUNCHER.sub("", entry["command"]))
        cleaned[Path(entry["file"])] = entry
    return cleaned


def included(build):
    """The project's headers that each object was made of, as Ninja knows them, by path of the source."""
    headers, source = {}, None
    listing = subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        if not line.startswith(" "):
            source = None
            continue
        path = Path(os.path.normpath(build / line.strip()))
        if source is None:
            source = headers.setdefault(path, set())
        elif path.is_relative_to(ROOT) and not path.name.startswith("cmake_pch."):
            source.add(path)
    return headers


def fingerprint(source, entry, headers, salt):
    digest = hashlib.sha256(salt)
    digest.update(entry["command"].replace(entry["directory"], "").replace(str(ROOT), "").encode())
    for path in [source, *sorted(headers)]:
        digest.update(b"\0" + str(path).replace(entry["directory"], "").replace(str(ROOT), "").encode() + b"\0")
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def main():
    build = Path(sys.argv[1]).resolve()
    database = commands(build)
    wanted = [Path(name).resolve() for name in sys.argv[2:]] or [
        path for path in database if path.is_relative_to(ROOT) and not path.is_relative_to(ROOT / "tests")
        and not path.is_relative_to(build)]
    unknown = [str(path) for path in wanted if path not in database]
    if unknown:
        sys.exit("tidy: in no target of the build: " + ", ".join(unknown))

    folder = build / "tidy"
    folder.mkdir(exist_ok=True)
    clean = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dbackup-tidy"
    clean.mkdir(parents=True, exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(list(database.values())))
    options = [] if os.environ.get("TIDY_DEEP") else SHALLOW
    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True).stdout
    salt = version + (ROOT / ".clang-tidy").read_bytes() + " ".join(options).encode()
    headers = included(build)

    todo = []
    for source in wanted:
        mark = clean / fingerprint(source, database[source], headers.get(source, set()), salt)
        if not mark.exists():
            todo.append((source, mark))

    random.shuffle(todo)
    minutes = os.environ.get("TIDY_MINUTES")
    end = time.monotonic() + float(minutes) * 60 if minutes else None

    def look(source, mark):
        if end and time.monotonic() > end:
            return None
        run = subprocess.run([TIDY, "--quiet", "-p", folder, *options, source], capture_output=True, text=True)
        if run.returncode == 0:
            mark.touch()
        return run

    faulty = left = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(look, *item): item[0] for item in todo}
        for future in concurrent.futures.as_completed(runs):
            run = future.result()
            if run is None:
                left += 1
            elif run.returncode != 0:
                faulty += 1
                print(f"{runs[future].relative_to(ROOT)}:\n{run.stdout.strip() or run.stderr.strip()}\n", flush=True)
    print(f"clang-tidy: {len(wanted)} files, {len(wanted) - len(todo)} of them unchanged, {faulty} with faults"
          + (f"; {left} NOT LOOKED AT within {minutes} minutes" if left else ""))
    sys.exit(1 if faulty else 0)


main()
