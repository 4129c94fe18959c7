// Which rank of a layered drawing a node stands in, and in which order.

export interface Size {
  width: number;
  height: number;
}

/** A node, a cluster, or a place that a line over several ranks passes. */
export interface Item extends Size {
  id: string;
  rank: number;
  y: number;
  before: Item[];
  after: Item[];
}

/** How often orders and heights are improved, forth and back. */
export const sweeps = 8;

/** Leaves out the edges that lead back to where a walk came from. */
export function breakCycles(items: Item[]): void {
  const state = new Map<Item, "open" | "done">();
  const visit = (item: Item) => {
    state.set(item, "open");
    item.after = item.after.filter((next) => {
      if (!state.has(next)) visit(next);
      return state.get(next) === "done";
    });
    state.set(item, "done");
  };
  // Walks begin where data begins, so that what is left out is what leads back.
  const entered = new Set(items.flatMap((item) => item.after));
  for (const item of [...items.filter((one) => !entered.has(one)), ...items]) if (!state.has(item)) visit(item);
}

/** One behind all that leads to it; then as near to what it leads to as that makes lines shorter. */
export function rankAll(items: Item[]): void {
  const waiting = new Map(items.map((item) => [item, item.before.length]));
  const sorted = items.filter((item) => item.before.length === 0);
  for (let at = 0; at < sorted.length; at++) {
    for (const next of sorted[at]!.after) {
      next.rank = Math.max(next.rank, sorted[at]!.rank + 1);
      waiting.set(next, waiting.get(next)! - 1);
      if (waiting.get(next) === 0) sorted.push(next);
    }
  }
  for (const item of sorted.reverse()) {
    if (item.after.length > 0 && item.before.length <= item.after.length) item.rank = Math.min(...item.after.map((next) => next.rank)) - 1;
  }
  const first = Math.min(...items.map((item) => item.rank));
  for (const item of items) item.rank -= first;
}

/** The items by rank; a line that passes a rank has a place in it. */
export function withLines(items: Item[]): Item[][] {
  const ranks: Item[][] = [];
  for (const item of items) (ranks[item.rank] ??= []).push(item);
  for (let rank = 0; rank < ranks.length; rank++) ranks[rank] ??= [];
  for (const item of items) {
    item.after = item.after.map((end) => {
      let last = item;
      let first = end;
      for (let rank = item.rank + 1; rank < end.rank; rank++) {
        const line: Item = { id: "", width: 0, height: 0, rank, y: 0, before: [last], after: [] };
        ranks[rank]!.push(line);
        if (last === item) first = line;
        else last.after.push(line);
        last = line;
      }
      if (last !== item) {
        last.after.push(end);
        end.before[end.before.indexOf(item)] = last;
      }
      return first;
    });
  }
  return ranks;
}

/** Sorts each rank by the middle of its neighbours, forth and back, and keeps the order with the fewest crossings. */
export function order(ranks: Item[][]): void {
  inOrderOfWalk(ranks);
  let best = ranks.map((rank) => [...rank]);
  let fewest = crossings(ranks);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const forth = sweep % 2 === 0;
    for (const rank of forth ? ranks : [...ranks].reverse()) {
      const middle = new Map(
        rank.map((item) => {
          const near = forth ? item.before : item.after;
          return [item, near.length === 0 ? item.y : near.reduce((sum, other) => sum + other.y, 0) / near.length];
        }),
      );
      rank.sort((a, b) => middle.get(a)! - middle.get(b)!);
      rank.forEach((item, at) => (item.y = at));
    }
    const now = crossings(ranks);
    if (now < fewest) {
      fewest = now;
      best = ranks.map((rank) => [...rank]);
    }
  }
  best.forEach((rank, at) => {
    ranks[at] = rank;
    rank.forEach((item, place) => (item.y = place));
  });
}

/** What hangs together stands together from the start. */
function inOrderOfWalk(ranks: Item[][]): void {
  const seen = new Set<Item>();
  const walked: Item[][] = ranks.map(() => []);
  const walk = (start: Item) => {
    const waiting = [start];
    while (waiting.length > 0) {
      const item = waiting.pop()!;
      if (seen.has(item)) continue;
      seen.add(item);
      walked[item.rank]!.push(item);
      waiting.push(...[...item.before].reverse(), ...[...item.after].reverse());
    }
  };
  for (const item of ranks.flat()) walk(item);
  walked.forEach((rank, at) => {
    ranks[at] = rank;
    rank.forEach((item, place) => (item.y = place));
  });
}

/** Pairs of lines between neighbouring ranks that cross: inversions, counted with a Fenwick tree. */
function crossings(ranks: Item[][]): number {
  let count = 0;
  for (let at = 0; at + 1 < ranks.length; at++) {
    const size = ranks[at + 1]!.length;
    const tree = new Array<number>(size + 1).fill(0);
    let known = 0;
    for (const item of ranks[at]!) {
      const ends = item.after.map((next) => next.y).sort((a, b) => a - b);
      for (const end of ends) {
        let before = 0;
        for (let i = end + 1; i > 0; i -= i & -i) before += tree[i]!;
        count += known - before;
      }
      for (const end of ends) for (let i = end + 1; i <= size; i += i & -i) tree[i]!++;
      known += ends.length;
    }
  }
  return count;
}
