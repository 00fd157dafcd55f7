/** Version and help: on standard output, for every command, from the flag table. */

import { afterAll, describe, expect, test } from 'bun:test';
import { COMMANDS, TOP_FLAGS } from '../../src/cli/flags.ts';
import { Box } from '../helpers/binary.ts';

const box = new Box();
afterAll(() => box.remove());

test.each([['--version'], ['-V']])('%s', async (flag) => {
  const { stdout, stderr } = await box.ok([flag]);
  const { version } = await Bun.file(`${import.meta.dir}/../../package.json`).json();
  expect(stdout).toMatch(/^virnucpro \d+\.\d+\.\d+ \(([0-9a-f]{9,}(-dirty)?|unknown)\)\n$/);
  expect(stdout).toStartWith(`virnucpro ${version} `);
  expect(stderr).toBe('');
});

test('--version --verbose lists what the executable carries', async () => {
  const { stdout } = await box.ok(['--version', '--verbose']);
  const parts = stdout
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
  expect(new Set(parts.map(([role]) => role))).toEqual(
    new Set(['onnxruntime', 'dawn', 'onnxruntime-web', 'bundle', 'tokenizer']),
  );
  for (const [, , bytes, sha256] of parts) {
    expect(Number(bytes)).toBeGreaterThan(0);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});

test.each([[[]], [['--help']], [['-h']], [['help']]])('the short help: %j', async (args) => {
  const { stdout, stderr } = await box.ok(args);
  for (const { name, summary } of COMMANDS) {
    expect(stdout).toContain(name);
    expect(stdout).toContain(summary);
  }
  for (const { long } of TOP_FLAGS) expect(stdout).toContain(`--${long}`);
  expect(stdout).toContain('Example:');
  expect(stderr).toBe('');
});

describe.each(COMMANDS.map((command) => [command.name, command] as const))('%s', (name, command) => {
  const words = name.split(' ');

  const asked = ['--help', '-h', 'reads.fa --threads 2 --help', '--wibble -h'];

  test.each(asked)('its help lists every flag: %s', async (typed) => {
    const { stdout, stderr } = await box.ok([...words, ...typed.split(' ')]);
    expect(stdout).toContain(command.summary);
    for (const { long, short, value, help } of command.flags) {
      const letter = short === undefined ? '' : `-${short}, `;
      expect(stdout).toContain(`  ${letter}--${long}${value === undefined ? '' : ` ${value}`} `);
      expect(stdout).toContain(help);
    }
    for (const example of command.examples) expect(stdout).toContain(example);
    expect(stderr).toBe('');
    expect(box.list('home')).toEqual([]);
  });
});

test('behind -- stands a file, also when it is called --help', async () => {
  const { code, stderr, stdout } = await box.run(['predict', '--', '--help']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('--help: there is no such file');
});

test('a reader that went away is no error', async () => {
  // Descriptor 4 is a pipe whose only reader is closed before anything is written.
  const script = `mkfifo gone && exec 3<>gone 4>gone 3<&- && "${box.binary}" "$@" >&4; echo "code $?" >&2`;
  for (const args of [['--help'], ['predict', '--help'], ['--version', '--verbose']]) {
    const child = Bun.spawn(['/bin/bash', '-c', `rm -f gone; ${script}`, 'sh', ...args], {
      cwd: box.folder,
      env: box.env,
      stderr: 'pipe',
    });
    expect(await new Response(child.stderr).text()).toBe('code 0\n');
  }
});
