"""Makes small folders of the BERT family, and what numpy computes of them: data/folders/.

    python3 -m venv /tmp/folders && /tmp/folders/bin/pip install numpy==2.4.6 tokenizers==0.23.3
    /tmp/folders/bin/python folders.py data/folders

The weights are random from fixed seeds. Tokens are those of the official tokenizer, and vectors are computed as the
definition says, in 64-bit floats, without anything of the crate's.
"""

import json
import math
import pathlib
import struct
import sys

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

WORDS = """tea green ten cat ##s ##ing ##ed the lives in was run ##ning query : passage hello wor ##ld ##ly un ##believ ##able
Anna Berlin anna berlin würzburg wurzburg é ##é 我 北 京 寿 ! ? , . - ' 2 0 1 9 ##2 ##0 ##1 ##9""".split()
LETTERS = [begin + chr(at) for begin in ("", "##") for at in range(ord("a"), ord("z") + 1)]

TEXTS = ["", "tea", "Green tea, ten cats!", "Anna lives in Berlin.", "ANNA LIVES IN BERLIN", "Würzburg 2019 é e\u0301", "我在北京 unbelievably",
         "[SEP] hello [MASK] world </s> x", "running the running cat's tea-tea", "tea " * 300, "zzzyx qqq 🍕 naïve", "\u200bte\0a\ttea\n"]
TEXTS.append("x" * 101 + " hello")


def main(to):
    to.mkdir(parents=True, exist_ok=True)
    recorded = {}
    for make in (bert, distilbert, mpnet, roberta):
        name = make.__name__
        folder = to / name
        folder.mkdir(exist_ok=True)
        recorded[name] = {kind: np.round(vectors, 6).tolist() for kind, vectors in make(folder, np.random.default_rng(len(name))).items()}
    lines = ",\n".join(f'"{name}": ' + json.dumps(vectors, separators=(",", ":")) for name, vectors in recorded.items())
    (to / "vectors.json").write_text('{\n"texts": ' + json.dumps(TEXTS) + ",\n" + lines + "\n}\n")


