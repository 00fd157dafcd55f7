import { expect, test } from 'bun:test';
import { EXIT, UserError } from './errors.ts';

test('a message is: place, sentence, what to do', () => {
  expect(new UserError('it is broken', 'Mend it.').message).toBe('it is broken. Mend it.');
  const where = { file: 'x.fa', record: 'r1', line: 7 };
  expect(new UserError('it is broken', 'Mend it.', where).message).toBe(
    'x.fa, record r1, line 7: it is broken. Mend it.',
  );
  expect(new UserError('no', 'Yes.', { record: undefined, line: 3 }).message).toBe('line 3: no. Yes.');
});

test('it is a usage error unless the machine is to blame', () => {
  expect(new UserError('a', 'B.').exitCode).toBe(EXIT.usage);
  expect(new UserError('a', 'B.', {}, EXIT.runtime).exitCode).toBe(1);
});
