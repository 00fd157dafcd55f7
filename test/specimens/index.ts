/** The index of all specimens as it stands in INDEX.tsv: one line each, whatever they are. */

import { BUNDLES } from './bundles.ts';
import { OPTIONS } from './options.ts';
import { SPECIMENS, type Specimen } from './specimens.ts';

const COLUMNS = ['kind', 'name', 'what', 'valid', 'exit code', 'message'] as const;

type Line = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** The whole file. */
export function indexText(): string {
  const lines: readonly Line[] = [
    ...SPECIMENS.map(sequences),
    ...BUNDLES.map(({ name, what, command, at, message }) => ({
      ...{ kind: 'bundle', name, what, valid: 'no', 'exit code': `${command} 2`, message: `${at}: ${message}` },
    })),
    ...OPTIONS.map(({ args, message }) => ({
      ...{ kind: 'option', name: args.map((word) => word || "''").join(' '), what: 'command line' },
      ...{ valid: 'no', 'exit code': '2', message },
    })),
  ];
  return [COLUMNS.join('\t'), ...lines.map((line) => COLUMNS.map((column) => field(line[column])).join('\t')), ''].join(
    '\n',
  );
}

/** Of several messages about a file the first. */
function sequences(specimen: Specimen): Line {
  const { file, what, records, cut, refusal, translate, validate } = specimen;
  const problem = records.find((record) => 'problem' in record);
  const broken = problem === undefined ? '' : `record ${problem.id}, line ${problem.line}: ${problem.problem}`;
  return {
    ...{ kind: 'sequences', name: file, what, valid: validate === 0 ? 'yes' : 'no' },
    'exit code': `translate ${translate}, validate ${validate}`,
    message: refusal?.replace(/^[,:] /, '') ?? cut ?? broken,
  };
}

/** A tab or a line end would break the table; what is long is cut. */
function field(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  const plain = text.replace(/[\0-\x1f\x7f-\x9f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return plain.length > 300 ? `${plain.slice(0, 300)}...` : plain;
}
