/**
 * What may go better the next time: a cut, a silence, a busy server. Everything else that a server or the network does
 * wrong becomes a UserError at once.
 */

import { EXIT, UserError } from '../system/errors.ts';

export const TRY_ELSEWHERE = 'Try again later, or take another source with --mirror.';

export class Interruption extends Error {
  override readonly name = 'Interruption';

  /**
   * @param reason part of a sentence, e.g. `the connection was cut`
   * @param waitMs what the server asks to wait, at the least
   */
  constructor(
    readonly reason: string,
    readonly waitMs = 0,
  ) {
    super(reason);
  }
}

/** A refusal of one file that no repetition mends. */
export function refusal(name: string, sentence: string, remedy = TRY_ELSEWHERE): UserError {
  return new UserError(sentence, remedy, { file: name }, EXIT.runtime);
}

/** System and runtime codes of connections -> what happened. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ECONNREFUSED: 'nobody answers at that address',
  ConnectionRefused: 'nobody answers at that address',
  ENOTFOUND: 'no such server name is known',
  EAI_AGAIN: 'the server name could not be looked up',
  ETIMEDOUT: 'the server did not answer in time',
  ENETUNREACH: 'the network cannot be reached',
  EHOSTUNREACH: 'the server cannot be reached',
};

/** What `fetch` or the reading of a body threw, as an Interruption, or a UserError where the certificate is at fault. */
export function networkError(error: unknown, name: string, host: string): Error {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no code';
  if (/CERT|SIGNED|SIGNATURE|ISSUER|CRL/.test(code)) {
    return refusal(
      name,
      `the certificate of ${host} cannot be trusted (${code})`,
      'Check the clock of this machine; behind a proxy that opens TLS, give its certificate in NODE_EXTRA_CA_CERTS.',
    );
  }
  return new Interruption(REASONS[code] ?? `the connection failed (${code})`);
}
