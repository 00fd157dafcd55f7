/** FASTA and FASTQ read line by line from a whole text: slow, obvious, and right; texts are Latin-1. */

import type { SequenceFormat } from '../../src/input/format.ts';

export interface LineRecord {
  /** First word of the header as it is printed; empty where there is none. */
  readonly name: string;
  /** Of its header or first line, from 0. */
  readonly line: number;
  /** undefined: there is a problem. */
  readonly sequence: string | undefined;
  /** Lines with text that belong to it. */
  readonly textLines: number;
}

const BLANKS = /[ \t\r\v\f]/g;
const isBlank = (line: string) => line.replace(BLANKS, '') === '';
const unmarked = (line: string, sign: string) => (line.startsWith(`\xef\xbb\xbf${sign}`) ? line.slice(3) : line);

function wordOf(header: string): string {
  const [word, ...rest] = header
    .slice(1)
    .replace(/^[ \t]+/, '')
    .split(/[ \t]/);
  return rest.length > 0 ? word! : word!.replace(/\r+$/, '');
}

function nameOf(word: string): string {
  const text = Buffer.from(word, 'latin1').toString('utf8');
  return text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Of a text that begins, blank lines aside, with a record of the format. */
export function recordsByLine(text: string, format: SequenceFormat): LineRecord[] {
  const sign = format === 'fasta' ? '>' : '@';
  const lines = text.split('\n').map((line) => unmarked(line, sign));
  lines[0] = lines[0]!.replace(/^\xef\xbb\xbf/, '');
  return format === 'fasta' ? fasta(lines) : fastq(lines, !text.endsWith('\n'));
}

function fasta(lines: readonly string[]): LineRecord[] {
  const heads = lines.flatMap((line, i) => (line.startsWith('>') ? [i] : []));
  return heads.map((head, i) => {
    const body = lines.slice(head + 1, heads[i + 1] ?? lines.length);
    const word = wordOf(lines[head]!);
    const sequence = body.map((line) => thymine(line.replace(BLANKS, ''))).join('');
    return {
      name: nameOf(word.includes('\r>') ? word.slice(0, word.indexOf('\r')) : word),
      line: head,
      sequence: lines[head]!.includes('\r>') ? undefined : sequence,
      textLines: 1 + body.filter((line) => !isBlank(line)).length,
    };
  });
}

function fastq(lines: readonly string[], unterminated: boolean): LineRecord[] {
  const starts = (i: number) =>
    lines[i]!.startsWith('@') && !/^[@+]/.test(lines[i + 1] ?? '@') && (lines[i + 2] ?? '').startsWith('+');
  const records: LineRecord[] = [];
  let i = 0;
  while (i < lines.length) {
    const line = i;
    if (isBlank(lines[i++]!)) continue;
    let sequence: string | undefined;
    if (starts(line)) {
      sequence = thymine(lines[line + 1]!.replace(BLANKS, ''));
      const quality = lines[line + 3];
      if (quality === undefined || starts(line + 3)) {
        i = line + 3;
        sequence = undefined;
      } else {
        i = line + 4;
        if (quality.replace(/[ \t\r\v\f]+$/, '').length !== sequence.length) sequence = undefined;
      }
    }
    if (sequence === undefined) while (i < lines.length && !lines[i]!.startsWith('@')) i++;
    records.push({
      name: lines[line]!.startsWith('@') ? nameOf(wordOf(lines[line]!)) : '',
      line,
      sequence,
      textLines: lines.slice(line, i).filter((each) => !isBlank(each)).length,
    });
  }
  return unterminated ? records : records.filter(({ textLines }) => textLines > 0);
}

function thymine(letters: string): string {
  return letters.replaceAll('U', 'T').replaceAll('u', 't');
}
