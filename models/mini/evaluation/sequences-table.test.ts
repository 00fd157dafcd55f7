import { describe, expect, test } from 'bun:test';
import { parseSequences } from './sequences-table.ts';

const HEADER = 'sequence_id\tstatus\tcall\tweighted_delta\tvirus_probability\tis_virus';
const parse = (ids: readonly string[], ...rows: readonly string[]) =>
  parseSequences(`${[HEADER, ...rows].join('\n')}\n`, ids, 't.tsv');

test('rows with and without a call', () => {
  expect(parse(['a', 'b'], 'a\tcalled\tviral\t0.5\t0.8\tTrue', 'b\tno_orf\tNA\tNA\tNA\tNA')).toEqual([
    { isCalled: true, isViral: true, delta: 0.5, probability: 0.8, isVirus: true },
    { isCalled: false, isViral: false, delta: undefined, probability: undefined, isVirus: undefined },
  ]);
  expect(parse(['a'], 'a\tcalled\tambiguous\t-9.5e-05\t0.2\tFalse')).toMatchObject([
    { isViral: false, delta: -9.5e-5, isVirus: false },
  ]);
});

test('columns are found by name, and those of a calibration may be missing or empty', () => {
  const text = 'status\tlength\tsequence_id\tweighted_delta\tcall\ncalled\t300\ta\t-1\tnon_viral\n';
  const expected = { isCalled: true, isViral: false, delta: -1, probability: undefined, isVirus: undefined };
  expect(parseSequences(text, ['a'], 't.tsv')).toEqual([expected]);
  expect(parse(['a'], 'a\tcalled\tnon_viral\t-1\tNA\tNA')).toEqual([expected]);
});

describe('refused', () => {
  const refusals: readonly [string, () => unknown, string][] = [
    [
      'a column is missing',
      () => parseSequences('sequence_id\tstatus\n', [], 't.tsv'),
      't.tsv: there is no column call',
    ],
    ['rows are missing', () => parse(['a']), 'there are 0 rows for 1 fragments'],
    ['another id', () => parse(['a'], 'b\tno_orf\tNA\tNA\tNA\tNA'), 'row 1 is not that of a'],
    ['no number', () => parse(['a'], 'a\tcalled\tviral\tx\tNA\tNA'), 'weighted_delta is "x"'],
    ['out of range', () => parse(['a'], 'a\tcalled\tviral\t0.5\t1.5\tTrue'), 'virus_probability is "1.5"'],
    ['below the range', () => parse(['a'], 'a\tcalled\tviral\t-1.5\tNA\tNA'), 'weighted_delta is "-1.5"'],
    ['no boolean', () => parse(['a'], 'a\tcalled\tviral\t0.5\t0.5\tyes'), 'is_virus is neither'],
    ['called without a score', () => parse(['a'], 'a\tcalled\tviral\tNA\tNA\tNA'), 'without a weighted_delta'],
    ['half a calibration', () => parse(['a'], 'a\tcalled\tviral\t0.5\t0.5\tNA'), 'without the other'],
    ['a short row', () => parse(['a'], 'a\tno_orf'), 'row 1 has no'],
  ];
  for (const [what, make, message] of refusals) test(what, () => expect(make).toThrow(message));
});
