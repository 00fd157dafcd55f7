/**
 * Where a file of the catalogue is asked for, and who gets the token. Pure.
 *
 * | given | Hugging Face | GitHub |
 * |---|---|---|
 * | nothing | `https://huggingface.co/REPOSITORY/resolve/REVISION/PATH` | `https://raw.githubusercontent.com/REPOSITORY/REVISION/PATH` |
 * | `HF_ENDPOINT` | takes the place of `https://huggingface.co` | unchanged |
 * | `--mirror` | takes the place of either; stronger than `HF_ENDPOINT` | likewise |
 *
 * `HF_TOKEN` goes to the Hugging Face endpoint's own origin and nowhere else: not to a mirror, not to a redirect's target,
 * not unencrypted, unless to this machine itself.
 */

import { UserError } from '../system/errors.ts';

export interface Location {
  readonly hub: 'huggingface' | 'github';
  /** `OWNER/NAME`. */
  readonly repository: string;
  /** Commit, tag or branch. */
  readonly revision: string;
  /** In the repository, with `/`. */
  readonly path: string;
}

export interface Sources {
  /** Base address of the Hugging Face hub, without a slash at the end. */
  readonly huggingface: string;
  /** Base address of raw files on GitHub, likewise. */
  readonly github: string;
  readonly mirror: string | undefined;
  readonly token: string | undefined;
}

const HUGGING_FACE = 'https://huggingface.co';
const GITHUB_RAW = 'https://raw.githubusercontent.com';
/** Names of this machine, as URL writes them. */
const OWN_MACHINE = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * @param mirror what was given with --mirror
 * @param environment HF_ENDPOINT and HF_TOKEN are read; an empty one counts as absent
 */
export function sourcesFrom(
  mirror: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Sources {
  const endpoint = environment['HF_ENDPOINT']?.trim();
  return {
    huggingface: endpoint ? baseAddress(endpoint, 'HF_ENDPOINT') : HUGGING_FACE,
    github: GITHUB_RAW,
    mirror: mirror === undefined ? undefined : mirrorAddress(mirror),
    token: tokenFrom(environment['HF_TOKEN']?.trim()),
  };
}

/** @param text what was given with --mirror; without a slash at the end afterwards */
export function mirrorAddress(text: string): string {
  return baseAddress(text, '--mirror');
}

/** Absolute address of a file of the catalogue. */
export function sourceUrl({ hub, repository, revision, path }: Location, sources: Sources): string {
  const base = sources.mirror ?? sources[hub];
  switch (hub) {
    case 'huggingface':
      return `${base}/${escaped(repository)}/resolve/${escaped(revision)}/${escaped(path)}`;
    case 'github':
      return `${base}/${escaped(repository)}/${escaped(revision)}/${escaped(path)}`;
    default:
      return hub satisfies never;
  }
}

/** The headers that prove who asks, by address. */
export function credentialsFor({ huggingface, token }: Sources): (url: URL) => Readonly<Record<string, string>> {
  const endpoint = new URL(huggingface);
  const isPrivate = endpoint.protocol === 'https:' || OWN_MACHINE.test(endpoint.hostname);
  return (url) =>
    token !== undefined && isPrivate && url.origin === endpoint.origin ? { Authorization: `Bearer ${token}` } : {};
}

function baseAddress(text: string, name: string): string {
  const url = URL.parse(text);
  const refuse = (problem: string): never => {
    // The text itself may hold a password.
    throw new UserError(`${name} ${problem}`, `Give a base address such as ${HUGGING_FACE}.`);
  };
  if (url === null || !/^https?:$/.test(url.protocol)) return refuse('is not an http or https address');
  if (url.username !== '' || url.password !== '') refuse('holds a user name or password, which is not supported');
  if (/[?#]/.test(text)) refuse('has a ? or # part, behind which no path can be put');
  return url.href.replace(/\/+$/, '');
}

function tokenFrom(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new UserError('HF_TOKEN holds characters that no token has', 'Copy it again from your Hugging Face settings.');
}

/** Every segment escaped; one that would climb out of the repository is a bug of the catalogue. */
function escaped(path: string): string {
  const segments = path.split('/');
  if (segments.some((segment) => /^\.{0,2}$/.test(segment))) throw new Error(`catalogue path ${JSON.stringify(path)}`);
  return segments.map(encodeURIComponent).join('/');
}
