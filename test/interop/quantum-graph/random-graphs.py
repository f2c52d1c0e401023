"""Graphs of random pipelines by the real builder: for each its quanta with their inputs and outputs, or the error."""

import json
import logging
import sys
import types

import lsst.pipe.base as pb
import lsst.pipe.base.connectionTypes as ct
from lsst.daf.butler import Butler
from lsst.pipe.base._datasetQueryConstraints import DatasetQueryConstraintVariant
from lsst.pipe.base.all_dimensions_quantum_graph_builder import AllDimensionsQuantumGraphBuilder
from lsst.pipe.base.pipeline_graph import PipelineGraph

RUN = "u/random/run"
KINDS = {"input": ct.Input, "prerequisite": ct.PrerequisiteInput, "output": ct.Output}
logging.disable(logging.CRITICAL)


def new(name, base, body, **arguments):
    def fill(namespace):
        for key, value in {**body, "__module__": __name__}.items():
            namespace[key] = value

    return types.new_class(name, (base,), arguments, fill)


def connection(spec):
    options = {k: v for k, v in spec.items() if k != "kind"}
    return KINDS[spec["kind"]](doc="-", **{**options, "dimensions": tuple(spec["dimensions"])})


def task(spec):
    body = {name: connection(one) for name, one in spec["connections"].items()}
    made = new(
        "C",
        pb.PipelineTaskConnections,
        body,
        dimensions=tuple(spec["dimensions"]),
        defaultTemplates=spec["templates"],
    )
    config = new("K", pb.PipelineTaskConfig, {}, pipelineConnections=made)
    return new("T", pb.PipelineTask, {"ConfigClass": config, "_DefaultName": spec["label"]})


def key(data_id):
    return json.dumps(dict(sorted(data_id.required.items())), separators=(",", ":"))


def graph(butler, spec):
    pipeline = PipelineGraph()
    for one in spec["tasks"]:
        made = task(one)
        config = made.ConfigClass()
        for name, value in one["config"].items():
            setattr(config.connections, name, value)
        pipeline.add_task(one["label"], made, config)
    builder = AllDimensionsQuantumGraphBuilder(
        pipeline,
        butler,
        where=spec["where"],
        input_collections=spec["inputs"],
        output_run=RUN,
        skip_existing_in=spec["skip"],
        dataset_query_constraint=DatasetQueryConstraintVariant.fromExpression(spec["constraint"]),
    )
    found = {}
    for node in builder.build(attach_datastore_records=False):
        quantum = node.quantum

        def ids(refs_by_type):
            found = {}
            for t, refs in refs_by_type.items():
                if refs and not t.name.endswith(("_metadata", "_log")):
                    known = found.setdefault(t.name.split(".")[0], set())
                    known.update(key(r.dataId) if r.run == RUN else str(r.id) for r in refs)
            return {name: sorted(known) for name, known in found.items()}

        found[f"{node.taskDef.label} {key(quantum.dataId)}"] = [ids(quantum.inputs), ids(quantum.outputs)]
    return found


root, file = sys.argv[1:]
answers = []
with open(file) as stream:
    specs = json.load(stream)
with Butler.from_config(root) as whole:
    for spec in specs:
        with whole.clone(collections=spec["inputs"]) as butler:
            try:
                answers.append(graph(butler, spec))
            except Exception as error:
                answers.append(f"{type(error).__name__}: {error}"[:600])
print(json.dumps(answers))
