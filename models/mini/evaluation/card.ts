/** The evaluation as Markdown: the block of the model card, and the smaller one of the README. */

import type { Estimate } from './bootstrap.ts';
import type { Evaluation, FamilyReport, LengthReport } from './evaluation.ts';
import type { Leakage } from './leakage.ts';
import { estimated, NOTHING, percent, plain, table, thousands } from './markdown.ts';

/** Names of the blocks, as `replaceBlock` takes them. */
export const CARD_BLOCK = 'evaluation';
export const README_BLOCK = 'mini';

/** The classes whose false positives the README tells. */
const README_CLASSES = ['bacteria', 'archaea', 'plasmid', 'eukaryote'];

/** Ends in a line feed. */
export function cardBlock(evaluation: Evaluation): string {
  const { lengths, leakage } = evaluation;
  const parts = [
    introduction(evaluation),
    ranking(lengths),
    decisions(lengths),
    falsePositives(lengths),
    families(lengths),
    ...(leakage === null ? [] : [leaked(leakage)]),
  ];
  return parts.join('\n');
}

/** Ends in a line feed. */
export function readmeBlock({ lengths }: Evaluation): string {
  const header = [
    ...['nt', 'with an open frame', 'AUROC of those', 'AUROC of all', 'viruses found'],
    ...README_CLASSES.map((name) => `${name} called virus`),
  ];
  const rows = lengths.map((one) => [
    String(one.length),
    percent(one.called, one.fragments),
    estimated(one.auroc_called),
    plain(one.auroc_all),
    plain(one.decisions?.recall),
    ...README_CLASSES.map((name) => plain(classOf(one, name)?.at_threshold)),
  ]);
  return table(header, rows);
}

function introduction({ model, windows, fragments, shuffled, seed, resamples }: Evaluation): string {
  return (
    `Bundle \`${model.name}\` (${model.precision}, SHA-256 \`${model.sha256.slice(0, 12)}…\`), scored by the compiled program. ` +
    `For each length ${thousands(fragments)} fragments of ${thousands(windows.count)} windows, drawn with seed ${seed}, ` +
    `random start and strand, and ${thousands(shuffled)} shuffled sequences. In brackets: 95 % bootstrap intervals ` +
    `(${thousands(resamples)} resamples of whole genomes, because neighbouring windows are not independent; none where there ` +
    'are fewer than 5 genomes).\n'
  );
}

function ranking(lengths: readonly LengthReport[]): string {
  const header = [
    ...['nt', 'head', 'fragments', 'with an open frame', 'without: viruses', 'without: others'],
    ...['AUROC (a)', 'AUROC (b)', 'average precision'],
  ];
  const rows = lengths.map((one) => [
    String(one.length),
    String(one.head),
    thousands(one.fragments),
    percent(one.called, one.fragments),
    `${thousands(one.without_frame.virus)} of ${thousands(one.viruses)}`,
    `${thousands(one.without_frame.other)} of ${thousands(one.fragments - one.viruses)}`,
    estimated(one.auroc_called),
    estimated(one.auroc_all),
    estimated(one.average_precision),
  ]);
  const text =
    'Ranked by `weighted_delta`: (a) fragments with an open frame, (b) all, those without one at 0. Average precision is that of (a), ' +
    'with viruses as frequent as they were drawn.';
  return `### Ranking\n\n${table(header, rows)}\n${text}\n`;
}

function decisions(lengths: readonly LengthReport[]): string {
  const rows = lengths.flatMap(({ length, decisions: found }) =>
    found === null
      ? []
      : [
          [
            String(length),
            found.threshold.toFixed(3),
            `${thousands(found.viruses)} of ${thousands(found.fragments)}`,
            ...[found.accuracy, found.recall, found.f1, found.mcc, found.ece, found.ece_equal].map(estimated),
          ],
        ],
  );
  if (rows.length === 0) return '### At the threshold\n\nThe bundle is not calibrated: it has no threshold.\n';
  const header = [
    ...['nt', 'threshold', 'viruses', 'accuracy', 'recall', 'F1', 'MCC'],
    ...['ECE, as drawn', 'ECE, equal classes'],
  ];
  const text =
    'Fragments with an open frame of half B of the families; probabilities and threshold were fitted on half A. The expected ' +
    'calibration error (15 bins of equal width) is given with the classes as they were drawn, and with viruses and others ' +
    'weighing the same, as in the fit.';
  return `### At the threshold\n\n${table(header, rows)}\n${text}\n`;
}

