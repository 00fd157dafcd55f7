import { expect, test } from 'bun:test';
import { chunkId, frameId } from './id.ts';

test('chunks count from 1 and frames follow without a separator', () => {
  expect(chunkId('contigA', 0)).toBe('contigA_chunk_1');
  expect(frameId(chunkId('contigA', 2), 'R2')).toBe('contigA_chunk_3R2');
});
