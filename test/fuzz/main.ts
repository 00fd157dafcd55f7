/**
 * `bun run fuzz [--seconds N] [--seed S] [--only NAME]… [--case N] [--list]`: every target for its share of the time.
 *
 * Tells the seed, the executions and what became of them; findings go to standard error with their input in base64, and the
 * exit code is 1 then.
 */

import { parseArgs } from 'node:util';
import { type Finding, fuzz } from './fuzz.ts';
import { TARGETS } from './targets.ts';
import { Watchdog } from './watchdog.ts';

const MILLISECONDS = 1000;
/** A run of several hundred files takes a second or two; the machine may be busy. */
const HANG_SECONDS = 60;
const MOST_SHOWN_BYTES = 6000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    case: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const unknown = values.only.filter((name) => TARGETS.every((target) => target.name !== name));
  const targets = TARGETS.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
  const seconds = Number(values.seconds) / targets.length;
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  if (values.list || unknown.length > 0 || !(seconds > 0) || !Number.isSafeInteger(seed)) {
    for (const { name, what } of TARGETS) say(`${name.padEnd(12)} ${what}`);
    if (!values.list) process.exitCode = 2;
    return;
  }
  say(`seed ${seed}, ${targets.length} targets, ${seconds.toFixed(1)} s each`);
  const watchdog = new Watchdog(
    TARGETS.map(({ name }) => name),
    seed,
    HANG_SECONDS,
  );
  let inputs = 0;
  const findings: Finding[] = [];
  for (const target of targets) {
    const end = performance.now() + seconds * MILLISECONDS;
    const single = values.case === undefined ? undefined : Number(values.case);
    const result = await fuzz(target, {
      seed,
      first: single ?? 0,
      goesOn: (cases) => (single === undefined ? performance.now() < end : cases === 0),
      begins: (number) => watchdog.begins(target.name, number),
    });
    const { inputs: executions = 0, ...rest } = result.tally;
    const words = Object.entries(rest).map(([word, count]) => `${count} ${word}`);
    say(
      `${target.name.padEnd(12)} ${executions} executions: ${words.join(', ')}; slowest ${result.slowest.toFixed(0)} ms, ` +
        `${result.findings.length} findings`,
    );
    inputs += executions;
    findings.push(...result.findings);
    for (const finding of result.findings) tell(finding);
  }
  watchdog.close();
  say(`seed ${seed}: ${inputs} executions, ${findings.length} findings`);
  process.exitCode = findings.length > 0 ? 1 : 0;
}

function tell({ target, seed, number, what, times, input }: Finding): void {
  say(`\nfinding, ${times} times, first: bun run fuzz --only ${target} --seed ${seed} --case ${number}\n${what}`);
  if (input !== undefined && input.length <= MOST_SHOWN_BYTES) say(Buffer.from(input).toString('base64'));
}

await main();
