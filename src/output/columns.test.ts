import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { CHUNKS, FRAMES, HIGHEST_SCORES, headerLine, SEQUENCES, TABLES } from './columns.ts';
import { columnsMarkdown } from './columns-page.ts';

const PAGE = join(import.meta.dir, '..', '..', 'docs', 'columns.md');

test('the columns that other programs read stand first and in their order', () => {
  expect(headerLine(SEQUENCES)).toStartWith(
    'sequence_id\tlength\tstatus\tcall\ttier\tchunks\tscored_chunks\tframes\tweighted_delta\t',
  );
  expect(headerLine(SEQUENCES)).toEndWith('\tviral_proportion\tnonviral_proportion\tvirus_probability\tis_virus\n');
  expect(headerLine(CHUNKS)).toBe(
    'chunk_id\tsequence_id\tstart\tend\tframes\tis_virus\tmax_score_0\tmax_score_1\tvirus_probability\n',
  );
  expect(headerLine(FRAMES)).toBe('Sequence_ID\tPrediction\tscore1\tscore2\n');
  expect(headerLine(HIGHEST_SCORES)).toBe('Modified_ID\tIs_Virus\tmax_score_0\tmax_score_1\n');
});

test('no table has a column twice', () => {
  for (const { columns } of TABLES) expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
});

test('docs/columns.md is the generated page (UPDATE_DOCS=1 writes it again)', async () => {
  if (process.env['UPDATE_DOCS'] === '1') await Bun.write(PAGE, columnsMarkdown());
  expect(await Bun.file(PAGE).text()).toBe(columnsMarkdown());
});
