/** What is measured every few seconds. Bytes. */
export interface MemorySample {
  /** Since the run began. */
  readonly seconds: number;
  /** Whose results were written. */
  readonly records: number;
  /** Of the process that computes: what is in memory, what of it is no part of a file, and its share of what it shares. */
  readonly resident: number;
  readonly anonymous: number;
  readonly proportional: number;
  /** Resident, of all other processes of the run. */
  readonly others: number;
  /** Of the files of the run's journal. */
  readonly journal: number;
}
