/** JSON documents: of bundles, of catalogues, of the cache. What is read must be what its type says. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCalibrations } from '../../../src/cli/calibrations.ts';
import { parseGolden } from '../../../src/model/bundle/golden.ts';
import { parseManifest } from '../../../src/model/bundle/manifest.ts';
import { longestRows } from '../../../src/run/proof/golden-frames.ts';
import { readProof } from '../../../src/run/proof/read-proof.ts';
import { parseRuntimes } from '../../../src/runtime/catalogue.ts';
import { parseCatalogue } from '../../../src/store/catalogue.ts';
import { parsePublishedNumbers } from '../../../src/store/published-numbers.ts';
import { NucleotideTokenizer } from '../../../src/tokens/nucleotide.ts';
import { attempt, isPlainError, READ, REFUSED } from '../attempt.ts';
import { checkManifest } from '../check-manifest.ts';
import type { Dice } from '../dice.ts';
import { batteredJson, type Json } from '../json.ts';
import type { FuzzTarget, Tally } from '../target.ts';
import { tinyTokenizers } from '../tiny-tokenizers.ts';

const MODELS = join(import.meta.dir, '..', '..', '..', 'models');
const LETTERS = 'ACGTNacgt[]CLS\u00ff>';

export const DOCUMENTS: readonly FuzzTarget[] = [
  document('manifest', "a bundle's manifest", [model('mini/bundle/manifest.json')], (json) =>
    checkManifest(parseManifest(json, 'manifest.json')),
  ),
  document('golden', "a bundle's golden numbers", [tinyGolden()], (json) => {
    const { frames } = parseGolden(json, 'golden.json');
    const tokenizer = NucleotideTokenizer.parse(tinyTokenizers()[0], 'tokenizer.json');
    longestRows(
      frames.map((frame) => ({ ...frame, embeddings: { nucleotide: [], protein: [] } })),
      tokenizer,
    );
  }),
  document('tokenizer', 'tokenizer.json, and sequences through what was read', tinyTokenizers(), (json, dice) => {
    const tokenizer = NucleotideTokenizer.parse(json, 'tokenizer.json');
    for (let i = 0; i < 3; i += 1) {
      const text = Array.from({ length: dice.below(60) }, () => LETTERS[dice.below(LETTERS.length)]).join('');
      const tokens = tokenizer.encodeText(text);
      if (tokens.length < 2 || tokens.some((id) => id >= tokenizer.vocabularySize))
        throw new Error(`${text}: ${tokens}`);
    }
  }),
  document('catalogue', 'a catalogue of models', [model('catalogue.json')], parseCatalogue, isPlainError),
  document('runtimes', 'a catalogue of runtimes', [model('runtimes.json')], parseRuntimes, isPlainError),
  document('published', 'published numbers', [model('published-numbers.json')], parsePublishedNumbers, isPlainError),
  {
    name: 'calibration',
    what: 'the file of --calibration',
    open: (folder) => {
      const path = join(folder, 'calibration.json');
      const fitted = { slope: 1.1, intercept: -0.2, threshold: 0.5, fitted_on: 'known sequences' };
      return (dice) => {
        const input = batteredJson(dice, [{ '300': fitted, '500': fitted }]);
        return {
          input,
          run: () => {
            writeFileSync(path, input);
            return attempt(async () => checkCalibrations(await readCalibrations(path, [300, 500])));
          },
        };
      };
    },
  },
  {
    name: 'proof',
    what: 'a remembered proof in the cache',
    open: () => {
      const check = { max_diff: 1e-6, allowed_diff: 1e-5, cosine: 1, verdict: 'pass' };
      const proof = {
        ...{
          verdict: 'pass',
          lasting: true,
          seconds: 1,
          probes: [{ name: 'layer', ...check }],
          scores: { ...check, labels_differ: 0 },
        },
        ...{ encoders: { nucleotide: check, protein: check }, speeds: { nucleotide: 1e4, protein: 2e4 } },
      };
      return (dice) => {
        const input = batteredJson(dice, [proof]);
        return { input, run: () => (readProof(parsed(input)) === undefined ? REFUSED : READ) };
      };
    },
  },
];

/** @param read throws a UserError, or what `isDocumented` knows, for what is not as it must be */
function document(
  name: string,
  what: string,
  documents: readonly Json[],
  read: (json: unknown, dice: Dice) => unknown,
  isDocumented?: (error: Error) => boolean,
): FuzzTarget {
  return {
    name,
    what,
    open: () => (dice) => {
      const input = batteredJson(dice, documents);
      const run = (): Tally | Promise<Tally> => {
        const json = parsed(input);
        // Whoever opens the file says that it is no JSON.
        return json === undefined ? REFUSED : attempt(() => read(json, dice), isDocumented);
      };
      return { input, run };
    },
  };
}

function parsed(input: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(input));
  } catch {
    return undefined;
  }
}

function model(path: string): Json {
  return JSON.parse(readFileSync(join(MODELS, path), 'utf8'));
}

function checkCalibrations(calibrations: Awaited<ReturnType<typeof readCalibrations>>): void {
  for (const [length, { slope, intercept, threshold, fitted_on }] of calibrations) {
    const isSound = slope > 0 && Number.isFinite(slope + intercept) && threshold > 0 && threshold < 1;
    if (!isSound || fitted_on.trim() === '' || ![300, 500].includes(length)) throw new Error('it is none');
  }
}

function tinyGolden(): Json {
  const frame = { nucleotide: 'ATGAAA', protein: 'MK', nucleotide_embedding: [0.5, -1], protein_embedding: [0.25, 2] };
  return {
    reference: 'self',
    frames: [0.25, 0.75].map((virus) => ({ ...frame, scores: { '500': [1 - virus, virus] } })),
  };
}
