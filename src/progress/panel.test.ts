import { describe, expect, test } from 'bun:test';
import { columns } from './fit-text.ts';
import { panel } from './panel.ts';
import type { DeviceView, RunView } from './run-view.ts';

const DEVICE: DeviceView = {
  ...{ id: 'cpu', name: 'AMD EPYC 9554 64-Core Processor', backend: 'native-cpu', state: 'running', reason: undefined },
  ...{ share: 1, tokens: 4_200_000, tokensPerSecond: 12_340, busy: 0.996, memory: undefined, memoryTotal: undefined },
  ...{ batches: 321, failures: 0 },
};
const H200: DeviceView = {
  ...DEVICE,
  ...{ id: 'cuda:0', name: 'NVIDIA H200', backend: 'cuda', share: 0.8, tokensPerSecond: 98_700, busy: 0.93 },
  ...{ memory: 12.34e9, memoryTotal: 141e9 },
};
const ARC: DeviceView = {
  ...DEVICE,
  ...{ id: 'webgpu:1', name: 'Intel Arc A380', backend: 'webgpu', share: 0.2, tokensPerSecond: 23_400, busy: 1 },
  ...{ memory: 3.2e9, memoryTotal: 6.4e9 },
};
const RUN: RunView = {
  ...{ title: 'reads.fa -> out, model mini', note: 'reading, translating, encoding, classifying' },
  ...{ elapsed: 725, fraction: 0.4567, eta: 845, records: 8192, recordsTotal: undefined, viral: 12 },
  ...{ bytes: 123e6, bytesTotal: 456e6, isOver: false, devices: [DEVICE], warnings: { count: 0, newest: undefined } },
  stages: [
    { name: 'read', rate: 412_000, unit: 'bytes' },
    { name: 'translate', rate: 3370, unit: 'frames' },
    { name: 'nucleotide model', rate: 45_600, unit: 'tokens' },
    { name: 'protein model', rate: 7800, unit: 'tokens' },
    { name: 'write', rate: 100, unit: 'records' },
  ],
  encoders: {
    nucleotide: { done: 12_300_000, planned: 20_000_000, expected: 45_000_000, rate: 45_600 },
    protein: { done: 4_560_000, planned: 7_000_000, expected: 9_000_000, rate: 7800 },
  },
};
const GPUS: RunView = { ...RUN, devices: [H200, ARC] };
const LOST: RunView = {
  ...GPUS,
  devices: [
    {
      ...H200,
      state: 'lost',
      tokensPerSecond: undefined,
      busy: undefined,
      memory: undefined,
      reason: 'no answer for 60 s',
    },
    { ...ARC, state: 'retrying', reason: 'its memory is full; from now on 1 at a time' },
  ],
  warnings: { count: 3, newest: 'cuda:0 lost: no answer for 60 s' },
};
const PIPE: RunView = {
  ...{ ...RUN, title: 'standard input -> out, model mini', fraction: undefined, eta: undefined, bytesTotal: undefined },
  encoders: {
    nucleotide: { ...RUN.encoders!.nucleotide, expected: undefined },
    protein: { ...RUN.encoders!.protein, expected: undefined },
  },
};
const NOTHING = { viral: undefined, encoders: undefined, devices: [] } as const;
const TRANSLATE: RunView = {
  ...{ ...RUN, ...NOTHING, title: 'reads.fa -> frames', stages: RUN.stages.slice(0, 2), records: 1_234_567, eta: 8.4 },
  ...{ recordsTotal: 2_000_000 },
};
const DOWNLOAD: RunView = {
  ...{
    ...RUN,
    ...NOTHING,
    title: 'model.safetensors: downloading',
    records: undefined,
    bytes: 1.2e9,
    bytesTotal: 4.5e9,
  },
  ...{ note: 'model.safetensors: downloading', stages: [{ name: 'download', rate: 12.3e6, unit: 'bytes' }] },
};
const LOADING: RunView = {
  ...{
    ...RUN,
    ...NOTHING,
    fraction: undefined,
    eta: undefined,
    stages: [],
    note: 'loading the model on cuda:0 (NVIDIA H200)',
  },
  devices: [{ ...H200, state: 'proving', share: 0, tokensPerSecond: undefined, busy: undefined, memory: undefined }],
};

