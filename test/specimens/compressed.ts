/** Compressed inputs: sound, cut off, damaged, of other kinds. */

import { gzipSync } from 'node:zlib';
import { bgzip, bgzipBlock, gzip, joined, ZSTD_SKIPPED, zstd } from '../helpers/containers.ts';
import {
  BROKEN,
  bad,
  ENDS_EARLY,
  NO_SEQUENCES,
  notRead,
  ORF,
  ok,
  REFUSED,
  raw,
  SOUND,
  type Specimen,
} from './specimen.ts';

const TWO = raw(`>a\n${ORF}\n>b\n${ORF}\n`);
const TWO_RECORDS = [ok('a', 1), ok('b', 3)];
const TWO_READS = raw(`@a\n${ORF}\n+\nIIIIIIIIIIII\n@b\n${ORF}\n+\nIIIIIIIIIIII\n`);
const HALF = 7;
const head = TWO.subarray(0, HALF);
const tail = TWO.subarray(HALF);
/** Not compressed, so that each byte of the file is one of the data. */
const stored = (data: Uint8Array): Uint8Array => new Uint8Array(gzipSync(data, { level: 0 }));
/** Head of a gzip member and of its one stored block. */
const STORED_HEAD = 15;
const storedBlock = (data: Uint8Array): Uint8Array => bgzipBlock(data, new Uint8Array(0), 0);
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
/** The second record is cut off with its file. */
const FIRST_ONLY = [ok('a', 1), bad('b', 4, ENDS_EARLY)];
const refusedContainer = (name: string, command: string, file: string) => ({
  records: [],
  refusal:
    `: the file is ${name}-compressed, which this version does not read yet. ` +
    `Decompress it first: ${command} ${file}`,
});

