"""Child processes: Ctrl-C is their parent's."""

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

import pytest

from plitka.core.tile.child_process import follow_parent, interrupts_ignored

FRESH = multiprocessing.get_context("spawn")


def answer(asked: Connection, *, follows: bool) -> None:
    """Say that it is there, and then what it is told."""
    if follows:
        follow_parent()
    asked.send("here")
    asked.send(asked.recv())


def outlives_interrupts(*, follows: bool) -> bool:
    """Whether a process that is started here goes on after Ctrl-C."""
    ours, its = FRESH.Pipe()
    process = FRESH.Process(target=answer, args=(its,), kwargs={"follows": follows})
    with interrupts_ignored():
        process.start()
        os.kill(process.pid or 0, signal.SIGINT)
    assert ours.recv() == "here"
    os.kill(process.pid or 0, signal.SIGINT)
    ours.send("more")
    goes_on = bool(ours.recv() == "more")
    process.join()
    return goes_on


@pytest.mark.parametrize("follows", [True, False])
def test_a_child_ignores_interrupts_from_its_first_moment_on(*, follows: bool) -> None:
    """Whichever thread starts it; here they are heard as before."""
    usual = signal.getsignal(signal.SIGINT)
    assert outlives_interrupts(follows=follows)
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(outlives_interrupts, follows=follows).result()
        assert signal.SIGINT not in thread.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result()
    assert signal.getsignal(signal.SIGINT) is usual


FIRST_CHILD = """
import multiprocessing, os, signal, threading, time
from plitka.core.tile.child_process import interrupts_ignored

def start():
    process = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(0.1,))
    with interrupts_ignored():
        process.start()
    os.kill(process.pid, signal.SIGINT)
    process.join()
    print(process.exitcode)

thread = threading.Thread(target=start)
thread.start()
thread.join()
"""


def test_the_first_child_of_a_process_ignores_them_too() -> None:
    """With it Python starts a process of its own, and hears interrupts again."""
    done = subprocess.run([sys.executable, "-c", FIRST_CHILD], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("0\n", "")
