/** Tells from tensor names alone what kind of model a checkpoint holds, so that a mix-up is answered with a sentence. */

import { UserError } from '../../system/errors.ts';
import type { Architecture } from '../architecture.ts';
import type { TensorSource } from './source.ts';

type Kind = Architecture['kind'];

const NAMES: Readonly<Record<Kind, string>> = {
  esm2: 'an ESM-2 protein encoder',
  mosaicbert: 'a MosaicBERT nucleotide encoder (DNABERT-2, DNABERT-S)',
  classifier: 'a VirNucPro classifier',
};

/** A name that models of this kind have and the others have not. */
const SIGNS: readonly (readonly [Kind, RegExp])[] = [
  ['mosaicbert', /\.(attention\.self\.Wqkv|mlp\.gated_layers)\./],
  ['esm2', /(^esm\.|(^|\.)(emb_layer_norm_after|sentence_encoder)\.|\.(rotary_embeddings|rot_emb)\.inv_freq$)/],
  ['classifier', /^(hidden_layer|bn1|output_layer)\./],
];

/** Refuses a checkpoint that looks like another kind than the expected one; one that looks like nothing passes. */
export function refuseOtherKind(source: TensorSource, expected: Kind): void {
  const names = [...source.tensors.keys()];
  const kinds = SIGNS.filter(([, sign]) => names.some((name) => sign.test(name))).map(([kind]) => kind);
  const [kind] = kinds;
  if (kind === undefined || kinds.includes(expected)) return;
  throw new UserError(`looks like ${NAMES[kind]}, where ${NAMES[expected]} is expected`, 'Give the other file.', {
    file: source.file,
  });
}
