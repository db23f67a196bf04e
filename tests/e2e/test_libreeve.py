# SPDX-License-Identifier: GPL-3.0-or-later
"""libreeve as it is installed: what a program outside this tree compiles, links and runs with."""

import os
import re
import subprocess

import pytest

from conftest import BUILD, ROOT
from lone_relay import relay  # noqa: F401 (a fixture)

EXAMPLE = ROOT / "doc/examples/subscribe.c"

pytestmark = pytest.mark.plain  # a sanitized library wants sanitized programs


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The environment of somebody who has installed Reeve into a folder."""
    root = tmp_path_factory.mktemp("installed")
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", root],
                   check=True, capture_output=True, text=True)
    config, = root.rglob("libreeve.pc")
    return {**os.environ, "PKG_CONFIG_SYSROOT_DIR": str(root), "PKG_CONFIG_PATH": str(config.parent),
            "LD_LIBRARY_PATH": str(config.parent.parent)}


def words(environment, *options):
    return subprocess.run(["pkg-config", *options, "libreeve"], check=True, env=environment,
                          capture_output=True, text=True).stdout.split()


@pytest.fixture(scope="module")
def example(installed, tmp_path_factory):
    program = tmp_path_factory.mktemp("example") / "subscribe"
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-o", program, EXAMPLE,
                    *words(installed, "--cflags", "--libs")], check=True, env=installed)
    return program


def test_the_example_resumes_from_its_cursor(installed, example, relay, tmp_path):
    relay.journal.append(1500)
    relay.start()
    seen = []
    for until in (1200, 1500, 1501):
        with subprocess.Popen([example, tmp_path / "cursor", relay.live, relay.replay], env=installed,
                              stdout=subprocess.PIPE, text=True) as run:
            if until == 1501:
                relay.tell()
            while len(seen) == 0 or seen[-1] < until:
                seen.append(int(run.stdout.readline().split()[0]))
            run.kill()
            seen += [int(line.split()[0]) for line in run.stdout]
    # what was printed and not yet stored comes again; nothing is left out
    assert sorted(set(seen)) == list(range(1, 1502))
    assert all(after <= before + 1 for before, after in zip(seen, seen[1:]))


def test_the_example_says_that_history_was_rewritten(installed, example, relay, tmp_path):
    relay.journal.append(3)
    relay.start()
    (tmp_path / "cursor").write_text("ab" * 32 + "\n")
    done = subprocess.run([example, tmp_path / "cursor", relay.live, relay.replay], env=installed,
                          capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (1, "") and "rewritten" in done.stderr


def test_it_shows_its_functions_and_nothing_else(installed):
    folder = installed["LD_LIBRARY_PATH"]
    header = (ROOT / "src/client/reeve.h").read_text()
    declared = set(re.findall(r"^[A-Za-z].*?\b(reeve_\w+)\(", header, re.M))
    listed = subprocess.run(["nm", "-D", "--defined-only", f"{folder}/libreeve.so"], check=True,
                            capture_output=True, text=True).stdout
    shown = {line.split()[2].split("@")[0] for line in listed.splitlines() if " T " in line}
    assert declared and shown == declared
    dynamic = subprocess.run(["readelf", "-d", f"{folder}/libreeve.so"], check=True,
                             capture_output=True, text=True).stdout
    assert "soname: [libreeve.so.0]" in dynamic


def test_all_that_is_in_it_has_its_licence(installed):
    listed = subprocess.run(["readelf", "-sW", f"{installed['LD_LIBRARY_PATH']}/libreeve.so"], check=True,
                            capture_output=True, text=True).stdout
    names = {line.split()[-1] for line in listed.splitlines() if " FILE " in line}
    files = [file for room in ("base", "event", "client") for file in (ROOT / "src" / room).glob("*.c")
             if file.name in names]
    assert {"reeve.c", "client.c", "digest.c", "skim.c"} <= {file.name for file in files}
    for file in files:
        assert "SPDX-License-Identifier: LGPL-3.0-or-later" in file.read_text().splitlines()[0], file


def test_the_header_stands_alone(installed, tmp_path):
    source = tmp_path / "alone.c"
    source.write_text("#include <reeve.h>\nint main(void) { return reeve_version() == 0; }\n")
    assert not re.search(r"\bg(lib|boolean|char|int|uint)\b", (ROOT / "src/client/reeve.h").read_text())
    for compiler in (["cc", "-std=c99", "-pedantic"], ["clang", "-std=c17"]):
        subprocess.run([*compiler, "-Wall", "-Wextra", "-Werror", "-o", tmp_path / "alone", source,
                        *words(installed, "--cflags", "--libs")], check=True, env=installed)
        subprocess.run([tmp_path / "alone"], check=True, env=installed)
    assert words(installed, "--modversion") == ["0.1.0"]
