import { describe, expect, test } from 'bun:test';
import { DuplicateIds } from './duplicate-ids.ts';

function see(ids: Iterable<string>, most?: number): DuplicateIds {
  const duplicates = new DuplicateIds(most);
  for (const id of ids) duplicates.see(id);
  return duplicates;
}

describe('DuplicateIds', () => {
  test('counts every record after the first of an id, and shows each id once', () => {
    const { count, examples, unchecked } = see(['a', 'b', 'a', 'c', 'b', 'a', 'd']);
    expect({ count, examples, unchecked }).toEqual({ count: 3, examples: ['a', 'b'], unchecked: 0 });
    expect(see(['a', 'b', 'A', '']).count).toBe(0);
  });

  test('shows five at the most, the first', () => {
    const ids = [...'abcdefgh'];
    const { count, examples } = see([...ids, ...ids]);
    expect({ count, examples }).toEqual({ count: 8, examples: [...'abcde'] });
  });

  test('stops looking when it is full, and says how often', () => {
    const { count, examples, unchecked } = see(['a', 'a', 'b', 'a', 'c'], 2);
    expect({ count, examples, unchecked }).toEqual({ count: 1, examples: ['a'], unchecked: 2 });
  });

  test('an id is made only for an example', () => {
    const duplicates = new DuplicateIds();
    let made = 0;
    const id = () => `id${++made}`;
    duplicates.seeHash(7, 9, id);
    expect(made).toBe(0);
    for (let i = 0; i < 20; i++) duplicates.seeHash(7, 9, id);
    expect([duplicates.count, made]).toEqual([20, 5]);
  });
});
