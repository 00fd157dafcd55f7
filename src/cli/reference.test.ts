import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { COMMANDS, PREDICT } from './flags.ts';
import { flagTable, referenceMarkdown } from './reference.ts';

const ROOT = join(import.meta.dir, '..', '..');
const PAGE = join(ROOT, 'docs', 'cli.md');
const README = join(ROOT, 'README.md');
const update = process.env['UPDATE_DOCS'] === '1';

/** The README's part between two comments, which stay. */
const README_TABLE = /(<!-- flags of predict: generated -->\n)[\s\S]*?(<!-- end -->)/;

test('docs/cli.md is the generated page (UPDATE_DOCS=1 writes it again)', async () => {
  if (update) await Bun.write(PAGE, referenceMarkdown());
  expect(await Bun.file(PAGE).text()).toBe(referenceMarkdown());
});

test("the README's table is that of predict's flags (UPDATE_DOCS=1 writes it again)", async () => {
  const readme = await Bun.file(README).text();
  expect(README_TABLE.test(readme)).toBe(true);
  const expected = readme.replace(README_TABLE, (_, head, tail) => `${head}\n${flagTable(PREDICT.flags)}\n${tail}`);
  if (update) await Bun.write(README, expected);
  expect(await Bun.file(README).text()).toBe(expected);
});

test('every command and every flag of it has its row', () => {
  const sections = referenceMarkdown().split('\n## ');
  for (const { name, flags, examples } of COMMANDS) {
    const section = sections.find((text) => text.startsWith(`${name}\n`)) ?? '';
    for (const { long } of flags) expect(section).toMatch(new RegExp(`^\\| .*\`--${long}[ \`].*\\|$`, 'm'));
    for (const example of examples) expect(section).toContain(`\n${example}\n`);
  }
});

test('a bar in a value does not end its cell', () => {
  const [row] = flagTable([{ long: 'model', value: 'NAME|DIR', help: 'Either a|b.' }])
    .split('\n')
    .slice(2);
  expect(row).toBe('| `--model NAME\\|DIR` |  | Either a\\|b. |');
});
