#!/usr/bin/env python3
"""Runs the ```console blocks of a page in one shell, and compares what each command prints with what the page says.

    run_page.py PAGE

A line that begins with "$ " is a command, "> " goes on with it, and what follows is what it prints; "…" stands for
any text within a line, and alone on a line for any line. The exit status is 1 if a command failed or printed anything else.
"""

import fnmatch
import os
import re
import signal
import subprocess
import sys


def commands(page):
    """Each command with the lines that it prints, in the order of the page."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line == ">" or line.startswith("> "):
                found[-1] = (found[-1][0] + "\n" + line[2:], found[-1][1])
            else:
                found[-1][1].append(line)
    return found


def fits(expected, printed):
    pattern = fnmatch.translate(re.sub(r"([*?\[])", r"[\1]", expected).replace("…", "*"))
    return re.fullmatch(pattern, printed.rstrip("\r")) is not None


def main():
    page = sys.argv[1]
    with open(page, encoding="utf-8") as file:
        steps = commands(file.read())
    assert len(steps) > 10, "the page has lost its commands"
    mark = f"--- {os.getpid()} "
    # Job control, so that %1 is the server.
    script = ["set -m", "exec 2>&1", "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
    for number, (command, _) in enumerate(steps):
        script += [command, f'printf "\\n{mark}%s {number}\\n" "$?"']
    shell = subprocess.Popen(["bash", "-c", "\n".join(script)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             text=True, encoding="utf-8", start_new_session=True)
    try:
        output, _ = shell.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        os.killpg(shell.pid, signal.SIGKILL)
        sys.exit("self-hosting: the commands do not end")
    parts = re.split(rf"\n{mark}(\d+) \d+\n", output)
    failed = 0
    for number, (command, expected) in enumerate(steps):
        if 2 * number + 1 >= len(parts):
            sys.exit(f"self-hosting: never came to: {command}")
        printed = [line for line in parts[2 * number].splitlines() if line]
        status = parts[2 * number + 1]
        alike = len(printed) == len(expected) and all(map(fits, expected, printed))
        if status != "0" or not alike:
            failed += 1
            print(f"FAILED with status {status}: {command}\n  the page says {expected}\n  it printed {printed}")
    print(f"self-hosting: {len(steps) - failed} of {len(steps)} commands do what {os.path.basename(page)} says")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
