# SPDX-License-Identifier: GPL-3.0-or-later

"""Direct execution of a module registers the same result as execution by ansible-core, for any behaviour of the module.

The module is `behave` of the collection in tests/modules/direct. test_direct_modules.py compares every module of this
collection.
"""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ansible_runner
import pytest

from localaws.local_aws import ROOT, LocalAws
from modules.direct_plays import DIRECT, ORDINARY, Played, Task, environment, play, started, write_play

pytestmark = pytest.mark.both_cores

BEHAVE = "direct.cases.behave"


def behave(*do: str, **options: Any) -> Task:
    return {BEHAVE: {"do": list(do), **options}}


VALUES = {"an int": 1, "a str": "{{ 'x' * 2 }}", "a list": [1, {"a": None}], "a float": 1.5, "unsafe": "{{ raw }}"}

TASKS: dict[str, Task] = {
    "ok": behave(),
    "changed": behave("change"),
    "check mode": {**behave("change"), "check_mode": True},
    "a diff": {**behave("change"), "diff": True},
    "check mode with a diff": {**behave("change"), "check_mode": True, "diff": True},
    "values of every type": behave(values=VALUES, text="Größe 日本 \u2028 ' \" \\ {# #}"),
    "an unsafe value": behave(text="{{ raw }}", values={"set": "{{ raw_set }}"}),
    "a number where a string is expected": behave(text=7),
    "a secret in the result": behave(secret="hush-hush", text="a hush-hush b"),
    "no_log": {**behave("warn", text="unspeakable"), "no_log": True},
    "an environment": {**behave(), "environment": {"A_VARIABLE": 'it\'s "set" {{ 1 + 1 }}', "LEFT_BEHIND": "no"}},
    "warnings, also of a thread": behave("warn", "warn_from_a_thread", "warn"),
    "a deprecation": behave("deprecate"),
    "a failure": behave("warn", "fail"),
    "a crash": behave("crash"),
    "an end without a result": behave("die"),
    "an end by its exit code": behave("print_to_stderr", "exit"),
    "an end by a text": behave("exit_with_text"),
    "an end right after other output": behave("print_to_stderr", "die"),
    "a result after other output": behave("print", "print_to_stderr"),
    "a failure after other output": behave("print_to_stderr", "fail"),
    "an unknown option": {BEHAVE: {"unknown": 1}},
    "a wrong type": {BEHAVE: {"do": {"a": 1}}},
    "a loop whose items change the process": {**behave("change_the_process", text="{{ item }}"), "loop": ["a", "b"]},
    "a loop that fails in the middle": {
        BEHAVE: {"do": "{{ ['fail'] if item == 'b' else [] }}", "text": "{{ item }}"},
        "loop": ["a", "b", "c"],
    },
    "the task after it": behave(),
    "a process that retries": {
        **behave("count", count_file="{{ playbook_dir }}/count"),
        "until": "result is success",
        "retries": 4,
        "delay": 0,
    },
    "a timeout": {**behave("sleep"), "timeout": 1},
    "delegation": {**behave(), "delegate_to": "127.0.0.1", "vars": {"ansible_python_interpreter": "{{ python }}"}},
    "a temporary directory": behave("temporary_directory"),
    "its own defaults": {**behave(), "module_defaults": {BEHAVE: {"text": "by default"}}},
    "failed_when and changed_when": {**behave("fail"), "failed_when": False, "changed_when": True},
    "progress": behave("progress"),
    "progress that is no UTF-8": behave("odd_progress"),
    "hidden progress": {**behave("progress", text="unspeakable"), "no_log": True},
    "progress in check mode": {**behave("progress"), "check_mode": True},
}

# Values that differ in any two runs of a module.
_DIFFERING = {
    re.compile(r"ansible-(module)?tmp-[\w.-]+/?"): "TEMPORARY",
    re.compile(r'/[^" ]*/(direct|ordinary)\b'): "PLAY",
    re.compile(r"bin/\.\./bin/"): "bin/",
}


def _comparable(registered: Any) -> Any:
    """The result without tracebacks, whose frames are of other files, and without temporary names."""
    text = json.dumps(registered, sort_keys=True)
    for pattern, name in _DIFFERING.items():
        text = pattern.sub(name, text)

    def plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {key: value for key, value in pairs if key != "exception"}

    return json.loads(text, object_pairs_hook=plain)


def tasks_for() -> list[Task]:
    """`until` must name the result of its own task."""
    return [
        {**task, "until": f"result_{number} is success"} if "until" in task else task
        for number, task in enumerate(TASKS.values())
    ]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Played]:
    directory = tmp_path_factory.mktemp("plays")
    found = {}
    for way, interpreter in {"direct": DIRECT, "ordinary": ORDINARY}.items():
        unsafe = directory / f"{way}.yml"
        unsafe.write_text("raw: !unsafe '{{ not a template }}'\nraw_set: !unsafe ['{%', 1]\n")
        found[way] = play(
            directory / way, tasks_for(), interpreter, "--extra-vars", f"@{unsafe}", vars={"python": interpreter}
        )
    return found


