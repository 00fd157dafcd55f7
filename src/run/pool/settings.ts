/**
 * How much goes to a Worker at once. Chosen from what is known before the first byte is translated: the size of the input,
 * the mean length of its first records, the number of Workers. None of it changes a byte of any result.
 */

export interface PoolSettings {
  /** Sequence Workers. */
  readonly workers: number;
  /** Records of a job, on average. */
  readonly batchSize: number;
  /** Bytes of a job, decompressed, more or less: jobs end where records do. */
  readonly batchBytes: number;
  /** Jobs that may be under way at the most. */
  readonly window: number;
}

/** Large enough that a job's messages cost nothing beside its work. */
const SMALLEST_BATCH_BYTES = 64 * 2 ** 10;
/** Small enough that a ring holds the results of two. */
const LARGEST_BATCH_BYTES = 4 * 2 ** 20;
/** Of an input whose size is not known: a pipe. */
const USUAL_BATCH_BYTES = 2 ** 20;
/** So many jobs for each Worker, or more: the last ones end at about the same time. */
const JOBS_PER_WORKER = 16;
/** Bytes of jobs that may be under way for each Worker, so that none waits for the next one. */
const AHEAD_BYTES = 16 * 2 ** 20;
const LARGEST_WINDOW = 2 ** 16;
/** Where nothing is known yet. */
export const USUAL_RECORD_BYTES = 512;

/**
 * @param threads Workers at the most
 * @param totalBytes of all inputs, undefined where one is a pipe
 * @param recordBytes mean of the first records, headers and line ends included
 * @param batchSize records, where a person chose them
 */
export function chooseSettings(
  threads: number,
  totalBytes: number | undefined,
  recordBytes: number,
  batchSize: number | undefined,
): PoolSettings {
  const fair = totalBytes === undefined ? USUAL_BATCH_BYTES : Math.ceil(totalBytes / (threads * JOBS_PER_WORKER));
  const usual = Math.min(LARGEST_BATCH_BYTES, Math.max(SMALLEST_BATCH_BYTES, fair));
  const batchBytes = batchSize === undefined ? usual : Math.max(1, Math.round(batchSize * recordBytes));
  const jobs = totalBytes === undefined ? threads : Math.max(1, Math.ceil(totalBytes / batchBytes));
  const workers = Math.min(threads, jobs);
  const ahead = Math.ceil((workers * AHEAD_BYTES) / batchBytes);
  return {
    workers,
    batchSize: batchSize ?? Math.max(1, Math.round(batchBytes / recordBytes)),
    batchBytes,
    window: Math.min(LARGEST_WINDOW, Math.max(4 * workers, ahead)),
  };
}