const UNICODE = { unicode: true, colour: false };
const ASCII = { unicode: false, colour: false };
const frame = (view: RunView, width: number, style = UNICODE) => `${panel(view, { ...style, width }).join('\n')}\n`;

describe('at 40, 80 and 200 columns', () => {
  test('one CPU', () => {
    expect(frame(RUN, 40)).toMatchInlineSnapshot(`
      "reads.fa -> out, model mini
      total       █████░░░░░░   45 %
      elapsed 12 min 05 s, ~14 min 05 s left
      8,192 records, 12 viral
      read 412 kB/s, translate 3.4k frames/s
      nucleotide  ███░░░░░░░░   27 %  45.6k/s
      protein     █████▌░░░░░   50 %  7.8k/s
      cpu         ███████████  100 %  running
      "
    `);
    expect(frame(RUN, 80)).toMatchInlineSnapshot(`
      "reads.fa -> out, model mini
      total       █████████▌░░░░░░░░░░░   45 %  elapsed 12 min 05 s, ~14 min 05 s left
                  8,192 records, 12 viral, 123 MB of 456 MB read
                  read 412 kB/s, translate 3.4k frames/s, write 100 records/s
      nucleotide  █████▌░░░░░░░░░░░░░░░   27 %  12.3M of ~45.0M tokens, 45.6k tokens/s
      protein     ██████████▌░░░░░░░░░░   50 %  4.6M of ~9.0M tokens, 7.8k tokens/s
      cpu         █████████████████████  100 %  12.3k tokens/s  busy 100 %  running
      "
    `);
    expect(frame(RUN, 200)).toMatchInlineSnapshot(`
      "reads.fa -> out, model mini
      total       ██████████████████░░░░░░░░░░░░░░░░░░░░░░   45 %  elapsed 12 min 05 s, ~14 min 05 s left
                  8,192 records, 12 viral, 123 MB of 456 MB read
                  read 412 kB/s, translate 3.4k frames/s, write 100 records/s
      nucleotide  ██████████▌░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   27 %  12.3M of ~45.0M tokens, 45.6k tokens/s
      protein     ████████████████████░░░░░░░░░░░░░░░░░░░░   50 %  4.6M of ~9.0M tokens, 7.8k tokens/s
      cpu         ████████████████████████████████████████  100 %  12.3k tokens/s  busy 100 %  running   AMD EPYC 9554 64-Core Processor (native-cpu)
      "
    `);
  });

  test('two GPUs of different speed', () => {
    expect(frame(GPUS, 40, ASCII)).toMatchInlineSnapshot(`
      "reads.fa -> out, model mini
      total       #####------   45 %
      elapsed 12 min 05 s, ~14 min 05 s left
      8,192 records, 12 viral
      read 412 kB/s, translate 3.4k frames/s
      nucleotide  ###--------   27 %  45.6k/s
      protein     #####------   50 %  7.8k/s
      cuda:0      ########---   80 %  running
      webgpu:1    ##---------   20 %  running
      "
    `);
    expect(frame(GPUS, 80, ASCII)).toMatchInlineSnapshot(`
      "reads.fa -> out, model mini
      total       ####------   45 %  elapsed 12 min 05 s, ~14 min 05 s left
                  8,192 records, 12 viral, 123 MB of 456 MB read
                  read 412 kB/s, translate 3.4k frames/s, write 100 records/s
      nucleotide  ##--------   27 %  12.3M of ~45.0M tokens, 45.6k tokens/s
      protein     #####-----   50 %  4.6M of ~9.0M tokens, 7.8k tokens/s
      cuda:0      ########--   80 %  98.7k tokens/s  busy  93 %  12.3/141 GB  running
      webgpu:1    ##--------   20 %  23.4k tokens/s  busy 100 %   3.2/6.4 GB  running
      "
    `);
    expect(frame(GPUS, 200)).toMatchInlineSnapshot(`
      "reads.fa -> out, model mini
      total       ██████████████████░░░░░░░░░░░░░░░░░░░░░░   45 %  elapsed 12 min 05 s, ~14 min 05 s left
                  8,192 records, 12 viral, 123 MB of 456 MB read
                  read 412 kB/s, translate 3.4k frames/s, write 100 records/s
      nucleotide  ██████████▌░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   27 %  12.3M of ~45.0M tokens, 45.6k tokens/s
      protein     ████████████████████░░░░░░░░░░░░░░░░░░░░   50 %  4.6M of ~9.0M tokens, 7.8k tokens/s
      cuda:0      ████████████████████████████████░░░░░░░░   80 %  98.7k tokens/s  busy  93 %  12.3/141 GB  running   NVIDIA H200 (cuda)
      webgpu:1    ████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   20 %  23.4k tokens/s  busy 100 %   3.2/6.4 GB  running   Intel Arc A380 (webgpu)
      "
    `);
  });

  test('a lost device, one in trouble, and warnings', () => {
    expect(frame(LOST, 40)).toMatchInlineSnapshot(`
      "reads.fa -> out, model mini
      total       █████░░░░░░   45 %
      elapsed 12 min 05 s, ~14 min 05 s left
      8,192 records, 12 viral
      read 412 kB/s, translate 3.4k frames/s
      nucleotide  ███░░░░░░░░   27 %  45.6k/s
      protein     █████▌░░░░░   50 %  7.8k/s
      cuda:0      ████████▌░░   80 %  lost
      webgpu:1    ██░░░░░░░░░   20 %  retrying
      ! 3 warnings, the newest: cuda:0 lost:…
      "
    `);
    expect(frame(LOST, 80)).toMatchInlineSnapshot(`
      "reads.fa -> out, model mini
      total       ████▌░░░░░   45 %  elapsed 12 min 05 s, ~14 min 05 s left
                  8,192 records, 12 viral, 123 MB of 456 MB read
                  read 412 kB/s, translate 3.4k frames/s, write 100 records/s
      nucleotide  ██▌░░░░░░░   27 %  12.3M of ~45.0M tokens, 45.6k tokens/s
      protein     █████░░░░░   50 %  4.6M of ~9.0M tokens, 7.8k tokens/s
      cuda:0      ████████░░   80 %                                           lost
      webgpu:1    ██░░░░░░░░   20 %  23.4k tokens/s  busy 100 %   3.2/6.4 GB  retrying
      ! 3 warnings, the newest: cuda:0 lost: no answer for 60 s
      "
    `);
    expect(frame(LOST, 200, ASCII)).toMatchInlineSnapshot(`
      "reads.fa -> out, model mini
      total       ##################----------------------   45 %  elapsed 12 min 05 s, ~14 min 05 s left
                  8,192 records, 12 viral, 123 MB of 456 MB read
                  read 412 kB/s, translate 3.4k frames/s, write 100 records/s
      nucleotide  ##########------------------------------   27 %  12.3M of ~45.0M tokens, 45.6k tokens/s
      protein     ####################--------------------   50 %  4.6M of ~9.0M tokens, 7.8k tokens/s
      cuda:0      ################################--------   80 %                                           lost      no answer for 60 s; NVIDIA H200 (cuda)
      webgpu:1    ########--------------------------------   20 %  23.4k tokens/s  busy 100 %   3.2/6.4 GB  retrying  its memory is full; from now on 1 at a time; Intel Arc A380 (webgpu)
      ! 3 warnings, the newest: cuda:0 lost: no answer for 60 s
      "
    `);
  });

  test('a pipe of unknown size', () => {
    expect(frame(PIPE, 40)).toMatchInlineSnapshot(`
      "standard input -> out, model mini
      elapsed 12 min 05 s
      8,192 records, 12 viral, 123 MB read
      read 412 kB/s, translate 3.4k frames/s
      nucleotide  12.3M of 20.0M read, 45.6k/s
      protein     4.6M of 7.0M read, 7.8k/s
      cpu         ███████████  100 %  running
      "
    `);
    expect(frame(PIPE, 80)).toMatchInlineSnapshot(`
      "standard input -> out, model mini
                  elapsed 12 min 05 s
                  8,192 records, 12 viral, 123 MB read
                  read 412 kB/s, translate 3.4k frames/s, write 100 records/s
      nucleotide  12.3M of 20.0M tokens read, 45.6k tokens/s
      protein     4.6M of 7.0M tokens read, 7.8k tokens/s
      cpu         █████████████████████  100 %  12.3k tokens/s  busy 100 %  running
      "
    `);
    expect(frame(PIPE, 200)).toMatchInlineSnapshot(`
      "standard input -> out, model mini
                  elapsed 12 min 05 s
                  8,192 records, 12 viral, 123 MB read
                  read 412 kB/s, translate 3.4k frames/s, write 100 records/s
      nucleotide  12.3M of 20.0M tokens read, 45.6k tokens/s
      protein     4.6M of 7.0M tokens read, 7.8k tokens/s
      cpu         ████████████████████████████████████████  100 %  12.3k tokens/s  busy 100 %  running   AMD EPYC 9554 64-Core Processor (native-cpu)
      "
    `);
  });

  test('translate', () => {
    expect(frame(TRANSLATE, 40)).toMatchInlineSnapshot(`
      "reads.fa -> frames
      total       █████░░░░░░   45 %
      elapsed 12 min 05 s, ~8 s left
      1,234,567 of 2,000,000 records
      read 412 kB/s, translate 3.4k frames/s
      "
    `);
    expect(frame(TRANSLATE, 80)).toMatchInlineSnapshot(`
      "reads.fa -> frames
      total       █████████▌░░░░░░░░░░░   45 %  elapsed 12 min 05 s, ~8 s left
                  1,234,567 of 2,000,000 records, 123 MB of 456 MB read
                  read 412 kB/s, translate 3.4k frames/s
      "
    `);
    expect(frame(TRANSLATE, 200)).toMatchInlineSnapshot(`
      "reads.fa -> frames
      total       ██████████████████░░░░░░░░░░░░░░░░░░░░░░   45 %  elapsed 12 min 05 s, ~8 s left
                  1,234,567 of 2,000,000 records, 123 MB of 456 MB read
                  read 412 kB/s, translate 3.4k frames/s
      "
    `);
  });

  test('a download', () => {
    expect(frame(DOWNLOAD, 40, ASCII)).toMatchInlineSnapshot(`
      "model.safetensors: downloading
      total       #####------   45 %
      elapsed 12 min 05 s, ~14 min 05 s left
      1.2 GB of 4.5 GB
      download 12.3 MB/s
      "
    `);
    expect(frame(DOWNLOAD, 80)).toMatchInlineSnapshot(`
      "model.safetensors: downloading
      total       █████████▌░░░░░░░░░░░   45 %  elapsed 12 min 05 s, ~14 min 05 s left
                  1.2 GB of 4.5 GB
                  download 12.3 MB/s
      "
    `);
    expect(frame(DOWNLOAD, 200)).toMatchInlineSnapshot(`
      "model.safetensors: downloading
      total       ██████████████████░░░░░░░░░░░░░░░░░░░░░░   45 %  elapsed 12 min 05 s, ~14 min 05 s left
                  1.2 GB of 4.5 GB
                  download 12.3 MB/s
      "
    `);
  });

  test('before the work begins', () => {
    expect(frame(LOADING, 40)).toMatchInlineSnapshot(`
      "reads.fa -> out, model mini
      loading the model on cuda:0 (NVIDIA H20…
      elapsed 12 min 05 s
      cuda:0      ░░░░░░░░░░░    0 %  proving
      "
    `);
    expect(frame(LOADING, 80)).toMatchInlineSnapshot(`
      "reads.fa -> out, model mini
      loading the model on cuda:0 (NVIDIA H200), elapsed 12 min 05 s
      cuda:0      ░░░░░░░░░░░░░░░░░░░░░    0 %                              proving
      "
    `);
    expect(frame({ ...LOADING, title: LOADING.note!, devices: [] }, 80)).toMatchInlineSnapshot(`
      "loading the model on cuda:0 (NVIDIA H200)
                  elapsed 12 min 05 s
      "
    `);
  });
});

