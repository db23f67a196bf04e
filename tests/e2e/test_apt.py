# SPDX-License-Identifier: GPL-3.0-or-later
"""The real thing: apt-get in a Debian of its own, made by debootstrap from wherever this machine's apt
takes its packages; installed, upgraded, reinstalled, removed and purged, and a foreign line that
slips in. It takes minutes, and a network: only with REEVE_LONG=1; test_packages.py shows the same with
packages of our own. The packages are fetched beforehand: in there, apt has a source of its own, a folder.
"""

import hashlib
import os
import shlex
import shutil
import subprocess

import pytest
from conftest import wait_for
from test_packages import brief, is_alert

pytestmark = [
    pytest.mark.long,
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="debootstrap needs root"),
    pytest.mark.skipif(shutil.which("debootstrap") is None, reason="there is no debootstrap"),
]

WANTED = ("nano", "netcat-openbsd", "rsync")
HOUR = 3600


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=HOUR, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def apt_environment():
    """What debootstrap has to know of how apt gets through to its source."""
    said = run("apt-config", "shell", "http_proxy", "Acquire::http::Proxy",
               "https_proxy", "Acquire::https::Proxy")
    proxies = dict(word.split("=", 1) for word in shlex.split(said))
    return {**os.environ, **{name: value for name, value in proxies.items() if value}}


def apt_source():
    """The release this machine is of, and where its apt has it from."""
    release = run("sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME").strip()
    for line in run("apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)",
                    "Created-By: Packages").splitlines():
        name, place = line.split(" ", 1)
        if name == release:
            return release, place
    pytest.skip(f"apt knows no source of {release}; run apt-get update")


class Debian:
    """A minimal Debian as the root of the machine, and a folder of packages for it."""

    def __init__(self, machine):
        self.machine = machine
        self.root = machine.root
        self.debs = self.root / "srv"
        shutil.rmtree(self.root)
        release, place = apt_source()
        run("debootstrap", "--variant=minbase", release, self.root, place, env=apt_environment())
        self.fetch()
        (self.root / "etc/apt/sources.list").write_text("deb [trusted=yes] file:/srv ./\n")
        self.index()
        self.apt("update")

    def fetch(self):
        (self.debs / "partial").mkdir()
        run("apt-get", "install", "-qq", "--yes", "--download-only", "--no-install-recommends",
            "-o", f"Dir::State::status={self.root}/var/lib/dpkg/status",
            "-o", f"Dir::Cache::archives={self.debs}", "-o", "Dir::Cache::pkgcache=",
            "-o", "Dir::Cache::srcpkgcache=", "-o", "APT::Sandbox::User=root", *WANTED)

    def index(self):
        with open(self.debs / "Packages", "w") as index:
            for deb in sorted(self.debs.glob("*.deb")):
                index.write(run("dpkg-deb", "--field", deb))
                index.write(f"Filename: ./{deb.name}\nSize: {deb.stat().st_size}\n"
                            f"SHA256: {hashlib.sha256(deb.read_bytes()).hexdigest()}\n\n")

    def publish_newer(self, name, conffile):
        """A newer version, of which a conffile differs."""
        (deb,) = self.debs.glob(f"{name}_*.deb")
        tree = self.machine.folder / name
        run("dpkg-deb", "--raw-extract", deb, tree)
        control = tree / "DEBIAN/control"
        version = run("dpkg-deb", "--field", deb, "Version").strip()
        control.write_text(control.read_text().replace(f"Version: {version}\n",
                                                       f"Version: {version}+newer1\n"))
        with open(tree / conffile.lstrip("/"), "a") as file:
            file.write("# newer\n")
        run("dpkg-deb", "--build", tree, self.debs / f"{name}_newer.deb")
        deb.unlink()
        self.index()
        self.apt("update")

    def chroot(self, *words):
        return ["chroot", self.root, "apt-get", "--yes", "-qq", "--no-install-recommends", *words]

    @property
    def environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                "DEBIAN_FRONTEND": "noninteractive"}

    def apt(self, *words):
        run(*self.chroot(*words), env=self.environment)

    def alerts(self):
        self.machine.settle()
        return [event for event in self.machine.events() if is_alert(event)]


def test_apt_get(machine):
    debian = Debian(machine)
    machine.start(watch=("/etc", "/usr/local"))
    for words in (["install", *WANTED], ["install", "--reinstall", *WANTED]):
        debian.apt(*words)
        assert brief(debian.alerts()) == [], words
    debian.publish_newer("nano", "/etc/nanorc")
    for words in (["upgrade"], ["remove", *WANTED], ["purge", *WANTED]):
        debian.apt(*words)
        assert brief(debian.alerts()) == [], words
    nanorc = machine.changes("/etc/nanorc")
    assert [file["op"] for file in nanorc] == ["created", "updated", "deleted"]
    assert {file["request"] for file in nanorc} == {"os-packages"}
    assert any("+newer1" in package for package in nanorc[1]["event"]["group"]["packages"])

    # the silent twin's loud one: a foreign line during the run
    install = subprocess.Popen([str(word) for word in debian.chroot("install", *WANTED)],
                               env=debian.environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    wait_for("the conffile", machine.path("/etc/nanorc").exists)
    with open(machine.path("/etc/nanorc"), "a") as file:
        file.write("set speller evil\n")
    assert install.wait(HOUR) == 0
    (alert,) = debian.alerts()
    assert [file["path"] for file in alert["files"]] == ["/etc/nanorc"]
    assert "/etc/nanorc" in alert["summary"]