def test_each_play_was_executed_as_intended(played: dict[str, Played]) -> None:
    assert played["direct"].ways == {"direct"}
    assert played["ordinary"].ways == {"another Python interpreter is set"}


@pytest.mark.parametrize("name", TASKS)
def test_both_executions_register_the_same_results(played: dict[str, Played], name: str) -> None:
    number = list(TASKS).index(name)
    direct, ordinary = (_comparable(played[way].registered[number]) for way in ("direct", "ordinary"))
    assert direct == ordinary


def result(played: dict[str, Played], name: str) -> dict[str, Any]:
    return played["direct"].registered[list(TASKS).index(name)]


def test_the_tasks_have_the_intended_results(played: dict[str, Played]) -> None:
    """Equal results prove nothing if both are the same unintended failure."""
    for name in ("a failure", "a crash", "an end without a result", "an unknown option", "a wrong type", "a timeout"):
        assert result(played, name)["failed"], name
    assert result(played, "changed")["changed"] and not result(played, "ok")["changed"]
    assert result(played, "a crash")["msg"].endswith("Module failed: no module should do this")
    assert result(played, "an end without a result")["rc"] == 7
    assert result(played, "a secret in the result")["text"] == "a ******** b"
    assert result(played, "an unsafe value")["text"] == "{{ not a template }}"
    assert result(played, "an environment")["seen"]["variable"] == 'it\'s "set" 2'
    assert result(played, "warnings, also of a thread")["warnings"] == ["a warning", "a thread's warning"]
    assert result(played, "a deprecation")["deprecations"][0]["msg"] == "an old option"
    assert result(played, "a process that retries")["attempts"] == 3
    assert result(played, "a timeout")["timedout"]["period"] == 1


def test_items_and_tasks_are_isolated(played: dict[str, Played]) -> None:
    first, second = result(played, "a loop whose items change the process")["results"]
    assert (
        first["seen"] == second["seen"] == result(played, "the task after it")["seen"] == result(played, "ok")["seen"]
    )
    assert second["seen"]["left_behind"] is None and second["seen"]["defaulted"] == {"key": "value"}


def test_the_working_directory_is_that_of_the_playbook(played: dict[str, Played]) -> None:
    assert result(played, "ok")["seen"]["cwd"].endswith("/direct")


def test_temporary_directories_are_removed(played: dict[str, Played]) -> None:
    made = result(played, "a temporary directory")["made"]
    assert made and not Path(made).exists()


def test_progress_is_shown_immediately_unless_no_log_is_set(played: dict[str, Played]) -> None:
    shown = re.findall(r"^ +The \S+: CREATING.*$", played["direct"].output, re.MULTILINE)
    assert shown == ["  The thing: CREATING (0 s)", "  The \\udcff: CREATING (0 s)"]
    assert "The thing" not in played["ordinary"].output
    assert "unspeakable" not in played["direct"].output


def test_log_messages_of_libraries_are_not_in_ansibles_log(tmp_path: Path) -> None:
    """botocore's debug messages have whole requests with their authorization headers."""
    log = tmp_path / "ansible.log"
    play(tmp_path / "direct", [behave("log_requests")], DIRECT, env={"ANSIBLE_LOG_PATH": str(log)})
    assert "PLAY RECAP" in log.read_text() and "unspeakable" not in log.read_text()


def test_a_timeout_ends_the_module_and_its_processes(tmp_path: Path) -> None:
    """With execution by ansible-core, the process would continue."""
    marker = tmp_path / "marker"
    task = {**behave("sleep_in_a_process", count_file=str(marker)), "timeout": 1}
    wait = {"ansible.builtin.wait_for": {"path": str(marker), "timeout": 4}}
    found = play(tmp_path / "direct", [task, wait], DIRECT)
    assert found.registered[0]["timedout"] and found.registered[1]["failed"]
    assert list(tmp_path.glob("left-*")) == []


@pytest.mark.parametrize("display", ["error", "never"])
def test_tracebacks_are_returned_if_requested(tmp_path: Path, display: str) -> None:
    for way, interpreter in {"direct": DIRECT, "ordinary": ORDINARY}.items():
        found = play(tmp_path / way, [behave("crash")], interpreter, env={"ANSIBLE_DISPLAY_TRACEBACK": display})
        assert ("Traceback (most recent call last)" in str(found.registered)) == (display == "error"), way


def test_without_an_interpreter_ansible_core_discovers_one(tmp_path: Path) -> None:
    omitted = {**behave("change"), "vars": {"ansible_python_interpreter": "{{ nothing | default(omit) }}"}}
    found = play(tmp_path / "play", [omitted], DIRECT)  # the result of the discovery depends on the machine
    assert found.ways == {"another Python interpreter is set"}


