"""Ask the real middleware: python record.py RUBIN-MIDDLEWARE WORK [commands] writes WORK/answers/*.json in the notation of its README."""
import os
import shlex
import sys

source, work = sys.argv[1:3]
sys.path.insert(0, source)
sys.path.insert(0, os.path.join(source, "tasks"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ["COLUMNS"] = "80"
import fl_record as rec  # noqa: E402
from lsst.daf.butler import Butler  # noqa: E402
from sequences import COMMANDS, READ, SEQUENCES  # noqa: E402
from specs import FILES  # noqa: E402

rec.unpack(os.path.join(source, "repo-a.tar.zst"), work)
repo = os.path.join(work, "repo-a")
out, cwd, second = (os.path.join(work, name) for name in ("out", "cwd", "second"))
for folder in (out, cwd):
    os.makedirs(folder)
known = rec.known_ids(repo)
head = {"repo": "repo-a.tar.zst"}


def save(name, rows):
    rec.save_json_lines(os.path.join(work, "answers", f"{name}.json"), head, rows)


def command(line, where, norm):
    places = {"R": where, "S": second, "O": out}
    argv = [places[w] if w in places else out + w[1:] if w.startswith("O/") else w for w in shlex.split(line)]
    rc, stdout, stderr = rec.run_cli(argv, cwd=cwd)
    return {"cmd": [norm.text(a) for a in argv], "stdout": norm.text(stdout), "stderr": norm.text(rec.short_stderr(stderr)), "rc": rc}


def lines(text):
    return [x for x in text.splitlines() if x.strip()]


butler = Butler.from_config(repo)
norm = rec.Normaliser({repo: "<REPO>"}, known)
for name, specs in FILES.items():
    save(name, [{"id": f"live-{name}-{i + 1:03d}", "spec": s, **rec.answer(butler, s, norm)} for i, s in enumerate(specs)])

rows = []
for sequence, steps in SEQUENCES.items():
    copy = rec.scratch(repo, work)
    writer = Butler.from_config(copy, writeable=True)
    norm = rec.Normaliser({copy: "<REPO>"}, known)
    for i, s in enumerate(steps):
        rows.append({"id": f"live-{sequence}-{i + 1:03d}", "sequence": sequence, "spec": s, **rec.answer(writer, s, norm)})
    writer.close()
save("writes", rows)
if "commands" not in sys.argv:
    sys.exit()

import lsst.daf.butler.cli.butler  # noqa: E402, F401  (before forking, so that each command need not)
import lsst.daf.butler.cli.cmd  # noqa: E402, F401
import lsst.daf.butler.script  # noqa: E402, F401

norm = rec.Normaliser({out: "<OUT>", repo: "<REPO>", cwd: "<CWD>"}, known)
save("read", [{"id": f"live-command-{i + 1:03d}", **command(line, repo, norm)} for i, line in enumerate(lines(READ))])
for name, text in COMMANDS.items():
    copy = rec.scratch(repo, work)
    rec.shutil.rmtree(second, ignore_errors=True)
    norm = rec.Normaliser({out: "<OUT>", copy: "<REPO>", second: "<REPO2>", cwd: "<CWD>"}, known)
    save(f"seq-{name}", [{"id": f"live-{name}-{i + 1:03d}", "sequence": name, **command(line, copy, norm)} for i, line in enumerate(lines(text))])
