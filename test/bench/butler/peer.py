"""The same work with lsst-daf-butler: python peer.py REPO WORK N prints {job: milliseconds} (medians of small jobs)."""
import json
import os
import statistics
import sys
import time

from lsst.daf.butler import Butler, DatasetRef, FileDataset

repo, work, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
out = {}
WHERE = "instrument='Cam'"


def once(job, run):
    begin = time.perf_counter()
    value = run()
    out[job] = 1000 * (time.perf_counter() - begin)
    return value


def each(job, items, run):
    times = []
    for item in items:
        begin = time.perf_counter()
        run(item)
        times.append(1000 * (time.perf_counter() - begin))
    out[job] = statistics.median(times)


def ids(start, n):
    return [{"instrument": "Cam", "visit": 1 + i // 100, "detector": i % 100} for i in range(start, start + n)]


butler = Butler.from_config(repo, writeable=True)
each("put", ids(0, 300), lambda d: butler.put({"a": 1}, "written", d, run="run/written"))
with butler.transaction():
    each("put-transaction", ids(1000, 300), lambda d: butler.put({"a": 1}, "written", d, run="run/written"))
each("find", ids(500, 60), lambda d: butler.find_dataset("note", d, collections="run/big"))
each("find-chain", ids(500, 60), lambda d: butler.find_dataset("note", d, collections="chain"))
each("get", ids(1000, 60), lambda d: butler.get("written", d, collections="run/written"))


def find(collections, records=False):
    """A query whose every ref is looked at: its id and visit, and with records each of them."""
    refs = butler.query_datasets("note", collections, where=WHERE, limit=None, with_dimension_records=records)
    for ref in refs:
        assert ref.id is not None and ref.dataId["visit"] is not None
        if records:
            for element in ref.dataId.dimensions.elements:
                assert element == "band" or ref.dataId.records[element] is not None
    return refs


find("run/1")
refs = once("refs", lambda: find("run/big"))
assert len(refs) == 100_000
assert len(once("refs-records", lambda: find("run/big", True))) == 100_000
first = once("find-first", lambda: find("chain"))
assert len(first) == 10_000
rows = once("overlap", lambda: butler.query_data_ids(["visit", "detector", "patch"], where=WHERE + " AND skymap='sky' AND visit <= 40", limit=None))
out["overlap-rows"] = len(rows)

files = os.path.join(work, "files")
os.makedirs(files, exist_ok=True)
type_ = butler.get_dataset_type("written")
butler.collections.register("run/ingested")
items = []
for i, d in enumerate(ids(0, count)):
    path = os.path.join(files, f"{i}.yaml")
    with open(path, "w") as f:
        f.write("a: 1\n")
    items.append(FileDataset(path=path, refs=[DatasetRef(type_, butler.registry.expandDataId(d), run="run/ingested")]))
once("ingest", lambda: butler.ingest(*items, transfer="direct"))
refs = butler.query_datasets("written", "run/ingested", limit=None)


def export():
    with butler.export(filename=os.path.join(work, "peer.yaml")) as e:
        e.saveDatasets(refs)


once("export", export)
target = os.path.join(work, "peer-target")
Butler.makeRepo(target)
other = Butler.from_config(target, writeable=True)
once("import", lambda: other.import_(directory=work, filename=os.path.join(work, "peer.yaml"), transfer="direct"))
print(json.dumps(out))
