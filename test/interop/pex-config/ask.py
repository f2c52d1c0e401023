"""Load config texts with the real pex_config: what is saved after each, or the kind of error."""

import json
import os
import sys
import warnings

sys.path.insert(0, os.path.dirname(__file__))
warnings.simplefilter("ignore")

import m  # noqa: E402


def answer(text):
    config = m.Root()
    try:
        config.loadFromString(text, filename=os.path.join(os.path.dirname(__file__), "t.py"))
        answer = {"saved": config.saveToString(skipImports=True)}
        if text.startswith("import m\nassert"):
            answer["whole"] = config.saveToString()
        return answer
    except SyntaxError as error:
        return {"error": "SyntaxError", "message": str(error)}
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error).split("\n")[0]}


json.dump([answer(text) for text in json.load(sys.stdin)], sys.stdout)
