/**
 * One request, redirects followed by hand: the only place of the program that opens a connection.
 *
 * Credentials go to the origin that was asked first and to no other; once a redirect has left it they are dropped for
 * good. https never becomes http. The body comes as it is sent: `identity` is asked for, and nothing is decompressed.
 */

import { refusal } from './interruption.ts';

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface Request {
  readonly url: URL;
  /** File that is asked for, in messages. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent to the first origin alone. */
  readonly credentials: (url: URL) => Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly response: Response;
  /** Where it came from, behind all redirects. */
  readonly url: URL;
}

/** Throws what `fetch` throws, and a UserError for a redirect that is not followed. */
export async function request({ url, name, headers, credentials, signal }: Request): Promise<Answer> {
  let at = url;
  let trusted = true;
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetch(at, {
      headers: { ...headers, ...(trusted ? credentials(at) : {}), 'Accept-Encoding': 'identity' },
      redirect: 'manual',
      decompress: false,
      // Our own watch knows when to stop waiting; a pooled connection that is half dead would only cost attempts.
      timeout: false,
      keepalive: false,
      signal,
    });
    if (!REDIRECTS.has(response.status)) return { response, url: at };
    await response.body?.cancel();
    if (redirects === MOST_REDIRECTS) throw refusal(name, `${shown(url)} is redirected more than ${redirects} times`);
    at = nextHop(url, at, response.headers.get('location'), name);
    trusted &&= at.origin === url.origin;
  }
}

/**
 * @param first address that was asked first
 * @param from address that answered with a redirect
 * @param location its Location header
 */
export function nextHop(first: URL, from: URL, location: string | null, name: string): URL {
  const to = location === null ? null : URL.parse(location, from.href);
  if (to === null || !/^https?:$/.test(to.protocol)) {
    throw refusal(name, `${shown(from)} is redirected to an address that cannot be used`);
  }
  if (first.protocol === 'https:' && to.protocol === 'http:') {
    throw refusal(name, `${shown(from)} is redirected to ${shown(to)}, which is not encrypted`);
  }
  to.username = '';
  to.password = '';
  return to;
}

/** Without the query: there are secrets in the links of storage services. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
