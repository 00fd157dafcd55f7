/** The page `docs/columns.md`, from the list of columns. */

import { type Column, TABLES, type Table } from './columns.ts';

const INTRODUCTION = `# Columns of the result tables

All tables are tab-separated text in UTF-8 with one header line and a line feed behind every row, the last one
included. \`NA\` stands where there is no value. Positions are counted from 0; an end is not included. Numbers are written
as the shortest decimal that reads back as the same value, below 1e-4 as in \`9.5e-05\`.

This page is generated from the list of columns in the source; \`UPDATE_DOCS=1 bun test src/output\` writes it again.
`;

/** The whole page, ending in a line feed. */
export function columnsMarkdown(): string {
  return `${INTRODUCTION}${TABLES.map(section).join('')}`;
}

function section({ file, row, columns }: Table): string {
  const head = '| column | type | unit | meaning |\n|---|---|---|---|\n';
  return `\n## ${file}\n\n${row}\n\n${head}${columns.map(line).join('')}`;
}

function line({ name, type, unit, meaning }: Column): string {
  return `| \`${name}\` | ${type} | ${unit} | ${meaning.replaceAll('|', '\\|')} |\n`;
}
