/** What may be typed wrong, option by option: each has its sentence and exit code 2, before anything is read or written. */

export interface OptionSpecimen {
  /** Of the command line; `x.fa` is a sound file. */
  readonly args: readonly string[];
  /** The whole message behind `virnucpro: `. */
  readonly message: string;
}

const DIGITS = 'Give it in digits.';
const BEHIND = 'Give it behind the flag.';

const option = (line: string, message: string): OptionSpecimen => ({ args: line.split(' '), message });
const empty = (line: string, flag: string, value: string): OptionSpecimen => ({
  args: [...line.split(' '), flag, ''],
  message: `${flag} needs a value (${value}). ${BEHIND}`,
});
/** A number that is too small, and one that is none. */
const number = (line: string, flag: string, least: number): readonly OptionSpecimen[] =>
  [`${least - 1}`, 'x'].map((value) => ({
    args: [...line.split(' '), `${flag}=${value}`],
    message: `${flag} ${value} is not a whole number of at least ${least}. ${DIGITS}`,
  }));

export const OPTIONS: readonly OptionSpecimen[] = [
  ...number('predict x.fa', '--length', 1),
  ...number('predict x.fa', '--min-length', 0),
  ...number('predict x.fa', '--batch-tokens', 1),
  ...number('predict x.fa', '--hang-seconds', 1),
  ...number('predict x.fa', '--threads', 1),
  ...number('translate x.fa', '--length', 1),
  ...number('translate x.fa', '--batch-size', 1),
  ...number('validate x.fa', '--length', 1),
  ...number('models pull virnucpro', '--parallel', 1),
  empty('predict x.fa', '--output', 'DIR'),
  empty('predict x.fa', '--model', 'NAME|DIR'),
  empty('predict x.fa', '--device', 'LIST'),
  empty('predict x.fa', '--trust-device', 'LIST'),
  empty('predict x.fa', '--progress-file', 'FILE'),
  empty('translate x.fa', '-o', 'DIR'),
  option(
    'predict x.fa --device ,',
    '--device , is not understood. It takes auto, or a list such as cuda:0,webgpu:1 or cpu.',
  ),
  option('predict x.fa --precision bf16', '--precision bf16 is not known. --precision takes fp32 or fp16.'),
  option(
    'predict x.fa --progress loud',
    '--progress loud is not known. --progress takes auto, tty, plain, json or off.',
  ),
  option('predict x.fa --color green', '--color green is not known. --color takes auto, always or never.'),
  option('predict x.fa --verify-bundle=x', '--verify-bundle takes no value. Leave out "=x".'),
  option('translate x.fa --frames some', '--frames some is not known. --frames takes open or all.'),
  option('translate x.fa --compress bzip2', '--compress bzip2 is not known. --compress takes gzip or zstd.'),
  option('translate x.fa --stdout dna', '--stdout dna is not known. --stdout takes protein or nucleotide.'),
  option('translate x.fa --stdout protein --chunks', '--chunks and --stdout exclude each other. Give one of them.'),
  option('translate x.fa --stdout protein --discard', '--stdout and --discard exclude each other. Give one of them.'),
  option('translate x.fa --stdout protein -o out', '--output and --stdout exclude each other. Give one of them.'),
  option('devices x', '"virnucpro devices" takes flags only, not "x". Try "virnucpro devices --help".'),
  option('models list x', '"virnucpro models list" takes flags only, not "x". Try "virnucpro models list --help".'),
  option('models import', '--output is missing. Try "virnucpro models import --help".'),
  option('models pull', 'models pull takes one name. See "virnucpro models list".'),
  option('models pull nosuch', 'The catalogue has no model nosuch. See "virnucpro models list".'),
  option(
    'models pull virnucpro --mirror ftp://x',
    '--mirror is not an http or https address. Give a base address such as https://huggingface.co.',
  ),
  option('models remove nosuch', 'There is no installed model "nosuch". See "virnucpro models list" for the names.'),
  option('models path nosuch', 'The model nosuch is not installed. See "virnucpro models list".'),
  option('models verify', 'models verify takes one model. Give its name or its folder.'),
  option('runtime install', 'runtime install takes one name. Give cuda or cuda12.'),
  option('runtime install cuda13', 'There is no runtime "cuda13". Did you mean cuda12?'),
  option('runtime remove cuda', 'The runtime cuda is not installed. See "virnucpro runtime list".'),
  option('--nothing', '"virnucpro" has no flag --nothing. Try "virnucpro --help".'),
];
