// The known word closest to an unknown one, for "did you mean …?".

/** Edits (insert, delete, replace, swap of neighbours) that turn a into b. */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : Infinity;
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced, swapped);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
};

/**
 * The known word with the fewest edits, letter case aside; null if even that one shares too little (more than half of
 * its letters differ). The first of equals wins.
 *
 * @example nearest('arivals', ['arrivals', 'audio']) // 'arrivals'
 */
export const nearest = (word: string, known: readonly string[]): string | null => {
  let best: string | null = null;
  let fewest = Infinity;
  for (const candidate of known) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best !== null && fewest <= Math.max(word.length, best.length) / 2 ? best : null;
};

/** ` (did you mean \`x\`?)`, or a list of what is known if nothing is near. */
export const suggestion = (word: string, known: readonly string[]): string => {
  const near = nearest(word, known);
  return near === null ? ` (known: ${known.join(', ')})` : ` (did you mean \`${near}\`?)`;
};
