"""What AWS does after its answer, such as replication, at the time set by a behaviour.

There is no thread and no timer. Due actions run at the start of a request and again before its answer, on the event
loop that has MiniStack's state. Nothing changes between two requests, so a client sees no difference.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ministack.core.responses import get_account_id, get_region, request_scope

from localaws.emulator.core import behaviour

Action = Callable[[], None]
# In the order of their scheduling, by behaviour and share of its seconds.
_waiting: dict[tuple[str, float], deque[tuple[float, str, Action]]] = {}


def install() -> None:
    behaviour.before_change.append(run_due)


def schedule(action: Action, seconds: str, share: float = 1.0) -> None:
    """Run *action* after this share of the behaviour *seconds*, which may still change until then."""
    _waiting.setdefault((seconds, share), deque()).append((behaviour.now(), get_account_id(), action))


def run_due() -> None:
    """Run the due actions, and those that they make due."""
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
