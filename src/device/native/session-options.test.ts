import { expect, test } from 'bun:test';
import { cudaSettings } from './session-options.ts';

test('a card computes in plain float32, within its memory, and copies in the stream of its run', () => {
  expect(cudaSettings({ ordinal: 3, memoryLimit: 5_000_000_000.5 })).toEqual({
    device_id: '3',
    gpu_mem_limit: '5000000000',
    arena_extend_strategy: 'kSameAsRequested',
    use_tf32: '0',
    do_copy_in_default_stream: '1',
  });
});
