/**
 * The classifier's state dict: `hidden_layer`, `bn1`, `output_layer`. It has no config.json; sizes come from shapes.
 */

import { UserError } from '../../system/errors.ts';
import type { ClassifierArchitecture, ClassifierName, Weights } from '../architecture.ts';
import { quoted } from './json.ts';
import { refuseOtherKind } from './kind.ts';
import { openTensors } from './locate.ts';
import { TensorTable } from './tensor-table.ts';

/** Others and virus. */
const CLASSES = 2;
/** torch's default, which the published module keeps; only a pickled module says it. */
const BATCH_NORM_EPSILON = 1e-5;
/** Classes of a pickled module's parts: the tensors alone would not tell another normalisation or activation. */
const PARTS: ReadonlyMap<string, RegExp> = new Map([
  ['hidden_layer', /^torch\.nn\.modules\.linear\.Linear$/],
  ['bn1', /^torch\.nn\.modules\.batchnorm\.BatchNorm1d$/],
  ['output_layer', /^torch\.nn\.modules\.linear\.Linear$/],
]);
/** What may be there besides: it computes nothing, or what is computed anyway. */
const BESIDE = /^torch\.nn\.modules\.(dropout\.Dropout|activation\.(ReLU|Softmax)|linear\.Identity|loss\.\w+)$/;
const IGNORED = /^bn1\.num_batches_tracked$/;

/** Opens a classifier, a pickled module or a state dict: a file or its folder. */
export async function openClassifier(path: string): Promise<Weights<ClassifierArchitecture>> {
  return openTensors(path, async (source) => {
    refuseOtherKind(source, 'classifier');
    const refuse = (sentence: string): never => {
      throw new UserError(sentence, 'Use a trained classifier of the published architecture.', { file: source.file });
    };
    const table = new TensorTable<ClassifierName>(source);
    const [hidden = 0, input = 0] = table.shape('hidden_layer.weight', 2);
    if (hidden === 0 || input === 0) refuse(`tensor "hidden_layer.weight" has shape [${hidden},${input}]`);
    bindAll(table, hidden, input);
    for (const [part, found] of source.partClasses?.() ?? []) {
      const usual = PARTS.get(part) ?? BESIDE;
      if (!usual.test(found)) refuse(`its part ${quoted(part)} is a ${quoted(found)}, which the published one has not`);
    }
    const epsilon = source.scalar?.(['_modules', 'bn1', 'eps']) ?? BATCH_NORM_EPSILON;
    if (typeof epsilon !== 'number' || !(epsilon > 0))
      return refuse('its batch normalisation has an eps that is no number');
    return {
      architecture: { kind: 'classifier', input, hidden, batchNormEpsilon: epsilon },
      files: source.files,
      read: async (name) => {
        const values = await table.read(name);
        const isVariance = name === 'batch_norm.variance';
        if (isVariance && values.some((value) => value < 0)) {
          refuse('tensor "bn1.running_var" holds a negative variance');
        }
        return values;
      },
      close: () => source.close(),
    };
  });
}

function bindAll(table: TensorTable<ClassifierName>, hidden: number, input: number): void {
  table.bind('hidden.weight', 'hidden_layer.weight', [hidden, input]);
  table.bind('hidden.bias', 'hidden_layer.bias', [hidden]);
  table.bind('batch_norm.weight', 'bn1.weight', [hidden]);
  table.bind('batch_norm.bias', 'bn1.bias', [hidden]);
  table.bind('batch_norm.mean', 'bn1.running_mean', [hidden]);
  table.bind('batch_norm.variance', 'bn1.running_var', [hidden]);
  table.bind('output.weight', 'output_layer.weight', [CLASSES, hidden]);
  table.bind('output.bias', 'output_layer.bias', [CLASSES]);
  table.refuseLeftOver(IGNORED);
}
