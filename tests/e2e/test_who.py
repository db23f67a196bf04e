# SPDX-License-Identifier: GPL-3.0-or-later
"""Who did it, end to end: from the kernel to the event, with each source of actors by itself.

The writers run in a process of their own that sets its login user (it can be set once) and sits in
the host's pid and network namespaces: the kernel's pids are the host's, and the connector is
nowhere else. A real sudo and su run from there.
"""

import json
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
from pathlib import Path

import pytest

from conftest import PROGRAMS, ROOT, wait_for
from register_story import NEW, approve

LOGIN_UID = 1000
PASSWD = ("root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n"
          "carol:x:1001:1001::/:/bin/sh\nbob:x:1002:1002::/:/bin/sh\n"
          "nobody:x:65534:65534::/:/bin/sh\n")

pytestmark = [
    pytest.mark.plain,
    pytest.mark.skipif(os.geteuid() != 0, reason="fanotify tells of writers to root alone"),
]

SURE = ("bpf", "connector")


def has_bpf():
    return Path("/sys/kernel/btf/vmlinux").exists() and \
        "REEVE_BPF 1" in (PROGRAMS.parent / "build-config.h").read_text()


@pytest.fixture(params=["bpf", "connector", "proc"])
def source(request):
    if request.param == "bpf" and not has_bpf():
        pytest.skip("this build or kernel has no eBPF")
    return request.param


def program(name):
    return os.path.realpath(shutil.which(name))


