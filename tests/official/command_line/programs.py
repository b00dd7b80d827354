"""The official command line as two programs of one name, each run a command at a time in a home of its own."""

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

# What the programs draw around and between their words.
DRAWN = re.compile(r"[\s\u2500-\u257f]+")


class Ran:
    """What a command left behind."""

    def __init__(self, arguments, status, out, err):
        self.arguments = arguments
        self.status = status
        self.out = out
        self.err = err

    @property
    def text(self):
        """The words of both streams, one space apart."""
        return DRAWN.sub(" ", f"{self.out} {self.err}").strip()

    @property
    def json(self):
        """The document on standard output. The Node.js program's import prints its progress before it."""
        return json.loads(self.out[re.search(r"[{\[]", self.out).start() :])

    def __repr__(self):
        return f"mem0 {self.arguments} ended with {self.status}\n{self.out}\n{self.err}"


class Program:
    """One of the two programs. What it runs may reach the server and nothing else, and never asks."""

    def __init__(self, name, folder, host, api_key, checks):
        self.name = name
        self.connection = ["--api-key", api_key, "--base-url", host]
        self.checks = checks
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        self.home = self.folder / "home"
        self.home.mkdir()
        self.strangers = self.folder / "strangers"
        self.strangers.touch()
        # No variable of whoever runs this decides anything: several make the programs think that an agent runs them.
        self.environment = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "USER": "somebody",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "dumb",
            "NO_COLOR": "1",
            "COLUMNS": "300",
            "NO_PROXY": "127.0.0.1",
            # No certificates: the server has none, and to load them takes longer than a command.
            "SSL_CERT_DIR": str(self.home),
            # In lower case: no other spelling switches both programs' telemetry off.
            "MEM0_TELEMETRY": "false",
            "MEM0_STRANGERS": str(self.strangers),
        }
        self.ran = []

    def scope(self, purpose):
        return f"{self.name}-{purpose}"

    def either(self, python, node):
        """Where the two programs differ."""
        return python if self.name == "python" else node

    def run(self, *arguments, typed=None, **environment):
        """Runs a command with `typed` as its standard input, which otherwise is not a terminal and has nothing."""
        with contextlib.ExitStack() as files:
            given = files.enter_context(open(os.devnull, "rb") if typed is None else tempfile.TemporaryFile())
            if typed is not None:
                given.write(typed.encode())
                given.seek(0)
            out, err = (files.enter_context(tempfile.TemporaryFile()) for _ in range(2))
            status = self.started(list(arguments), given, out, err, self.environment | environment)
            printed = []
            for stream in (out, err):
                stream.seek(0)
                printed.append(stream.read().decode())
        ran = Ran(arguments, status, *printed)
        self.ran.append(arguments)
        self.checks.last_exchange = ran
        return ran

    def served(self, *arguments, **options):
        """Runs a command that talks to the server, which it is told as options."""
        return self.run(*arguments, *self.connection, **options)

    def file(self, content):
        """The path of a new file."""
        handle, path = tempfile.mkstemp(dir=self.folder)
        with open(handle, "w") as file:
            file.write(content)
        return path

    @property
    def config_file(self):
        return self.home / ".mem0" / "config.json"

    @property
    def config(self):
        return json.loads(self.config_file.read_text())

    def forget(self):
        """Empties the home."""
        shutil.rmtree(self.home)
        self.home.mkdir()

    def reached_for(self):
        """Everything that was refused since the last time, one line each."""
        lines = self.strangers.read_text().splitlines()
        self.strangers.write_text("")
        return lines


class PythonProgram(Program):
    """The package mem0-cli of the interpreter that runs this.

    Importing it takes longer than anything that it does, so it is imported once and every command is a fork of that.
    """

    def __init__(self, *arguments):
        super().__init__("python", *arguments)
        # The package reads these when it is imported.
        os.environ.clear()
        os.environ.update(self.environment)
        from mem0_cli import app

        self.main = app.main
        # More is loaded by the first command that is run, here against a port where nothing listens.
        sys.argv = ["mem0", "status", "--api-key", "none", "--base-url", "http://127.0.0.1:1"]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            with contextlib.suppress(SystemExit):
                self.main()
        self.driver = os.getpid()
        sys.addaudithook(self.guard)

    def guard(self, event, arguments):
        if os.getpid() == self.driver:
            return
        if event == "socket.connect":
            stranger = arguments[1][0]
        elif event == "socket.getaddrinfo":
            stranger = arguments[0]
        elif event == "subprocess.Popen":
            stranger = " ".join(map(str, arguments[1]))
        else:
            return
        if stranger != "127.0.0.1":
            with open(self.strangers, "a") as strangers:
                strangers.write(f"{stranger}\n")
            raise PermissionError("refused: not the server under test")

    def started(self, arguments, given, out, err, environment):
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        status = 70
        try:
            for stream, number in [(given, 0), (out, 1), (err, 2)]:
                os.dup2(stream.fileno(), number)
            sys.stdin, sys.stdout, sys.stderr = (open(number, mode) for number, mode in enumerate("rww"))
            os.environ.clear()
            os.environ.update(environment)
            sys.argv = ["mem0", *arguments]
            self.main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def installed(self, *arguments):
        """Runs the script that pip installs, in a process of its own."""
        script = Path(sys.executable).parent / "mem0"
        ran = subprocess.run(
            [script, *arguments], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        return Ran(arguments, ran.returncode, ran.stdout, ran.stderr)


class NodeProgram(Program):
    """The package @mem0/cli of a folder of Node.js packages."""

    def __init__(self, packages, *arguments):
        super().__init__("node", *arguments)
        guard = Path(__file__).with_name("node_guard.mjs")
        script = Path(packages) / "node_modules" / "@mem0" / "cli" / "dist" / "index.js"
        self.command = ["node", "--import", str(guard), str(script)]

    def started(self, arguments, given, out, err, environment):
        command = [*self.command, *arguments]
        return subprocess.run(command, env=environment, stdin=given, stdout=out, stderr=err).returncode
