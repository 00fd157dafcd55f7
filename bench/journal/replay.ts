/**
 * The journal of a run once more, by itself: the same calls at the same times, in a process that does nothing else. So the
 * CPU time beside the calls themselves is that of writing and syncing, with the threads of the runtime that do it.
 */

import { join } from 'node:path';
import { RunJournal } from '../../src/journal/run-journal.ts';
import { JournaledRun } from '../../src/run/journaled.ts';
import { StageClock } from '../../src/run/stage-clock.ts';
import { endsHere } from '../../src/run/window.ts';
import { type Call, cpuSeconds, now } from './watch.ts';

const NO_ROOM = { nucleotide: new Float32Array(0), protein: new Float32Array(0) };

/** @returns CPU seconds beside the calls and the waiting for their times, and bytes of the frames' bodies */
export async function replay(calls: readonly Call[], folder: string): Promise<{ otherCpu: number; bytes: number }> {
  // As long as it has to be waited for the next call, processes that do nothing use some time as well.
  const idle = await cpuOf(() => inTime(calls, async () => undefined));
  let inCalls = 0;
  let bytes = 0;
  let records = 0;
  const all = await cpuOf(async () => {
    let journaled: JournaledRun | undefined;
    const measured = <T>(work: () => T): T => {
      const began = process.threadCpuUsage();
      const result = work();
      inCalls += cpuSeconds(process.threadCpuUsage(began));
      return result;
    };
    const onCheckpoint = () => {
      records = measured(() => journaled?.safeRecords ?? 0);
    };
    const journal = await RunJournal.begin(join(folder, 'journal'), {}, { onCheckpoint });
    const run = new JournaledRun({
      ...{ journal, stored: undefined, inputs: [], keepsRows: false, clock: new StageClock() },
      hashAt: async () => '0'.repeat(64),
    });
    journaled = run;
    await inTime(calls, async (call) => {
      const numbers = numbersOf(call);
      bytes += numbers.byteLength;
      await measured(() => make(call, run, numbers));
    });
    await journal.sync();
    await journal.finish();
  });
  const met = calls.flatMap((call) => (call.call === 'meet' ? call.window.records.filter(endsHere) : []));
  if (records !== met.length) throw new Error(`${records} of ${met.length} records are on the disk`);
  return { otherCpu: Math.max(0, all - inCalls - idle), bytes };
}

async function make(call: Call, run: JournaledRun, numbers: Float32Array): Promise<void> {
  switch (call.call) {
    case 'meet':
      await run.meet(call.number, call.window, NO_ROOM);
      return;
    case 'rows':
      return run.rows(call.number, call.encoder, call.rows, numbers);
    case 'scores':
      return run.scores(call.number, numbers);
    default:
      call satisfies never;
  }
}

function numbersOf(call: Call): Float32Array {
  switch (call.call) {
    case 'meet':
      return new Float32Array(0);
    case 'rows':
      return new Float32Array(call.rows.length * call.width);
    case 'scores':
      return new Float32Array(2 * call.pairs);
    default:
      return call satisfies never;
  }
}

async function inTime(calls: readonly Call[], make: (call: Call) => Promise<void>): Promise<void> {
  const first = calls[0]?.at ?? 0;
  const began = now();
  for (const call of calls) {
    const early = call.at - first - (now() - began);
    if (early > 0) await Bun.sleep(1000 * early);
    await make(call);
  }
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  return cpuSeconds(process.cpuUsage(began));
}
