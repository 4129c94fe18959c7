// Layered drawing of a directed graph, from left to right (Sugiyama's method): ranks, an order within each rank with few crossings, and
// heights that keep lines straight. A cluster is drawn by itself, and then is one big node of what it stands in.
import { breakCycles, order, rankAll, sweeps, withLines, type Item, type Size } from "./ranks";

/** The middle of a node or cluster, and its size. */
export interface Placed extends Size {
  x: number;
  y: number;
}

export interface Gaps {
  /** Between two ranks. */
  rank: number;
  /** Between two nodes of a rank. */
  node: number;
  /** Above a cluster, for its name. */
  head: number;
}

const clusterPad = 22;
const lineHeight = 10;

export class LayeredGraph {
  private readonly sizes = new Map<string, Size>();
  private readonly parents = new Map<string, string>();
  private readonly edges: [string, string][] = [];
  private readonly placed = new Map<string, Placed>();

  constructor(private readonly gaps: Gaps) {}

  /** A node that others name as their parent is a cluster, whose size follows from them. */
  setNode(id: string, size: Size = { width: 0, height: 0 }): void {
    this.sizes.set(id, size);
  }

  setParent(id: string, parent: string): void {
    this.parents.set(id, parent);
  }

  setEdge(from: string, to: string): void {
    this.edges.push([from, to]);
  }

  node(id: string): Placed {
    return this.placed.get(id)!;
  }

  layout(): void {
    const children = new Map<string, string[]>();
    for (const id of this.sizes.keys()) {
      const parent = this.parents.get(id) ?? "";
      const siblings = children.get(parent);
      if (siblings) siblings.push(id);
      else children.set(parent, [id]);
    }
    const links = new Map<string, Set<string>>();
    for (const [from, to] of this.edges) this.link(links, from, to);
    this.place("", children, links);
    this.shift("", children, 0, 0);
  }

  /** An edge between two clusters' members is one between those of their ancestors that stand beside each other. */
  private link(links: Map<string, Set<string>>, from: string, to: string): void {
    const above = this.path(from);
    const below = this.path(to);
    let at = 0;
    while (at < above.length - 1 && at < below.length - 1 && above[at] === below[at]) at++;
    if (above[at] === below[at]) return;
    const known = links.get(above[at]!);
    if (known) known.add(below[at]!);
    else links.set(above[at]!, new Set([below[at]!]));
  }

  private path(id: string): string[] {
    const path = [id];
    for (let parent = this.parents.get(id); parent !== undefined; parent = this.parents.get(parent)) path.unshift(parent);
    return path;
  }

  /** Places what a cluster holds around its own left upper corner, and gives its size. */
  private place(cluster: string, children: Map<string, string[]>, links: Map<string, Set<string>>): Size {
    const items = new Map<string, Item>();
    for (const id of children.get(cluster) ?? []) {
      const size = children.has(id) ? this.place(id, children, links) : this.sizes.get(id)!;
      items.set(id, { ...size, height: size.height + (children.has(id) ? this.gaps.head : 0), id, rank: 0, y: 0, before: [], after: [] });
    }
    for (const item of items.values()) for (const to of links.get(item.id) ?? []) item.after.push(items.get(to)!);
    breakCycles([...items.values()]);
    for (const item of items.values()) for (const next of item.after) next.before.push(item);
    rankAll([...items.values()]);
    const ranks = withLines([...items.values()]);
    order(ranks);
    this.setHeights(ranks);
    const pad = cluster === "" ? 0 : clusterPad;
    let x = pad;
    const top = Math.min(...ranks.flat().map((item) => item.y - item.height / 2));
    let bottom = top;
    for (const rank of ranks) {
      const width = Math.max(0, ...rank.map((item) => item.width));
      for (const item of rank) {
        bottom = Math.max(bottom, item.y + item.height / 2);
        if (item.id === "") continue;
        const head = children.has(item.id) ? this.gaps.head : 0;
        this.placed.set(item.id, { x: x + width / 2, y: item.y - top + pad + head / 2, width: item.width, height: item.height - head });
      }
      x += width + this.gaps.rank;
    }
    return { width: x - this.gaps.rank + pad, height: bottom - top + 2 * pad };
  }

  /** From the corner of the cluster to that of the whole. */
  private shift(cluster: string, children: Map<string, string[]>, left: number, top: number): void {
    for (const id of children.get(cluster) ?? []) {
      const box = this.placed.get(id)!;
      box.x += left;
      box.y += top;
      if (children.has(id)) this.shift(id, children, box.x - box.width / 2, box.y - box.height / 2);
    }
  }

  /** Each as near to the middle of its neighbours as the order and the gaps allow. */
  private setHeights(ranks: Item[][]): void {
    for (const rank of ranks) this.settle(rank, rank.map((item) => item.y));
    for (let sweep = 0; sweep < sweeps; sweep++) {
      const forth = sweep % 2 === 0;
      for (const rank of forth ? ranks : [...ranks].reverse()) {
        const wanted = rank.map((item) => {
          const side = forth ? item.before : item.after;
          const near = sweep >= sweeps - 2 ? [...item.before, ...item.after] : side;
          return near.length === 0 ? item.y : near.reduce((sum, other) => sum + other.y, 0) / near.length;
        });
        this.settle(rank, wanted);
      }
    }
  }

  /** The heights nearest to those wanted, by least squares, that keep the order and the gaps: pools of items that push each other. */
  private settle(rank: Item[], wanted: number[]): void {
    const offsets: number[] = [];
    rank.forEach((item, at) => {
      const above = rank[at - 1];
      offsets.push(above ? offsets[at - 1]! + (above.height + item.height) / 2 + (above.id === "" || item.id === "" ? lineHeight : this.gaps.node) : 0);
    });
    const pools: { sum: number; count: number }[] = [];
    wanted.forEach((y, at) => {
      let pool = { sum: y - offsets[at]!, count: 1 };
      for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
        pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
        pools.pop();
      }
      pools.push(pool);
    });
    let at = 0;
    for (const pool of pools) for (let i = 0; i < pool.count; i++, at++) rank[at]!.y = pool.sum / pool.count + offsets[at]!;
  }
}
