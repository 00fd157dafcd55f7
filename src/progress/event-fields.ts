/** Every event and field, for programs that read them: docs/progress.md and docs/progress.schema.json are made from this. */

import type { EventDescriptions } from './event-description.ts';

const ENCODER = { nucleotide: 'the nucleotide model', protein: 'the protein model' };
const NOT_FOUND_OUT = 'where it is not known';

export const EVENTS: EventDescriptions = {
  started: {
    means: 'The settings of a run over sequences; its first line.',
    fields: {
      version: { is: 'text', means: 'Of virnucpro.' },
      inputs: { is: 'texts', means: 'Input paths as typed; `-` is standard input.' },
      output: { is: 'text', means: 'Where the results go, as typed.' },
      model: { is: 'text', means: 'Name of the model.', absent: 'where none is used' },
      length: { is: 'count', means: 'Chunk length, nt.', absent: 'where there are no chunks' },
      threads: { is: 'count', means: 'Threads of the models.', absent: 'where no model is used' },
      workers: { is: 'count', means: 'Threads that read, chunk, translate and tokenise.' },
      batch_size: { is: 'count', means: 'Records that go to such a thread at once, on average.' },
      window: { is: 'count', means: 'Most such batches under way.' },
    },
  },
  restarted: {
    means: 'The program crashed in native code and was started again. What follows comes from the new process.',
    fields: {
      signal: { is: 'text', means: 'How it ended: `SIGSEGV` and the like.' },
      device: {
        is: 'text',
        means: 'The GPU that most likely did it; it is left out.',
        absent: 'where none can be blamed',
      },
      from: {
        is: 'word',
        means: 'Where it goes on.',
        values: { journal: 'where it was', beginning: 'from the start: nothing was computed yet' },
      },
    },
  },
  plan: {
    means: 'How the work is to be shared: after all devices are ready, before the first batch.',
    fields: {
      devices: {
        is: 'list',
        means: 'One for each device.',
        fields: {
          device: { is: 'text', means: 'As in `virnucpro devices`: `cpu`, `cuda:0`.' },
          nucleotide_share: { is: 'ratio', means: 'Its part of the nucleotide tokens, by its measured speed.' },
          protein_share: { is: 'ratio', means: 'Its part of the protein tokens, likewise.' },
        },
      },
      bytes_total: { is: 'count', means: 'Bytes of the input, as stored.', absent: 'where an input is a pipe' },
    },
  },
  stage: {
    means: 'Work of another kind begins.',
    fields: {
      stage: {
        is: 'word',
        means: 'Which.',
        values: {
          load: 'a model is loaded',
          prove: 'a device is compared with known numbers',
          predict: 'sequences are read, encoded and classified',
          write: 'results get their names',
          import: 'a bundle is made from weights',
          estimate: 'a dry run reads everything',
          translate: 'sequences are read and translated',
          validate: 'sequences are checked',
          pull: 'a model is fetched',
          install: 'a runtime is fetched',
          remove: 'something was removed',
        },
      },
      note: { is: 'text', means: 'The same for people.' },
    },
  },
  device: {
    means: 'The state of a device changed.',
    fields: {
      device: { is: 'text', means: 'As in `virnucpro devices`.' },
      backend: { is: 'text', means: 'What computes there: `native-cpu`, `webgpu`, `cuda`.' },
      name: { is: 'text', means: 'Of the hardware.' },
      threads: { is: 'count', means: 'Of a CPU.', absent: 'for a GPU' },
      driver: { is: 'text', means: 'Of a GPU.', absent: NOT_FOUND_OUT },
      pci: { is: 'text', means: 'Address of a GPU.', absent: NOT_FOUND_OUT },
      memory_total: { is: 'count', means: 'Memory of a GPU, bytes.', absent: NOT_FOUND_OUT },
      state: {
        is: 'word',
        means: 'From now on.',
        values: {
          loading: 'the model is being loaded',
          proving: 'it is compared with known numbers',
          refused: 'it cannot be used, and takes no part',
          ready: 'it takes part',
          running: 'it has its first batch, or goes on after trouble',
          retrying: 'its memory was not enough, and it does less at a time',
          lost: 'it is not used any more; others do its batches',
        },
      },
      reason: { is: 'text', means: 'Of `retrying`, `lost` and `refused`.', absent: 'in other states' },
    },
  },
  window: {
    means: 'A part of the input was read and translated: what is to be computed for it.',
    fields: {
      window: { is: 'from 1', means: 'Its number.' },
      batches: { is: 'count', means: 'Batches to compute.' },
      records: { is: 'count', means: 'Records in it; one that goes on in the next window counts there.' },
      chunks: { is: 'count', means: 'Chunks in it.' },
      frames: { is: 'count', means: 'Open frames in it.' },
      nucleotide_tokens: { is: 'count', means: 'Tokens to encode, special ones included, repeats left out.' },
      protein_tokens: { is: 'count', means: 'The same for the protein model.' },
      bytes: { is: 'count', means: 'Input bytes read so far.' },
    },
  },
  batch: {
    means: 'A device is done with a batch, or failed to compute it.',
    fields: {
      device: { is: 'text', means: 'Which.' },
      window: { is: 'from 1', means: 'With `batch` the number of the batch, the same in every run.' },
      batch: { is: 'from 1', means: 'Number in its window.' },
      encoder: { is: 'word', means: 'Which model.', values: ENCODER },
      rows: { is: 'count', means: 'Sequences in it.' },
      tokens: { is: 'count', means: 'Their tokens, special ones included.' },
      seconds: { is: 'number', means: 'From the request to the answer.' },
      status: {
        is: 'word',
        means: 'What became of it.',
        values: { complete: 'its numbers are there', failed: 'it is computed again, by this device or another one' },
      },
      memory: { is: 'count', means: 'What the device holds after it, bytes.', absent: NOT_FOUND_OUT },
    },
  },
  progress: {
    means: 'What is done so far.',
    fields: {
      records: { is: 'count', means: 'Records that are written.' },
      chunks: { is: 'count', means: 'Their chunks.' },
      frames: { is: 'count', means: 'Their open frames.' },
      viral: { is: 'count', means: 'Records called viral.', absent: 'where nothing is called' },
      bytes: { is: 'count', means: 'Input bytes behind them, as stored.' },
      bytes_total: { is: 'count', means: 'Bytes of the input.', absent: 'where an input is a pipe' },
      seconds: { is: 'number', means: 'Since the start.' },
    },
  },
  record_failed: {
    means: 'A part of the input could not be read; the run goes on without it.',
    fields: {
      file: { is: 'text', means: 'As typed.' },
      record: { is: 'text', means: 'Id of the record.', absent: 'where the file itself is cut off' },
      line: { is: 'from 1', means: 'Where it begins.', absent: NOT_FOUND_OUT },
      message: { is: 'text', means: 'What is wrong.' },
    },
  },
  warning: {
    means: 'Something that a person should know.',
    fields: { message: { is: 'text', means: 'A sentence or two.' } },
  },
  download: {
    means: 'A download on its way.',
    fields: {
      bytes: { is: 'count', means: 'Of all files, so far.' },
      bytes_total: { is: 'count', means: 'Of all files.', absent: 'while a server has not said it' },
      bytes_per_second: { is: 'number', means: 'Smoothed.', absent: 'while there is too little to tell' },
      seconds_left: { is: 'number', means: 'At that speed.', absent: 'while there is too little to tell' },
      seconds: { is: 'number', means: 'Since it began.' },
    },
  },
  estimate: {
    means: 'The answer of a dry run.',
    fields: {
      records: { is: 'count', means: 'Records in the input.' },
      chunks: { is: 'count', means: 'Their chunks.' },
      frames: { is: 'count', means: 'Their open frames.' },
      nucleotide_tokens: { is: 'count', means: 'Tokens to encode, special ones included, repeats left out.' },
      protein_tokens: { is: 'count', means: 'The same for the protein model.' },
      nucleotide_rate: { is: 'measure', means: 'Tokens per second, measured on a batch of the input.' },
      protein_rate: { is: 'measure', means: 'The same for the protein model.' },
      seconds: { is: 'measure', means: 'That a run would take.' },
    },
  },
  finished: {
    means: 'All is done; the last line.',
    fields: {
      counts: { is: 'counts', means: 'Records by what became of them, as in `summary.json`.' },
      seconds: { is: 'number', means: 'Of the whole run.' },
      folder: { is: 'text', means: 'Folder of what was written, as typed.' },
      written: { is: 'texts', means: 'Names in it.' },
      note: { is: 'text', means: 'What a person must know about the numbers.', absent: 'where the model has none' },
      devices: {
        is: 'list',
        means: 'What each device did.',
        absent: 'where nothing was computed',
        fields: {
          device: { is: 'text', means: 'Which.' },
          batches: { is: 'count', means: 'Batches whose numbers were taken.' },
          tokens: { is: 'count', means: 'Their tokens, both models together.' },
          busy_seconds: { is: 'number', means: 'With at least one call under way.' },
          idle_share: { is: 'ratio', means: 'Of the time until the last batch of all devices was done.' },
          failures: { is: 'count', means: 'Calls that failed.' },
        },
      },
      imbalance: {
        is: 'measure',
        means: 'Latest finishing time of a device over the mean of all; 1 is even.',
        absent: 'where there is but one device',
      },
    },
  },
  failed: {
    means: 'The run ended by an error; the last line.',
    fields: {
      message: { is: 'text', means: 'What went wrong, and what to do.' },
      exit_code: { is: 'count', means: 'See exit-codes.md.' },
    },
  },
  checkpoint: {
    means: 'The journal on the disk holds what was done so far: `--resume` goes on from here, whatever comes.',
    fields: {
      records: { is: 'count', means: 'Records whose results are all in it.' },
      windows: { is: 'count', means: 'Windows that are classified.' },
      chunks: { is: 'count', means: 'Chunks in them.' },
    },
  },
  interrupted: {
    means: 'The run was stopped by a signal; the last line.',
    fields: {
      signal: { is: 'text', means: 'Its name.' },
      resume: { is: 'text', means: 'The command that goes on.' },
      exit_code: { is: 'count', means: 'See exit-codes.md.' },
    },
  },
};