def logged_in(function, uid=LOGIN_UID):
    """Runs it in a process whose login user is alice (nobody's with uid None)."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            if uid is not None:
                Path("/proc/self/loginuid").write_text(str(uid))
            function()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0


def run(*command, **options):
    subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL,
                   **options)


def start(machine, source, *options, **more):
    machine.write("/etc/passwd", PASSWD)
    machine.write("/etc/a.conf", "a\n")
    machine.start("--backend", "fanotify", "--actors", source, *options, **more)
    assert machine.health("recorder")["actors"]["source"] == source
    return machine


def actors_of(machine, path="/etc/a.conf"):
    """All actors of the last change of a path."""
    machine.settle()
    change = machine.changes(path)[-1]
    return change.get("actors") or [change.get("actor", {})]


def assert_is(actor, exe, source, login=LOGIN_UID):
    """Right, or openly less: never somebody else."""
    if source == "proc" and actor["confidence"] == "unknown":
        assert "exe" not in actor and actor["how"]
        return
    assert actor["confidence"] in (("exact", "inferred") if source in SURE else ("inferred",))
    if "exe" in actor or source == "bpf":
        assert actor["exe"] == program(exe), actor
    else:
        assert actor["confidence"] == "inferred" and actor["how"]
    if login is None:
        assert "login_uid" not in actor
    elif source == "bpf" or "exe" in actor:
        assert actor["login_uid"] == login


def test_gone_at_once(machine, source):
    """The writer has ended before anybody could look."""
    start(machine, source)
    file = machine.path("/etc/a.conf")
    logged_in(lambda: run("sh", "-c", f"echo b > {file}"))
    actor, = actors_of(machine)
    assert_is(actor, "sh", source)
    if source == "bpf":
        assert actor["confidence"] == "exact"
        assert actor["cmdline"] == f"sh -c echo b > {file}"
        assert actor["login_user"] == "alice" and actor["user"] == "root"
        summary = machine.events()[-1]["summary"]
        assert summary.endswith(f"by alice as root ({Path(program('sh')).name})"), summary


@pytest.mark.parametrize("command", [
    ["cp", "/etc/hostname", "{file}"], ["sed", "-i", "s/a/b/", "{file}"],
    ["install", "-m", "644", "/etc/hostname", "{file}"]], ids=lambda c: c[0])
def test_programs(machine, source, command):
    start(machine, source)
    words = [word.format(file=machine.path("/etc/a.conf")) for word in command]
    logged_in(lambda: run(*words))
    actor, = actors_of(machine)
    assert_is(actor, command[0], source)


def test_still_there(machine, source):
    """A writer that goes on is known by every source."""
    start(machine, source)
    file = machine.path("/etc/a.conf")
    with subprocess.Popen(["tail", "-f", "/dev/null"]) as bystander, \
            subprocess.Popen(["sh", "-c", f"echo b > {file}; read wait"],
                             stdin=subprocess.PIPE) as writer:
        wait_for("the write", lambda: file.read_text() == "b\n")
        actor, = actors_of(machine)
        assert actor["pid"] == writer.pid != bystander.pid
        assert actor["exe"] == program("sh")
        assert actor["confidence"] == ("exact" if source == "bpf" else "inferred")
        writer.stdin.close()
        bystander.kill()


def test_sudo(machine, source):
    start(machine, source)
    file = machine.path("/etc/a.conf")
    logged_in(lambda: run("sudo", "-n", "sed", "-i", "s/a/b/", file))
    actor, = actors_of(machine)
    assert_is(actor, "sed", source)
    if source == "bpf":
        assert program("sudo") in [parent["exe"] for parent in actor["parents"]]
        assert "by alice through sudo (sed)" in machine.events()[-1]["summary"]
        shown = machine.reeve("show", machine.events()[-1]["id"]).stdout
        assert "alice through sudo (sed)" in shown


def utmp(pid, host):
    """One who is logged in: struct utmp of utmp(5)."""
    return struct.pack("hi32s4s32s256shhiii16s20x", 7, pid, b"pts/9", b"9", b"alice", host, 0, 0, 0,
                       0, 0, b"")


def test_session(machine, source):
    """Terminal, session, and where it came from: by a list of logins that the recorder alone sees,
    in which our own process stands as the one who let alice in."""
    logins = machine.folder / "utmp"
    logins.write_bytes(utmp(1, b"198.51.100.9") + utmp(os.getpid(), b"192.0.2.7"))
    start(machine, source, prefix=(
        "unshare", "-m", "sh", "-c", f"mount -t tmpfs none /run && cp {logins} /run/utmp && "
        "exec \"$@\"", "sh"))
    file = machine.path("/etc/a.conf")
    told = machine.folder / "told"

    def in_a_terminal():
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp("sh", ["sh", "-c", f"(tty; cat /proc/self/sessionid) > {told}; "
                             f"sh -c 'echo b > {file}; sleep 0.1'"])
        while select.select([terminal], [], [], 60)[0]:
            try:
                if not os.read(terminal, 1000):
                    break
            except OSError:
                break
        assert os.waitpid(pid, 0)[1] == 0
    logged_in(in_a_terminal)
    terminal, session = told.read_text().split()
    actors = actors_of(machine)
    assert source != "bpf" or actors and "exe" in actors[0]
    for actor in actors:
        if "exe" in actor:
            assert actor["tty"] == terminal.removeprefix("/dev/")
            assert actor["session"] == int(session)
            assert actor.get("remote", "" if source == "proc" else None) in ("192.0.2.7", "")


def test_su(machine, source):
    start(machine, source)
    file = machine.path("/etc/a.conf")
    file.chmod(0o666)
    machine.settle()
    os.chmod(machine.folder, 0o755)
    logged_in(lambda: run("su", "-s", "/bin/sh", "nobody", "-c", f"echo b > {file}"))
    actor, = actors_of(machine)
    assert_is(actor, "sh", source)
    if source == "bpf":
        assert actor["user"] == "nobody" and actor["login_user"] == "alice"


def test_other_namespaces(machine, source):
    """A change through another mount and pid namespace, as a container's, or through other mounts
    alone: it is named. What is at home is not."""
    for name in ("b", "c"):
        machine.write(f"/etc/{name}.conf", "a\n")
    start(machine, source)
    for name, words in (("a", ["unshare", "-m", "-p", "-f"]), ("b", ["unshare", "-m"]), ("c", [])):
        file = machine.path(f"/etc/{name}.conf")
        logged_in(lambda: run(*words, "sh", "-c", f"echo b > {file}"))
    named = {}
    for name in "abc":
        actor, = actors_of(machine, f"/etc/{name}.conf")
        assert_is(actor, "sh", source)
        named[name] = actor.get("container", "")
    if source == "bpf" and not named["c"]:  # we ourselves may be in a container, which has a name
        assert named["a"].startswith("pid namespace ")
        assert named["b"].startswith("mount namespace ")


ID = "0123456789abcdef" * 4
CGROUPS = [
    (f"docker/{ID}", ID), (f"system.slice/docker-{ID}.scope", ID),
    (f"machine.slice/libpod-{ID}.scope/container", ID),
    (f"kubepods.slice/kubepods-pod1.slice/cri-containerd-{ID}.scope", ID),
    ("lxc.payload.web", "web"), ("system.slice/cron.service", None),
]


@pytest.fixture
def cgroup():
    """`cgroup(path)` makes one in the unified hierarchy of this machine."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    top = next((Path(mount[1]) for mount in mounts if mount[2] == "cgroup2"), None)
    if top is None or not os.access(top, os.W_OK):
        pytest.skip("no unified cgroups that can be written to")
    made = []

    def make(path):
        folder = top / f"reeve-e2e-{os.getpid()}" / path
        for one in [*reversed(folder.relative_to(top).parents)][1:] + [folder.relative_to(top)]:
            if not (top / one).exists():
                (top / one).mkdir()
                made.append(top / one)
        return folder
    yield make
    for folder in reversed(made):
        wait_for("the cgroup to be empty", lambda: not (folder / "cgroup.procs").read_text())
        folder.rmdir()


