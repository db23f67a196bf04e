# SPDX-License-Identifier: GPL-3.0-or-later
"""A receiver by RELP that may be killed at any moment: what it has acknowledged is in its file.

usage: relp_receiver.py FD FILE        (FD: a listening socket)
"""

import os
import socket
import sys


def frames(buffer):
    """Takes whole frames off the front: TXNR SP COMMAND SP DATALEN [SP DATA] LF."""
    while (space := buffer.find(b" ", buffer.find(b" ") + 1)) > 0:
        head = bytes(buffer[:space + 8])
        length = head[space + 1:].split(b" ")[0].split(b"\n")[0]
        begin = space + 1 + len(length)
        if begin >= len(buffer):
            return
        size = int(length)
        end = begin + (1 + size if size else 0)
        if len(buffer) <= end:
            return
        number, command = head[:space].split(b" ")
        yield number, command, bytes(buffer[end - size:end])
        del buffer[:end + 1]


def serve(peer, out):
    buffer = bytearray()
    while data := peer.recv(1 << 18):
        buffer += data
        answers, records = [], []
        for number, command, text in frames(buffer):
            if command == b"syslog":
                records.append(text + b"\n")
            rest = b"\n" + text if command == b"open" else b""
            reply = b"200 OK" + rest
            answers.append(b"%s rsp %d %s\n" % (number, len(reply), reply))
        written = b"".join(records)
        assert os.write(out, written) == len(written)
        peer.sendall(b"".join(answers))


def main():
    listener = socket.socket(fileno=int(sys.argv[1]))
    out = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT | os.O_APPEND)
    # whoever was killed in the middle of a line had not acknowledged it
    text = os.pread(out, os.fstat(out).st_size, 0)
    os.ftruncate(out, text.rfind(b"\n") + 1)
    while True:
        peer, _ = listener.accept()
        with peer:
            try:
                serve(peer, out)
            except ConnectionError:
                pass


main()
