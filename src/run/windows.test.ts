import { beforeAll, describe, expect, test } from 'bun:test';
import { bytesOf } from '../../test/helpers/containers.ts';
import { fixture } from '../../test/helpers/fixtures.ts';
import { rowItems } from '../../test/helpers/rows.ts';
import { NucleotideTokenizer } from '../tokens/nucleotide.ts';
import type { RunItem } from './pool/run.ts';
import { StageClock } from './stage-clock.ts';
import { WINDOW_CHUNKS, WINDOW_RECORDS, type Window } from './window.ts';
import { WindowSource } from './windows.ts';

let tokenizer: NucleotideTokenizer;
beforeAll(async () => {
  const path = fixture('dnaberts', 'hf_safetensors', 'tokenizer.json');
  tokenizer = NucleotideTokenizer.parse(await Bun.file(path).json(), path);
});

async function read(items: AsyncIterable<RunItem>, length: number, minimumLength = 0) {
  const others: RunItem[] = [];
  const ids: string[] = [];
  const source = new WindowSource(
    items,
    { length, minimumLength },
    new StageClock(),
    (item) => others.push(item),
    (id) => ids.push(id),
    ({ offset }) => offset,
  );
  return { windows: await Array.fromAsync(source.windows()), others, ids };
}

const rows = (text: string, length: number, format: 'fasta' | 'fastq' = 'fasta', cuts: number[] = []) =>
  rowItems(bytesOf(text), tokenizer, { length, format, cuts });
const partsOf = ({ records }: Window) => records.map(({ id, firstChunk, chunks }) => [id, firstChunk, chunks]);

describe('WindowSource', () => {
  test('a record goes on in the next windows, with the chunks that lie there', async () => {
    const chunks = 2 * WINDOW_CHUNKS + 10;
    // No codon of it is read: chunks alone end the windows.
    const text = `>a\nNNN\n>long\n${'NNN'.repeat(chunks)}\n>z\nNNN\n`;
    const { windows, ids } = await read(rows(text, 3, 'fasta', [9, 20_000]), 3);
    expect(windows.map(partsOf)).toEqual([
      [
        ['a', 0, 1],
        ['long', 0, WINDOW_CHUNKS - 1],
      ],
      [['long', WINDOW_CHUNKS - 1, WINDOW_CHUNKS]],
      [
        ['long', 2 * WINDOW_CHUNKS - 1, 11],
        ['z', 0, 1],
      ],
    ]);
    expect(ids).toEqual(['a', 'long', 'z']);
    expect(windows.map(({ masks }) => masks.length)).toEqual([WINDOW_CHUNKS, WINDOW_CHUNKS, 12]);
    const [start, end] = [7, text.length - 7];
    expect(windows.map((window) => window.end.offset)).toEqual([end, end, text.length]);
    const part = (done: number) => start + Math.round(((end - start) * done) / chunks);
    expect(windows.map(({ bytesRead }) => bytesRead)).toEqual([
      ...[part(WINDOW_CHUNKS - 1), part(2 * WINDOW_CHUNKS - 1), text.length],
    ]);
    for (const { records } of windows) for (const { plan, length } of records) expect(plan.count).toBe(length / 3);
  });

  test('a record that ends with its window is not in the next one', async () => {
    const { windows } = await read(rows(`>a\n${'NNN'.repeat(WINDOW_CHUNKS)}\n>b\nNNN\n`, 3), 3);
    expect(windows.map(partsOf)).toEqual([[['a', 0, WINDOW_CHUNKS]], [['b', 0, 1]]]);
  });

  test('records that could not be read, empty and short ones have their place and no chunks', async () => {
    const text = '@a\nGCA\n+\nIII\n@bad\nGCA\n+\nII\n@short\nAC\n+\nII\n@\n\n+\n\n@z\nGCA\n+\nIII\n';
    const items = rowItems(bytesOf(text), tokenizer, { length: 3, format: 'fastq', minimumLength: 3 });
    const { windows, ids } = await read(items, 3, 3);
    expect(windows).toHaveLength(1);
    expect(
      windows[0]!.records.map(({ id, length, valid, chunks, plan }) => [id, length, valid, chunks, plan.count]),
    ).toEqual([
      ['a', 3, true, 1, 1],
      ['bad', 0, false, 0, 0],
      ['short', 2, true, 0, 0],
      ['unnamed_4', 0, true, 0, 0],
      ['z', 3, true, 1, 1],
    ]);
    expect(ids).toEqual(['a', 'bad', 'short', 'unnamed_4', 'z']);
  });

  test('unreadable records end a window by their number too', async () => {
    const { windows } = await read(rows('@a\nA\n+\nII\n'.repeat(WINDOW_RECORDS + 5), 9, 'fastq'), 9);
    expect(windows.map(({ records }) => records.length)).toEqual([WINDOW_RECORDS, 5]);
  });

  test('what is no rows goes past in order, between them', async () => {
    const problem: RunItem = { item: 'problem', input: 0, record: 1, id: 'a', line: 1, sentence: 's' };
    const cut: RunItem = { item: 'cut', input: 0, sentence: 's' };
    async function* mixed(): AsyncGenerator<RunItem, void, undefined> {
      yield problem;
      yield* rows('>a\nACG\n', 3);
      yield cut;
    }
    const { windows, others } = await read(mixed(), 3);
    expect(others).toEqual([problem, cut]);
    expect(windows).toHaveLength(1);
  });

  test('ends in the input of its last record', async () => {
    async function* both(): AsyncGenerator<RunItem, void, undefined> {
      yield* rows(`>a\n${'NNN'.repeat(WINDOW_CHUNKS)}\n>b\nNNN\n`, 3);
      for await (const item of rows(`>c\n${'NNN'.repeat(2 * WINDOW_CHUNKS)}\n`, 3)) {
        yield item.item === 'piece' ? { ...item, input: 1 } : item;
      }
    }
    const { windows } = await read(both(), 3);
    const length = 2 * 3 * WINDOW_CHUNKS + 4;
    const last = { input: 1, offset: length };
    expect(windows.map(({ end }) => end)).toEqual([{ input: 0, offset: 3 * WINDOW_CHUNKS + 4 }, ...[last, last, last]]);
    // A record that is the first of its input begins with it.
    expect(windows[1]!.bytesRead).toBe(Math.round((length * (WINDOW_CHUNKS - 1)) / (2 * WINDOW_CHUNKS)));
  });

  test('nothing gives no window', async () => {
    expect((await read(rows('', 3), 3)).windows).toEqual([]);
  });

  test('chunks that are missing are a bug, never a shorter record', async () => {
    async function* broken(): AsyncGenerator<RunItem, void, undefined> {
      for await (const item of rows('>a\nNNNNNN\n>b\nNNN\n', 3)) {
        if (item.item !== 'piece') continue;
        // Two words for each chunk without a frame: the last one is left out.
        yield { ...item, end: item.end - 4 };
      }
    }
    await expect(read(broken(), 3)).rejects.toThrow('0 of the 1 chunks of b came');
    // Cut otherwise than the Workers did.
    await expect(read(rows('>a\nNNNNNN\n>b\nNNN\n', 3), 2)).rejects.toThrow('2 of the 3 chunks of a came');
  });
});
