/** Reads `evaluation.json`, key by key. */

import type { Estimate } from './bootstrap.ts';
import {
  type Decisions,
  EVALUATION_FORMAT,
  type Evaluation,
  type FalsePositives,
  type FamilyReport,
  type LengthReport,
} from './evaluation.ts';
import { JsonFile, type JsonNode } from './json.ts';
import type { Leakage, SharedCounts } from './leakage.ts';

/** @param text content of the file; @param path named in what is refused */
export function parseEvaluation(text: string, path: string): Evaluation {
  const file = new JsonFile(path, 'Make it again: models/mini/evaluate --write.');
  const root = file.parse(text);
  if (root.at('format').number !== EVALUATION_FORMAT) throw file.refusal('is of another format');
  const [model, windows] = [root.at('model'), root.at('windows')];
  return {
    format: EVALUATION_FORMAT,
    model: {
      name: model.at('name').text,
      sha256: model.at('sha256').text,
      precision: model.at('precision').text,
    },
    windows: {
      count: windows.at('count').number,
      files: windows.at('files').list.map((one) => ({ name: one.at('name').text, sha256: one.at('sha256').text })),
    },
    seed: root.at('seed').number,
    fragments: root.at('fragments').number,
    shuffled: root.at('shuffled').number,
    resamples: root.at('resamples').number,
    lengths: root.at('lengths').list.map(lengthReport),
    leakage: root.at('leakage').optional(leakage),
  };
}

function lengthReport(node: JsonNode): LengthReport {
  const without = node.at('without_frame');
  return {
    length: node.at('length').number,
    head: node.at('head').number,
    fragments: node.at('fragments').number,
    viruses: node.at('viruses').number,
    called: node.at('called').number,
    without_frame: { virus: without.at('virus').number, other: without.at('other').number },
    auroc_called: estimate(node.at('auroc_called')),
    auroc_all: estimate(node.at('auroc_all')),
    average_precision: estimate(node.at('average_precision')),
    decisions: node.at('decisions').optional(decisions),
    false_positives: node.at('false_positives').list.map(falsePositives),
    families: node.at('families').list.map(family),
  };
}

function decisions(node: JsonNode): Decisions {
  return {
    fragments: node.at('fragments').number,
    viruses: node.at('viruses').number,
    threshold: node.at('threshold').number,
    accuracy: estimate(node.at('accuracy')),
    recall: estimate(node.at('recall')),
    f1: estimate(node.at('f1')),
    mcc: estimate(node.at('mcc')),
    ece: estimate(node.at('ece')),
    ece_equal: estimate(node.at('ece_equal')),
  };
}

function falsePositives(node: JsonNode): FalsePositives {
  return {
    class: node.at('class').text,
    fragments: node.at('fragments').number,
    genomes: node.at('genomes').number,
    at_threshold: estimate(node.at('at_threshold')),
    by_call: estimate(node.at('by_call')),
  };
}

function family(node: JsonNode): FamilyReport {
  return {
    family: node.at('family').text,
    half: node.at('half').oneOf(['A', 'B']),
    fragments: node.at('fragments').number,
    called: node.at('called').number,
    genomes: node.at('genomes').number,
    auroc: estimate(node.at('auroc')),
    recall: estimate(node.at('recall')),
  };
}

function estimate(node: JsonNode): Estimate | null {
  return node.optional((one) => ({
    value: one.at('value').number,
    low: one.at('low').optional((bound) => bound.number),
    high: one.at('high').optional((bound) => bound.number),
  }));
}

function leakage(node: JsonNode): Leakage {
  return {
    letters: node.at('letters').number,
    training_windows: node.at('training_windows').number,
    left_out: node.at('left_out').number,
    classes: node.at('classes').list.map(sharedCounts),
  };
}

function sharedCounts(node: JsonNode): SharedCounts {
  return {
    class: node.at('class').text,
    windows: node.at('windows').number,
    any: node.at('any').number,
    over_10_percent: node.at('over_10_percent').number,
    over_50_percent: node.at('over_50_percent').number,
  };
}
