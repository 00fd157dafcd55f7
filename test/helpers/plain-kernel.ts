/** The part of the kernel that reading needs, in the plainest TypeScript: the oracle of the WebAssembly one. */

import { BLANK, GREATER, LF, PLAIN_LETTERS } from '../../src/input/letters.ts';
import type { InputKernel } from '../../src/input/record.ts';

/** Bytes behind every region that may be read and written. */
const SLACK = 64;
const LINE = 64;

const PLAIN = new Set(Array.from(PLAIN_LETTERS, (letter) => letter.charCodeAt(0)));
const URACIL = new Map([
  [0x55, 0x54],
  [0x75, 0x74],
]);

export class PlainKernel implements InputKernel {
  memory = new Uint8Array(LINE);
  readonly gathered = { from: 0, to: 0, lines: 0, foreign: 0, uracil: false, atLineStart: false };

  /** Makes a new memory every time, so that a reader that keeps a view of the old one is found out. */
  allocate(bytes: number): number {
    const address = this.memory.length;
    const memory = new Uint8Array(Math.ceil((address + bytes + SLACK) / LINE) * LINE);
    memory.set(this.memory);
    this.memory.fill(0x23);
    this.memory = memory;
    return address;
  }

  gather(from: number, end: number, to: number, room: number, atLineStart: boolean, oneLine: boolean): void {
    const { memory, gathered } = this;
    Object.assign(gathered, { from, to, lines: 0, foreign: 0, uracil: false, atLineStart });
    while (gathered.from < end && gathered.to < to + room) {
      const byte = memory[gathered.from]!;
      if (oneLine ? byte === LF : byte === GREATER && gathered.atLineStart) return;
      gathered.from++;
      gathered.atLineStart = byte === LF;
      if (byte === LF) gathered.lines++;
      else if (BLANK[byte] === 0) {
        const thymine = URACIL.get(byte);
        if (thymine !== undefined) gathered.uracil = true;
        else if (!PLAIN.has(byte)) gathered.foreign++;
        memory[gathered.to++] = thymine ?? byte;
      }
    }
  }

  findByte(from: number, end: number, byte: number): number {
    const found = this.memory.subarray(from, end).indexOf(byte);
    return found < 0 ? end : from + found;
  }
}
