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
/** Of every command that shows what it does. */
const PROGRESS = [
  {
    long: 'progress',
    value: 'auto|tty|plain|json|off',
    help: 'How progress is shown, on standard error: a panel, lines, an event per line, or nothing but errors.',
    default: 'auto: tty on a terminal, else plain',
  },
  { long: 'progress-file', value: 'FILE', help: 'Write every event to this file too, as JSON lines.' },
  { long: 'color', value: 'auto|always|never', help: 'Colour on standard error.', default: 'auto' },
] as const;
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
    {
      long: 'device',
      value: 'LIST',
      help: 'Devices that compute: cpu, cuda:0, webgpu:1, pci:0000:65:00.0 or a part of a name, with commas.',
      default: 'auto: every GPU, else the CPU',
    },
    {
      long: 'precision',
      value: 'fp32|fp16',
      help: 'Arithmetic of all devices; fp16 only with weights of fp16.',
      default: "the bundle's",
    },
    { long: 'trust-device', value: 'LIST', help: 'Use these devices even if their proof fails; the results say so.' },
    { long: 'hang-seconds', value: 'N', help: 'Give up a device that is silent for so long.', default: '300' },
    { long: 'threads', short: 't', value: 'N', help: 'CPU threads of the encoders.', default: 'all cores' },
    { long: 'min-length', value: 'N', help: 'Records shorter than this get a row but no score.', default: '0' },
    { long: 'batch-tokens', value: 'N', help: 'Tokens in a batch at the most.', default: '4096' },
    { long: 'save-embeddings', help: "Write every frame's embeddings as .npy files too." },
    { long: 'verify-bundle', help: 'Hash every file of the bundle, also those that were checked before.' },
    { long: 'dry-run', short: 'n', help: 'Read everything, estimate the time, write nothing.' },
    STRICT,
    { long: 'resume', help: 'Go on with a run that was interrupted; without one, begin.' },
    { long: 'force', short: 'f', help: 'Replace results that are already in the folder.' },
    ...PROGRESS,
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
    ...PROGRESS,
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
    ...PROGRESS,
    QUIET,
    VERBOSE,
    HELP,
  ],
  examples: ['virnucpro validate reads.fastq.gz', 'virnucpro validate *.fasta --json'],
} as const satisfies CommandSpec;

export const MODELS_IMPORT = {
  name: 'models import',
  summary: 'Make a model bundle from checkpoints: safetensors, PyTorch or fair-esm files.',
  flags: [
    { long: 'protein', value: 'PATH', help: 'ESM-2: a checkpoint file, or its folder.' },
    { long: 'nucleotide', value: 'PATH', help: 'DNABERT-S: a checkpoint file, or its folder.' },
    { long: 'classifier', value: 'PATH', repeats: true, help: 'Classifier head; once for each --length.' },
    { long: 'length', value: 'N', repeats: true, help: 'Chunk length of the head named before it, in nucleotides.' },
    {
      long: 'precision',
      value: 'fp32|fp16',
      help: 'How the encoders are stored; fp16 takes half the space.',
      default: 'fp32',
    },
    { long: 'name', value: 'NAME', help: 'Name of the bundle.', default: "the output folder's name" },
    { long: 'output', short: 'o', value: 'DIR', help: 'Folder to make; with --name alone the model is installed.' },
    {
      long: 'calibration',
      value: 'FILE',
      help: 'JSON by chunk length: slope, intercept, threshold and fitted_on, for probabilities in the tables.',
    },
    { long: 'note', value: 'TEXT', help: 'A sentence that every run with this bundle ends with.' },
    { long: 'protein-heads', value: 'N', help: 'Attention heads, for an ESM-2 file that does not say.' },
    { long: 'nucleotide-heads', value: 'N', help: 'Attention heads, for a DNABERT-S file without config.json.' },
    ...PROGRESS,
    QUIET,
    VERBOSE,
    HELP,
  ],
  examples: [
    'virnucpro models import --protein esm2/ --nucleotide dnaberts/ --classifier 500_model.pth --length 500 -o bundle',
  ],
} as const satisfies CommandSpec;

export const MODELS_VERIFY = {
  name: 'models verify',
  summary: "Compute a model's golden frames on this machine and compare.",
  positionals: 'NAME|DIR',
  flags: [
    { long: 'device', value: 'cpu', help: 'Where to compute.', default: 'cpu' },
    { long: 'threads', short: 't', value: 'N', help: 'CPU threads.', default: 'all cores' },
    { long: 'json', help: 'Write JSON to standard output.' },
    ...PROGRESS,
    QUIET,
    VERBOSE,
    HELP,
  ],
  examples: ['virnucpro models verify virnucpro', 'virnucpro models verify bundle/ --json'],
} as const satisfies CommandSpec;

export const MODELS_LIST = {
  name: 'models list',
  summary: 'List installed models and those that can be pulled.',
  flags: [{ long: 'json', help: 'Write JSON to standard output.' }, QUIET, VERBOSE, HELP],
  examples: ['virnucpro models list'],
} as const satisfies CommandSpec;

