import { expect, test } from 'bun:test';
import { EXIT, UserError } from './errors.ts';
import { machineError, machineReason, systemCode } from './machine-error.ts';

const refused = (code: string) => Object.assign(new Error(`${code}: the system's words`), { code, syscall: 'write' });

test('the sentence names the path, the reason and what else to do', () => {
  const error = machineError(refused('ENOSPC'), 'out/x');
  expect(error).toMatchObject({
    exitCode: EXIT.runtime,
    message:
      'out/x: cannot be written: the disk is full (ENOSPC). ' +
      'Free some space or choose another folder with --output, then run again.',
  });
  expect(machineError(refused('EACCES'), 'x', 'do something else')).toMatchObject({
    remedy: 'Change the permissions of the folder or do something else.',
  });
});

test('no remedy is left with a gap, also of a code that is not known', () => {
  for (const code of ['EDQUOT', 'EFBIG', 'EROFS', 'ESTALE', 'ENOENT', 'ENOTEMPTY', 'ELOOP', 'EMFILE', 'EWHATEVER']) {
    expect(String(machineError(refused(code), 'x'))).toMatch(
      /^UserError: x: cannot be written: [^.]+ \(E\w+\)\. [A-Z]/,
    );
    expect(String(machineError(refused(code), 'x'))).not.toContain('ELSEWHERE');
  }
  expect(machineReason(refused('EWHATEVER'))).toBe('the system refused to write (EWHATEVER)');
});

test('what the system did not say is left alone', () => {
  const others = [
    new Error('x'),
    Object.assign(new Error('x'), { code: 'ENOSPC' }),
    new UserError('a', 'B.'),
    'ENOSPC',
  ];
  for (const other of others) {
    expect(machineError(other, 'x')).toBe(other);
    expect([machineReason(other), systemCode(other)]).toEqual([undefined, undefined]);
  }
});
