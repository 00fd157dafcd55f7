import { describe, expect, test } from 'bun:test';
import { progressLine } from './progress-line.ts';
import type { DeviceView, RunView } from './run-view.ts';

const NOTHING: RunView = {
  ...{ title: 't', note: undefined, elapsed: 0, fraction: undefined, eta: undefined },
  ...{ records: undefined, recordsTotal: undefined, bytes: 0, bytesTotal: undefined, viral: undefined },
  ...{ stages: [], encoders: undefined, devices: [], warnings: { count: 0, newest: undefined }, isOver: false },
};
const device = (id: string, share: number, more: Partial<DeviceView> = {}): DeviceView => ({
  ...{ id, name: id, backend: 'webgpu', state: 'running', share, tokens: share * 1000, tokensPerSecond: 1 },
  ...{ busy: 1, memory: undefined, memoryTotal: undefined, reason: undefined, batches: 1, failures: 0 },
  ...more,
});
const encoder = (rate: number | undefined) => ({ done: 1, planned: 2, expected: undefined, rate });
const RUN: RunView = {
  ...NOTHING,
  ...{ elapsed: 750, fraction: 0.418, eta: 1000, records: 1234, recordsTotal: 3000, bytes: 4.1e6, bytesTotal: 1e7 },
  ...{ viral: 7, encoders: { nucleotide: encoder(12_000), protein: encoder(300.4) } },
  devices: [device('webgpu:0', 0.47), device('cuda:0', 0.53)],
};

describe('progressLine', () => {
  test('a run with two devices', () => {
    expect(progressLine(RUN, 'predict')).toBe(
      '12 min 30 s, predict, 41 %, 1,234/3,000 records, 4.1 MB/10.0 MB, 7 viral, 12,300 tokens/s, ETA 16 min 40 s, ' +
        'webgpu:0 47 %, cuda:0 53 %',
    );
  });

  test('what is not known is left out', () => {
    expect(progressLine(NOTHING, undefined)).toBe('0.0 s');
    expect(progressLine({ ...NOTHING, elapsed: 31, bytesTotal: 1e7 }, 'load')).toBe('31 s, load');
    const pipe = { ...RUN, fraction: undefined, eta: undefined, recordsTotal: undefined, bytesTotal: undefined };
    const alone = { ...pipe, viral: undefined, devices: [device('cpu', 1)] };
    expect(progressLine(alone, 'predict')).toBe('12 min 30 s, predict, 1,234 records, 4.1 MB, 12,300 tokens/s');
  });

  test('rates: one model alone, none yet, reading, a download', () => {
    const rates = (nucleotide?: number, protein?: number) => ({
      ...NOTHING,
      encoders: { nucleotide: encoder(nucleotide), protein: encoder(protein) },
    });
    expect(progressLine(rates(undefined, 5), undefined)).toBe('0.0 s, 5 tokens/s');
    expect(progressLine(rates(), undefined)).toBe('0.0 s');
    const download = { ...NOTHING, bytes: 5e8, bytesTotal: 2e9, fraction: 0.25, eta: 60 };
    const stages = [{ name: 'download', rate: 25e6, unit: 'bytes' }] as const;
    expect(progressLine({ ...download, stages }, 'pull')).toBe(
      '0.0 s, pull, 25 %, 500 MB/2.0 GB, 25.0 MB/s, ETA 1 min 00 s',
    );
  });

  test('100 % is for the end', () => {
    expect(progressLine({ ...NOTHING, fraction: 1 }, undefined)).toBe('0.0 s, 99 %');
  });

  test('devices in trouble say so in words; refused ones have no part; of many the last are summed up', () => {
    const lost = { ...NOTHING, devices: [device('cpu', 0.9), device('cuda:0', 0.1, { state: 'lost' })] };
    expect(progressLine(lost, undefined)).toBe('0.0 s, cpu 90 %, cuda:0 10 % (lost)');
    const retrying = { ...NOTHING, devices: [device('cpu', 0.9), device('cuda:0', 0.1, { state: 'retrying' })] };
    expect(progressLine(retrying, undefined)).toEndWith('cuda:0 10 % (retrying)');
    const refused = { ...NOTHING, devices: [device('cpu', 1), device('cuda:0', 0, { state: 'refused' })] };
    expect(progressLine(refused, undefined)).toBe('0.0 s');
    const idle = { ...NOTHING, devices: [device('cpu', 0), device('cuda:0', 0)] };
    expect(progressLine(idle, undefined)).toBe('0.0 s');
    const gpus = (count: number) => ({
      ...NOTHING,
      devices: Array.from({ length: count }, (_, i) => device(`cuda:${i}`, 1 / count)),
    });
    expect(progressLine(gpus(8), undefined)).toEndWith('cuda:6 13 %, cuda:7 13 %');
    expect(progressLine(gpus(10), undefined)).toEndWith('cuda:5 10 %, cuda:6 10 %, 3 others 30 %');
  });
});