def test_an_interrupt_ends_the_module(tmp_path: Path) -> None:
    """Ctrl-C reaches ansible-playbook, which ends its workers."""
    file = tmp_path / "process id"
    task = behave("write_process_id", "sleep_long", count_file=str(file))
    with started(tmp_path / "direct", [task], DIRECT) as process:
        wait_for(lambda: file.exists() and file.read_text().endswith("\n"))
        module = int(file.read_text())
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
    assert "interrupted" in output
    wait_for(lambda: not Path(f"/proc/{module}").exists())


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 50
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("reason", "task"),
    {
        "another Python interpreter is set": {"vars": {"ansible_python_interpreter": ORDINARY}},
        "the task is asynchronous": {"async": 30, "poll": 1},
        "become is set": {"become": True, "become_method": "direct.cases.same"},
        "the connection is not local": {"connection": "direct.cases.near"},
        "the environment has LC_ALL, PYTHONHASHSEED": {"environment": {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}},
    }.items(),
)
def test_ansible_core_executes_modules_where_a_fork_would_differ(tmp_path: Path, reason: str, task: Task) -> None:
    found = play(tmp_path / "play", [{**behave("change", text="as ever"), **task}, behave()], DIRECT)
    assert found.ways == {reason, "direct"}
    assert (found.registered[0]["text"], found.registered[0]["changed"]) == ("as ever", True)


def test_strategy_free(tmp_path: Path, played: dict[str, Played]) -> None:
    found = play(tmp_path / "direct", [behave("change"), behave("warn", "fail")], DIRECT, strategy="free")
    assert found.ways == {"direct"}
    names = ["changed", "a failure"]
    assert _comparable(found.registered) == _comparable([result(played, name) for name in names])


def test_ansible_runner(tmp_path: Path, played: dict[str, Played]) -> None:
    """AWX's engine."""
    names = ["changed", "a failure", "a crash", "warnings, also of a thread"]
    variables = {"ansible_python_interpreter": DIRECT}
    playbook = write_play(tmp_path / "direct", [TASKS[name] for name in names], vars=variables)
    outcome = ansible_runner.run(
        private_data_dir=str(tmp_path),
        playbook=str(playbook),
        inventory="localhost ansible_connection=local",
        envvars=environment(tmp_path / "direct"),
        quiet=True,
    )
    output = "".join(event["stdout"] for event in outcome.events)
    assert outcome.status == "successful", output
    found = Played(json.loads((tmp_path / "direct" / "registered.json").read_text()), output)
    assert found.ways == {"direct"}
    assert _comparable(found.registered) == _comparable([result(played, name) for name in names])


def test_module_defaults_with_a_profile(tmp_path: Path, local_aws: LocalAws) -> None:
    """Each task uses the credentials of its own profile; a fork that kept a session would mix them up."""
    profiles = tmp_path / "credentials"
    profiles.write_text(
        f"[shop]\naws_access_key_id = {ROOT.access_key_id}\naws_secret_access_key = {ROOT.secret_access_key}\n"
        "[denied]\naws_access_key_id = AKIDDENIED\naws_secret_access_key = secret\n"
    )
    env = {**local_aws.environment(region="us-east-1"), "AWS_SHARED_CREDENTIALS_FILE": str(profiles)}
    del env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]
    info = "multiregion.edge.cloudfront_key_value_store_info"
    group = "group/multiregion.edge.edge"
    tasks: list[Task] = [
        {info: {}, "module_defaults": {group: {"profile": "shop"}}},
        {info: {}, "module_defaults": {group: {"profile": "denied"}}},
        {info: {}, "module_defaults": {info: {"profile": "shop"}}},
        {info: {}, "environment": {"AWS_PROFILE": "denied"}},
        {info: {}},
    ]
    both = {
        way: play(tmp_path / way, tasks, interpreter, env=env)
        for way, interpreter in {"direct": DIRECT, "ordinary": ORDINARY}.items()
    }
    assert both["direct"].ways == {"direct"}
    assert _comparable(both["direct"].registered) == _comparable(both["ordinary"].registered)
    shop, denied, again, by_environment, without = both["direct"].registered
    assert (shop["key_value_stores"], again["key_value_stores"]) == ([], [])
    for refused in (denied, by_environment):
        assert "InvalidClientTokenId" in refused["msg"] or "SignatureDoesNotMatch" in refused["msg"], refused["msg"]
    assert without["msg"].startswith("no AWS credentials were found. Set AWS_PROFILE")


def test_a_controller_without_boto3_runs_modules_elsewhere(tmp_path: Path) -> None:
    shim = tmp_path / "shim"
    shim.mkdir()
    (shim / "sitecustomize.py").write_text(
        "import sys\n"
        "if any(argument.endswith('ansible-playbook') for argument in sys.orig_argv):\n"
        "    sys.modules.update(dict.fromkeys(['boto3', 'botocore']))\n"
    )
    without = {"PYTHONPATH": str(shim), "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true"}
    tasks: list[Task] = [{"multiregion.edge.cloudfront_key_value_store_info": {"region": "us-east-1"}}]
    elsewhere = play(tmp_path / "ordinary", tasks, ORDINARY, env=without)
    assert elsewhere.registered[0]["msg"].startswith("no AWS credentials were found")
    here = play(tmp_path / "direct", tasks, DIRECT, env=without)
    assert here.ways == {"boto3 is not installed for Ansible's Python"}
