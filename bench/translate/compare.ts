/** Ours against Biopython, seqkit and transeq: whole processes on one thread, output to /dev/null, turn by turn. */

import { READ_LENGTH } from './data.ts';
import { median, printTable, rounded, spread } from './figures.ts';
import { type Measured, measure, versionOf } from './process.ts';
import type { Settings } from './settings.ts';
import { fastaSequences, sixFrames } from './six-frames.ts';

/** Records of a peer's run: some seconds each, so that its start (0.1 to 0.4 s) does not show. */
const PEER_RECORDS = { biopython: 5_000, seqkit: 50_000, transeq: 100_000 } as const;
/** Every program translates so many records before it is measured, and must give what the plain translator gives. */
const CHECKED_RECORDS = 500;

interface Contestant {
  readonly name: string;
  readonly records: number;
  command(input: string): string[];
  /** Writes all six frames of a record; else nothing is written that could be checked. */
  readonly sixFrames: boolean;
}

/** Rounds of one contestant, records/s and CPU seconds per wall second. */
interface Turns {
  readonly rates: number[];
  readonly cores: number[];
}

export async function compare(settings: Settings): Promise<void> {
  const contestants = [...ours(settings), ...peers(settings)];
  for (const contestant of contestants) await check(settings, contestant);
  const turns = new Map<Contestant, Turns>(contestants.map((contestant) => [contestant, { rates: [], cores: [] }]));
  // The first round brings files and programs into the page cache and is not counted.
  for (let round = 0; round <= settings.rounds; round += 1) {
    for (const contestant of contestants) {
      const input = settings.data.reads(contestant.records).path;
      const result = await measure([...settings.pin, ...contestant.command(input)]);
      if (round > 0) note(turns.get(contestant)!, contestant.records, result);
    }
  }
  report(contestants, turns);
}

function ours({ translate, records }: Settings): Contestant[] {
  return [
    {
      name: 'virnucpro translate, frames into the ring, dropped there',
      ...{ records, sixFrames: false, command: (input) => translate.discard(input, 1) },
    },
    {
      name: 'virnucpro translate --frames all --stdout protein',
      ...{ records, sixFrames: true, command: (input) => translate.allProteins(input, 1) },
    },
  ];
}

/** The peers that can be run here; the others are named with the reason. */
function peers({ python }: Settings): Contestant[] {
  const script = `${import.meta.dir}/../biopython_frames.py`;
  const candidates = [
    {
      name: 'Biopython',
      version: versionOf([python, '-c', 'import Bio; print(Bio.__version__)']),
      remedy: 'pip install biopython, and --python names that Python',
      records: PEER_RECORDS.biopython,
      command: (input: string) => [python, script, input],
    },
    {
      name: 'seqkit translate -f 6 -j 1',
      version: versionOf(['seqkit', 'version']),
      remedy: 'apt-get install seqkit',
      records: PEER_RECORDS.seqkit,
      command: (input: string) => ['seqkit', 'translate', '-f', '6', '-j', '1', '-w', '0', input],
    },
    {
      name: 'transeq -frame 6',
      version: versionOf(['transeq', '-version']),
      remedy: 'apt-get install emboss',
      records: PEER_RECORDS.transeq,
      command: (input: string) => ['transeq', '-frame', '6', '-sequence', input, '-outseq', 'stdout'],
    },
  ];
  for (const { name, version, remedy } of candidates) {
    if (version === undefined) console.log(`${name}: not here (${remedy}), left out`);
  }
  return candidates
    .filter(({ version }) => version !== undefined)
    .map(({ name, version, records, command }) => ({
      ...{ name: `${name} (${version})`, records, command, sixFrames: true },
    }));
}

async function check({ data }: Settings, { name, command, sixFrames: all }: Contestant): Promise<void> {
  if (!all) return;
  const { output } = await measure(command(data.reads(CHECKED_RECORDS).path), true);
  const proteins = fastaSequences(output);
  for (let i = 0; i < CHECKED_RECORDS; i += 1) {
    // transeq adds a letter for a codon that is cut off at the end, and has the reverse frames in another order.
    const whole = Math.floor((READ_LENGTH - 2) / 3);
    const given = proteins.slice(6 * i, 6 * i + 6).map((protein) => protein.slice(0, whole));
    const right = sixFrames(data.sequence(i));
    if (given.toSorted().join() !== right.toSorted().join()) {
      throw new Error(`${name}: other proteins for record ${i + 1}:\n${given.join('\n')}\nright:\n${right.join('\n')}`);
    }
  }
  console.log(`${name}: the six proteins of ${CHECKED_RECORDS} records are right`);
}

function note({ rates, cores }: Turns, records: number, { seconds, cpuSeconds }: Measured): void {
  rates.push(records / seconds);
  cores.push(cpuSeconds / seconds);
}

function report(contestants: readonly Contestant[], turns: ReadonlyMap<Contestant, Turns>): void {
  const [discarded, written] = contestants.map((contestant) => turns.get(contestant)!);
  const times = (mine: Turns, other: Turns) =>
    spread(
      mine.rates.map((rate, round) => rate / other.rates[round]!),
      1,
    );
  printTable(
    [
      'program',
      'records per run',
      'records/s',
      'cores busy',
      'ours, discarded, against it',
      'ours, six frames written',
    ],
    contestants.map((contestant, i) => {
      const own = turns.get(contestant)!;
      const ratios = i < 2 ? ['', ''] : [times(discarded!, own), times(written!, own)];
      return [
        contestant.name,
        contestant.records.toLocaleString('en-US'),
        rounded(median(own.rates)),
        median(own.cores).toFixed(2),
        ...ratios,
      ];
    }),
  );
}