@pytest.mark.parametrize("source", SURE, indirect=True)
def test_containers_by_their_cgroup(machine, source, cgroup):
    """As docker, podman, Kubernetes and LXC name them; a service of the host is no container."""
    for number in range(len(CGROUPS)):
        machine.write(f"/etc/{number}.conf", "a\n")
    start(machine, source)
    for number, (path, name) in enumerate(CGROUPS):
        group = cgroup(path)
        file = machine.path(f"/etc/{number}.conf")
        run("sh", "-c", f"echo $$ > {group}/cgroup.procs; exec sh -c 'sleep 0.05; echo b > {file}'")
        known = [actor for actor in actors_of(machine, f"/etc/{number}.conf") if "exe" in actor]
        assert {actor.get("container") for actor in known} <= {name}, (path, known)
        assert known or source != "bpf"
        if path.endswith(".service"):
            assert {actor.get("unit") for actor in known} <= {Path(path).name}, known


def test_names_of_this_machine_where_etc_is_not_watched(machine, source):
    """Who is known here is named, and nobody else."""
    machine.write("/srv/a.conf", "a\n")
    machine.start("--backend", "fanotify", "--actors", source, watch=("/srv",))
    file = machine.path("/srv/a.conf")
    logged_in(lambda: run("sh", "-c", f"echo b > {file}; sleep 0.1"), uid=4242)
    for actor in actors_of(machine, "/srv/a.conf"):
        assert actor.get("user") == ("root" if "uid" in actor else None)
        assert "login_user" not in actor


def test_daemon_without_login(machine, source):
    """As cron: nobody has logged in. Its parents are told, no login user is made up."""
    start(machine, source)
    file = machine.path("/etc/a.conf")
    run("setsid", "sh", "-c", f"sh -c 'echo b > {file}; true'; true")
    actor, = actors_of(machine)
    assert_is(actor, "sh", source, login=None)
    if source == "bpf":
        assert program("sh") in [parent["exe"] for parent in actor["parents"]]


def test_double_fork(machine, source):
    """It has cut itself off from its parents, and ends at once."""
    start(machine, source)
    file = machine.path("/etc/a.conf")
    logged_in(lambda: run("sh", "-c", f"(sh -c 'echo b > {file}' &) & wait"))
    wait_for("the write", lambda: file.read_text() == "b\n")
    actor, = actors_of(machine)
    assert_is(actor, "sh", source)
    if source == "bpf":
        assert len(actor["parents"]) >= 2


def test_turned_into_something_else(machine, source):
    """It wrote and became another program: that one is not named as if it were sure."""
    start(machine, source)
    file = machine.path("/etc/a.conf")
    logged_in(lambda: run("sh", "-c", f"echo b > {file}; exec sleep 0"))
    for actor in actors_of(machine):  # a write and its close may be seen apart
        if actor.get("exe") != program("sh"):
            assert actor["confidence"] != "exact", actor


def test_several_writers_of_one_file(machine, source):
    start(machine, source)
    file = machine.path("/etc/b.conf")
    # open all the while, so that one look sees what three have done
    logged_in(lambda: run("sh", "-c", f"exec 3>> {file}; echo 1 >&3; cp /dev/null /dev/stdout >&3;"
                          f"sed -n p /etc/hostname >> {file}; dd if=/etc/hostname bs=1 count=1 "
                          f"status=none >> {file}"))
    actors = actors_of(machine, "/etc/b.conf")
    assert len({actor["pid"] for actor in actors}) == len(actors)
    if source == "bpf":
        assert {program("sed"), program("dd")} <= {actor["exe"] for actor in actors}


