// The graph without its drawing: where everything stands, what is up- and downstream, what a filter leaves, and how much flows.
import dagre from "@dagrejs/dagre";
import type { Graph, GraphEdge, GraphNode } from "./types";

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

export type Direction = "left" | "right" | "up" | "down";

/** Where an arrow key leads: left and right along the flow where there is one, else to what stands nearest in that direction. */
export function neighbour(id: string, direction: Direction, layout: Layout, edges: GraphEdge[]): string | undefined {
  const from = layout.nodes.get(id);
  if (!from) return undefined;
  const along = direction === "left" || direction === "right";
  const flows = along ? edges.filter((edge) => (direction === "right" ? edge.from : edge.to) === id).map((edge) => (direction === "right" ? edge.to : edge.from)) : [];
  const candidates = flows.filter((other) => other !== id && layout.nodes.has(other));
  const sign = direction === "right" || direction === "down" ? 1 : -1;
  let best: string | undefined;
  let least = Infinity;
  for (const other of candidates.length > 0 ? candidates : layout.nodes.keys()) {
    const to = layout.nodes.get(other)!;
    const dx = to.x + to.width / 2 - from.x - from.width / 2;
    const dy = to.y + to.height / 2 - from.y - from.height / 2;
    const ahead = sign * (along ? dx : dy);
    // Flows may lead back against the direction of writing; what is only near has to stand ahead.
    if (other === id || (candidates.length === 0 && ahead <= 1)) continue;
    const distance = Math.abs(along ? dx : dy) + 3 * Math.abs(along ? dy : dx);
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
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

/** Pale for little, and fuller for every ten times as much. */
export function opacityOf(itemsPerSecond: number): number {
  return itemsPerSecond <= 0 ? 0.4 : Math.min(1, 0.6 + Math.log10(1 + itemsPerSecond) / 10);
}

/** Thin for nothing, and a step thicker for every ten times as much. */
export function widthOf(itemsPerSecond: number): number {
  return itemsPerSecond <= 0 ? 1.25 : Math.min(7, 1.75 + Math.log10(1 + itemsPerSecond));
}
