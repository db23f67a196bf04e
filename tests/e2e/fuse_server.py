# SPDX-License-Identifier: GPL-3.0-or-later
"""A FUSE file system of one empty folder, served by hand: it remembers what it was asked.

The protocol is that of linux/fuse.h; of it only what a kernel asks of a folder nobody fills.
"""

import ctypes
import errno
import os
import stat
import struct
import subprocess
import threading

LOOKUP, FORGET, GETATTR, STATFS, INIT, OPENDIR, READDIR = 1, 2, 3, 17, 26, 27, 28
RELEASEDIR, INTERRUPT, BATCH_FORGET = 29, 36, 42
HEADER = struct.Struct("=IIQQIIII")
ATTRIBUTES = struct.pack("=QIIQQQQQQIIIIIIIIII", 3600, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,
                         stat.S_IFDIR | 0o755, 2, 0, 0, 0, 4096, 0)
ANSWERS = {
    INIT: struct.pack("=IIIIHHIIHHI", 7, 31, 65536, 0, 16, 12, 65536, 1, 0, 0, 0) + bytes(28),
    GETATTR: ATTRIBUTES,
    STATFS: bytes(80),
    OPENDIR: struct.pack("=QII", 1, 0, 0),
    READDIR: b"",
    RELEASEDIR: b"",
}


class FuseServer:
    """With `is_silent` it answers nothing once it is mounted: who asks, waits for ever."""

    def __init__(self, where, is_silent=False):
        self.where = where
        self.is_silent = is_silent
        self.asked = set()
        self.fd = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={self.fd},rootmode=40000,user_id=0,group_id=0,allow_other"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        # not mount(8), which looks at what it has mounted
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"none", os.fsencode(where), b"fuse", 0, options.encode()) != 0:
            raise OSError(ctypes.get_errno(), "mount")

    def serve(self):
        while True:
            try:
                request = os.read(self.fd, 1 << 20)
            except OSError as ended:
                if ended.errno == errno.EPERM:  # not mounted yet
                    continue
                return
            _, opcode, unique, *_ = HEADER.unpack_from(request)
            self.asked.add(opcode)
            if opcode in (FORGET, BATCH_FORGET, INTERRUPT) or (self.is_silent and opcode != INIT):
                continue
            answer = ANSWERS.get(opcode)
            error = 0 if answer is not None else -(errno.ENOENT if opcode == LOOKUP else errno.ENOSYS)
            os.write(self.fd, struct.pack("=IiQ", 16 + len(answer or b""), error, unique) + (answer or b""))

    def close(self):
        subprocess.run(["umount", "--lazy", self.where], check=True)
        os.close(self.fd)
