// Columns to Parquet bytes and back: numbers as DOUBLE or INT32, names as STRING. The same columns give the same bytes.
// A moment that was not reached is NaN in a DOUBLE column.

import { parquetMetadata, parquetRead } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

export type Column =
  | { readonly name: string; readonly type: 'DOUBLE'; readonly data: Float64Array }
  | { readonly name: string; readonly type: 'INT32'; readonly data: Int32Array }
  | { readonly name: string; readonly type: 'STRING'; readonly data: string[] };

const ROW_GROUP = 262_144;

export const writeColumns = (columns: readonly Column[], metadata: Readonly<Record<string, string>>): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: columns.map(({ name, type, data }) => ({ name, type, data, nullable: false })),
      rowGroupSize: ROW_GROUP,
      statistics: false,
      kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      createdBy: 'surgelab',
    }),
  );

export interface ReadColumns {
  readonly rows: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly numbers: (name: string) => Float64Array;
  readonly names: (name: string) => string[];
}

export const readColumns = async (bytes: Uint8Array): Promise<ReadColumns> => {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const header = parquetMetadata(file);
  const rows = Number(header.num_rows);
  const texts = new Map<string, string[]>();
  const numbers = new Map<string, Float64Array>();
  await parquetRead({
    file,
    metadata: header,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const data = columnData as ArrayLike<unknown>;
      if (typeof data[0] === 'string') {
        const column = texts.get(columnName) ?? new Array<string>(rows).fill('');
        texts.set(columnName, column);
        for (let i = 0; i < data.length; i++) column[rowStart + i] = data[i] as string;
      } else {
        const column = numbers.get(columnName) ?? new Float64Array(rows);
        numbers.set(columnName, column);
        for (let i = 0; i < data.length; i++) column[rowStart + i] = data[i] as number;
      }
    },
  });
  return {
    rows,
    metadata: Object.fromEntries((header.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ''])),
    numbers: (name) => numbers.get(name) ?? new Float64Array(rows),
    names: (name) => texts.get(name) ?? new Array<string>(rows).fill(''),
  };
};
