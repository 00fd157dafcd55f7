import { describe, expect, test } from 'bun:test';
import { deviceListJson, deviceListText, type ListedDevice, type ListedProof } from './device-list.ts';

function listed(change: Partial<ListedDevice> = {}): ListedDevice {
  return {
    ...{ id: 'cuda:0', name: 'RTX A4000', kind: 'discrete', backends: ['cuda', 'webgpu'], unusable: {} },
    ids: { cuda: 'cuda:0', webgpu: 'webgpu:1' },
    ...{ vendor: 'NVIDIA', driver: 'NVIDIA 580.65.06', memory_bytes: 16.9e9, memory_free_bytes: 16e9 },
    ...{ pci: '0000:65:00.0', uuid: 'GPU-1', capability: '8.6', default: true, proof: null },
    ...change,
  };
}

const cpu = listed({
  ...{ id: 'cpu', name: 'Xeon', kind: 'cpu', backends: ['native-cpu'], ids: { 'native-cpu': 'cpu' }, default: false },
  ...{ vendor: null, driver: null, memory_free_bytes: null, pci: null, uuid: null, capability: null },
});

/** A proof that was passed. */
const PASSED: ListedProof = {
  ...{ verdict: 'pass', problem: null, remembered: true, program: '1 (a)', arithmetic: 'fp32', found: null },
  model: { name: 'mini', sha256: 'ab', length: 500 },
};

test('JSON is a list', () => expect(JSON.parse(deviceListJson([cpu]))).toEqual([cpu]));

describe('for people', () => {
  test('a block for each device', () => {
    const proof = { webgpu: { ...PASSED, verdict: 'fail', problem: 'attention is off' } } as const;
    expect(deviceListText([listed({ proof }), cpu])).toBe(`cuda:0, webgpu:1
  name:       RTX A4000
  kind:       discrete
  memory:     16.9 GB, 16.0 GB free
  driver:     NVIDIA 580.65.06
  PCI:        0000:65:00.0
  capability: 8.6
  cuda:       ready, not proven yet
  webgpu:     refused: attention is off
  by default: used

cpu
  name:       Xeon
  kind:       cpu
  memory:     16.9 GB
  by default: not used
`);
  });

  test('a proof that was passed', () => {
    expect(deviceListText([listed({ proof: { cuda: PASSED } })])).toContain('cuda:       ready, proven\n');
  });

  test('no GPU, and why', () => {
    const alone = { ...cpu, default: true, unusable: { webgpu: 'There is no Vulkan loader', cuda: 'No driver' } };
    const text = deviceListText([alone]);
    expect(text).toStartWith(
      'No GPU was found, so the CPU computes.\n  There is no Vulkan loader.\n  No driver.\n\ncpu\n',
    );
    const software = listed({ kind: 'software', default: false });
    expect(deviceListText([alone, software])).toContain('software, used only when named');
    expect(deviceListText([alone, software])).toStartWith('No GPU was found');
    // With a GPU the reasons concern others.
    expect(deviceListText([listed(), alone])).toEndWith(
      '\nOther GPUs may be there:\n  There is no Vulkan loader.\n  No driver.\n',
    );
  });

  test('long reasons stay within 80 columns, each line under the one above', () => {
    const reason = 'Its files are not installed; "virnucpro runtime install cuda" fetches them and this goes on';
    const text = deviceListText([listed({ backends: ['webgpu'], unusable: { cuda: reason } }), cpu]);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(text).toContain('  cuda:       not used: Its files');
    expect(text.replaceAll(/\n {14}/g, ' ')).toContain(reason);
  });
});
