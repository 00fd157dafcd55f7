/** The page `docs/progress.md`, from the list of events. Its examples are run by a test. */

import type { EventDescriptions, Field, Fields } from './event-description.ts';

const INTRODUCTION = `# Progress for programs

\`--progress json\` writes what happens to standard error, \`--progress-file F\` to a file beside whatever else is shown: one
JSON object per line (NDJSON), written when it happens. Every line has

| field | type | meaning |
|---|---|---|
| \`v\` | 1 | version of this format; it changes when a field goes or changes its meaning |
| \`time\` | text | when it was written, UTC, as in \`2026-11-22T17:10:13.120Z\` |
| \`event\` | text | what happened: one of the events below, with its fields |

Fields without a value are left out; a number that cannot be said (0 / 0) is \`null\`. Fields and events may be added without
a new \`v\`: leave out what you do not know. [progress.schema.json](progress.schema.json) is the exact form of this version, as
JSON Schema 2020-12.

\`finished\` is the last line of a run that came to its end, \`estimate\` of a dry run; \`failed\` and \`interrupted\` are the
last of one that did not. Commands whose answer goes to standard output (\`validate\`, \`devices\`, \`models verify\`) end
without one: the exit code tells, as it does where the process itself was ended (\`kill -9\`, no memory).

No run waits for its reader: of a program that leaves standard error unread for long, with megabytes waiting, lines are left
out. A file holds them all. When it cannot be written any more (disk full), the run goes on without it and says so once;
its last line may be cut off then.

## Examples

How much each device did, with jq:

\`\`\`sh
virnucpro predict reads.fa -o results --progress-file events.ndjson
jq -rs 'map(select(.event == "batch" and .status == "complete")) | group_by(.device)[]
  | [.[0].device, length, (map(.tokens) | add)] | @tsv' events.ndjson
\`\`\`

A run in Python that tells how far it is, and stops at what went wrong:

\`\`\`python
import json
import subprocess

command = ["virnucpro", "predict", "reads.fa", "-o", "results-2", "--progress", "json"]
with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as run:
    for line in run.stderr:
        event = json.loads(line)
        if event["event"] == "progress" and event.get("bytes_total"):
            print(f"{event['bytes'] / event['bytes_total']:.0%}, {event['viral']} viral")
        elif event["event"] == "device" and event["state"] == "lost":
            print(f"lost {event['device']}: {event['reason']}")
        elif event["event"] == "finished":
            print(f"{event['counts']['records']} records in {event['seconds']:.1f} s")
        elif event["event"] == "failed":
            raise SystemExit(event["message"])
\`\`\`

## Events

This list is made from the source; \`UPDATE_DOCS=1 bun test src/progress\` writes it again.
`;

/** The whole page, ending in a line feed. */
export function progressMarkdown(events: EventDescriptions): string {
  return `${INTRODUCTION}${Object.entries(events)
    .map(([name, { means, fields }]) => `\n### ${name}\n\n${means}\n\n${table(fields)}`)
    .join('')}`;
}

function table(fields: Fields): string {
  return `| field | type | meaning |\n|---|---|---|\n${rows(fields, '').join('')}`;
}

function rows(fields: Fields, above: string): string[] {
  return Object.entries(fields).flatMap(([name, field]) => [
    `| \`${above}${name}\` | ${typeText(field)} | ${meaning(field)} |\n`,
    ...rows(field.fields ?? {}, `${above}${name}[].`),
  ]);
}

function meaning({ means, values, absent }: Field): string {
  const words = Object.entries(values ?? {}).map(([word, what]) => `\`${word}\`: ${what}`);
  const parts = [means];
  if (words.length > 0) parts.push(`${words.join('; ')}.`);
  if (absent !== undefined) parts.push(`Left out ${absent}.`);
  return parts.join(' ').replaceAll('|', '\\|');
}

function typeText({ is }: Field): string {
  switch (is) {
    case 'text':
    case 'word':
      return 'text';
    case 'count':
      return 'integer';
    case 'from 1':
      return 'integer from 1';
    case 'number':
      return 'number';
    case 'measure':
      return 'number or null';
    case 'ratio':
      return '0 to 1, or null';
    case 'texts':
      return 'list of texts';
    case 'list':
      return 'list';
    case 'counts':
      return 'object of integers';
    default:
      return is satisfies never;
  }
}
