/**
 * Ugly inputs, and what each of their records must become. The index is `SPECIMENS`; README.md says how to add one.
 *
 * Texts are written in Latin-1, one character a byte. A record that is read is given by its sequence without line ends and
 * blanks (U as it stands), one that is not by the sentence about it; lines count from 1.
 */

import { gzipSync } from 'node:zlib';
import { bgzip, bgzipBlock, bytesOf, gzip, joined, ZSTD_SKIPPED, zstd } from '../helpers/containers.ts';

export type SpecimenRecord =
  /** `line` of its header. */
  | { readonly id: string; readonly line: number; readonly sequence: string }
  /** `line` where the problem shows. */
  | { readonly id: string; readonly line: number; readonly problem: string };

export interface Specimen {
  /** Of the file; the content and not the name must decide. */
  readonly file: string;
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly records: readonly SpecimenRecord[];
  /** Why the bytes stop early. */
  readonly cut?: string;
  /** The whole message behind the file's name, where nothing is read. */
  readonly refusal?: string;
  /** Exit codes. */
  readonly translate: 0 | 2 | 3;
  readonly validate: 0 | 2;
}

const ORF = 'ATGAAATTTGGG';
const ENDS_EARLY = 'the file ends in the middle of this record';
const PLUS_MISSING = 'its third line does not begin with +; a FASTQ record has four lines: @name, sequence, +, quality';
const QUALITY_MISSING = 'its quality is missing: the line behind + is the name of another record';
const NO_SEQUENCES =
  'this is not FASTA or FASTQ: text stands before the first line that begins with > or @. Check that the file is what ' +
  'you meant; a FASTA record begins with a line such as >name, a FASTQ record with @name.';
const MARK = '\xef\xbb\xbf';

const raw = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const ok = (id: string, line: number, sequence = ORF): SpecimenRecord => ({ id, line, sequence });
const bad = (id: string, line: number, problem: string): SpecimenRecord => ({ id, line, problem });
const notRead = (line: number, message: string) => ({ records: [], refusal: `, line ${line}: ${message}` });

/** Both commands are content. */
const SOUND = { translate: 0, validate: 0 } as const;
/** Read, but not as it should be. */
const POOR = { translate: 0, validate: 2 } as const;
/** Some of it cannot be read. */
const BROKEN = { translate: 3, validate: 2 } as const;
const REFUSED = { translate: 2, validate: 2 } as const;

/** 1,201 bases without a period that chunks or lines share. */
const LONG = Array.from({ length: 1201 }, (_, i) => 'ACGT'[(i * i + 7 * (i >> 3)) % 4]).join('');

