import { expect, test } from 'bun:test';
import { Random } from './random.ts';

const numbers = (random: Random) => Array.from({ length: 5 }, () => random.below(1000));

test('the same seed and purpose give the same numbers, another of either gives others', () => {
  const first = numbers(new Random(1, 'fragments 300'));
  expect(numbers(new Random(1, 'fragments 300'))).toEqual(first);
  expect(numbers(new Random(2, 'fragments 300'))).not.toEqual(first);
  expect(numbers(new Random(1, 'fragments 500'))).not.toEqual(first);
});

test('numbers spread evenly over their range', () => {
  const random = new Random(7, 'spread');
  const counts = new Array(10).fill(0);
  for (let draw = 0; draw < 10_000; draw += 1) counts[random.below(10)] += 1;
  // 1000 expected, standard deviation 30.
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('shuffling keeps the entries, and every order of three comes about as often', () => {
  const random = new Random(3, 'orders');
  const orders = new Map<string, number>();
  for (let draw = 0; draw < 6000; draw += 1) {
    const order = random.shuffled('abc').join('');
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  expect([...orders.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  // 1000 expected, standard deviation 29.
  for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
