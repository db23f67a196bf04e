# SPDX-License-Identifier: GPL-3.0-or-later
"""Shipped rules on a real machine: what is done to files becomes what the rules look at.

Each act that must tell has a twin beside it, done to the same file or folder, that must not.
"""

import pytest

SHADOW = "root:$6$salt$firsthash:19000:0:99999:7:::\nbob:!:19000::::::\n"
ACTS = {
    "sshd: root login enabled": (
        lambda m: m.replace("/etc/ssh/sshd_config", "PermitRootLogin yes\n"),
        lambda m: m.write("/etc/ssh/sshd_config", "PermitRootLogin no\n# PermitRootLogin yes\n")),
    "shadow: root's password changed": (
        lambda m: m.write("/etc/shadow", SHADOW.replace("firsthash", "otherhash")),
        lambda m: m.write("/etc/shadow", SHADOW + "redis:!:19000::::::\n")),
    "permissions: shell or interpreter runs as root": (
        lambda m: m.path("/usr/local/bin/bash").chmod(0o4755),
        lambda m: m.path("/usr/local/bin/bash").chmod(0o750)),
    "permissions: anybody can write a system file": (
        lambda m: m.path("/etc/crontab").chmod(0o666),
        lambda m: m.path("/etc/crontab").chmod(0o600)),
    "cron: job added or changed": (
        lambda m: m.path("/etc/cron.d/.off").rename(m.path("/etc/cron.d/job")),
        lambda m: m.path("/etc/cron.d/.off").unlink()),
    "hiding: file access depends on became a link": (
        lambda m: m.path("/etc/sudoers.d/x").symlink_to("/home/bob/sudoers"),
        lambda m: m.path("/etc/x").symlink_to("/home/bob/sudoers")),
    "audit: rules switched off or removed": (
        lambda m: m.path("/etc/audit/rules.d/id.rules").unlink(),
        lambda m: m.write("/etc/audit/rules.d/id.rules", "-w /etc/passwd -p wa\n-w /etc/group\n")),
    # behind so much padding that no diff is shown any more
    "sudo: no password asked": (
        lambda m: m.write("/etc/sudoers.d/y", "# pad\n" * 100000 + "bob ALL=(ALL) NOPASSWD: ALL\n"),
        lambda m: m.write("/etc/sudoers.d/y", "# pad\n" * 100000 + "# bob NOPASSWD: ALL\n")),
}


@pytest.fixture
def watched(machine):
    machine.write("/etc/ssh/sshd_config", "PermitRootLogin no\n")
    machine.write("/etc/shadow", SHADOW, 0o640)
    machine.write("/usr/local/bin/bash", "program", 0o755)
    machine.write("/etc/crontab", "# m h dom mon dow user command\n", 0o644)
    machine.write("/etc/cron.d/.off", "* * * * * root /usr/local/bin/x\n")
    machine.write("/etc/audit/rules.d/id.rules", "-w /etc/passwd -p wa\n")
    machine.path("/etc/sudoers.d").mkdir()
    return machine.start(watch=("/etc", "/usr/local"))


def fired(machine):
    machine.settle()
    return {rule["title"] for change in machine.changes() for rule in change["rules"]}


def test_acts_are_told(watched):
    for act, _ in ACTS.values():
        act(watched)
    assert set(ACTS) <= fired(watched)


def test_neighbours_are_silent(watched):
    for _, twin in ACTS.values():
        twin(watched)
    assert not set(ACTS) & fired(watched)
    assert len({change["path"] for change in watched.changes()}) == len(ACTS)
