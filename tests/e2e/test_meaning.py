# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change means, in the words of the program that reads the file."""

SSHD = "/etc/ssh/sshd_config"
SHADOW = "/etc/shadow"


def settings(file):
    return {one["name"]: (one["before"], one["after"]) for one in file.get("settings", ())}


def test_settings(machine):
    machine.write(SSHD, "Port 22\nPermitRootLogin no\n")
    machine.write(SHADOW, "bob:$6$aaaa$OLDHASH:19000:0:99999:7:::\n", mode=0o640)
    machine.write("/etc/group", "wheel:x:10:alice\n")
    machine.start()

    machine.write(SSHD, "# a remark\nPort   22\nPermitRootLogin no\n")
    machine.settle()
    remark = machine.changes(SSHD)[-1]
    assert remark["cosmetic"] is True and "settings" not in remark
    assert remark["severity"] == "informational"

    machine.write(SSHD, "Port 22\nPermitRootLogin yes\nX11Forwarding yes\n")
    machine.write(SHADOW, "bob:$6$bbbb$NEWHASH:19000:0:99999:7:::\n")
    machine.write("/etc/group", "wheel:x:10:alice,mallory\n")
    machine.settle()
    login = machine.changes(SSHD)[-1]
    assert settings(login) == {"PermitRootLogin": ("no", "yes"), "X11Forwarding": (None, "yes")}
    assert "cosmetic" not in login
    password = machine.changes(SHADOW)[-1]
    assert settings(password) == {"password of bob": ("set", "changed")}
    assert settings(machine.changes("/etc/group")[-1]) == {
        "members of group wheel": ("alice", "alice,mallory")}
    for event in machine.events():
        if [file["path"] for file in event.get("files", ())] == [SSHD]:
            assert ("PermitRootLogin no -> yes" in event["summary"] or
                    "comments or white space" in event["summary"]), event["summary"]
    told = machine.journal.read_text()
    assert "OLDHASH" not in told and "NEWHASH" not in told
