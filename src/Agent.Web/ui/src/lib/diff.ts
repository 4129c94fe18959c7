// Lines of two texts side by side.

export interface DiffLine {
  kind: "same" | "removed" | "added";
  text: string;
  /** Line numbers, from 1; absent where the line is not in that text. */
  left?: number;
  right?: number;
}

/** Above this the table of the middle part would not fit; the middle is then shown as replaced. */
const longestTable = 4_000_000;

export function diffLines(left: string, right: string): DiffLine[] {
  const a = left.split("\n");
  const b = right.split("\n");
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;

  const result: DiffLine[] = [];
  for (let i = 0; i < start; i++) result.push({ kind: "same", text: a[i]!, left: i + 1, right: i + 1 });
  result.push(...middle(a.slice(start, a.length - end), b.slice(start, b.length - end), start));
  for (let i = end; i > 0; i--) {
    result.push({ kind: "same", text: a[a.length - i]!, left: a.length - i + 1, right: b.length - i + 1 });
  }
  return result;
}

/** The longest common subsequence, by the usual table. */
function middle(a: string[], b: string[], offset: number): DiffLine[] {
  const removed = (i: number): DiffLine => ({ kind: "removed", text: a[i]!, left: offset + i + 1 });
  const added = (j: number): DiffLine => ({ kind: "added", text: b[j]!, right: offset + j + 1 });
  if (a.length * b.length > longestTable) {
    return [...a.map((_, i) => removed(i)), ...b.map((_, j) => added(j))];
  }
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] =
        a[i] === b[j] ? table[(i + 1) * width + j + 1]! + 1 : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!);
    }
  }
  const result: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      result.push({ kind: "same", text: a[i]!, left: offset + i + 1, right: offset + j + 1 });
      i++;
      j++;
    } else if (j === b.length || (i < a.length && table[(i + 1) * width + j]! >= table[i * width + j + 1]!)) {
      result.push(removed(i++));
    } else {
      result.push(added(j++));
    }
  }
  return result;
}

/** Shortens long runs of equal lines to some around each change; the gaps are empty entries. */
export function withContext(lines: DiffLine[], context: number): (DiffLine | null)[] {
  const keep = new Uint8Array(lines.length);
  lines.forEach((line, at) => {
    if (line.kind !== "same") keep.fill(1, Math.max(0, at - context), Math.min(lines.length, at + context + 1));
  });
  const result: (DiffLine | null)[] = [];
  lines.forEach((line, at) => {
    if (keep[at]) result.push(line);
    else if (result.length === 0 || result[result.length - 1] !== null) result.push(null);
  });
  return result;
}