const FASTA: readonly Specimen[] = [
  { file: 'usual.fa', what: 'as it should be', bytes: raw(`>a one two\n${ORF}\n`), records: [ok('a', 1)], ...SOUND },
  {
    file: 'wrapped.fa',
    what: 'wrapped at 60',
    bytes: raw(`>a\n${LONG.replace(/.{1,60}/g, '$&\n')}>b\n${ORF}\n`),
    records: [ok('a', 1, LONG), ok('b', 23)],
    ...SOUND,
  },
  { file: 'unwrapped.fa', what: 'one long line', bytes: raw(`>a\n${LONG}\n`), records: [ok('a', 1, LONG)], ...SOUND },
  {
    file: 'uneven.fa',
    what: 'lines of many lengths',
    bytes: raw('>a\nA\nTGA\n\nAATTTGG\nG\n'),
    records: [ok('a', 1)],
    ...SOUND,
  },
  {
    file: 'crlf.fa',
    what: 'CRLF',
    bytes: raw(`>a x\r\nATGAAA\r\nTTTGGG\r\n>b\r\n${ORF}\r\n`),
    records: [ok('a', 1), ok('b', 4)],
    ...SOUND,
  },
  {
    file: 'mixed_line_ends.fa',
    what: 'LF, CRLF and CR before LF twice',
    bytes: raw(`>a\r\nATGAAA\nTTTGGG\r\r\n>b\n${ORF}\n`),
    records: [ok('a', 1), ok('b', 4)],
    ...SOUND,
  },
  {
    file: 'no_final_newline.fa',
    what: 'no final line feed',
    bytes: raw(`>a\n${ORF}\n>b\n${ORF}`),
    records: [ok('a', 1), ok('b', 3)],
    ...SOUND,
  },
  {
    file: 'lower_case.fa',
    what: 'lower case, soft-masked',
    bytes: raw('>a\nATGaaatttGGG\n'),
    records: [ok('a', 1, 'ATGaaatttGGG')],
    ...SOUND,
  },
  {
    file: 'rna.fa',
    what: 'U, in both cases',
    bytes: raw('>a\nAUGAAAuuuGGG\n>b\nACGT\n'),
    records: [ok('a', 1, 'AUGAAAuuuGGG'), ok('b', 3, 'ACGT')],
    ...SOUND,
  },
  {
    file: 'blank_lines.fa',
    what: 'blank lines before, within and behind',
    bytes: raw('\n \t\n\r\n>a\n\nATGAAA\n  \nTTTGGG\n\n\n>b\nACGT\n\n\n'),
    records: [ok('a', 4), ok('b', 11, 'ACGT')],
    ...SOUND,
  },
  {
    file: 'blanks_in_lines.fa',
    what: 'blanks of all kinds within sequence lines, as GenBank prints them',
    bytes: raw('>a\n  ATG AAA\tTTT\x0b\x0cGGG \n'),
    records: [ok('a', 1)],
    ...SOUND,
  },
  {
    file: 'no_names.fa',
    what: '> alone',
    bytes: raw(`>\n${ORF}\n> \n${ORF}\n>\r\n${ORF}\n`),
    records: [ok('unnamed_1', 1), ok('unnamed_2', 3), ok('unnamed_3', 5)],
    ...SOUND,
  },
  {
    file: 'blank_before_name.fa',
    what: 'a blank between > and the name',
    bytes: raw(`> \ta b\n${ORF}\n`),
    records: [ok('a', 1)],
    ...SOUND,
  },
  {
    file: 'tab_in_header.fa',
    what: 'a tab behind the name',
    bytes: raw(`>a\tb c\n${ORF}\n`),
    records: [ok('a', 1)],
    ...SOUND,
  },
  {
    file: 'empty_records.fa',
    what: 'records without a sequence',
    bytes: raw(`>a\n>b\n\n>c\n${ORF}\n>d`),
    records: [ok('a', 1, ''), ok('b', 2, ''), ok('c', 4), ok('d', 6, '')],
    ...POOR,
  },
  {
    file: 'greater_alone_at_end.fa',
    what: 'a last > and nothing behind it',
    bytes: raw(`>a\n${ORF}\n>`),
    records: [ok('a', 1), ok('unnamed_2', 3, '')],
    ...POOR,
  },
  {
    file: 'one_letter.fa',
    what: 'too short for a codon, and none but stops',
    bytes: raw('>a\nA\n>b\nAC\n>c\nTAATTAATTAA\n'),
    records: [ok('a', 1, 'A'), ok('b', 3, 'AC'), ok('c', 5, 'TAATTAATTAA')],
    ...SOUND,
  },
  {
    file: 'nul_bytes.fa',
    what: 'NUL bytes in a sequence and a name',
    bytes: raw('>a\x00b\nATG\x00AAATTT\x00\n'),
    records: [ok('a\\x00b', 1, 'ATG\x00AAATTT\x00')],
    ...POOR,
  },
  { file: 'only_nul.fa', what: 'NUL bytes only', bytes: new Uint8Array(512), ...notRead(1, NO_SEQUENCES), ...REFUSED },
  {
    file: 'gaps.fa',
    what: 'gaps, as in an alignment',
    bytes: raw('>a\nATG---AAA...TTT\n'),
    records: [ok('a', 1, 'ATG---AAA...TTT')],
    ...SOUND,
  },
  {
    file: 'stops.fa',
    what: 'stop characters',
    bytes: raw('>a\nATGAAA*TTT*\n'),
    records: [ok('a', 1, 'ATGAAA*TTT*')],
    ...POOR,
  },
  {
    file: 'ambiguous.fa',
    what: 'IUPAC codes',
    bytes: raw('>a\nATGRYSWKMBDHVNAAA\n>n\nNNNNNNNNN\n'),
    records: [ok('a', 1, 'ATGRYSWKMBDHVNAAA'), ok('n', 3, 'NNNNNNNNN')],
    ...SOUND,
  },
  {
    file: 'mark_at_start.fa',
    what: 'a byte order mark at the start',
    bytes: raw(`${MARK}>a\n${ORF}\n`),
    records: [ok('a', 1)],
    ...SOUND,
  },
  {
    file: 'mark_and_blank_line.fa',
    what: 'a byte order mark on a line of its own',
    bytes: raw(`${MARK}\n>a\n${ORF}\n`),
    records: [ok('a', 2)],
    ...SOUND,
  },
  {
    file: 'marks_between.fa',
    what: 'marked files that were joined',
    bytes: raw(`${MARK}>a\n${ORF}\n${MARK}>b\n${ORF}\n`),
    records: [ok('a', 1), ok('b', 3)],
    ...SOUND,
  },
  {
    file: 'mark_in_sequence.fa',
    what: 'a byte order mark within a sequence, and one before no >',
    bytes: raw(`>a\nATG${MARK}AAA\n${MARK}TTT\n`),
    records: [ok('a', 1, `ATG${MARK}AAA${MARK}TTT`)],
    ...POOR,
  },
  {
    file: 'mark_in_name.fa',
    what: 'a byte order mark at the start of a name',
    bytes: raw(`>${MARK}a\n${ORF}\n@\n`),
    records: [ok('\ufeffa', 1, `${ORF}@`)],
    ...POOR,
  },
  {
    file: 'greater_within.fa',
    what: '> within a name and a sequence line',
    bytes: raw('>a>b x>y\nATG>AAA\n >TTT\n'),
    records: [ok('a>b', 1, 'ATG>AAA>TTT')],
    ...POOR,
  },
  {
    file: 'two_greater.fa',
    what: '>> at the start of a line',
    bytes: raw(`>>a\n${ORF}\n`),
    records: [ok('>a', 1)],
    ...SOUND,
  },
  {
    file: 'controls_in_names.fa',
    what: 'control characters in names: of the terminal, of tables, of Unicode',
    bytes: raw(`>e\x1b[31m\n${ORF}\n>b\x07\x7f\n${ORF}\n>c\xc2\x85d\n${ORF}\n>a\rb\n${ORF}\n>v\x0bw\n${ORF}\n`),
    records: [ok('e\\x1b[31m', 1), ok('b\\x07\\x7f', 3), ok('c\\x85d', 5), ok('a\\x0db', 7), ok('v\\x0bw', 9)],
    ...SOUND,
  },
  {
    file: 'names_beyond_ascii.fa',
    what: 'names in UTF-8, and one that is not UTF-8',
    bytes: joined(bytesOf(`>caf\u00e9_\u75c5\u6bd2\n${ORF}\n`), raw(`>x\xffy\n${ORF}\n`)),
    records: [ok('caf\u00e9_\u75c5\u6bd2', 1), ok('x\ufffdy', 3)],
    ...SOUND,
  },
  {
    file: 'names_of_csv.fa',
    what: 'names with quotes, commas, semicolons and a backslash',
    bytes: raw(`>"a,b;c"\\n'=1+1\n${ORF}\n`),
    records: [ok(`"a,b;c"\\n'=1+1`, 1)],
    ...SOUND,
  },
  {
    file: 'long_name.fa',
    what: 'a name of 300,000 letters',
    bytes: raw(`>${'n'.repeat(300_000)} x\n${ORF}\n`),
    records: [ok('n'.repeat(300_000), 1)],
    ...SOUND,
  },
  {
    file: 'endless_name.fa',
    what: 'a name of more than 1 MiB',
    bytes: raw(`>a\n${ORF}\n>${'n'.repeat(2 ** 20 + 1)}\n${ORF}\n`),
    ...notRead(
      3,
      'the name of a record goes on for more than 1 MiB. This does not look like FASTA or FASTQ; check that the file is ' +
        'what you meant.',
    ),
    ...REFUSED,
  },
  {
    file: 'same_names.fa',
    what: 'names that come again',
    bytes: raw(`>a\n${ORF}\n>a x\n${ORF}\n>b\n${ORF}\n>a\nACGT\n`),
    records: [ok('a', 1), ok('a', 3), ok('b', 5), ok('a', 7, 'ACGT')],
    ...POOR,
  },
  { file: 'empty.fa', what: 'nothing', bytes: raw(''), records: [], ...SOUND },
  { file: 'blank.fa', what: 'blank lines only', bytes: raw('\n \t\r\n\n'), records: [], ...SOUND },
  { file: 'mark_only.fa', what: 'a byte order mark only', bytes: raw(MARK), records: [], ...SOUND },
  {
    file: 'protein.faa',
    what: 'proteins',
    bytes: raw('>p\nMKLVEFGHIPQSTWY\n>q\nMENFQKVEKIGEGTYGV*\n'),
    records: [ok('p', 1, 'MKLVEFGHIPQSTWY'), ok('q', 3, 'MENFQKVEKIGEGTYGV*')],
    ...POOR,
  },
  {
    file: 'text.fa',
    what: 'some text',
    bytes: raw('To whom it may concern\n'),
    ...notRead(1, NO_SEQUENCES),
    ...REFUSED,
  },
  {
    file: 'text_before.fa',
    what: 'text before the first record',
    bytes: raw(`\n\n; a comment of 1985\n>a\n${ORF}\n`),
    ...notRead(3, NO_SEQUENCES),
    ...REFUSED,
  },
  {
    file: 'blank_before_greater.fa',
    what: 'the first > is not at the start of its line',
    bytes: raw(`\n >a\n${ORF}\n`),
    ...notRead(2, NO_SEQUENCES),
    ...REFUSED,
  },
  {
    file: 'utf16.fa',
    what: 'UTF-16, as a spreadsheet writes it',
    bytes: new Uint8Array(Buffer.from(`\ufeff>a\n${ORF}\n`, 'utf16le')),
    ...notRead(1, NO_SEQUENCES),
    ...REFUSED,
  },
  {
    file: 'old_mac.fa',
    what: 'lines that end with CR alone',
    bytes: raw(`>a\r${ORF}\r>b\r${ORF}\r`),
    ...notRead(
      1,
      "the lines end with a carriage return alone, as on very old Macs. Convert it first: tr '\\r' '\\n' < old.fa > new.fa",
    ),
    ...REFUSED,
  },
  {
    file: 'fastq_in_fasta.fa',
    what: 'a FASTQ record in a FASTA file is sequence: only > begins a record',
    bytes: raw(`>a\n${ORF}\n@b\nAC\n+\nII\n`),
    records: [ok('a', 1, `${ORF}@bAC+II`)],
    ...POOR,
  },
];