def test_secrets_in_arguments(machine, source):
    start(machine, source)
    file = machine.path("/etc/a.conf")
    logged_in(lambda: run("sh", "-c", f"echo b > {file}", "--password=hunter2", "--token",
                          "tops3cret", "https://u:s3same@h/"))
    actors_of(machine)
    everything = machine.journal.read_bytes() + \
        machine.git("show", "observed:change-set.json", text=False)
    for secret in (b"hunter2", b"tops3cret", b"s3same"):
        assert secret not in everything


# Each writes the file in $1, having made itself look like somebody else, or having another do it.
RECEIVER = """
import os, socket
fds = socket.recv_fds(socket.socket(fileno=0), 1, 1)[1]
os.write(fds[0], b"b")
"""
TRICKS = {
    "renames itself": ("perl", ["perl", "-e", "$0 = 'innocent'; open F, '>', $ARGV[0]; print F 'b'",
                                "{file}"]),
    "a thread": ("/usr/bin/python3", ["/usr/bin/python3", "-S", "-c", """
import sys, threading
thread = threading.Thread(target=lambda: open(sys.argv[1], "w").write("b"))
thread.start()
thread.join()""", "{file}"]),
    "a mapping": ("/usr/bin/python3", ["/usr/bin/python3", "-S", "-c", """
import mmap, sys
file = open(sys.argv[1], "r+b")
map = mmap.mmap(file.fileno(), 0)
file.close()
map[0:1] = b"b"
""", "{file}"]),
    "a pipe": ("/usr/bin/python3", ["/usr/bin/python3", "-S", "-c", """
import os, sys
out, into = os.pipe()
os.write(into, b"b")
file = os.open(sys.argv[1], os.O_WRONLY)
os.splice(out, file, 1) if hasattr(os, "splice") else os.write(file, b"b")
""", "{file}"]),
    "another closes": ("sh", ["sh", "-c", "exec 3> $1; echo b >&3; sleep 0.1 & exec 3>&-; wait",
                              "sh", "{file}"]),
    "a socket": ("/usr/bin/python3", ["/usr/bin/python3", "-S", "-c", """
import os, socket, sys
here, there = socket.socketpair()
if os.fork() == 0:
    os.dup2(there.fileno(), 0)
    os.execv("/usr/bin/python3", ["/usr/bin/python3", "-S", "-c", sys.argv[2]])
file = os.open(sys.argv[1], os.O_WRONLY)
socket.send_fds(here, [b"x"], [file])
os.close(file)
os.wait()
""", "{file}", RECEIVER]),
    "another program at once": ("/usr/bin/python3", ["/usr/bin/python3", "-S", "-c", """
import os, sys
file = os.open(sys.argv[1], os.O_WRONLY)
if os.fork() == 0:
    os.write(file, b"b")
    os.execvp("sleep", ["sleep", "0"])
os.close(file)
os.wait()
""", "{file}"]),
    "its program is gone": ("{folder}/tool", [
        "sh", "-c", "cp $(command -v sh) {folder}/tool; {folder}/tool -c 'rm $0; echo b > $1' "
        "{folder}/tool $1; :", "sh", "{file}"]),
}


def test_tricks(machine, source):
    """Whatever a writer does to look like another: he is named, or nobody is for sure."""
    for number in range(len(TRICKS)):
        machine.write(f"/etc/{number}.conf", "a\n")
    start(machine, source)
    folder = os.path.realpath(machine.folder)
    recorder = machine.pid("recorder")
    os.kill(recorder, signal.SIGSTOP)  # at worst it looks when all is over
    try:
        for number, (_, command) in enumerate(TRICKS.values()):
            file = str(machine.path(f"/etc/{number}.conf"))
            words = [word.replace("{folder}", folder).replace("{file}", file) for word in command]
            logged_in(lambda: run(*words))
    finally:
        os.kill(recorder, signal.SIGCONT)
    machine.settle()
    for number, (name, (exe, _)) in enumerate(TRICKS.items()):
        wanted = exe.replace("{folder}", folder) if "{" in exe else program(exe)
        change = machine.changes(f"/etc/{number}.conf")[-1]
        actors = change.get("actors") or [change.get("actor", {})]
        sure = [actor for actor in actors if actor["confidence"] == "exact"]
        assert all(actor["exe"] == wanted for actor in sure), (name, actors)
        assert not [actor for actor in sure if actor["cmdline"].startswith("innocent")], actors
        if source == "bpf":
            assert sure or name in ("a mapping", "another program at once"), (name, actors)
            assert sure or {actor["confidence"] for actor in actors} == {"inferred"}


