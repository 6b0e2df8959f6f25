"""What AWS does after it has answered: done when it is due, before anyone can look.

There is no thread and no timer. What is due is done at the start of a request, and once more before its answer, on the
event loop that MiniStack keeps its state on. Nothing changes between two requests, so nobody can tell the difference.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ministack.core.responses import get_account_id, get_region, request_scope

from localaws.emulator.core import behaviour

Action = Callable[[], None]
# In the order they were asked for, by the behaviour that says how long they take and the share of it.
_waiting: dict[tuple[str, float], deque[tuple[float, str, Action]]] = {}


def install() -> None:
    behaviour.before_change.append(run_due)


def schedule(action: Action, seconds: str, share: float = 1.0) -> None:
    """Do it after this share of what the behaviour *seconds* says; that behaviour may still be changed meanwhile."""
    _waiting.setdefault((seconds, share), deque()).append((behaviour.now(), get_account_id(), action))


def run_due() -> None:
    """Do everything that is due, and what that in turn makes due."""
    while _run_some():
        pass


def _run_some() -> bool:
    done = False
    for (seconds, share), queue in list(_waiting.items()):
        while queue and behaviour.now() - queue[0][0] >= getattr(behaviour.current, seconds) * share:
            _, account, action = queue.popleft()
            with request_scope(account, get_region()):
                action()
            done = True
    return done
