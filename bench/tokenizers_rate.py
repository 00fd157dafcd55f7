"""Tokens of sequences with Hugging Face's `tokenizers`, on one thread.

    python bench/tokenizers_rate.py TOKENIZER_JSON FILE

FILE holds one sequence a line. Prints a JSON object: seconds of the encoding alone, one call at a time and in one
batch, the number of tokens and the sum of their ids.
"""

import json
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import Tokenizer  # noqa: E402  (reads the environment)


def main() -> None:
    tokenizer = Tokenizer.from_file(sys.argv[1])
    tokenizer.no_truncation()
    tokenizer.no_padding()
    with open(sys.argv[2]) as file:
        sequences = file.read().split()
    began = time.perf_counter()
    rows = [tokenizer.encode(sequence).ids for sequence in sequences]
    single = time.perf_counter() - began
    began = time.perf_counter()
    encodings = tokenizer.encode_batch(sequences)
    batch = time.perf_counter() - began
    assert [encoding.ids for encoding in encodings] == rows
    result = {"single": single, "batch": batch, "tokens": sum(map(len, rows)), "sum": sum(map(sum, rows))}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