const rowsIn = (view: RunView, more: { width?: number; height?: number } = {}) =>
  panel(view, { width: 80, ...UNICODE, ...more }).filter((line) => /^(gpu\d+|\d+ more) /.test(line));
const many = (count: number, more: (i: number) => Partial<DeviceView> = () => ({})): RunView => ({
  ...RUN,
  devices: Array.from({ length: count }, (_, i) => ({ ...H200, id: `gpu${i}`, share: 1 / count, ...more(i) })),
});

describe('many devices', () => {
  test('twelve have a row each; of more, the rest is one row', () => {
    expect(rowsIn(many(12))).toHaveLength(12);
    const rows = rowsIn(many(20));
    expect(rows).toHaveLength(12);
    // 9 of 20 tokens, nine times the rate, the mean of what is busy.
    expect(rows.at(-1)).toBe('9 more      ████▌░░░░░   45 %   888k tokens/s  busy  93 %               running');
  });

  test('a low terminal has fewer rows', () => {
    expect(rowsIn(many(5), { height: 11 }).map((row) => row.split('  ')[0])).toEqual(['gpu0', 'gpu1', '3 more']);
    expect(rowsIn(many(5), { height: 3 }).map((row) => row.split('  ')[0])).toEqual(['5 more']);
  });

  test('trouble among the rest is told', () => {
    const lost = many(14, (i) => ({
      state: i === 13 ? 'lost' : 'running',
      tokensPerSecond: i === 13 ? undefined : 10,
    }));
    expect(rowsIn(lost).at(-1)).toMatch(/ 20 tokens\/s .* 1 lost$/);
    const mixed = many(14, (i) => ({ state: i === 13 ? 'ready' : 'running' }));
    expect(rowsIn(mixed).at(-1)).toEndWith(' 2 run');
  });

  test('one that takes no part is shown until others work', () => {
    const refused = (state: DeviceView['state']) => many(2, (i) => ({ state: i === 0 ? 'refused' : state }));
    expect(rowsIn(refused('loading'))).toHaveLength(2);
    expect(rowsIn(refused('ready'))).toHaveLength(1);
    expect(rowsIn(refused('refused'))).toHaveLength(2);
  });
});

