/** One table as a file in the making: the header from the list of columns, then rows as text. */

import { join } from 'node:path';
import { AtomicFile } from '../system/atomic-file.ts';
import { headerLine, type Table } from './columns.ts';

export class TableWriter extends AtomicFile {
  /** Creates the temporary file in `folder` and writes the header line. */
  constructor(folder: string, table: Table) {
    super(join(folder, table.file));
    this.text(headerLine(table));
  }

  /**
   * Appends a row.
   *
   * @param cells the cells with a tab between two, without the line feed. One string, because there are up to
   *   millions of rows; its order is that of the table's columns, which the tests hold together
   */
  row(cells: string): void {
    this.text(`${cells}\n`);
  }
}