def bert(folder, rng):
    """A prefix, old names of norms, tokenizer.json, mean and length 1, prompts, and a window below the places."""
    signs = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = signs + LETTERS + WORDS
    config = {"model_type": "bert", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48, "hidden_act": "gelu",
              "vocab_size": len(vocabulary), "max_position_embeddings": 32, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "architectures": ["BertModel"]}
    tokenizer = wordpiece(vocabulary, signs, lowercase=True)
    number = vocabulary.index
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", number("[CLS]")), ("[SEP]", number("[SEP]"))])
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    write(folder, "config.json", config)
    write(folder, "tokenizer_config.json", {"do_lower_case": True, "strip_accents": None, "model_max_length": 512})
    write(folder, "modules.json", [module(0, "", "Transformer"), module(1, "1_Pooling", "Pooling"), module(2, "2_Normalize", "Normalize")])
    write(folder, "1_Pooling/config.json", {"word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True})
    write(folder, "sentence_bert_config.json", {"max_seq_length": 24, "do_lower_case": False})
    write(folder, "config_sentence_transformers.json", {"prompts": {"query": "query: ", "document": "passage: "}, "default_prompt_name": None})
    weights = {"embeddings.word_embeddings.weight": normal(rng, len(vocabulary), 32), "embeddings.position_embeddings.weight": normal(rng, 32, 32),
               "embeddings.token_type_embeddings.weight": normal(rng, 2, 32)} | norm_weights(rng, "embeddings.LayerNorm", 32)
    weights |= layers(rng, config["num_hidden_layers"], 32, 48, BERT)
    tokens = lambda prompt: [ids(tokenizer, prompt + text, 24) for text in TEXTS]
    states = lambda prompt: [run(weights, config, BERT, text, kinds=True) for text in tokens(prompt)]
    unit = lambda rows: [row / np.linalg.norm(row) for row in rows]
    files(folder, {"model.safetensors": {"bert." + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
                                         for name, value in weights.items()} | {"bert.pooler.dense.weight": normal(rng, 32, 32)}}, "F32")
    texts, questions, bare = states("passage: "), states("query: "), states("")
    return {"text": unit(map(mean, texts)), "question": unit(map(mean, questions)), "mean": [mean(x) for x in bare], "cls": [x[0] for x in bare],
            "max": [x.max(0) for x in bare]}


def distilbert(folder, rng):
    """vocab.txt with letters of both sizes, floats of 16 bits, and no file of sentence-transformers."""
    signs = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = signs + LETTERS + WORDS
    config = {"model_type": "distilbert", "dim": 40, "n_layers": 2, "n_heads": 4, "hidden_dim": 56, "activation": "relu", "vocab_size": len(vocabulary),
              "max_position_embeddings": 40}
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    tokenizer = wordpiece(vocabulary, signs, lowercase=False)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    write(folder, "config.json", config)
    write(folder, "tokenizer_config.json", {"do_lower_case": False, "model_max_length": 512, "cls_token": {"content": "[CLS]"}})
    weights = {"embeddings.word_embeddings.weight": normal(rng, len(vocabulary), 40), "embeddings.position_embeddings.weight": normal(rng, 40, 40)}
    weights |= norm_weights(rng, "embeddings.LayerNorm", 40) | layers(rng, 2, 40, 56, DISTILBERT)
    weights = {name: value.astype("<f2").astype(np.float64) for name, value in weights.items()}
    files(folder, {"model.safetensors": weights}, "F16")
    shape = {"num_hidden_layers": 2, "num_attention_heads": 4, "hidden_act": "relu"}
    return {"text": [mean(run(weights, shape, DISTILBERT, ids(tokenizer, text, 40))) for text in TEXTS]}


def mpnet(folder, rng):
    """Nearness, floats of BF16, and a text longer than all buckets."""
    signs = ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"]
    vocabulary = signs + LETTERS + WORDS
    config = {"model_type": "mpnet", "hidden_size": 48, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 32, "hidden_act": "gelu",
              "vocab_size": len(vocabulary), "max_position_embeddings": 202, "layer_norm_eps": 1e-5, "relative_attention_num_buckets": 32}
    tokenizer = wordpiece(vocabulary, signs, lowercase=True)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    write(folder, "config.json", config)
    write(folder, "tokenizer_config.json", {"do_lower_case": True, "model_max_length": 512})
    write(folder, "modules.json", [module(0, "0_Transformer", "Transformer"), module(1, "1_Pooling", "Pooling")])
    write(folder, "1_Pooling/config.json", {"embedding_dimension": 48, "pooling_mode": "max"})
    weights = {"embeddings.word_embeddings.weight": normal(rng, len(vocabulary), 48), "embeddings.position_embeddings.weight": normal(rng, 202, 48),
               "encoder.relative_attention_bias.weight": normal(rng, 32, 1) * 4} | norm_weights(rng, "embeddings.LayerNorm", 48)
    weights |= layers(rng, 1, 48, 32, MPNET)
    weights = {name: bf16(value)[1] for name, value in weights.items()}
    # The model's own files are where modules.json says.
    (folder / "0_Transformer").mkdir(exist_ok=True)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (folder / name).rename(folder / "0_Transformer" / name)
    files(folder / "0_Transformer", {"model.safetensors": weights | {"embeddings.position_ids": np.arange(202)}}, "BF16")
    return {"text": [run(weights, config, MPNET, ids(tokenizer, text, 200), first=2).max(0) for text in TEXTS]}


def roberta(folder, rng):
    """Places that begin behind the padding's, a wide head, the activation by the tangent, and weights in two files."""
    signs = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = signs + LETTERS + WORDS
    config = {"model_type": "roberta", "hidden_size": 80, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 16,
              "hidden_act": "gelu_new", "vocab_size": len(vocabulary), "max_position_embeddings": 42, "type_vocab_size": 1, "layer_norm_eps": 1e-5,
              "pad_token_id": 1}
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    tokenizer = wordpiece(vocabulary, signs, lowercase=True)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    write(folder, "config.json", config)
    write(folder, "special_tokens_map.json", {"cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]"})
    write(folder, "1_Pooling/config.json", {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False})
    weights = {"embeddings.word_embeddings.weight": normal(rng, len(vocabulary), 80), "embeddings.position_embeddings.weight": normal(rng, 42, 80),
               "embeddings.token_type_embeddings.weight": normal(rng, 1, 80)} | norm_weights(rng, "embeddings.LayerNorm", 80)
    weights |= layers(rng, 1, 80, 16, BERT)
    weights = {"roberta." + name: value.astype("<f2").astype(np.float64) for name, value in weights.items()}
    names = sorted(weights)
    parts = {f"model-0000{part + 1}-of-00002.safetensors": {name: weights[name] for name in names[part::2]} for part in (0, 1)}
    files(folder, parts, "F16")
    write(folder, "model.safetensors.index.json", {"metadata": {}, "weight_map": {name: file for file, part in parts.items() for name in part}})
    weights = {name.removeprefix("roberta."): value for name, value in weights.items()}
    return {"text": [run(weights, config, BERT, ids(tokenizer, text, 40), kinds=True, first=2)[0] for text in TEXTS]}


# The names of a layer's tensors: question, key, value, answer, its norm, inner, outer, its norm.
BERT = ("encoder.layer.{}.", "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "attention.output.LayerNorm",
        "intermediate.dense", "output.dense", "output.LayerNorm")
DISTILBERT = ("transformer.layer.{}.", "attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "sa_layer_norm", "ffn.lin1", "ffn.lin2",
              "output_layer_norm")
MPNET = ("encoder.layer.{}.", "attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o", "attention.LayerNorm", *BERT[6:])


def normal(rng, *shape):
    return rng.normal(size=shape).astype(np.float32).astype(np.float64) * 0.5


def norm_weights(rng, name, hidden):
    return {f"{name}.weight": 1 + normal(rng, hidden) * 0.4, f"{name}.bias": normal(rng, hidden) * 0.4}


def layers(rng, count, hidden, inner, names):
    weights = {}
    for layer in range(count):
        at = names[0].format(layer)
        for name, outputs, inputs in [(name, hidden, hidden) for name in names[1:5]] + [(names[6], inner, hidden), (names[7], hidden, inner)]:
            weights |= {f"{at}{name}.weight": normal(rng, outputs, inputs), f"{at}{name}.bias": normal(rng, outputs)}
        weights |= norm_weights(rng, at + names[5], hidden) | norm_weights(rng, at + names[8], hidden)
    return {name: value.astype(np.float32).astype(np.float64) for name, value in weights.items()}


def wordpiece(vocabulary, signs, lowercase):
    unknown = "[UNK]"
    tokenizer = Tokenizer(models.WordPiece({piece: at for at, piece in enumerate(vocabulary)}, unk_token=unknown, max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(signs)
    return tokenizer


def ids(tokenizer, text, window):
    tokenizer.enable_truncation(window)
    return tokenizer.encode(text).ids


def run(weights, config, names, ids, kinds=False, first=0):
    eps = config.get("layer_norm_eps", 1e-12)
    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][first : first + len(ids)]
    if kinds:
        x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = norm(weights, "embeddings.LayerNorm", x, eps)
    heads = config["num_attention_heads"]
    for layer in range(config["num_hidden_layers"]):
        at = names[0].format(layer)
        linear = lambda x, name: x @ weights[f"{at}{name}.weight"].T + weights[f"{at}{name}.bias"]
        q, k, v = (linear(x, name).reshape(len(ids), heads, -1) for name in names[1:4])
        answers = np.empty_like(q)
        for head in range(heads):
            scores = q[:, head] @ k[:, head].T / math.sqrt(q.shape[-1])
            if "encoder.relative_attention_bias.weight" in weights:
                table = weights["encoder.relative_attention_bias.weight"][:, head]
                scores = scores + np.array([[table[bucket(key - question)] for key in range(len(ids))] for question in range(len(ids))])
            shares = np.exp(scores - scores.max(1, keepdims=True))
            answers[:, head] = shares / shares.sum(1, keepdims=True) @ v[:, head]
        x = norm(weights, at + names[5], x + linear(answers.reshape(len(ids), -1), names[4]), eps)
        x = norm(weights, at + names[8], x + linear(ACTIVATIONS[config["hidden_act"]](linear(x, names[6])), names[7]), eps)
    return x


def bucket(relative):
    """MPNet's: the sign, each of eight distances, and then on a logarithm up to 128."""
    n, sign = abs(relative), 16 * (relative > 0)
    large = 8 + int(np.float32(math.log(max(n, 1) / 8)) / np.float32(math.log(128 / 8)) * 8 + 1e-6) if n >= 8 else n
    return sign + min(large, 15)


def norm(weights, name, x, eps):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps) * weights[f"{name}.weight"] + weights[f"{name}.bias"]


ACTIVATIONS = {"gelu": lambda x: x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2, "relu": lambda x: np.maximum(x, 0),
               "gelu_new": lambda x: x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))}


def mean(x):
    return x.mean(0)


def bf16(value):
    """The bits of the nearest number with eight bits of fraction, and that number."""
    bits = np.asarray(value, "<f4").view("<u4").astype(np.uint64)
    bits = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2")
    return bits, (bits.astype("<u4") << 16).view("<f4").astype(np.float64)


def files(folder, parts, dtype):
    """safetensors, whose header is filled up with spaces so that the numbers begin at a multiple of eight."""
    pack = {"F32": lambda x: x.astype("<f4").tobytes(), "F16": lambda x: x.astype("<f2").tobytes(), "BF16": lambda x: bf16(x)[0].tobytes()}[dtype]
    for file, tensors in parts.items():
        header, data = {"__metadata__": {"format": "pt"}}, b""
        for name, value in tensors.items():
            whole = value.dtype.kind == "i"
            packed = value.astype("<i8").tobytes() if whole else pack(value)
            header[name] = {"dtype": "I64" if whole else dtype, "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(packed)]}
            data += packed
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        (folder / file).write_bytes(struct.pack("<Q", len(text)) + text + data)


def module(at, path, kind):
    return {"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.models.{kind}"}


def write(folder, name, value):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