describe('what a terminal may not get', () => {
  const hostile: RunView = {
    ...GPUS,
    title: 'a\u001b[31m\nb\u202ec\t',
    devices: [{ ...ARC, id: '漢字漢字漢字漢字', name: 'é\u0301\u0000x' }],
    warnings: { count: 1, newest: '二'.repeat(300) },
  };

  test('control characters and characters that turn the line', () => {
    const text = panel(hostile, { width: 200, ...UNICODE }).join('');
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(panel(hostile, { width: 200, ...UNICODE })[0]).toBe('a [31m bc');
    expect(panel(hostile, { width: 200, ...ASCII }).join('')).toMatch(/^[ -~]*$/);
  });

  test('wide characters count as two columns', () => {
    const lines = panel(hostile, { width: 80, ...UNICODE });
    expect(lines.find((line) => line.startsWith('漢字'))).toStartWith('漢字漢字…   ██░░░░░░░░   20 %');
    expect(lines.at(-1)).toBe(`! ${'二'.repeat(38)}…`);
    expect(columns(lines.at(-1)!)).toBe(79);
  });

  test('a panel when the run is over', () => {
    expect(panel({ ...RUN, isOver: true }, { width: 80, ...UNICODE })).toEqual([]);
  });
});

test('colour adds codes and nothing else; each is closed in its line', () => {
  for (const width of [40, 80, 200]) {
    const plain = panel(LOST, { width, ...UNICODE });
    const coloured = panel(LOST, { width, unicode: true, colour: true });
    expect(coloured.map((line) => Bun.stripANSI(line))).toEqual(plain);
    expect(coloured.find((line) => line.includes('lost'))).toContain('\u001b[31mlost');
    for (const line of coloured) {
      const codes = line
        .split('\u001b[')
        .slice(1)
        .map((part) => Number.parseInt(part, 10));
      expect(codes.length % 2).toBe(0);
      for (let i = 0; i < codes.length; i += 2) expect([22, 39]).toContain(codes[i + 1]!);
    }
  }
});

test('the same width at all times: numbers that grow move nothing', () => {
  const small = panel(
    { ...GPUS, devices: [{ ...H200, tokensPerSecond: 3, busy: 0.01 }, ARC] },
    { width: 80, ...UNICODE },
  );
  const large = panel(
    { ...GPUS, devices: [{ ...H200, tokensPerSecond: 9.99e11, busy: 1 }, ARC] },
    { width: 80, ...UNICODE },
  );
  const place = (lines: readonly string[]) => lines.find((line) => line.startsWith('cuda:0'))!.indexOf('running');
  expect(place(small)).toBe(place(large));
});
