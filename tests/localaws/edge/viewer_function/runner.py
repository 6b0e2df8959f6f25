"""Run functions for TestFunction: a line of JSON in, a line of JSON out. It ends when stdin does."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

from localaws.edge.messages import Refusal
from localaws.edge.viewer_function.function import FunctionCode, KeyValues, ViewerFunction
from localaws.geo import load_pops


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(test(json.loads(line))) + "\n")
        sys.stdout.flush()


def test(asked: dict[str, Any]) -> dict[str, Any]:
    """The result of a new instance of the function. As in CloudFront, the result is not checked."""
    store = KeyValues(**asked["store"]) if asked["store"] else None
    function = ViewerFunction(FunctionCode(asked["name"], base64.b64decode(asked["code"]), store))
    try:
        answer = function.ask(asked["event"], next(iter(load_pops().values())))
    except Refusal as refusal:
        answer = {"error": str(refusal)}
    finally:
        function.close()
    returned = answer.get("ok", {}).get("returned")
    error = answer.get("error", "")
    if not error and not isinstance(returned, dict):
        error = "The function did not return a request or a response object"
    member = "response" if isinstance(returned, dict) and "statusCode" in returned else "request"
    output = "" if error else json.dumps({member: returned})
    return {"output": output, "error": error, "logs": answer.get("logs", [])}


if __name__ == "__main__":
    main()
