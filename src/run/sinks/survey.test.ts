import { describe, expect, test } from 'bun:test';
import { bytesOf } from '../../../test/helpers/containers.ts';
import { collector, driveSink, plainFrames } from '../../../test/helpers/drive-sink.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { ChunkPlan } from '../../sequence/chunk.ts';
import { RESULT_FRAME } from '../pool/job.ts';
import { eachId, lengthClass, lengthClassStart, noSurvey, type Survey, SurveySink } from './survey.ts';

test.each([
  [1, 0],
  [2, 1],
  [9, 8],
  [10, 9],
  [19, 9],
  [20, 10],
  [99, 17],
  [100, 18],
  [999, 26],
  [1000, 27],
  [250_000_000, 73],
  [2 ** 52, 138],
])('length %d is of class %d', (length, index) => {
  expect(lengthClass(length)).toBe(index);
  expect(lengthClassStart(index)).toBeLessThanOrEqual(length);
  expect(lengthClassStart(index + 1)).toBeGreaterThan(length);
  expect(noSurvey().lengths.length).toBeGreaterThan(index);
});

test('a class begins where it says', () => {
  for (let index = 0; index < 9 * 15; index++) {
    const start = lengthClassStart(index);
    expect(lengthClass(start)).toBe(index);
    if (index > 0) expect(lengthClass(start - 1)).toBe(index - 1);
  }
});

function run(
  text: string,
  length: number,
  more: { cuts?: number[]; format?: 'fasta' | 'fastq'; minimumLength?: number } = {},
) {
  const kernel = Kernel.load();
  const { pieces, send } = collector();
  const sink = new SurveySink(kernel, length, send);
  const surveys = [...driveSink(kernel, sink, bytesOf(text), { length, ...more })] as Survey[];
  const ids = pieces.flatMap(({ kind, bytes }) => {
    expect(kind).toBe(RESULT_FRAME.ids);
    const memory = new Uint8Array(bytes.length + 9).fill(0xff);
    memory.set(bytes, 5);
    const found: { id: string; hash: bigint }[] = [];
    eachId(memory, 5, 5 + bytes.length, (low, high, id) => {
      found.push({ id: id(), hash: (BigInt(high) << 32n) | BigInt(low) });
    });
    return found;
  });
  return { surveys, ids, pieces };
}

describe('SurveySink', () => {
  test('letters, lengths and frames of records', () => {
    const text = '>a\nACGTNNry\n>b\n-.A-\n>c\n>d\nGCAGCAGCAGCAGCA*?\n>e\nTAATTAATTAA\n';
    const { surveys, ids } = run(text, 500);
    const survey = surveys[0]!;
    expect(survey).toMatchObject({ ambiguousBases: 4, ambiguousRecords: 1, gaps: 3, shortest: 0, longest: 17 });
    const lengths = noSurvey().lengths;
    lengths[lengthClass(8)]! += 1;
    lengths[lengthClass(4)]! += 1;
    lengths[lengthClass(17)]! += 1;
    lengths[lengthClass(11)]! += 1;
    expect(survey.lengths).toEqual(lengths);
    const frames = ['ACGTNNry', '-.A-', 'GCAGCAGCAGCAGCA*?', 'TAATTAATTAA'].map((chunk) =>
      plainFrames(chunk).filter(({ open }) => open),
    );
    const classes = noSurvey().frameClasses;
    for (const { length } of frames) classes[length]! += 1;
    expect(survey.frameClasses).toEqual(classes);
    expect(survey.nucleotideBases).toBe(frames.flat().reduce((sum, { nucleotide }) => sum + nucleotide.length, 0));
    expect(survey.proteinTokens).toBe(frames.flat().reduce((sum, { protein }) => sum + protein.length + 2, 0));
    expect(ids.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('seven frames and more are one class, counted over all chunks of a record', () => {
    const { surveys } = run(`>six\n${'GCA'.repeat(9)}\n>many\n${'GCA'.repeat(900)}\n>none\nNNNNNN\n`, 30);
    expect(surveys[0]!.frameClasses).toEqual([1, 0, 0, 0, 0, 0, 1, 1]);
    expect(new ChunkPlan(2700, 30).count).toBe(90);
  });

  test('letters of a record are counted once, though chunks overlap and though it may be too short for any', () => {
    expect(run(`>a\n${'N'.repeat(101)}\n`, 50).surveys[0]!.ambiguousBases).toBe(101);
    expect(run(`>a\n${'N'.repeat(70_001)}\n`, 7).surveys[0]!.ambiguousBases).toBe(70_001);
    expect(run('>a\nNNN\n', 50, { minimumLength: 9 }).surveys[0]).toMatchObject({ ambiguousBases: 3, longest: 3 });
  });

  test('each job has its own sums, and its ids', () => {
    const { surveys, pieces } = run('>a\nNN\n>b\nN\n>c\n', 50, { cuts: [6, 11] });
    expect(surveys.map(({ ambiguousBases }) => ambiguousBases)).toEqual([2, 1, 0]);
    expect(surveys.map(({ shortest, longest }) => [shortest, longest])).toEqual([
      [2, 2],
      [1, 1],
      [0, 0],
    ]);
    expect(pieces).toHaveLength(3);
  });

  test('a record that could not be read has an id and nothing else', () => {
    const { surveys, ids } = run('@a\nNN\n+\nI\n@b\nA\n+\nI\n', 50, { format: 'fastq' });
    expect(ids.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(surveys[0]).toMatchObject({ ambiguousBases: 0, shortest: 1, longest: 1 });
  });

  test('ids in their hashes: the same for the same, of any length, in pieces', () => {
    const names = ['a', 'é€', 'x'.repeat(600_000), 'a', ...Array.from({ length: 40_000 }, (_, i) => `read_${i}`)];
    const { ids, pieces } = run(names.map((name) => `>${name}\n`).join(''), 50);
    const shown = (all: readonly string[]) => all.map((id) => (id.length > 20 ? id.length : id)).join(' ');
    expect(shown(ids.map(({ id }) => id))).toBe(shown(names));
    expect(ids.every(({ hash }, i) => hash === BigInt(Bun.hash.wyhash(names[i]!)))).toBe(true);
    expect(pieces.length).toBeGreaterThan(2);
  });

  test('no record, no bounds', () => {
    expect(run('', 50).surveys[0]).toEqual(noSurvey());
  });
});