export const MODELS_PULL = {
  name: 'models pull',
  summary: 'Download a published model, convert it and prove it against published numbers.',
  positionals: 'NAME',
  flags: [
    {
      long: 'precision',
      value: 'fp32|fp16',
      help: 'How the encoders are stored; fp16 takes half the space.',
      default: 'fp32',
    },
    { long: 'output', short: 'o', value: 'DIR', help: 'Folder for the files of a single checkpoint.' },
    { long: 'mirror', value: 'URL', help: 'Take the files from here; HF_ENDPOINT and HF_TOKEN work as well.' },
    { long: 'parallel', value: 'N', help: 'Files downloaded at once.', default: '4' },
    { long: 'offline', help: 'Open no connection: use what was downloaded before.' },
    { long: 'threads', short: 't', value: 'N', help: 'CPU threads of the proof.', default: 'all cores' },
    ...PROGRESS,
    QUIET,
    VERBOSE,
    HELP,
  ],
  examples: ['virnucpro models pull virnucpro', 'virnucpro models pull esm2-8m -o esm2-8m'],
} as const satisfies CommandSpec;

export const MODELS_PATH = {
  name: 'models path',
  summary: 'Print the folder of an installed model, or of all models.',
  positionals: '[NAME]',
  flags: [QUIET, VERBOSE, HELP],
  examples: ['virnucpro models path', 'virnucpro models path virnucpro'],
} as const satisfies CommandSpec;

export const MODELS_REMOVE = {
  name: 'models remove',
  summary: 'Remove an installed model.',
  positionals: 'NAME',
  flags: [...PROGRESS, QUIET, VERBOSE, HELP],
  examples: ['virnucpro models remove virnucpro'],
} as const satisfies CommandSpec;

export const RUNTIME_INSTALL = {
  name: 'runtime install',
  summary: 'Fetch the libraries that NVIDIA cards need for CUDA; without them such cards compute by WebGPU.',
  positionals: 'cuda|cuda12',
  flags: [
    { long: 'from', value: 'DIR', help: 'Take the wheels, or libraries unpacked from them, from here: no download.' },
    { long: 'mirror', value: 'URL', help: 'Take the wheels from here instead of the Python package index.' },
    { long: 'no-system', help: "Fetch NVIDIA's libraries even where this machine has them." },
    { long: 'force', short: 'f', help: 'Install also where no card or driver can use it, as on a login node.' },
    ...PROGRESS,
    QUIET,
    VERBOSE,
    HELP,
  ],
  examples: ['virnucpro runtime install cuda', 'virnucpro runtime install cuda --from wheels/'],
} as const satisfies CommandSpec;

export const RUNTIME_LIST = {
  name: 'runtime list',
  summary: 'List the runtimes for GPUs: those installed and those that can be.',
  flags: [{ long: 'json', help: 'Write JSON to standard output.' }, QUIET, VERBOSE, HELP],
  examples: ['virnucpro runtime list'],
} as const satisfies CommandSpec;

export const RUNTIME_REMOVE = {
  name: 'runtime remove',
  summary: 'Remove an installed runtime.',
  positionals: 'cuda|cuda12',
  flags: [...PROGRESS, QUIET, VERBOSE, HELP],
  examples: ['virnucpro runtime remove cuda'],
} as const satisfies CommandSpec;

export const DEVICES = {
  name: 'devices',
  summary: 'List the GPUs of this machine and the CPU: what drives each, and why something else does not.',
  flags: [
    { long: 'json', help: 'Write JSON to standard output.' },
    { long: 'verify', help: "Prove each device: it computes and is compared with the CPU's values." },
    { long: 'device', value: 'LIST', help: 'Prove only these.', default: 'all that are listed' },
    { long: 'model', value: 'NAME|DIR', help: 'Model bundle of the proof.', default: 'the embedded one' },
    {
      long: 'length',
      short: 'e',
      value: 'N',
      help: 'Chunk length whose head the proof uses.',
      default: '500 if there, else the only one',
    },
    { long: 'threads', short: 't', value: 'N', help: 'CPU threads of the proof.', default: 'all cores' },
    ...PROGRESS,
    QUIET,
    VERBOSE,
    HELP,
  ],
  examples: ['virnucpro devices', 'virnucpro devices --verify --json'],
} as const satisfies CommandSpec;

export const COMMANDS: readonly CommandSpec[] = [
  PREDICT,
  TRANSLATE,
  VALIDATE,
  DEVICES,
  MODELS_LIST,
  MODELS_PULL,
  MODELS_IMPORT,
  MODELS_VERIFY,
  MODELS_PATH,
  MODELS_REMOVE,
  RUNTIME_INSTALL,
  RUNTIME_LIST,
  RUNTIME_REMOVE,
];

/** Flags that stand without a command. */
export const TOP_FLAGS: readonly FlagSpec[] = [
  HELP,
  { long: 'version', short: 'V', help: 'Show the version; with --verbose what the executable carries.' },
  VERBOSE,
];

/** The long names of a command's flags. */
export type FlagName<C extends CommandSpec> = C['flags'][number]['long'];
