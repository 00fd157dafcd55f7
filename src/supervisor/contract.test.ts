import { expect, test } from 'bun:test';
import { type Assignment, parseAssignment, parseReport, type Report, reportLine } from './contract.ts';

const REPORTS: readonly Report[] = [
  { kind: 'begin', device: 'webgpu:0' },
  { kind: 'end', device: 'cpu' },
  { kind: 'journal' },
  { kind: 'once' },
];

test('a report is read as it was written', () => {
  for (const report of REPORTS) {
    const line = reportLine(report);
    expect(line).toEndWith('\n');
    expect(parseReport(line.trimEnd())).toEqual(report);
  }
});

test.each(['', 'begin', 'ende cpu', 'journals'])('no report: "%s"', (line) => {
  expect(parseReport(line)).toBeUndefined();
});

const ASSIGNMENT: Assignment = {
  ...{ parent: 17, report: 3, standardError: 4, goesOn: true },
  crashes: [
    { signal: 'SIGSEGV', device: 'cuda:0', at: '2026-11-22T12:00:00.000Z' },
    { signal: 'SIGABRT', device: null, at: '2026-11-22T12:00:01.000Z' },
  ],
};

test('an assignment survives the environment', () => {
  expect(parseAssignment(JSON.stringify(ASSIGNMENT))).toEqual(ASSIGNMENT);
});

test.each([
  ['null', 'null'],
  ['a list', '[]'],
  ['a number that is none', JSON.stringify({ ...ASSIGNMENT, report: '3' })],
  ['a crash without its signal', JSON.stringify({ ...ASSIGNMENT, crashes: [{ device: null, at: '' }] })],
  ['nothing of goesOn', JSON.stringify({ ...ASSIGNMENT, goesOn: undefined })],
])('no assignment: %s', (_, text) => {
  expect(parseAssignment(text)).toBeUndefined();
});