def test_login_that_was_taken(machine, source):
    """Whoever has no login user may take any, says the kernel. Then he is not believed."""
    start(machine, source)
    file = machine.path("/etc/a.conf")
    file.chmod(0o666)
    os.chmod(machine.folder, 0o755)
    machine.settle()
    script = f"echo {LOGIN_UID} > /proc/self/loginuid; sh -c 'echo b > {file}; sleep 0.1'"
    logged_in(lambda: run("sh", "-c", script, user=33, group=33, extra_groups=[]), None)
    for actor in actors_of(machine):
        assert source == "proc" or not {"login_uid", "login_user"} & actor.keys(), actor
        assert actor["confidence"] != "exact" and actor["how"]


def test_tree_made_and_removed(machine, source):
    """Every file below has somebody; who made the directory is told as an inference at most."""
    start(machine, source)
    tree = machine.path("/etc/tree")
    logged_in(lambda: run("sh", "-c", f"mkdir {tree}; echo 1 > {tree}/a; mkdir {tree}/b"))
    machine.settle()
    for path in ("/etc/tree", "/etc/tree/a", "/etc/tree/b"):
        assert machine.changes(path), path
    logged_in(lambda: run("rm", "-r", tree))
    actor = actors_of(machine, "/etc/tree/a")[-1]
    assert_is(actor, "rm", source)


def test_unknown_without_a_source(machine):
    start(machine, "none")
    logged_in(lambda: run("sh", "-c", f"echo b > {machine.path('/etc/a.conf')}"))
    actor, = actors_of(machine)
    assert actor["confidence"] == "unknown" and "exe" not in actor and "login_uid" not in actor


def test_doctor_and_status_tell_the_source(machine, source):
    start(machine, source)
    doctor = machine.reeve("doctor", "--json").stdout
    found = [json.loads(line) for line in doctor.splitlines()]
    text, = [one["text"] for one in found if one["check"] == "actors" and one["level"] == "ok"]
    assert source in text
    assert f"who by {source}" in machine.reeve("status").stdout


def test_lookout_ends_with_the_recorder(machine):
    start(machine, "connector")
    recorder = machine.pid("recorder")
    child, = Path(f"/proc/{recorder}/task/{recorder}/children").read_text().split()
    status = Path(f"/proc/{child}/status").read_text()
    assert "Seccomp:\t2" in status and "CapEff:\t0000000000080000" in status
    machine.kill("recorder")
    wait_for("the lookout to end", lambda: not Path(f"/proc/{child}").exists() or
             "State:\tZ" in Path(f"/proc/{child}/status").read_text())


def write_as(machine, uid, text, path="/etc/motd"):
    file = machine.path(path)
    logged_in(lambda: run("sudo", "-n", "sh", "-c", f"printf %s '{text}' > {file}"), uid)
    machine.settle()
    return machine.changes(path)[-1]


def judged(register, uid, **members):
    """The verdict over one requested change, done through sudo by that login user."""
    machine = register.machine
    machine.write("/etc/passwd", PASSWD)
    machine.settle()
    approve(register, **members)
    told = write_as(machine, uid, NEW)
    return told["verdict"], "\n".join(told["reasons"])


def test_implementer_is_the_login_user(register):
    assert judged(register, 1001, implementers="[carol]")[0] == "approved"


@pytest.mark.parametrize("uid, found", [(LOGIN_UID, "alice"), (None, "somebody unknown")])
def test_somebody_else_did_it(register, uid, found):
    verdict, reasons = judged(register, uid, implementers="[carol]")
    assert verdict == "mismatch" and f"requested carol, found {found}" in reasons, reasons


def test_unknown_satisfies_an_empty_list(register):
    assert judged(register, None)[0] == "approved"


def test_approver_did_it_himself(register):
    verdict, reasons = judged(register, LOGIN_UID)
    assert verdict == "mismatch" and "alice@example.org approved it" in reasons, reasons


