import { expect, test } from 'bun:test';
import { EXIT, UserError } from '../system/errors.ts';
import { Interruption, networkError } from './interruption.ts';

const withCode = (code: string) => Object.assign(new TypeError('any'), { code });

test.each([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])('a certificate that cannot be trusted is told at once: %s', (code) => {
  const error = networkError(withCode(code), 'a.bin', 'hub.example');
  expect(error).toBeInstanceOf(UserError);
  expect(error instanceof UserError && error.exitCode).toBe(EXIT.runtime);
  expect(error.message).toContain(`the certificate of hub.example cannot be trusted (${code})`);
});

test.each([
  [withCode('ECONNRESET'), 'the connection was cut'],
  [withCode('ENOTFOUND'), 'no such server name is known'],
  [withCode('EPROTO'), 'the connection failed (EPROTO)'],
  [new TypeError('any'), 'the connection failed (no code)'],
  ['any', 'the connection failed (no code)'],
])('everything else may go better the next time', (error, reason) => {
  const found = networkError(error, 'a.bin', 'hub.example');
  expect(found).toBeInstanceOf(Interruption);
  expect(found.message).toBe(reason);
});
