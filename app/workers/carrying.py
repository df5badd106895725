"""Networks as files, in a worker process: written, and read again with distrust.

What of the engine this needs is imported where it is used: most workers never do.
"""

import json
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import orjson
from numpy.typing import NDArray
from safetensors.numpy import save

from engine.datasets import OwnData
from engine.errors import Reason, Refused
from engine.experiment import Experiment
from engine.spec import NetworkSpec
from engine.trainer import NO_SAMPLES

from ..wire import Unreadable, arrays_to_bytes, bytes_to_arrays
from .encoding import encoded
from .shelf import experiment_of, name_of

Arrays = dict[str, NDArray[Any]]
Format = Literal["json", "safetensors", "numpy", "pytorch", "keras", "onnx", "ipynb"]
Language = Literal["en", "zh"]
MOST_LISTS, MOST_PLAIN = 32_768, 1_500_000
KEY = "glassbox"  # of the metadata
# A script with more in it nobody opens, and no answer is to hold up the others.
MOST_NUMBERS = 6_000_000
# Of a safetensors file.
MOST_HEADER, MOST_TENSORS, MOST_NAME = 262_144, 2_000, 200
DAMAGED = Reason("import.no_tensors", "the file is damaged, or no safetensors file")


def export(id: str, format: Format, language: Language, updates: int) -> bytes:
    """Raises: Refused"""
    from engine.exporting import code_of, notebook_of, onnx_file, run_of
    from engine.exporting.whole import arrays_of, facts_of

    experiment = experiment_of(id)
    if format == "onnx":
        return onnx_file(experiment)
    if format in ("json", "safetensors"):
        facts = {**facts_of(experiment), "name": name_of(experiment)}
        arrays = arrays_of(experiment)
        if format == "safetensors":
            whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
            return save(whole, {KEY: json.dumps(facts)})
        plain = {n: {"shape": list(a.shape), "values": a.ravel()} for n, a in arrays.items()}
        plain["generator"] = {"shape": [1], "values": [str(int(arrays["generator"][0]))]}
        return encoded({**facts, "arrays": plain})
    if not experiment.trainer.samples:
        raise Refused("dataset", NO_SAMPLES)
    run = run_of(experiment, updates)
    numbers = run.inputs.size + run.targets.size + experiment.network.layout.size
    if numbers > MOST_NUMBERS:
        raise Refused(
            "format",
            Reason(
                "export.too_large",
                "the script would hold {asked} numbers, at most {most}; take fewer samples, or "
                "safetensors",
                asked=numbers,
                most=MOST_NUMBERS,
            ),
        )
    if format == "ipynb":
        return orjson.dumps(notebook_of(run, language, name_of(experiment)))
    return code_of(run, format, language, name_of(experiment)).encode()


def lacking(id: str, format: Format, language: Language) -> list[dict[str, Any]]:
    """What that form of it says otherwise or not at all."""
    from engine.exporting import notes_of, run_of

    return [_told(one, language) for one in notes_of(run_of(experiment_of(id)), format)]


def _told(one: Any, language: Language) -> dict[str, Any]:
    return {"code": one.code, "text": one.text[language], "losses": one.losses}


@dataclass(slots=True)
class Brought:
    """A file that was read: `spec` as it stands there, still to be validated; what else it is for `fitted`."""

    spec: dict[str, Any]
    source: Literal["whole", "state_dict", "onnx"]
    tensors: bytes = b""  # safetensors, as small as they came
    step: int = 0
    file: bytes = (
        b""  # an ONNX file, read again where it is fitted: its chain is nothing to send about
    )
    notes: list[dict[str, Any]] = field(default_factory=list)


def read(body: bytes, like: dict[str, Any] | None, name: str, language: Language) -> Brought:
    """A file of any kind; `like` is the spec of a network that says what the file does not, `name` is its.

    Raises: Refused
    """
    if body[:1] in (b"{", b"[") or body[:1].isspace():
        return _read_json(body, language)
    if body[8:9] == b"{":
        return _read_tensors(body, like, language)
    if not body:
        raise Refused("file", Reason("import.empty", "the file is empty"))
    return _read_onnx(body, like, name, language)


