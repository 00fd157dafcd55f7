import { expect, test } from 'bun:test';
import { Taskbar } from './taskbar.ts';

test('only what changes is written', () => {
  const taskbar = new Taskbar();
  expect(taskbar.clear()).toBe('');
  expect(taskbar.show(undefined)).toBe('\u001b]9;4;3;0\u001b\\');
  expect(taskbar.show(0.119)).toBe('\u001b]9;4;1;11\u001b\\');
  expect(taskbar.show(0.1199)).toBe('');
  expect(taskbar.show(1)).toBe('\u001b]9;4;1;100\u001b\\');
  expect(taskbar.clear()).toBe('\u001b]9;4;0;0\u001b\\');
  expect(taskbar.clear()).toBe('');
});
