/** Random texts that look like FASTA or FASTQ, more or less; Latin-1. */

import fc from 'fast-check';

const MARK = '\xef\xbb\xbf';

/** Pieces of text in which anything may stand anywhere. */
export const rubble = (sign: '>' | '@'): fc.Arbitrary<string> => {
  const whole =
    sign === '>'
      ? ['>a one\nACGTACGT\nAC\n', '>b\nuU*\n', '>\n', '>c\n\n', `${MARK}>m\nAC\n`]
      : ['@a one\nACGTAC\n+\nIIIIII\n', '@b\nuU*\n+b\n@+>\n', '@\nA\n+\n+\n', '@c\n\n+\n\n', `${MARK}@m\nAC\n+\n@I\n`];
  const odd = [
    '\n',
    '\r\n',
    ' ',
    '@',
    '+',
    '>',
    'ACGT',
    'N',
    '\u0000',
    MARK,
    '\xef',
    '\xbb',
    '@x',
    '>y',
    '+\n',
    'AC\n',
    '@z\n',
    '\r>',
    '\r',
  ];
  const piece = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...whole) }, fc.constantFrom(...odd));
  return fc
    .tuple(
      fc.constantFrom('', MARK, '\n', `${MARK}\n \n`, `\n${MARK}`),
      fc.array(piece, { maxLength: 14 }),
      fc.constantFrom('', '\r'),
      fc.boolean(),
    )
    .map(([head, pieces, lineEnd, newline]) => {
      const body = `${sign}f\n${pieces.join('')}`.replaceAll('\n', `${lineEnd}\n`);
      return head + (newline ? body : body.replace(/[\r\n]+$/, ''));
    });
};
