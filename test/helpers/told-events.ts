/** What a run told as NDJSON, in the plainest way; whether each line has the documented form is tested in test/cli/events.test.ts. */

export interface Told {
  readonly event: string;
  readonly message?: string;
  readonly exit_code?: number;
  readonly [field: string]: unknown;
}

export function eventsOf(text: string): Told[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line): Told => JSON.parse(line));
}
