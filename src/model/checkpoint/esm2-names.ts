/**
 * Names of ESM-2's tensors: fair-esm's are translated into those of the Hugging Face hub, so that one table of names serves
 * both.
 *
 * fair-esm stores `encoder.sentence_encoder.…` (the training's names) or, saved from its own class, the same without it.
 */

const HUB_PREFIX = /^esm\./;
const FAIR_PREFIX =
  /^(encoder\.)?(sentence_encoder\.)?(?=layers\.|embed_tokens\.|emb_layer_norm_after\.|lm_head\.|contact_head\.)/;

/** Part of a layer in fair-esm -> on the hub. */
const LAYER_PARTS: ReadonlyMap<string, string> = new Map([
  ['self_attn.q_proj', 'attention.self.query'],
  ['self_attn.k_proj', 'attention.self.key'],
  ['self_attn.v_proj', 'attention.self.value'],
  ['self_attn.out_proj', 'attention.output.dense'],
  ['self_attn.rot_emb', 'attention.self.rotary_embeddings'],
  ['self_attn_layer_norm', 'attention.LayerNorm'],
  ['fc1', 'intermediate.dense'],
  ['fc2', 'output.dense'],
  ['final_layer_norm', 'LayerNorm'],
]);

/** The name on the hub without its prefix; a name that is none of ESM-2's comes back as it is. */
export function hubName(stored: string): string {
  const fair = FAIR_PREFIX.exec(stored);
  if (fair === null) return stored.replace(HUB_PREFIX, '');
  const plain = stored.slice(fair[0].length);
  const layer = /^layers\.(\d+|\*)\.(.+)\.(\w+)$/.exec(plain);
  if (layer !== null) {
    const [, number = '', part = '', kind = ''] = layer;
    const there = LAYER_PARTS.get(part);
    return there === undefined ? stored : `encoder.layer.${number}.${there}.${kind}`;
  }
  return plain
    .replace(/^embed_tokens\./, 'embeddings.word_embeddings.')
    .replace(/^emb_layer_norm_after\./, 'encoder.emb_layer_norm_after.');
}