def _read_json(body: bytes, language: Language) -> Brought:
    from engine.exporting.whole import check_facts

    # Python makes an object of each, whatever the body was said to be.
    if body.count(b"[") + body.count(b"{") > MOST_LISTS:
        raise Refused(
            "file",
            Reason("too_many_lists", "more than {most} lists and objects (limit: max_lists)"),
            limit="max_lists",
            value=MOST_LISTS,
        )
    if body.count(b",") > MOST_PLAIN:
        raise Refused(
            "file",
            Reason(
                "import.too_many_numbers",
                "the file holds more than {most} numbers; as safetensors it may hold more",
                most=MOST_PLAIN,
            ),
        )
    try:
        document = orjson.loads(body)
    except ValueError as error:
        raise Refused(
            "file", Reason("import.not_json", "the file is no JSON that can be read")
        ) from error
    if isinstance(document, dict) and "file" in document:
        return _read_pair(document, language)
    spec, arrays = check_facts(document), document.get("arrays")
    if not isinstance(arrays, dict) or not all(map(_is_plain, arrays.values())):
        raise Refused(
            "arrays", Reason("import.no_arrays", "the file has no arrays with shape and values")
        )
    try:
        found = {_named(n): _array(a) for n, a in arrays.items()}
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(
            "arrays", Reason("import.bad_array", "an array holds what its shape does not say")
        ) from error
    return Brought(spec, "whole", arrays_to_bytes(found), _step_of(document))


def _step_of(facts: dict[str, Any]) -> int:
    step = facts.get("step")
    if not isinstance(step, int) or isinstance(step, bool):
        return 0
    return step if 0 <= step < 2**53 else 0


def _is_plain(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("shape"), list)
        and isinstance(value.get("values"), list)
        and len(value["shape"]) <= 6
        and all(isinstance(n, int) and 0 <= n < 2**31 for n in value["shape"])
    )


def _array(value: dict[str, Any]) -> NDArray[Any]:
    values = value["values"]
    if values and isinstance(values[0], str):  # the generator: 64 bits, more than a number of JSON
        return np.array([int(v[:20]) for v in values], np.uint64).reshape(value["shape"])
    return np.array(values, np.float64).reshape(value["shape"])


def _named(name: str) -> str:
    if len(name) > MOST_NAME:
        raise Refused(
            "file",
            Reason("import.long_name", "a name in the file is longer than {most} characters", most=MOST_NAME),
        )  # fmt: skip
    return name


def _read_pair(document: dict[str, Any], language: Language) -> Brought:
    """An architecture and weights: {"spec": .., "file": safetensors or ONNX in base64}."""
    spec, text = document.get("spec"), document["file"]
    if isinstance(spec, dict) and isinstance(spec.get("spec"), dict):
        spec = spec["spec"]  # what a JSON export gave
    if not isinstance(spec, dict):
        raise Refused("spec", Reason("import.no_spec", "the file has no spec of a network"))
    try:
        inner = b64decode(text, validate=True)
    except (TypeError, ValueError, Error) as error:
        raise Refused("file", Reason("import.not_base64", "`file` is no base64")) from error
    if inner[:1] == b"{":
        raise Refused("file", Reason("import.nested", "`file` is safetensors or ONNX, no JSON"))
    return read(inner, spec, "spec", language)


