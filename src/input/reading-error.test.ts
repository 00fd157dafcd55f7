import { expect, test } from 'bun:test';
import { UserError } from '../system/errors.ts';
import { laterReadingError, readingError } from './reading-error.ts';

test('errors of the machine exit with 1, of permission with 2, all else passes through', () => {
  const failed = (code: string) => readingError(Object.assign(new Error(code), { code }), 'x.fa');
  expect(failed('EIO')).toMatchObject({
    exitCode: 1,
    message: expect.stringContaining('x.fa: the file could not be read (EIO)'),
  });
  expect(failed('EACCES')).toMatchObject({ exitCode: 2, sentence: 'the file may not be read' });
  for (const other of [new TypeError('x'), new UserError('a', 'B.'), 'text']) {
    expect(readingError(other, 'x.fa')).toBe(other);
  }
});

test('a file that was there before is not told as a slip of the keyboard', () => {
  const failed = (code: string) => laterReadingError(Object.assign(new Error(code), { code }), 'x.fa');
  expect(failed('ENOENT')).toMatchObject({ exitCode: 2, sentence: 'the file was removed before it was read' });
  expect(failed('EACCES')).toMatchObject({ sentence: 'the file may not be read' });
});
