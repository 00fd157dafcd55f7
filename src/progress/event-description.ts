/**
 * How an event's fields are described (event-fields.ts), checked against the events' own types: a field that is forgotten,
 * does not exist, or is sometimes left out without saying so, does not compile. And the JSON Schema that follows from it.
 */

import type { Event } from '../events/event.ts';
import { NDJSON_VERSION } from './ndjson.ts';

export type EventName = Event['event'];

/** `ratio`: 0 to 1, or null where it cannot be said; `measure`: any number, or null likewise. */
export type NumberKind = 'count' | 'from 1' | 'number' | 'ratio' | 'measure';

/** In a tuple, because a union of words is one type here. `values`: all that it can be, each with its meaning. */
type FormOf<V> = [V] extends [string]
  ? string extends V
    ? { readonly is: 'text' }
    : { readonly is: 'word'; readonly values: Readonly<Record<V, string>> }
  : [V] extends [number]
    ? { readonly is: NumberKind }
    : V extends readonly string[]
      ? { readonly is: 'texts' }
      : V extends readonly (infer Item)[]
        ? { readonly is: 'list'; readonly fields: Described<Item> }
        : { readonly is: 'counts' };

/** `absent`: when it is left out. */
type Presence<V> = undefined extends V ? { readonly absent: string } : { readonly absent?: never };

export type Described<T> = {
  readonly [K in Exclude<keyof T, 'event'>]-?: FormOf<Exclude<T[K], undefined>> &
    Presence<T[K]> & { readonly means: string };
};

export type EventDescriptions = {
  readonly [K in EventName]: {
    readonly means: string;
    readonly fields: Described<Extract<Event, { event: K }>>;
  };
};

/** One field, whatever its type: what a page and a schema are made from. */
export interface Field {
  readonly is: NumberKind | 'text' | 'word' | 'texts' | 'list' | 'counts';
  readonly means: string;
  readonly absent?: string | undefined;
  readonly values?: Readonly<Record<string, string>> | undefined;
  readonly fields?: Fields | undefined;
}
export type Fields = Readonly<Record<string, Field>>;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** In the form of JSON Schema 2020-12: one branch for each event, and no field that is not described. */
export function eventSchema(events: EventDescriptions): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A line of virnucpro --progress json',
    description: 'Made from the list of events in the source; docs/progress.md is the same for people.',
    oneOf: Object.entries(events).map(([event, { means, fields }]) => ({
      title: event,
      description: means,
      ...objectSchema(fields, {
        v: { const: NDJSON_VERSION },
        time: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' },
        event: { const: event },
      }),
    })),
  };
}

/** @param first properties that every line has */
function objectSchema(fields: Fields, first: Readonly<Record<string, Json>> = {}): { readonly [key: string]: Json } {
  const described = Object.entries(fields);
  const needed = described.filter(([, { absent }]) => absent === undefined).map(([name]) => name);
  return {
    type: 'object',
    properties: {
      ...first,
      ...Object.fromEntries(
        described.map(([name, field]) => [name, { description: field.means, ...valueSchema(field) }]),
      ),
    },
    required: [...Object.keys(first), ...needed],
    additionalProperties: false,
  };
}

function valueSchema({ is, values = {}, fields = {} }: Field): { readonly [key: string]: Json } {
  switch (is) {
    case 'text':
      return { type: 'string' };
    case 'word':
      return { enum: Object.keys(values) };
    case 'count':
      return { type: 'integer', minimum: 0 };
    case 'from 1':
      return { type: 'integer', minimum: 1 };
    case 'number':
      return { type: 'number' };
    case 'measure':
      return { type: ['number', 'null'] };
    case 'ratio':
      return { type: ['number', 'null'], minimum: 0, maximum: 1 };
    case 'texts':
      return { type: 'array', items: { type: 'string' } };
    case 'list':
      return { type: 'array', items: objectSchema(fields) };
    case 'counts':
      return { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } };
    default:
      return is satisfies never;
  }
}
