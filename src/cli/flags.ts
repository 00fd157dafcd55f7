/**
 * Every command and flag, once. Parsing, help and the README's table are derived from this.
 *
 * The letters -o -t -f -q -v -e and -m mean what they mean in the original tools; -m there chooses the head by its chunk
 * length, so here it is another way to say --length.
 */

export interface FlagSpec {
  /** Long name without its dashes. */
  readonly long: string;
  readonly short?: string;
  /** Placeholder of its value, for instance `DIR`; a flag without one is a switch. */
  readonly value?: string;
  /** May be given more than once. */
  readonly repeats?: boolean;
  readonly help: string;
  /** As shown in help; the value itself is decided where the flag is used. */
  readonly default?: string;
}

export interface CommandSpec {
  /** As typed, for instance `models import`. */
  readonly name: string;
  readonly summary: string;
  /** Placeholder of the positional arguments; none are taken without it. */
  readonly positionals?: string;
  readonly flags: readonly FlagSpec[];
  readonly examples: readonly string[];
}

const QUIET = { long: 'quiet', short: 'q', help: 'Say nothing but errors.' } as const;
const VERBOSE = { long: 'verbose', short: 'v', help: 'Say more: settings and devices.' } as const;
const STRICT = { long: 'strict', help: 'Stop at the first record that cannot be read.' } as const;
const HELP = { long: 'help', short: 'h', help: 'Show this help.' } as const;

export const PREDICT = {
  name: 'predict',
  summary: 'Find viral sequences in FASTA and FASTQ files.',
  positionals: 'INPUT…',
  flags: [
    { long: 'output', short: 'o', value: 'DIR', help: 'Folder for the results.', default: 'STEM_predictions' },
    { long: 'model', value: 'NAME|DIR', help: 'Model bundle, by name or folder.', default: 'the embedded one' },
    {
      long: 'length',
      short: 'e',
      value: 'N',
      help: 'Chunk length in nucleotides; the bundle must have a head for it.',
      default: '500 if there, else the only one',
    },
    { long: 'model-length', short: 'm', value: '300|500', help: "The original tool's name for --length." },
    { long: 'threads', short: 't', value: 'N', help: 'CPU threads of the encoders.', default: 'all cores' },
    { long: 'min-length', value: 'N', help: 'Records shorter than this get a row but no score.', default: '0' },
    { long: 'batch-tokens', value: 'N', help: 'Tokens in a batch at the most.', default: '4096' },
    { long: 'save-embeddings', help: "Write every frame's embeddings as .npy files too." },
    { long: 'verify-bundle', help: 'Hash every file of the bundle, also those that were checked before.' },
    { long: 'dry-run', short: 'n', help: 'Read everything, estimate the time, write nothing.' },
    STRICT,
    { long: 'force', short: 'f', help: 'Replace results that are already in the folder.' },
    QUIET,
    VERBOSE,
    HELP,
  ],
  examples: ['virnucpro predict reads.fasta', 'virnucpro predict contigs.fa -o results --length 300 --threads 8'],
} as const satisfies CommandSpec;

export const TRANSLATE = {
  name: 'translate',
  summary: 'Write the reading frames that the method looks at, as FASTA.',
  positionals: 'INPUT…',
  flags: [
    { long: 'output', short: 'o', value: 'DIR', help: 'Folder for the files.', default: 'STEM_frames' },
    { long: 'length', short: 'e', value: 'N', help: 'Chunk length in nucleotides.', default: '500' },
    { long: 'frames', value: 'open|all', help: 'Frames without a stop, or all six.', default: 'open' },
    { long: 'chunks', help: 'Write the chunks as well.' },
    { long: 'stdout', value: 'KIND', help: 'Write protein or nucleotide to standard output instead of files.' },
    { long: 'compress', value: 'gzip|zstd', help: 'Compress what is written.' },
    { long: 'threads', short: 't', value: 'N', help: 'CPU threads that read and translate.', default: 'all cores' },
    { long: 'batch-size', value: 'N', help: 'Records that go to a Worker at once.', default: 'by their length' },
    STRICT,
    { long: 'force', short: 'f', help: 'Replace files that are already in the folder.' },
    { long: 'discard', help: 'Translate and drop the result: for measuring.' },
    QUIET,
    VERBOSE,
    HELP,
  ],
  examples: [
    'virnucpro translate reads.fastq.gz -o frames',
    'virnucpro translate contigs.fa --stdout protein > proteins.faa',
  ],
} as const satisfies CommandSpec;

export const VALIDATE = {
  name: 'validate',
  summary: 'Check sequence files and tell what is in them.',
  positionals: 'INPUT…',
  flags: [
    { long: 'json', help: 'Write JSON to standard output.' },
    {
      long: 'length',
      short: 'e',
      value: 'N',
      help: 'Chunk length in nucleotides, for counting frames.',
      default: '500',
    },
    { long: 'threads', short: 't', value: 'N', help: 'CPU threads that read and translate.', default: 'all cores' },
    QUIET,
    VERBOSE,
    HELP,
  ],
  examples: ['virnucpro validate reads.fastq.gz', 'virnucpro validate *.fasta --json'],
} as const satisfies CommandSpec;

export const MODELS_IMPORT = {
  name: 'models import',
  summary: 'Make a model bundle from checkpoints (safetensors with their config.json).',
  flags: [
    { long: 'protein', value: 'PATH', help: 'ESM-2: model.safetensors or its folder.' },
    { long: 'nucleotide', value: 'PATH', help: 'DNABERT-S: model.safetensors or its folder.' },
    { long: 'classifier', value: 'PATH', repeats: true, help: 'Classifier head; once for each --length.' },
    { long: 'length', value: 'N', repeats: true, help: 'Chunk length of the head named before it, in nucleotides.' },
    { long: 'name', value: 'NAME', help: 'Name of the bundle.', default: "the output folder's name" },
    { long: 'output', short: 'o', value: 'DIR', help: 'Folder to make; it must not exist.' },
    QUIET,
    VERBOSE,
    HELP,
  ],
  examples: [
    'virnucpro models import --protein esm2/ --nucleotide dnaberts/ --classifier 500.safetensors --length 500 -o bundle',
  ],
} as const satisfies CommandSpec;

export const COMMANDS: readonly CommandSpec[] = [PREDICT, TRANSLATE, VALIDATE, MODELS_IMPORT];

/** Flags that stand without a command. */
export const TOP_FLAGS: readonly FlagSpec[] = [
  HELP,
  { long: 'version', short: 'V', help: 'Show the version; with --verbose what the executable carries.' },
  VERBOSE,
];

/** The long names of a command's flags. */
export type FlagName<C extends CommandSpec> = C['flags'][number]['long'];
