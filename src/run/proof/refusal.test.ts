import { expect, test } from 'bun:test';
import type { Proof } from './proof.ts';
import { refusal } from './refusal.ts';

const device = { id: 'webgpu:0', backend: 'webgpu', name: 'Radeon 780M', threads: undefined } as const;
const proof: Proof = {
  ...{ verdict: 'fail', problem: 'attention over 64 tokens is off by 1.2e-2, 1e-5 is allowed', lasting: true },
  ...{ probes: [], encoders: undefined, scores: undefined, speeds: undefined, seconds: 1 },
};

test('wrong numbers: figures, then what to do, the way round last', () => {
  expect(refusal({ ...device, driver: 'RADV 24.1' }, proof, true)).toEqual({
    sentence:
      'webgpu:0 (Radeon 780M) is not used: attention over 64 tokens is off by 1.2e-2, 1e-5 is allowed (found in an earlier run)',
    remedy:
      'Update its driver (now RADV 24.1), or choose another device or backend with --device. ' +
      '"virnucpro devices --verify" tries it again. ' +
      'Its results may be wrong: only "--trust-device webgpu:0" uses it all the same, and the results will say so.',
  });
});

test('a driver without a name, found just now', () => {
  const { sentence, remedy } = refusal(device, proof, false);
  expect(sentence).toEndWith('is allowed');
  expect(remedy).toStartWith('Update its driver, or');
});

test('a failure of the moment: no trust is offered, it could not compute', () => {
  const gone = { ...proof, lasting: false, problem: 'attention over 64 tokens cannot be computed: out of memory' };
  const { remedy } = refusal(device, gone, false);
  expect(remedy).toStartWith('Close other programs that use it');
  expect(remedy).not.toContain('--trust-device');
});

test('a device that passed has nothing to be told of', () => {
  expect(() => refusal(device, { ...proof, problem: undefined }, false)).toThrow('passed its proof');
});
