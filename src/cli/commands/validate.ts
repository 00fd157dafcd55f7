/** `virnucpro validate`: reads everything, writes nothing, tells what is there and what is wrong. */

import type { Emit } from '../../events/event.ts';
import { DuplicateIds } from '../../input/duplicate-ids.ts';
import { writeStandardOutput } from '../../output/standard-output.ts';
import {
  addSurvey,
  frameDistribution,
  lengthDistribution,
  nucleotideTokens,
  type Validation,
  validationTable,
} from '../../output/validation.ts';
import { RESULT_FRAME, recordsOf } from '../../run/pool/job.ts';
import { inspectInputs, openRun } from '../../run/pool/open-run.ts';
import type { RunItem, SequenceRun } from '../../run/pool/run.ts';
import { eachId, noSurvey, type Survey } from '../../run/sinks/survey.ts';
import { EXIT, UserError } from '../../system/errors.ts';
import { VERSION } from '../../system/program.ts';
import { countText } from '../../system/quantities.ts';
import { inputName, tellUnmarked } from '../oddities.ts';
import type { ValidatePlan } from '../plan.ts';
import { sequenceProgress } from '../sequence-progress.ts';

const EXAMPLES = 10;

/** What is collected while the input passes. */
class Collected {
  readonly survey = noSurvey();
  readonly duplicates = new DuplicateIds();
  readonly examples: string[] = [];

  constructor(readonly inputs: readonly string[]) {}

  take(item: RunItem): void {
    switch (item.item) {
      case 'piece':
        if (item.kind !== RESULT_FRAME.ids) throw new Error(`a result of kind ${item.kind} is no ids`);
        eachId(item.memory, item.start, item.end, (low, high, id) => this.duplicates.seeHash(low, high, id));
        return;
      case 'job':
        // The Worker's sink made it: the same build, the same type.
        addSurvey(this.survey, item.report.survey as Survey);
        return;
      case 'problem':
        this.#example(`${this.#file(item.input)}, record ${item.id}, line ${countText(item.line)}: ${item.sentence}`);
        return;
      case 'cut':
        this.#example(`${this.#file(item.input)}: ${item.sentence}`);
        return;
      default:
        item satisfies never;
    }
  }

  #file(input: number): string {
    return inputName(this.inputs[input]!);
  }

  #example(text: string): void {
    if (this.examples.length < EXAMPLES) this.examples.push(text);
  }
}

/** @returns the exit code: 0 valid, 2 not */
export async function validate(plan: ValidatePlan, emit: Emit): Promise<number> {
  const began = performance.now();
  const run = openRun(await inspectInputs(plan.inputs), {
    threads: plan.threads,
    batchSize: undefined,
    chunkSize: plan.length,
    minimumLength: 0,
    sink: { kind: 'survey' },
    hashInputs: false,
  });
  const collected = new Collected(plan.inputs);
  try {
    const { workers, batchSize, window } = run.options.settings;
    emit({
      ...{ event: 'started', version: VERSION, inputs: plan.inputs, output: 'a check', model: undefined },
      ...{ length: plan.length, threads: undefined, workers, batch_size: batchSize, window },
    });
    for await (const item of run.items()) {
      collected.take(item);
      if (item.item === 'job') emit(sequenceProgress(run, began));
    }
  } catch (error) {
    // What is no sequence file at all is not valid either; programs get their object all the same.
    if (plan.json && error instanceof UserError && error.exitCode === EXIT.usage) {
      writeText(`${JSON.stringify({ ...validationOf(run, plan, collected), valid: false, error: error.message })}\n`);
    }
    throw error;
  } finally {
    run.close();
  }
  tellUnmarked(run.inputs, emit);
  const found = validationOf(run, plan, collected);
  writeText(plan.json ? `${JSON.stringify(found)}\n` : validationTable(found, countText));
  return found.valid ? EXIT.done : EXIT.usage;
}

function validationOf(run: SequenceRun, plan: ValidatePlan, { survey, duplicates, examples }: Collected): Validation {
  const { counts, oddities, inputs } = run;
  const records = recordsOf(counts);
  const readable = records - counts.invalid;
  const findings = {
    malformed: counts.invalid,
    cut_files: inputs.filter(({ cut }) => cut !== undefined).length,
    empty: counts.empty,
    duplicate_ids: duplicates.count,
    foreign_characters: oddities.strangeCharacters,
    foreign_records: oddities.strangeRecords,
  };
  const { firstStrange } = oddities;
  const strange =
    firstStrange === undefined
      ? []
      : [
          `${inputName(firstStrange.file)}, record ${firstStrange.id}, line ${countText(firstStrange.line)}: ` +
            'characters that are no nucleotide code',
        ];
  return {
    valid: Object.values(findings).every((count) => count === 0),
    inputs: inputs.map(({ name, counts: own, cut }) => ({
      path: name,
      records: recordsOf(own),
      bases: own.bases,
      ...(cut !== undefined && { cut }),
    })),
    records,
    bases: counts.bases,
    findings,
    examples: [...examples, ...strange],
    duplicate_examples: duplicates.examples,
    length: {
      shortest: readable === 0 ? null : survey.shortest,
      longest: readable === 0 ? null : survey.longest,
      mean: readable === 0 ? null : counts.bases / readable,
      distribution: lengthDistribution(survey),
    },
    letters: {
      ambiguous_bases: survey.ambiguousBases,
      ambiguous_records: survey.ambiguousRecords,
      gaps: survey.gaps,
      uracil_records: oddities.uracilRecords,
    },
    frames: {
      chunk_length: plan.length,
      chunks: counts.chunks,
      frames: counts.frames,
      records_without: counts.no_orf,
      records_with: frameDistribution(survey),
    },
    tokens: { nucleotide_estimate: nucleotideTokens(survey, counts.frames), protein: survey.proteinTokens },
  };
}

function writeText(text: string): void {
  writeStandardOutput(new TextEncoder().encode(text));
}
