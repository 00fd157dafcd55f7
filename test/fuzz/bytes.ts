/** Accidents of binary files: flipped bits, lost ends, splices, repeated pieces, and numbers that lie about lengths. */

import { joined } from '../helpers/containers.ts';
import type { Dice } from './dice.ts';

const TELLING = [0, 1, 2, 0x0a, 0x20, 0x22, 0x2e, 0x5b, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0x81, 0xfe, 0xff];
const LIMITS = [
  0n,
  1n,
  2n,
  7n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 53n,
  2n ** 64n - 1n,
];
const WIDTHS = [1, 2, 4, 8];
const MOST_GROWTH = 3;

/** Between one and five accidents, often one. @param other where splices come from */
export function batteredBytes(dice: Dice, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  let result = bytes;
  for (let left = 1 + (dice.chance(0.6) ? 0 : dice.below(5)); left > 0; left -= 1) {
    result = accident(dice, result, other).subarray(0, MOST_GROWTH * (bytes.length + 100));
  }
  return result;
}

function accident(dice: Dice, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = place(dice, bytes.length);
  const span = Math.min(bytes.length - at, dice.chance(0.6) ? 1 + dice.below(8) : dice.below(400));
  const before = bytes.subarray(0, at);
  const behind = bytes.subarray(at + span);
  const piece = bytes.subarray(at, at + span);
  switch (dice.below(11)) {
    case 0:
      return changed(bytes, at, (byte) => byte ^ (1 << dice.below(8)));
    case 1:
      return changed(bytes, at, () => (dice.chance(0.5) ? dice.pick(TELLING) : dice.below(256)));
    case 2:
    case 3:
      return withNumber(dice, bytes, at);
    case 4:
      return before;
    case 5:
      return joined(before, behind);
    case 6:
      return joined(before, ...Array.from({ length: 1 + dice.below(20) }, () => piece), piece, behind);
    case 7:
      return joined(before, other.subarray(dice.below(other.length + 1)));
    case 8: {
      const from = dice.below(other.length + 1);
      return joined(before, other.subarray(from, from + span), behind);
    }
    case 9: {
      const to = dice.below(behind.length + 1);
      return joined(before, behind.subarray(0, to), piece, behind.subarray(to));
    }
    default:
      return joined(
        before,
        Uint8Array.from({ length: 1 + dice.below(6) }, () => dice.pick(TELLING)),
        bytes.subarray(at),
      );
  }
}

/** Heads and ends of files say more than their middle. */
function place(dice: Dice, length: number): number {
  if (dice.chance(0.5)) return dice.below(length + 1);
  const near = dice.below(Math.min(length, 160) + 1);
  return dice.chance(0.5) ? near : length - near;
}

function changed(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  // Not slice: of a Buffer that is a view, and a specimen must stay as it is.
  const result = new Uint8Array(bytes);
  if (at < result.length) result[at] = change(result[at]!);
  return result;
}

/** A number of one to eight bytes, replaced by one at some limit or moved by a little. */
function withNumber(dice: Dice, bytes: Uint8Array, at: number): Uint8Array {
  const result = new Uint8Array(bytes);
  const width = dice.pick(WIDTHS);
  if (at + width > result.length) return result;
  const isLittle = dice.chance(0.8);
  const order = Array.from({ length: width }, (_, i) => at + (isLittle ? i : width - 1 - i));
  const old = order.reduceRight((value, place) => (value << 8n) | BigInt(result[place]!), 0n);
  const limits = [...LIMITS, BigInt(bytes.length), BigInt(bytes.length - 1), BigInt(bytes.length + 1)];
  let value = dice.chance(0.5) ? dice.pick(limits) : old + BigInt(dice.below(9) - 4);
  for (const place of order) {
    result[place] = Number(value & 0xffn);
    value >>= 8n;
  }
  return result;
}
