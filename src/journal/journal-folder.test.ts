import { expect, test } from 'bun:test';
import { type Call, JournalDisk } from '../../test/helpers/journal-disk.ts';
import { UserError } from '../system/errors.ts';
import { beginFolder, lookInto } from './journal-folder.ts';
import { ownerFrame } from './run-frames.ts';

const FOLDER = 'out/journal';
const FRAME = ownerFrame('a run', 1);

test('a journal that could not be begun leaves nothing that looks like a run', async () => {
  const refused: Call[] = [];
  for (const call of ['open', 'write', 'sync', 'rename', 'syncFolder'] as const) {
    for (let n = 0; n < 2; n += 1) {
      const files = new JournalDisk();
      let isHit = false;
      files.refuse = (other, before) => {
        if (other !== call || before !== n) return undefined;
        isHit = true;
        return 'EIO';
      };
      const error = await beginFolder(FOLDER, FRAME, files).catch((reason: unknown) => reason);
      if (!isHit) continue;
      refused.push(call);
      expect(error).toBeInstanceOf(UserError);
      expect([files.paths, files.openFiles]).toEqual([[], 0]);
      await beginFolder(FOLDER, FRAME, files);
      expect((await lookInto(FOLDER, files))?.hasRun).toBe(true);
    }
  }
  expect(refused).toEqual(['open', 'write', 'write', 'sync', 'rename', 'syncFolder', 'syncFolder']);
});

test('a run that is there already is not touched', async () => {
  const files = new JournalDisk();
  await beginFolder(FOLDER, FRAME, files);
  const before = Buffer.from(files.bytes(`${FOLDER}/run.vnj`));
  expect(String(await beginFolder(FOLDER, FRAME, files).catch((error: unknown) => error))).toContain(
    'is there already',
  );
  expect(files.bytes(`${FOLDER}/run.vnj`)).toEqual(before);
});
