// The graph without its drawing: where everything stands, what is up- and downstream, what a filter leaves, and how much flows.
import { LayeredGraph } from "./layers";
import type { Graph, GraphEdge, GraphNode } from "./types";

export const nodeWidth = 232;
export const nodeHeight = 68;
const moduleHead = 26;
const islandGap = 56;

/** Width to height of what pipelines are packed into: about that of a screen. */
const sheetRatio = 1.7;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  nodes: Map<string, Box>;
  modules: Map<string, Box>;
}

export function edgeKey(edge: { from: string; to: string; type: string }): string {
  return `${edge.from} ${edge.to} ${edge.type}`;
}

/** Changes only where components or edges come or go: their numbers move nothing. */
export function shapeOf(nodes: GraphNode[], edges: GraphEdge[]): string {
  return `${nodes.map((node) => node.id).join(" ")}|${edges.map(edgeKey).join(",")}`;
}

/** From left to right as data flows; components of a module stand together, and pipelines that share nothing are packed into a sheet. */
export function layOut(nodes: GraphNode[], edges: GraphEdge[]): Layout {
  const layout: Layout = { nodes: new Map(), modules: new Map() };
  const islands = islandsOf(nodes, edges).map((island) => layOutIsland(island, edges));
  const area = islands.reduce((sum, island) => sum + (island.width + islandGap) * (island.height + islandGap), 0);
  const sheetWidth = Math.max(Math.sqrt(area * sheetRatio), ...islands.map((island) => island.width));
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  // High ones first: rows of like heights leave the fewest holes.
  for (const island of islands.sort((a, b) => b.height - a.height)) {
    if (x > 0 && x + island.width > sheetWidth) {
      x = 0;
      y += rowHeight + islandGap;
      rowHeight = 0;
    }
    for (const [id, box] of island.nodes) layout.nodes.set(id, { ...box, x: box.x + x, y: box.y + y });
    for (const [id, box] of island.modules) layout.modules.set(id, { ...box, x: box.x + x, y: box.y + y });
    x += island.width + islandGap;
    rowHeight = Math.max(rowHeight, island.height);
  }
  return layout;
}

/** Components that are connected, in whatever direction, or part of one module. */
function islandsOf(nodes: GraphNode[], edges: GraphEdge[]): GraphNode[][] {
  const parent = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    while ((parent.get(root) ?? root) !== root) root = parent.get(root)!;
    parent.set(key, root);
    return root;
  };
  const join = (a: string, b: string) => parent.set(rootOf(a), rootOf(b));
  const known = new Set(nodes.map((node) => node.id));
  for (const node of nodes) if (node.module) join(node.id, moduleKey(node.module.split("/")[0]!));
  for (const edge of edges) if (known.has(edge.from) && known.has(edge.to)) join(edge.from, edge.to);
  const islands = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    const root = rootOf(node.id);
    const island = islands.get(root);
    if (island) island.push(node);
    else islands.set(root, [node]);
  }
  return [...islands.values()];
}

function layOutIsland(nodes: GraphNode[], edges: GraphEdge[]): Layout & { width: number; height: number } {
  const graph = new LayeredGraph({ node: 22, rank: 125, head: moduleHead });
  const modules = new Set<string>();
  for (const node of nodes) {
    graph.setNode(node.id, { width: nodeWidth, height: nodeHeight });
    if (node.module) {
      addModule(graph, modules, node.module);
      graph.setParent(node.id, moduleKey(node.module));
    }
  }
  const known = new Set(nodes.map((node) => node.id));
  for (const edge of edges) {
    if (known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to) graph.setEdge(edge.from, edge.to);
  }
  graph.layout();
  const boxes = new Map(nodes.map((node) => [node.id, boxOf(graph.node(node.id))]));
  const outlines = new Map<string, Box>();
  for (const module of modules) {
    const box = boxOf(graph.node(moduleKey(module)));
    outlines.set(module, { ...box, y: box.y - moduleHead, height: box.height + moduleHead });
  }
  const all = [...boxes.values(), ...outlines.values()];
  const left = Math.min(...all.map((box) => box.x));
  const top = Math.min(...all.map((box) => box.y));
  const moved = (box: Box): Box => ({ ...box, x: box.x - left, y: box.y - top });
  return {
    nodes: new Map([...boxes].map(([id, box]) => [id, moved(box)])),
    modules: new Map([...outlines].map(([id, box]) => [id, moved(box)])),
    width: Math.max(...all.map((box) => box.x + box.width)) - left,
    height: Math.max(...all.map((box) => box.y + box.height)) - top,
  };
}

function moduleKey(module: string): string {
  return `module ${module}`;
}

function addModule(graph: LayeredGraph, modules: Set<string>, module: string): void {
  if (modules.has(module)) return;
  modules.add(module);
  graph.setNode(moduleKey(module));
  const slash = module.lastIndexOf("/");
  if (slash > 0) {
    addModule(graph, modules, module.slice(0, slash));
    graph.setParent(moduleKey(module), moduleKey(module.slice(0, slash)));
  }
}

function boxOf(node: { x: number; y: number; width: number; height: number }): Box {
  return { x: node.x - node.width / 2, y: node.y - node.height / 2, width: node.width, height: node.height };
}

/** Everything that data can come from on its way to a component, and everything it can go to; the component itself is among them. */
export function connected(id: string, edges: GraphEdge[]): Set<string> {
  const reached = new Set<string>([id]);
  follow(id, edges, "from", "to", reached);
  follow(id, edges, "to", "from", reached);
  return reached;
}

function follow(id: string, edges: GraphEdge[], start: "from" | "to", end: "from" | "to", reached: Set<string>): void {
  const seen = new Set<string>([id]);
  const waiting = [id];
  while (waiting.length > 0) {
    const at = waiting.pop()!;
    for (const edge of edges) {
      if (edge[start] === at && !seen.has(edge[end])) {
        seen.add(edge[end]);
        reached.add(edge[end]);
        waiting.push(edge[end]);
      }
    }
  }
}

export interface GraphFilter {
  text: string;
  health: string;
  kind: string;
}

export function fits(node: GraphNode, filter: GraphFilter): boolean {
  const text = filter.text.trim().toLowerCase();
  return (
    (text === "" || node.id.toLowerCase().includes(text) || node.health.message.toLowerCase().includes(text)) &&
    (filter.health === "" || node.health.state === filter.health) &&
    (filter.kind === "" || node.name === filter.kind || familyOf(node.name) === filter.kind)
  );
}

/** loki of loki.write. */
export function familyOf(name: string): string {
  return name.split(".")[0]!;
}

export interface EdgeFlow {
  items: number;
  bytes: number;
}

/** Items and bytes a second between two looks; a counter that went back was made anew. */
export function flows(before: Graph, now: Graph): Map<string, EdgeFlow> {
  const seconds = (now.at - before.at) / 1000;
  const earlier = new Map(before.edges.map((edge) => [edgeKey(edge), edge]));
  const result = new Map<string, EdgeFlow>();
  for (const edge of now.edges) {
    const last = earlier.get(edgeKey(edge));
    if (last && seconds > 0 && edge.items >= last.items) {
      result.set(edgeKey(edge), { items: (edge.items - last.items) / seconds, bytes: (edge.bytes - last.bytes) / seconds });
    }
  }
  return result;
}

/** Thin for nothing, and a step thicker for every ten times as much. */
export function widthOf(itemsPerSecond: number): number {
  return itemsPerSecond <= 0 ? 1.25 : Math.min(7, 1.75 + Math.log10(1 + itemsPerSecond));
}
