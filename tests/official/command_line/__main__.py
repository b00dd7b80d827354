"""The official command line, unmodified, against a local platform: every command, with every option that it lists.

    PYTHONPATH=tests/official python3 tests/official/command_line --host http://127.0.0.1:8888 --api-key KEY

It exists twice under one name and one version: as the package mem0-cli, which must be installed for the interpreter
that runs this, and as the package @mem0/cli, driven instead with `--node FOLDER`, the Node.js packages that have it.

The groups of checks run two at a time. The last one deletes everything that the server has, so only loopback addresses
are accepted.
"""

import argparse
import collections
import contextlib
import io
import multiprocessing
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor

from checks import Checks, Platform, groups, loopback

import management
import memories
import python_only
from asserting import VERSION
from programs import NodeProgram, PythonProgram


class Driver:
    """A process's own program, and what it was found to do."""

    def __init__(self, arguments, folder):
        self.check = Checks()
        self.platform = Platform(arguments.host, arguments.api_key)
        program = [folder, arguments.host, arguments.api_key, self.check]
        self.cli = NodeProgram(arguments.node, *program) if arguments.node else PythonProgram(*program)

    def run(self, group):
        """Runs one group, in an empty home."""

        def whole():
            group(self.cli, self.check, self.platform)
            self.check.equal("nothing but the server was reached for", self.cli.reached_for(), [])

        self.cli.forget()
        self.check.run(f"{self.cli.name} {group.__name__.removeprefix('check_')}", whole)


def start(*arguments):
    global driver
    driver = Driver(*arguments)


Found = collections.namedtuple("Found", "passed failed lines ran")


def run(group):
    """Runs one group in one of the processes, and returns what came of it."""
    before = driver.check.passed, driver.check.failed, len(driver.cli.ran)
    with contextlib.redirect_stdout(io.StringIO()) as lines:
        driver.run(group)
    passed, failed = driver.check.passed - before[0], driver.check.failed - before[1]
    return Found(passed, failed, lines.getvalue(), driver.cli.ran[before[2] :])


def shown(path):
    """What the program says of a command."""
    return driver.cli.run(*path, "--help")


def listed(help):
    """The commands and the options that a help lists, by its panels."""
    commands, options, panel = [], set(), ""
    for line in help.out.splitlines():
        if title := re.match(r"╭─ (.+?) ─", line):
            panel = title[1]
        elif row := re.match(r"│\s+(\S.*?)\s{2,}", line):
            options |= set(re.findall(r"--[a-z-]+", row[1])) if row[1].startswith("-") else set()
            commands += [row[1]] if panel in ("Commands", "Memory", "Management", "Setup") else []
    return commands, options


def helps(pool, apart):
    """The help of the program, its commands except some, and their commands, each by its path."""
    found = {(): pool.submit(shown, ()).result()}
    first = [(name,) for name in listed(found[()])[0] if name not in apart]
    found |= zip(first, pool.map(shown, first))
    second = [(*path, name) for path in first for name in listed(found[path])[0]]
    return found | dict(zip(second, pool.map(shown, second)))


def check_that_all_was_run(check, helps, ran):
    """Every command that the program has was run, with each of its options."""
    check.that("the program says what it has", len(helps) > 10, list(helps))
    for path, help in helps.items():
        name = " ".join(["mem0", *path])
        check.that(f"{name} --help", help.status == 0 and "Show this message and exit." in help.text, help)
        of_path = [arguments for arguments in ran if without_mode(arguments)[: len(path)] == path]
        check.that(f"{name} was run", of_path)
        given = {word for arguments in of_path for word in arguments}
        check.equal(f"{name} was given every option", listed(help)[1] - given - {"--help"}, set())


def without_mode(arguments):
    """The arguments from the command's name on."""
    return tuple(word for word in arguments if word not in ("--json", "--agent"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", required=True, type=loopback, help="the server's base URL")
    parser.add_argument("--api-key", required=True)
    parser.add_argument("--node", metavar="FOLDER", help="drive @mem0/cli of this folder")
    arguments = parser.parse_args()

    chosen = groups(management) + groups(memories) + ([] if arguments.node else groups(python_only))
    apart = ["config", "help", "init", "version"] if arguments.node else []
    check, ran = Checks(), []
    with contextlib.ExitStack() as ends:
        folder = ends.enter_context(tempfile.TemporaryDirectory(prefix="mem0-command-line-"))
        fork = multiprocessing.get_context("fork")
        pool = ends.enter_context(ProcessPoolExecutor(2, fork, start, [arguments, folder]))
        # The last one by itself: it leaves nothing on the server.
        for found in (*pool.map(run, chosen), pool.submit(run, memories.whole_project).result()):
            check.passed += found.passed
            check.failed += found.failed
            ran += found.ran
            print(found.lines, end="")
        check.run("all", check_that_all_was_run, check, helps(pool, apart), ran)
    return check.end(f"the official command line {VERSION} in {'Node.js' if arguments.node else 'Python'}")


if __name__ == "__main__":
    sys.exit(main())