export const COMPRESSED: readonly Specimen[] = [
  { file: 'gzip.fa.gz', what: 'gzip', bytes: gzip(TWO), records: TWO_RECORDS, ...SOUND },
  { file: 'gzip_named.fa', what: 'gzip that is called FASTA', bytes: gzip(TWO), records: TWO_RECORDS, ...SOUND },
  { file: 'plain_named.fa.gz', what: 'FASTA that is called gzip', bytes: TWO, records: TWO_RECORDS, ...SOUND },
  { file: 'plain_named.zst', what: 'FASTA that is called zstd', bytes: TWO, records: TWO_RECORDS, ...SOUND },
  { file: 'gzip.fq.gz', what: 'FASTQ in gzip', bytes: gzip(TWO_READS), records: [ok('a', 1), ok('b', 5)], ...SOUND },
  {
    file: 'members.fa.gz',
    what: 'members of gzip, cut within a record, an empty one among them',
    bytes: joined(gzip(head), gzip(raw('')), gzip(tail)),
    records: TWO_RECORDS,
    ...SOUND,
  },
  {
    file: 'zeros.fa.gz',
    what: 'gzip padded with zeros, as on tape',
    bytes: joined(gzip(TWO), new Uint8Array(700)),
    records: TWO_RECORDS,
    ...SOUND,
  },
  { file: 'bgzip.fa.gz', what: 'bgzip', bytes: bgzip(TWO, 5), records: TWO_RECORDS, ...SOUND },
  { file: 'bgzip.zst', what: 'bgzip that is called zstd', bytes: bgzip(TWO, 5), records: TWO_RECORDS, ...SOUND },
  {
    file: 'bgzip.fq.bgz',
    what: 'FASTQ in bgzip',
    bytes: bgzip(TWO_READS, 9),
    records: [ok('a', 1), ok('b', 5)],
    ...SOUND,
  },
  {
    file: 'bgzip_gzip.fa.gz',
    what: 'bgzip, then gzip, cut within a record',
    bytes: joined(bgzip(head, 5), gzip(tail)),
    records: TWO_RECORDS,
    unmarked: true,
    ...SOUND,
  },
  {
    file: 'bgzip_without_end.fa.gz',
    what: 'bgzip without its last, empty block',
    bytes: joined(storedBlock(head), storedBlock(tail)),
    records: TWO_RECORDS,
    unmarked: true,
    ...SOUND,
  },
  {
    file: 'bgzip_of_one_byte.fa.gz',
    what: 'a single byte in bgzip, the rest in gzip',
    bytes: joined(bgzip(TWO.subarray(0, 1)), gzip(TWO.subarray(1))),
    records: TWO_RECORDS,
    unmarked: true,
    ...SOUND,
  },
  { file: 'zstd.fa.zst', what: 'zstd', bytes: zstd(TWO), records: TWO_RECORDS, ...SOUND },
  { file: 'zstd_named.gz', what: 'zstd that is called gzip', bytes: zstd(TWO), records: TWO_RECORDS, ...SOUND },
  { file: 'zstd.fq.zst', what: 'FASTQ in zstd', bytes: zstd(TWO_READS), records: [ok('a', 1), ok('b', 5)], ...SOUND },
  {
    file: 'frames.fa.zst',
    what: 'frames of zstd, skipped ones among them',
    bytes: joined(ZSTD_SKIPPED, zstd(head), ZSTD_SKIPPED, zstd(raw('')), zstd(tail), ZSTD_SKIPPED),
    records: TWO_RECORDS,
    ...SOUND,
  },
  { file: 'nothing.fa.gz', what: 'gzip of nothing', bytes: gzip(raw('')), records: [], ...SOUND },
  { file: 'nothing.fa.bgz', what: 'bgzip of nothing', bytes: bgzip(raw('')), records: [], ...SOUND },
  { file: 'nothing.fa.zst', what: 'zstd of nothing', bytes: zstd(raw('')), records: [], ...SOUND },
  {
    file: 'text.fa.gz',
    what: 'gzip of some text',
    bytes: gzip(raw('no sequence\n')),
    ...notRead(1, NO_SEQUENCES),
    ...REFUSED,
  },
  {
    file: 'gzip_twice.fa.gz',
    what: 'gzip of gzip',
    bytes: gzip(gzip(TWO)),
    ...notRead(1, NO_SEQUENCES),
    ...REFUSED,
  },
  {
    file: 'truncated.fa.gz',
    what: 'gzip cut off within the second record',
    bytes: stored(TWO).subarray(0, STORED_HEAD + 25),
    records: FIRST_ONLY,
    cut: 'the file ends early: its gzip data break off after 25 bytes',
    ...BROKEN,
  },
  {
    file: 'truncated_trailer.fq.gz',
    what: 'gzip cut off behind its data: the checksum is missing, the reads are not',
    bytes: gzip(TWO_READS).subarray(0, -5),
    records: [ok('a', 1), ok('b', 5)],
    cut: `the file ends early: its gzip data break off after ${TWO_READS.length} bytes`,
    ...BROKEN,
  },
  {
    file: 'truncated_head.fa.gz',
    what: 'gzip cut off in its head',
    bytes: gzip(TWO).subarray(0, 6),
    records: [],
    cut: 'the file ends early: its gzip data break off after 0 bytes',
    ...BROKEN,
  },
  {
    file: 'truncated_member.fa.gz',
    what: 'the second member of gzip cut off',
    bytes: joined(gzip(TWO.subarray(0, 25)), gzip(TWO.subarray(25)).subarray(0, 10)),
    records: FIRST_ONLY,
    cut: 'the file ends early: its gzip data break off after 25 bytes',
    ...BROKEN,
  },
  {
    file: 'truncated.fa.bgz',
    what: 'bgzip cut off within a block',
    bytes: joined(storedBlock(TWO.subarray(0, 20)), storedBlock(TWO.subarray(20)).subarray(0, 18 + 5 + 5)),
    records: FIRST_ONLY,
    cut: 'the file ends early: its gzip data break off after 25 bytes',
    ...BROKEN,
  },
  {
    file: 'truncated.fa.zst',
    what: 'the second frame of zstd cut off',
    bytes: joined(zstd(TWO.subarray(0, 25)), zstd(TWO.subarray(25)).subarray(0, -6)),
    records: FIRST_ONLY,
    cut: 'the file ends early: its zstd data break off after 30 bytes',
    ...BROKEN,
  },
  {
    file: 'corrupt.fa.gz',
    what: 'gzip with one bit turned: its checksum tells',
    bytes: flipped(stored(TWO), STORED_HEAD + 5),
    records: [ok('a', 1, `AT${String.fromCharCode('G'.charCodeAt(0) ^ 1)}${ORF.slice(3)}`), bad('b', 4, ENDS_EARLY)],
    cut: `the gzip data are damaged somewhere in their first ${TWO.length} bytes (incorrect data check)`,
    ...BROKEN,
  },
  {
    file: 'corrupt.fa.bgz',
    what: 'bgzip with one bit turned in the second block',
    bytes: joined(storedBlock(TWO.subarray(0, 25)), flipped(storedBlock(TWO.subarray(25)), 25), bgzip(raw(''))),
    records: FIRST_ONLY,
    cut: 'the gzip data are damaged after 25 bytes (incorrect data check)',
    ...BROKEN,
  },
  {
    file: 'corrupt_length.fa.bgz',
    what: 'bgzip whose one block says that it holds nothing',
    bytes: joined(
      bgzipBlock(TWO).map((byte, at, block) => (at < block.length - 4 ? byte : 0)),
      bgzip(raw('')),
    ),
    records: [],
    cut: 'the gzip data are damaged after 0 bytes (incorrect data check)',
    ...BROKEN,
  },
  {
    file: 'corrupt.fa.zst',
    what: 'zstd with one bit turned in the second frame: of a piece of zstd with damage in it nothing comes out',
    bytes: joined(zstd(TWO.subarray(0, 25)), flipped(zstd(TWO.subarray(25)), zstd(TWO.subarray(25)).length - 1)),
    records: [],
    cut: 'the zstd data are damaged after 0 bytes (invalid data)',
    ...BROKEN,
  },
  {
    file: 'garbage.fq.gz',
    what: 'gzip with something else behind it',
    bytes: joined(gzip(TWO_READS), raw('and then some')),
    records: [ok('a', 1), ok('b', 5)],
    cut: `behind ${TWO_READS.length} bytes of data the file goes on with something that is not gzip, which was left out`,
    ...BROKEN,
  },
  {
    file: 'garbage.fq.bgz',
    what: 'bgzip with something else behind it',
    bytes: joined(bgzip(TWO_READS), raw('and then some')),
    records: [ok('a', 1), ok('b', 5)],
    cut: `behind ${TWO_READS.length} bytes of data the file goes on with something that is not gzip, which was left out`,
    ...BROKEN,
  },
  {
    file: 'garbage.fq.zst',
    what: 'zstd with something else behind it',
    bytes: joined(zstd(TWO_READS), raw('and then some')),
    records: [ok('a', 1), ok('b', 5)],
    cut: `behind ${TWO_READS.length} bytes of data the file goes on with something that is not zstd, which was left out`,
    ...BROKEN,
  },
  {
    file: 'bzip2.fa',
    what: 'bzip2',
    bytes: raw('BZh91AY&SY'),
    ...refusedContainer('bzip2', 'bzip2 -d', 'bzip2.fa'),
    ...REFUSED,
  },
  {
    file: 'xz.fa',
    what: 'xz',
    bytes: raw('\xfd7zXZ\x00\x00\x04'),
    ...refusedContainer('xz', 'xz -d', 'xz.fa'),
    ...REFUSED,
  },
  { file: 'zip.fa', what: 'zip', bytes: raw('PK\x03\x04'), ...refusedContainer('zip', 'unzip', 'zip.fa'), ...REFUSED },
];
