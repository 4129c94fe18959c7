// The graph without its drawing and its layout: what is up- and downstream, what a filter leaves, and how much flows.
import type { Layout } from "./layout";
import type { Graph, GraphEdge, GraphNode } from "./types";

export function edgeKey(edge: { from: string; to: string; type: string }): string {
  return `${edge.from} ${edge.to} ${edge.type}`;
}

/** Changes only where components or edges come or go: their numbers move nothing. */
export function shapeOf(nodes: GraphNode[], edges: GraphEdge[]): string {
  return `${nodes.map((node) => node.id).join(" ")}|${edges.map(edgeKey).join(",")}`;
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
