"""Six frames of every record of a FASTA file, with Biopython, to standard output: the loop that pipelines use.

    python bench/biopython_frames.py FILE

The quicker of Biopython's two parsers and its functions on plain strings: Seq objects and SeqIO.parse are slower.
A codon that is cut off at the end is not translated; stops are `*`.
"""

import sys

from Bio.Seq import reverse_complement, translate
from Bio.SeqIO.FastaIO import SimpleFastaParser


def main() -> None:
    write = sys.stdout.write
    with open(sys.argv[1]) as file:
        for title, sequence in SimpleFastaParser(file):
            name = title.split(None, 1)[0]
            for sign, strand in (("F", sequence), ("R", reverse_complement(sequence))):
                for offset in range(3):
                    end = offset + (len(strand) - offset) // 3 * 3
                    write(f">{name}{sign}{offset + 1}\n{translate(strand[offset:end])}\n")


if __name__ == "__main__":
    main()
