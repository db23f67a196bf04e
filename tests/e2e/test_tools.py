# SPDX-License-Identifier: GPL-3.0-or-later
"""Everyday tools at work on a watched tree: one change for what a person did, no scratch names; and
what somebody leaves for a moment under such a name is told all the same.
"""

import os
import shutil
import subprocess
import time

import pytest

from conftest import wait_for

pytestmark = [pytest.mark.both_backends, pytest.mark.plain]


def run(*words, **options):
    subprocess.run([str(word) for word in words], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)


def sed(file):
    run("sed", "-i", "s/one/two/", file)


def perl(file):
    run("perl", "-pi", "-e", "s/one/two/", file)


def perl_with_backup(file):
    run("perl", "-pi.bak~", "-e", "s/one/two/", file)


def vim(file):
    run("vim", "-Nes", "-u", "NONE", "-c", "set swapfile", "-c", "%s/one/two/", "-c", "sleep 60m",
        "-c", "wq", file)


def vim_with_backup(file):
    run("vim", "-Nes", "-u", "NONE", "-c", "set swapfile writebackup backup backupcopy=no", "-c",
        "%s/one/two/", "-c", "wq", file)


def install(file):
    new = file.parent.parent / "new"
    new.write_text("two\n")
    run("install", "-m", "644", new, file)
    new.unlink()


def config(file):
    run("git", "config", "-f", file, "a.b", "two")


#
# Programs that need a terminal or a system of their own: what they do, call by call (strace)
#

def beside(file, name, text, mode=0o600):
    """A new file in the same folder, as open(O_EXCL) makes it."""
    made = file.parent / name
    fd = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    os.write(fd, text.encode())
    os.fsync(fd)
    os.close(fd)
    return made


def like_nano(file):
    """A lock like vim's; the file itself is truncated and written."""
    lock = beside(file, f".{file.name}.swp", "b0nano", 0o644)
    file.read_text()
    fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.write(fd, b"two\n")
    os.fsync(fd)
    os.close(fd)
    lock.unlink()


def like_emacs(file):
    """A link for a lock, an auto-save, the old file renamed to a backup, the new one made."""
    lock = file.parent / f".#{file.name}"
    lock.symlink_to("alice@web-1.4242:1795316645")
    save = beside(file, f"#{file.name}#", "two\n", 0o644)
    file.rename(f"{file}~")
    beside(file, file.name, "two\n", 0o644)
    save.unlink()
    lock.unlink()


def like_rsync(file):
    made = beside(file, f".{file.name}.k3Xb9Q", "two\n")
    made.chmod(0o644)
    os.utime(made, (1795316645, 1795316645))
    made.rename(file)


def like_dpkg(file):
    """The new file and a second name of the old one lie there while the package is unpacked."""
    new = beside(file, f"{file.name}.dpkg-new", "two\n", 0o644)
    old = file.parent / f"{file.name}.dpkg-tmp"
    old.hardlink_to(file)
    time.sleep(0.5)  # the act itself: longer than other scratch names wait
    new.rename(file)
    old.unlink()


def like_rpm(file):
    new = beside(file, f"{file.name};65a1b2c3", "two\n")
    new.chmod(0o644)
    time.sleep(0.5)
    new.rename(file)


@pytest.mark.parametrize("tool", [sed, perl, perl_with_backup, vim, vim_with_backup, install, config,
                                  like_nano, like_emacs, like_rsync, like_dpkg, like_rpm],
                         ids=lambda tool: tool.__name__)
def test_an_edit_with_a_tool_is_one_update(machine, tool):
    """A busy machine may tear a tool's steps apart, and they are told: one of three is whole."""
    program = tool.__name__.split("_")[0].replace("config", "git")
    if program != "like" and shutil.which(program) is None:
        pytest.skip(f"{tool.__name__} is not installed")
    (machine.root / "tmp").mkdir()
    names = ["/etc/1.conf", "/etc/2.conf", "/etc/3.conf"]
    for name in names:
        machine.write(name, "one\n" if tool is not config else "[a]\n\tb = one\n", mode=0o644)
    machine.start()
    seen = []
    for name in names:
        before = len(machine.changes())
        tool(machine.path(name))
        machine.settle()
        backups = [(f"{name}~", "created"), (f"{name}.bak~", "created")]
        seen.append([told for told in ((change["path"], change["op"])
                                       for change in machine.changes()[before:])
                     if told not in backups])
        if seen[-1] == [(name, "updated")]:
            break
    else:
        raise AssertionError(seen)
    assert [change for change in machine.changes() if change["op"] == "transient"] == []


def make_package(folder, version):
    """A package of thirty files of configuration."""
    tree = folder / f"tree-{version}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "etc" / "app.d").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        f"Package: app\nVersion: {version}\nArchitecture: all\nMaintainer: e <e@example.org>\n"
        "Description: an app\n")
    names = [f"etc/app.d/{number:02}.conf" for number in range(30)]
    for name in names:
        (tree / name).write_text(f"version = {version}\n")
    (tree / "DEBIAN" / "conffiles").write_text("".join(f"/{name}\n" for name in names))
    made = folder / f"app-{version}.deb"
    run("dpkg-deb", "--root-owner-group", "--build", tree, made)
    return made


def dpkg(machine, package):
    run("dpkg", f"--admindir={machine.path('/var/lib/dpkg')}", f"--instdir={machine.root}",
        "--force-not-root", "--force-unsafe-io", "-i", package)


def test_installing_and_upgrading_a_package_tells_its_files_alone(machine):
    """Under the names they get. (A package that takes longer than ten seconds from unpacking to
    configuring is told with its .dpkg-new: they are files that lie there. And dpkg's own database is
    watched too, with the journal it keeps in `updates`.)"""
    for folder in ("/var/lib/dpkg/info", "/var/lib/dpkg/updates"):
        machine.path(folder).mkdir(parents=True)
    machine.write("/var/lib/dpkg/status", "")
    machine.write("/var/lib/dpkg/available", "")
    machine.start()
    dpkg(machine, make_package(machine.folder, 1))
    machine.settle()
    dpkg(machine, make_package(machine.folder, 2))
    machine.settle()
    assert machine.recorded("/etc/app.d/29.conf") == b"version = 2\n"
    told = [change for change in machine.changes() if change["path"].startswith("/etc/")]
    assert [change for change in told if change["op"] == "transient"] == []
    files = [change for change in told if change["type"] == "file"]
    assert {change["path"] for change in files} == {f"/etc/app.d/{n:02}.conf" for n in range(30)}
    assert {change["op"] for change in files} <= {"created", "updated"}


def test_what_lies_for_a_moment_under_a_scratch_name_is_told(machine):
    machine.write("/etc/app.conf", "one\n")
    machine.start()

    def left_for_a_moment():
        file = machine.write("/etc/cron.d/job.tmp", "* * * * * root evil\n")
        time.sleep(0.1)  # the act itself: longer than tools need, shorter than such names wait
        file.unlink()
        machine.settle()
        return machine.changes("/etc/cron.d/job.tmp")
    machine.path("/etc/cron.d").mkdir()
    machine.settle()
    # On a busy machine it may stay long enough to be recorded as a file: then that is told.
    told = wait_for("it to be told", left_for_a_moment)
    assert told[0]["op"] in ("transient", "created")


def test_the_same_beside_its_file_is_a_tool_at_work(machine):
    machine.write("/etc/app.conf", "one\n")
    machine.start()
    file = machine.write("/etc/app.conf.lock", "")
    time.sleep(0.05)
    file.unlink()
    machine.settle()
    assert [change for change in machine.changes() if change["op"] == "transient"] == []
