/** Command lines of the program under test. */

/** Reads, translates and frames into the ring, and drops the result there. */
const DISCARD = ['--discard'];

export class Translate {
  constructor(
    readonly binary: string,
    readonly length: number,
  ) {}

  discard(input: string, threads: number): string[] {
    return [...this.#command(input, threads), ...DISCARD];
  }

  /** Every frame with its stops on standard output, as the other programs write them. */
  allProteins(input: string, threads: number): string[] {
    return [...this.#command(input, threads), '--frames', 'all', '--stdout', 'protein'];
  }

  /** Nucleotides and proteins of the open frames into `folder`. */
  files(input: string, threads: number, folder: string): string[] {
    return [...this.#command(input, threads), '-o', folder, '--force'];
  }

  #command(input: string, threads: number): string[] {
    return [this.binary, 'translate', input, '--length', String(this.length), '--threads', String(threads), '-q'];
  }
}
