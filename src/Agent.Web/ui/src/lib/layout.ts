// Where everything of the graph stands. Apart from the rest of it, since the library for that is large, and only the graph itself needs it.
import dagre from "@dagrejs/dagre";
import type { GraphEdge, GraphNode } from "./types";

/** Of most components; those with long names are wider, so that they can be read in full. */
export const nodeWidth = 232;
export const nodeHeight = 68;
const widestNode = 460;
const nodeMargin = 26;
const labelLetter = 8.6;
const kindLetter = 6.8;
const moduleHead = 26;
const modulePad = 18;
const columnGap = 125;
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

export function widthOfNode(node: { name: string; label: string }): number {
  const text = Math.max((node.label || node.name).length * labelLetter, node.name.length * kindLetter);
  return Math.round(Math.min(widestNode, Math.max(nodeWidth, text + nodeMargin)));
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
  const modules = new Set(nodes.map((node) => node.module.split("/")[0]!));
  for (const node of nodes) {
    if (node.module) join(node.id, moduleKey(node.module.split("/")[0]!));
    // What runs a module stands with what it runs.
    else if (modules.has(node.id)) join(node.id, moduleKey(node.id));
  }
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
  const graph = new dagre.graphlib.Graph({ compound: true, multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 22, ranksep: columnGap });
  graph.setDefaultEdgeLabel(() => ({}));
  const modules = new Set<string>();
  for (const node of nodes) {
    graph.setNode(node.id, { width: widthOfNode(node), height: nodeHeight });
    if (node.module) {
      addModule(graph, modules, node.module);
      graph.setParent(node.id, moduleKey(node.module));
    }
  }
  for (const node of nodes) {
    if (!modules.has(node.id)) continue;
    // It stands beside modules in its own, whose heads need room.
    graph.setNode(node.id, { width: widthOfNode(node), height: nodeHeight + 2 * moduleHead });
    graph.setParent(node.id, moduleKey(node.id));
  }
  const known = new Set(nodes.map((node) => node.id));
  for (const edge of edges) {
    if (known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to) graph.setEdge(edge.from, edge.to, {}, edge.type);
  }
  dagre.layout(graph);
  const boxes = inColumns(new Map(nodes.map((node) => [node.id, boxOf({ ...graph.node(node.id), height: nodeHeight })])));
  const outlines = new Map<string, Box>();
  // The inner ones first: the outer ones enclose them.
  for (const module of [...modules].sort((a, b) => b.split("/").length - a.split("/").length)) {
    const box = boxOf(graph.node(moduleKey(module)));
    const members = nodes.filter((node) => node.module === module || node.id === module).map((node) => boxes.get(node.id)!);
    const inner = [...outlines].filter(([other]) => other.startsWith(`${module}/`)).map(([, outline]) => outline);
    const left = Math.min(...[...members, ...inner].map((one) => one.x)) - modulePad;
    const right = Math.max(...[...members, ...inner].map((one) => one.x + one.width)) + modulePad;
    outlines.set(module, { x: left, width: right - left, y: box.y - moduleHead, height: box.height + moduleHead });
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

/** The layout leaves room for each frame of a module between two columns, and more the deeper they stand: columns are set again, evenly. */
function inColumns(boxes: Map<string, Box>): Map<string, Box> {
  const columnOf = (box: Box) => Math.round(box.x + box.width / 2);
  const widths = new Map<number, number>();
  for (const box of boxes.values()) widths.set(columnOf(box), Math.max(widths.get(columnOf(box)) ?? 0, box.width));
  const starts = new Map<number, number>();
  let x = 0;
  for (const column of [...widths.keys()].sort((a, b) => a - b)) {
    starts.set(column, x);
    x += widths.get(column)! + columnGap;
  }
  return new Map([...boxes].map(([id, box]) => [id, { ...box, x: starts.get(columnOf(box))! + (widths.get(columnOf(box))! - box.width) / 2 }]));
}

function moduleKey(module: string): string {
  return `module ${module}`;
}

function addModule(graph: dagre.graphlib.Graph, modules: Set<string>, module: string): void {
  if (modules.has(module)) return;
  modules.add(module);
  graph.setNode(moduleKey(module), {});
  const slash = module.lastIndexOf("/");
  if (slash > 0) {
    addModule(graph, modules, module.slice(0, slash));
    graph.setParent(moduleKey(module), moduleKey(module.slice(0, slash)));
  }
}

function boxOf(node: { x: number; y: number; width: number; height: number }): Box {
  return { x: node.x - node.width / 2, y: node.y - node.height / 2, width: node.width, height: node.height };
}