def test_requester_did_it_himself(register):
    verdict, reasons = judged(register, 1002)
    assert verdict == "mismatch" and "bob@example.org requested it" in reasons, reasons


RULE = """title: sed by alice through sudo
id: 5d6c5bb6-0000-4000-8000-00000000aaaa
status: test
description: every field of the actor that Sigma has
logsource: {product: linux, category: file_event}
detection:
  selection:
    TargetFilename|endswith: /a.conf
    Image|endswith: /sed
    CommandLine|contains: s/a/b/
    ParentImage|endswith: /sudo
    User: alice
  condition: selection
level: high
"""


def test_rules_ask_who_did_it(machine):
    """Sigma's Image, CommandLine, ParentImage and User; without sudo the same act fires nothing."""
    folder = machine.folder / "rules"
    folder.mkdir()
    (folder / "who.yml").write_text(RULE)
    config = machine.folder / "reeve.yaml"
    config.write_text(f"policies: [{folder}]\n")
    start(machine, "bpf" if has_bpf() else "connector", "--config", config)
    file = machine.path("/etc/a.conf")
    logged_in(lambda: run("sed", "-i", "s/a/b/", file))
    machine.settle()
    assert not machine.changes("/etc/a.conf")[-1]["rules"]
    logged_in(lambda: run("sudo", "-n", "sed", "-i", "s/a/b/;s/b/a/", file))
    machine.settle()
    rule, = machine.changes("/etc/a.conf")[-1]["rules"]
    assert rule["title"] == "sed by alice through sudo"


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="no dpkg here")
def test_package_manager(machine):
    """A package is unpacked by dpkg, and its script runs below it: both are its doing."""
    start(machine, "bpf" if has_bpf() else "connector")
    package = machine.folder / "package"
    (package / "DEBIAN").mkdir(parents=True)
    (package / "DEBIAN" / "control").write_text(
        "Package: reeve-e2e\nVersion: 1\nArchitecture: all\nMaintainer: nobody <n@localhost>\n"
        "Description: a test\n")
    script = package / "DEBIAN" / "postinst"
    script.write_text(f"#!/bin/sh\necho 1 > {machine.path('/etc/script.conf')}\n")
    script.chmod(0o755)
    (package / "etc").mkdir()
    (package / "etc" / "package.conf").write_text("1\n")
    deb = machine.folder / "e2e.deb"
    admin = machine.folder / "dpkg"
    for folder in ("info", "updates"):
        (admin / folder).mkdir(parents=True)
    for file in ("status", "available"):
        (admin / file).touch()
    run("dpkg-deb", "--root-owner-group", "-b", package, deb, stdout=subprocess.DEVNULL)
    logged_in(lambda: run("dpkg", f"--admindir={admin}", f"--instdir={machine.root}",
                          "--force-script-chrootless", "--log=/dev/null", "-i", deb,
                          stdout=subprocess.DEVNULL))
    for path in ("/etc/package.conf", "/etc/script.conf"):
        actor = actors_of(machine, path)[0]
        assert actor["transaction"].startswith("dpkg["), actor
    # silent twin
    logged_in(lambda: run("sh", "-c", f"echo 2 > {machine.path('/etc/script.conf')}"))
    assert "transaction" not in actors_of(machine, "/etc/script.conf")[0]


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="no setpriv here")
def test_the_unit_leaves_enough(machine):
    """With the capabilities of the service and no others: it is still known who did it."""
    text = (ROOT / "packaging" / "reeve.service.in").read_text()
    names = text.split("CapabilityBoundingSet=")[1].split("\n")[0].split()
    left = ",".join("+" + name.removeprefix("CAP_").lower() for name in names)
    machine.write("/etc/passwd", PASSWD)
    machine.write("/etc/a.conf", "a\n")
    machine.start("--backend", "auto",
                  prefix=("setpriv", f"--bounding-set=-all,{left}", "--inh-caps=-all"))
    status = Path(f"/proc/{machine.process.pid}/status").read_text()
    assert "CapBnd:\t000001ff" not in status
    recorder = machine.health("recorder")
    assert recorder["backend"] == "fanotify"
    assert recorder["actors"]["source"] == ("bpf" if has_bpf() else "proc"), recorder["actors"]
    logged_in(lambda: run("sh", "-c", f"echo b > {machine.path('/etc/a.conf')}"))
    assert_is(actors_of(machine)[0], "sh", recorder["actors"]["source"])