const FASTQ: readonly Specimen[] = [
  {
    file: 'usual.fq',
    what: 'as it should be',
    bytes: raw(`@a x\n${ORF}\n+\nIIIIIIIIIIII\n@b\nACGT\n+b\nII#I\n`),
    records: [ok('a', 1), ok('b', 5, 'ACGT')],
    ...SOUND,
  },
  {
    file: 'fastq_named.fa',
    what: 'FASTQ that is called FASTA, CRLF, lower case, no final line feed',
    bytes: raw('@a x\r\natgaaauuu\r\n+a x\r\nIIIIIIIII\r\n@b\r\nACGT\r\n+\r\nIIII'),
    records: [ok('a', 1, 'atgaaauuu'), ok('b', 5, 'ACGT')],
    ...SOUND,
  },
  {
    file: 'tricky_qualities.fq',
    what: 'qualities that begin with @, + and >, or look like names',
    bytes: raw('@a\nACGT\n+\n@III\n@b\nACGT\n+\n+@+@\n@c\nACGT\n+\n>b+c\n@d\nAC\n+\n@e\n@e\nA\n+\n+\n'),
    records: [ok('a', 1, 'ACGT'), ok('b', 5, 'ACGT'), ok('c', 9, 'ACGT'), ok('d', 13, 'AC'), ok('e', 17, 'A')],
    ...SOUND,
  },
  {
    file: 'blank_lines.fq',
    what: 'blank lines between records, a byte order mark, no name',
    bytes: raw(`${MARK}\n\n@\nACGT\n+\nIIII\n\n \n@b\nACGT\n+\nIIII\n\n\n`),
    records: [ok('unnamed_1', 3, 'ACGT'), ok('b', 9, 'ACGT')],
    ...SOUND,
  },
  {
    file: 'empty_reads.fq',
    what: 'trimmed to nothing',
    bytes: raw('@a\n\n+\n\n@b\nACGT\n+\nIIII\n@c\n\n+\n\n'),
    records: [ok('a', 1, ''), ok('b', 5, 'ACGT'), ok('c', 9, '')],
    ...POOR,
  },
  {
    file: 'quality_short.fq',
    what: 'a quality that is too short',
    bytes: raw('@a\nACGT\n+\nII\n@b\nACGT\n+\nIIII\n'),
    records: [bad('a', 4, 'the quality has 2 letters for 4 bases'), ok('b', 5, 'ACGT')],
    ...BROKEN,
  },
  {
    file: 'quality_long.fq',
    what: 'a quality that is too long',
    bytes: raw('@a\nA\n+\nIIIII\n@b\nACGT\n+\nIIII\n'),
    records: [bad('a', 4, 'the quality has 5 letters for 1 base'), ok('b', 5, 'ACGT')],
    ...BROKEN,
  },
  {
    file: 'quality_missing.fq',
    what: 'no quality: the next record comes instead',
    bytes: raw('@a\nACGT\n+\n@b\nACGT\n+\nIIII\n'),
    records: [bad('a', 3, QUALITY_MISSING), ok('b', 4, 'ACGT')],
    ...BROKEN,
  },
  {
    file: 'plus_missing.fq',
    what: 'no line with +',
    bytes: raw('@a\nACGT\nIIII\n@b\nACGT\n+\nIIII\n'),
    records: [bad('a', 3, PLUS_MISSING), ok('b', 4, 'ACGT')],
    ...BROKEN,
  },
  {
    file: 'sequence_missing.fq',
    what: 'no sequence',
    bytes: raw('@a\n+\nIIII\n@b\nACGT\n+\nIIII\n'),
    records: [bad('a', 2, 'its sequence is missing: the line behind the name begins with +'), ok('b', 4, 'ACGT')],
    ...BROKEN,
  },
  {
    file: 'name_alone.fq',
    what: 'a name and nothing else, a name and a sequence',
    bytes: raw('@a\n@b\nACGT\n@c\nACGT\n+\nIIII\n'),
    records: [
      bad('a', 1, 'its sequence, its line with + and its quality are missing'),
      bad('b', 3, 'its line with + and its quality are missing'),
      ok('c', 4, 'ACGT'),
    ],
    ...BROKEN,
  },
  {
    file: 'wrapped.fq',
    what: 'wrapped sequence and quality, which a FASTQ record must not have',
    bytes: raw('@a\nACGT\nACGT\n+\nIIII\nIIII\n@b\nACGT\n+\nIIII\n'),
    records: [bad('a', 3, PLUS_MISSING), ok('b', 7, 'ACGT')],
    ...BROKEN,
  },
  {
    file: 'wrapped_quality.fq',
    what: 'a wrapped quality',
    bytes: raw('@a\nACGTACGT\n+\nIIII\nIIII\n@b\nACGT\n+\nIIII\n'),
    records: [bad('a', 4, 'the quality has 4 letters for 8 bases'), ok('b', 6, 'ACGT')],
    ...BROKEN,
  },
  {
    file: 'text_between.fq',
    what: 'text that belongs to no record',
    bytes: raw('@a\nACGT\n+\nIIII\nsome\ntext\n@b\nACGT\n+\nIIII\n'),
    records: [
      ok('a', 1, 'ACGT'),
      bad('unnamed_2', 5, 'this text belongs to no record: no line before it begins with @'),
      ok('b', 7, 'ACGT'),
    ],
    ...BROKEN,
  },
  {
    file: 'fasta_in_fastq.fq',
    what: 'a FASTA record in a FASTQ file',
    bytes: raw(`@a\nACGT\n+\nIIII\n>b\n${ORF}\n`),
    records: [
      ok('a', 1, 'ACGT'),
      bad('unnamed_2', 5, 'this text belongs to no record: no line before it begins with @'),
    ],
    ...BROKEN,
  },
  ...['@b', '@b\n', '@b\nAC', '@b\nACGT\n', '@b\nACGT\n+', '@b\nACGT\n+\n', '@b\nACGT\n+\nIII'].map(
    (end, i): Specimen => ({
      file: `cut_${i + 1}.fq`,
      what: `cut off behind ${JSON.stringify(end)}`,
      bytes: raw(`@a\nACGT\n+\nIIII\n${end}`),
      records: [ok('a', 1, 'ACGT'), bad('b', 4 + end.replace(/\n$/, '').split('\n').length, ENDS_EARLY)],
      ...BROKEN,
    }),
  ),
];

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

const COMPRESSED: readonly Specimen[] = [
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
    ...SOUND,
  },
  {
    file: 'bgzip_without_end.fa.gz',
    what: 'bgzip without its last, empty block',
    bytes: joined(storedBlock(head), storedBlock(tail)),
    records: TWO_RECORDS,
    ...SOUND,
  },
  {
    file: 'bgzip_of_one_byte.fa.gz',
    what: 'a single byte in bgzip, the rest in gzip',
    bytes: joined(bgzip(TWO.subarray(0, 1)), gzip(TWO.subarray(1))),
    records: TWO_RECORDS,
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

/** Every one of them, by a file name that no other has. */
export const SPECIMENS: readonly Specimen[] = [...FASTA, ...FASTQ, ...COMPRESSED];
