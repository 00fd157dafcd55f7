/** The two kinds of numbers that a model can be compared with, behind one interface. */

import type { Session } from '../device/backend.ts';
import type { EncoderName, Manifest } from '../model/bundle/manifest.ts';
import {
  checkEncoder,
  checkScores,
  type EncoderCheck,
  type FrameEmbeddings,
  type FrameTexts,
  type KnownFrame,
  type ScoreCheck,
  TOLERANCES,
} from '../run/verify.ts';
import { builtInCatalogue } from '../store/catalogue.ts';
import { comparePublished, comparePublishedScores } from '../store/compare-published.ts';
import type { PublishedFrames } from '../store/published-numbers.ts';

type Precision = Manifest['precision'];

export interface ReferenceNumbers {
  readonly kind: 'self' | 'published';
  readonly frames: readonly FrameTexts[];
  encoder(name: EncoderName, found: readonly Float32Array[]): EncoderCheck;
  /** @returns null where there are no scores for a head of this length */
  scores(length: number, found: FrameEmbeddings, session: Session): Promise<ScoreCheck | null>;
}

/** Computed in float64 when the bundle was made. */
export class OwnReference implements ReferenceNumbers {
  readonly kind = 'self';

  constructor(
    readonly frames: readonly KnownFrame[],
    readonly precision: Precision,
  ) {}

  encoder(name: EncoderName, found: readonly Float32Array[]): EncoderCheck {
    return checkEncoder(name, this.frames, found, TOLERANCES[this.precision]);
  }

  async scores(length: number, found: FrameEmbeddings, session: Session): Promise<ScoreCheck | null> {
    if (this.frames.every(({ scores }) => scores[String(length)] === undefined)) return null;
    return checkScores(length, this.frames, found, session, TOLERANCES[this.precision]);
  }
}

/** Of the original tool, with the published weights. */
export class PublishedReference implements ReferenceNumbers {
  readonly kind = 'published';
  readonly frames: readonly FrameTexts[];

  constructor(
    readonly published: PublishedFrames,
    readonly precision: Precision,
  ) {
    this.frames = published.nucleotide.rows.map(({ text }, i) => ({
      nucleotide: text,
      protein: published.protein.rows[i]!.text,
    }));
  }

  encoder(name: EncoderName, found: readonly Float32Array[]): EncoderCheck {
    const published = this.published[name];
    // Another model under this name: there is nothing to compare value by value.
    if (found.some(({ length }) => length !== published.width)) {
      return { max_diff: Number.POSITIVE_INFINITY, allowed_diff: 0, verdict: 'fail' };
    }
    const verdict = comparePublished(published, found, this.precision);
    return {
      max_diff: verdict.maxDifference,
      allowed_diff: verdict.allowedDifference,
      norm_diff: verdict.normDifference,
      verdict: verdict.agrees ? 'pass' : 'fail',
    };
  }

  async scores(length: number, found: FrameEmbeddings, session: Session): Promise<ScoreCheck | null> {
    const { scores } = this.published;
    if (publishedLength(scores.checkpoint) !== length) return null;
    const computed: [number, number][] = [];
    for (const i of this.frames.keys()) {
      const [others = Number.NaN, virus = Number.NaN] = await session.classify(
        1,
        found.nucleotide[i]!.slice(),
        found.protein[i]!.slice(),
      );
      computed.push([others, virus]);
    }
    const { maxDifference, allowedDifference, agrees } = comparePublishedScores(scores, computed, this.precision);
    const differ = computed.filter(([others, virus], i) => virus > others !== scores.rows[i]![1] > scores.rows[i]![0]);
    return {
      max_diff: maxDifference,
      allowed_diff: allowedDifference,
      labels_differ: differ.length,
      verdict: agrees && differ.length === 0 ? 'pass' : 'fail',
    };
  }
}

function publishedLength(checkpoint: string): number | undefined {
  const entry = builtInCatalogue().checkpoints.find(({ name }) => name === checkpoint);
  return entry?.kind === 'classifier' ? entry.length : undefined;
}
