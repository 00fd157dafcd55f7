/** A catalogue of the tests' own tiny checkpoints, and a server that has their files. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fixture } from './fixtures.ts';

const REVISION = '0123456789abcdef0123456789abcdef01234567';

interface Part {
  readonly name: string;
  readonly kind: 'protein' | 'nucleotide' | 'classifier';
  readonly repository: string;
  readonly architecture: object;
  /** Name there -> path here. */
  readonly files: Readonly<Record<string, string>>;
  readonly length?: number;
}

const PARTS: readonly Part[] = [
  {
    name: 'tiny-esm2',
    kind: 'protein',
    repository: 'tests/tiny-esm2',
    architecture: { kind: 'esm2', layers: 4, width: 64, feed_forward: 256, vocabulary: 33 },
    files: {
      'config.json': fixture('esm2', 'hf_safetensors', 'config.json'),
      'model.safetensors': fixture('esm2', 'hf_safetensors', 'model.safetensors'),
    },
  },
  {
    name: 'tiny-dnaberts',
    kind: 'nucleotide',
    repository: 'tests/tiny-dnaberts',
    architecture: { kind: 'mosaicbert', layers: 3, width: 48, feed_forward: 96, vocabulary: 4096 },
    files: {
      'config.json': fixture('dnaberts', 'hf_bin', 'config.json'),
      'pytorch_model.bin': fixture('dnaberts', 'hf_bin', 'pytorch_model.bin'),
      'tokenizer.json': fixture('dnaberts', 'hf_safetensors', 'tokenizer.json'),
    },
  },
  {
    name: 'tiny-head-500',
    kind: 'classifier',
    repository: 'tests/tiny-heads',
    architecture: { kind: 'classifier', input: 112, hidden: 32 },
    files: { '500_model.pth': fixture('classifier', '500_model.pth') },
    length: 500,
  },
];

export interface TinyCatalogueOptions {
  readonly bundle?: string;
  /** Files whose hash the catalogue does not know. */
  readonly unhashed?: readonly string[];
  /** Give each file's name in git too. */
  readonly gitNames?: boolean;
  /** Changes what the catalogue says of a file's hash. */
  readonly wrong?: string;
}

/** JSON text, as VIRNUCPRO_CATALOGUE names it. */
export function tinyCatalogue({
  bundle = 'tiny',
  unhashed = [],
  wrong,
  gitNames = false,
}: TinyCatalogueOptions = {}): string {
  const checkpoints = PARTS.map(({ files, ...part }) => ({
    ...part,
    description: `the tests' own ${part.kind}`,
    licence: 'MIT',
    hub: part.kind === 'classifier' ? 'github' : 'huggingface',
    revision: REVISION,
    files: Object.entries(files).map(([path, here]) => {
      const bytes = readFileSync(here);
      const sha256 = createHash('sha256')
        .update(bytes)
        .update(path === wrong ? 'x' : '')
        .digest('hex');
      const gitSha1 = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
      return {
        ...{ path, bytes: bytes.length, sha256: unhashed.includes(path) ? null : sha256 },
        git_sha1: gitNames ? gitSha1 : null,
      };
    }),
  }));
  const [protein, nucleotide, head] = PARTS.map(({ name }) => name);
  const bundles = [{ name: bundle, description: 'all three', nucleotide, protein, heads: [head] }];
  return JSON.stringify({ format: 1, note: 'for tests', checkpoints, bundles });
}

/** Serves the files at the paths of either hub, on 127.0.0.1. */
export class TinyHub {
  readonly requests: string[] = [];
  readonly #server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => this.#answer(request) });

  get address(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  close(): void {
    this.#server.stop(true);
  }

  #answer(request: Request): Response {
    const { pathname } = new URL(request.url);
    this.requests.push(pathname);
    for (const { repository, files } of PARTS) {
      for (const [path, here] of Object.entries(files)) {
        if (
          pathname === `/${repository}/resolve/${REVISION}/${path}` ||
          pathname === `/${repository}/${REVISION}/${path}`
        ) {
          return new Response(Bun.file(here));
        }
      }
    }
    return new Response('', { status: 404 });
  }
}