function falsePositives(lengths: readonly LengthReport[]): string {
  const names = [...new Set(lengths.flatMap((one) => one.false_positives.map((found) => found.class)))];
  const header = ['class', ...lengths.map(({ length }) => `${length} nt`)];
  const cells = (name: string, value: (one: LengthReport) => Estimate | null | undefined) =>
    lengths.map((one) => {
      const found = classOf(one, name);
      return found === undefined ? NOTHING : `${estimated(value(one))} of ${thousands(found.fragments)}`;
    });
  const rowsOf = (key: 'at_threshold' | 'by_call') =>
    names.map((name) => [name, ...cells(name, (one) => classOf(one, name)?.[key])]);
  const calibrated = lengths.some(({ decisions: found }) => found !== null);
  const [first, second] = [table(header, rowsOf('at_threshold')), table(header, rowsOf('by_call'))];
  return (
    '### False positives\n\n' +
    'Part of the fragments with an open frame of half B that is taken for a virus' +
    (calibrated
      ? `: \`is_virus\`, at the threshold.\n\n${first}\nThe same by \`call\` = \`viral\`.\n\n`
      : ' (`call` = `viral`).\n\n') +
    second
  );
}

function families(lengths: readonly LengthReport[]): string {
  const names = [...new Set(lengths.flatMap((one) => one.families.map(({ family }) => family)))].sort();
  const of = (one: LengthReport, name: string) => one.families.find(({ family }) => family === name);
  const rowsOf = (cell: (report: FamilyReport) => string) =>
    names.map((name) => {
      const half = lengths.map((one) => of(one, name)?.half).find((found) => found !== undefined);
      return [
        name,
        half ?? NOTHING,
        ...lengths.map((one) => {
          const report = of(one, name);
          return report === undefined ? NOTHING : cell(report);
        }),
      ];
    });
  const header = ['family', 'half', ...lengths.map(({ length }) => `${length} nt`)];
  const calibrated = lengths.some(({ decisions: found }) => found !== null);
  const counts = ({ called, fragments }: FamilyReport) => `${thousands(called)} of ${thousands(fragments)}`;
  const second = calibrated
    ? `Recall at the threshold, of fragments with an open frame (how many of all have one). It was fitted on the families of half A.\n\n${table(
        header,
        rowsOf((one) => `${estimated(one.recall)}; ${counts(one)}`),
      )}`
    : `How many fragments have an open frame.\n\n${table(header, rowsOf(counts))}`;
  return (
    '### Virus families\n\nAUROC against all fragments that are no viruses, with an open frame.\n\n' +
    `${table(
      header,
      rowsOf(({ auroc }) => estimated(auroc)),
    )}\n${second}`
  );
}

function leaked({ letters, training_windows, left_out, classes }: Leakage): string {
  const rows = classes.map((counts) => [
    counts.class,
    thousands(counts.windows),
    ...[counts.any, counts.over_10_percent, counts.over_50_percent].map(
      (count) => `${thousands(count)} (${percent(count, counts.windows)})`,
    ),
  ]);
  const header = ['windows', 'all', `sharing any ${letters}-mer`, 'more than 10 % of them', 'more than 50 %'];
  const fate =
    left_out === 0
      ? 'All of them were drawn from.'
      : `The ${thousands(left_out)} that share more than 10 % were left out: nothing above is about them.`;
  return (
    `### Overlap with training\n\nWords of ${letters} letters, on either strand, that the windows share with the ` +
    `${thousands(training_windows)} training windows. ${fate}\n\n${table(header, rows)}`
  );
}

function classOf(one: LengthReport, name: string) {
  return one.false_positives.find((found) => found.class === name);
}
