/* Where rows of unequal height stand. Heights are guessed until they were measured. */

/** offsets[i] is the top of row i; the last element is the height of all. */
export function offsetsOf(rows, heights, guess) {
  const offsets = new Float64Array(rows.length + 1);
  for (let index = 0; index < rows.length; index += 1) offsets[index + 1] = offsets[index] + (heights.get(rows[index].key) ?? guess(rows[index]));
  return offsets;
}

/** The row that contains a position. */
export function rowAt(offsets, position) {
  let low = 0, high = offsets.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (offsets[middle] <= position) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