def checked_tensors(body: bytes) -> tuple[dict[str, str], Arrays]:
    """Metadata and arrays of a safetensors file that may lie about itself.  Raises: Refused"""
    length = int.from_bytes(body[:8], "little")
    if length > MOST_HEADER:
        raise Refused(
            "file",
            Reason(
                "import.long_header",
                "the header says it is {bytes} bytes long, at most {most}",
                bytes=length,
                most=MOST_HEADER,
            ),
        )
    try:
        header = orjson.loads(body[8 : 8 + length])
        metadata = header.pop("__metadata__", {})
        if len(header) > MOST_TENSORS or not isinstance(metadata, dict):
            raise Refused("file", DAMAGED)
        for name in header:
            _named(name)
        return metadata, bytes_to_arrays(body)
    except (Unreadable, ValueError, AttributeError, TypeError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("file", DAMAGED) from error


def _read_tensors(body: bytes, like: dict[str, Any] | None, language: Language) -> Brought:
    from engine.exporting.whole import check_facts

    metadata, arrays = checked_tensors(body)
    if isinstance(text := metadata.get(KEY), str):
        try:
            facts = orjson.loads(text)
        except ValueError as error:
            raise Refused("file", DAMAGED) from error
        return Brought(check_facts(facts), "whole", arrays_to_bytes(arrays), _step_of(facts))
    if like is None:
        raise _nothing_of_data()
    return Brought(like, "state_dict", arrays_to_bytes(arrays))


def _nothing_of_data() -> Refused:
    return Refused(
        "like",
        Reason(
            "import.no_data",
            "the file says nothing of data and loss; name a network that does with ?like=, or send "
            "its spec beside the file",
        ),
    )


def _read_onnx(body: bytes, like: dict[str, Any] | None, name: str, language: Language) -> Brought:
    from engine.exporting import note, spec_of_chain
    from engine.exporting.onnx_layers import chain_of
    from engine.exporting.onnx_reader import read_graph

    graph = read_graph(body)
    chain = chain_of(graph)  # refuses what is no layer here before anything is made
    if graph.spec is not None:
        return Brought(graph.spec, "onnx", file=body)
    if like is None:
        raise _nothing_of_data()
    layers, activation = spec_of_chain(chain)
    notes = [note("import.data_of", name=name)]
    if chain.dropped:
        notes.append(note("import.dropout"))
    spec = {**like, "layers": layers, "start": {}, "surgery": {}}
    suits = {"sigmoid": "binary_cross_entropy", "exponential": "poisson"}
    loss = like.get("loss")
    if activation == "softmax":
        losses = (
            "cross_entropy",
            "label_smoothing",
            "focal",
            "kl_divergence",
            "sequence_cross_entropy",
        )
        spec["loss"] = loss if loss in losses else "cross_entropy"
        activation = None
    elif activation in suits:
        spec["loss"], activation = suits[activation], None
    elif activation != "linear" or loss not in ("mse", "mae", "huber", "hinge"):
        # Logits, as training code leaves them, or values.
        logits = activation == "linear" and loss not in (None, "mse", "mae", "huber", "hinge")
        spec["loss"] = loss if logits else "mse"
        activation = None if logits or activation == "linear" else activation
    spec["output"] = {"activation": activation}
    return Brought(spec, "onnx", file=body, notes=[_told(n, language) for n in notes])


def fitted(
    brought: Brought, spec: NetworkSpec, tables: Mapping[str, OwnData], language: Language
) -> tuple[bytes, list[dict[str, Any]]]:
    """A checkpoint of a network of that spec with what the file holds, and what of it could not be taken.

    Raises: Refused
    """
    experiment = Experiment(spec, tables=tables)
    try:
        notes = _put(experiment, brought, language)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(
            "arrays", Reason("import.bad_array", "an array holds what its shape does not say")
        ) from error
    return arrays_to_bytes(experiment.state()), [*brought.notes, *notes]


def _put(experiment: Experiment, brought: Brought, language: Language) -> list[dict[str, Any]]:
    """What the file holds into a new network, and what could not be taken.  Raises: Refused"""
    from engine.exporting import note
    from engine.exporting.foreign import of_chain, of_state_dict
    from engine.exporting.onnx_layers import chain_of
    from engine.exporting.onnx_reader import read_graph
    from engine.exporting.whole import put_weights, put_whole

    if brought.source == "whole":
        notes = put_whole(experiment, bytes_to_arrays(brought.tensors), brought.step)
        if brought.step:
            notes.append(note("import.no_course", step=brought.step))
    elif brought.source == "state_dict":
        weights, guessed = of_state_dict(experiment.network, bytes_to_arrays(brought.tensors))
        notes = [*guessed, *put_weights(experiment, weights)]
    else:
        chain = chain_of(read_graph(brought.file))
        _check_input(chain.input_shape, experiment.network.input_shape)
        notes = put_weights(experiment, of_chain(experiment.network, chain))
    return [_told(one, language) for one in notes]


def _check_input(given: tuple[int | None, ...], mine: tuple[int, ...]) -> None:
    if len(given) == len(mine) and all(
        a is None or a == b for a, b in zip(given, mine, strict=True)
    ):
        return
    raise Refused(
        "file",
        Reason(
            "import.other_input",
            "the file's network takes {found}, the data have {expected}; choose a network with data of "
            "that shape",
            found=" x ".join("?" if n is None else str(n) for n in given),
            expected=" x ".join(map(str, mine)),
        ),
    )
