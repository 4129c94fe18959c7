// What is drawn in the graph. Each part follows its own numbers: an answer of the agent draws what changed, and nothing else.
import { BaseEdge, EdgeLabelRenderer, getBezierPath, useStore, type EdgeProps, type NodeProps } from "@xyflow/react";
import { createContext, memo, startTransition, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import { byteRate, count, rate, visible } from "../lib/format";
import { edgeKey, opacityOf, widthOf, type EdgeFlow } from "../lib/graph";
import { componentPath, href, Link } from "../lib/route";
import type { Graph, GraphNode } from "../lib/types";
import { figureText, isWorrying } from "./basics";

/** Whether edges carry their numbers. */
const Labelled = createContext(false);

/** From far away texts on edges are not readable and cost the most to draw. */
export const isFarOf = (state: { transform: [number, number, number] }) => state.transform[2] < 0.45;

/** Texts of edges are made when somebody first comes near enough to read them, in slices, so that coming near does not stutter. */
export function EdgeTexts({ children }: { children: ReactNode }) {
  const isFar = useStore(isFarOf);
  const [labelled, setLabelled] = useState(false);
  useEffect(() => {
    if (isFar) return;
    // The first drawing begins near, and fits itself into the window then.
    const timer = setTimeout(() => startTransition(() => setLabelled(true)), 150);
    return () => clearTimeout(timer);
  }, [isFar]);
  return <Labelled value={labelled}>{children}</Labelled>;
}

interface NodeState {
  node: GraphNode;
  lit: boolean;
}

interface EdgeState {
  type: string;
  items: number;
  flow: EdgeFlow | undefined;
  lit: boolean;
  drops: boolean;
  /** What it leads to is unhealthy: nothing that goes there can be relied on to arrive. */
  fails: boolean;
}

/** The latest state of all parts, by id. */
export class GraphData {
  readonly nodes = new Map<string, NodeState>();
  readonly edges = new Map<string, EdgeState>();
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  tell(): void {
    this.listeners.forEach((listener) => listener());
  }
}

export function publish(data: GraphData, graph: Graph, earlier: Graph, rates: Map<string, EdgeFlow>, lit: Set<string>): void {
  const droppedBefore = new Map(earlier.nodes.map((node) => [node.id, node.dropped]));
  const dropping = new Set<string>();
  const failing = new Set(graph.nodes.filter((node) => node.health.state === "unhealthy").map((node) => node.id));
  for (const node of graph.nodes) {
    if (node.dropped > (droppedBefore.get(node.id) ?? node.dropped)) dropping.add(node.id);
    keep(data.nodes, node.id, { node, lit: lit.has(node.id) });
  }
  for (const edge of graph.edges) {
    const key = edgeKey(edge);
    const isFlow = edge.type !== "target" && edge.type !== "value";
    keep(data.edges, key, { type: edge.type, items: edge.items, flow: isFlow ? rates.get(key) : undefined, lit: lit.has(edge.from) && lit.has(edge.to), drops: isFlow && dropping.has(edge.to), fails: isFlow && failing.has(edge.to) });
  }
  data.tell();
}

/** A state that says the same stays the same object, and its part is not drawn again. */
function keep<T>(map: Map<string, T>, key: string, next: T): void {
  if (JSON.stringify(map.get(key)) !== JSON.stringify(next)) map.set(key, next);
}

export const ComponentBox = memo(function ComponentBox({ id, data }: NodeProps) {
  const graph = data.graph as GraphData;
  const state = useSyncExternalStore(graph.subscribe, () => graph.nodes.get(id));
  if (!state) return <div className="box" />;
  const { node, lit } = state;
  return (
    <div className={`box ${node.health.state} ${isWorrying(node.figure) ? "worrying" : ""} ${lit ? "" : "dimmed"}`} title={visible(`${node.id}\n${node.health.message}`)}>
      <End type="target" side="left" />
      <span className="box-kind">{node.name}</span>
      <Link to={href(componentPath(node.id))} className="box-name" tabIndex={-1}>
        <bdi>{visible(node.label || node.name)}</bdi>
      </Link>
      <span className={`box-figure ${isWorrying(node.figure) ? "warn-text" : ""}`}>
        <span className={`dot ${node.health.state}`} role="img" aria-label={node.health.state} />
        {node.health.state === "unhealthy" ? visible(node.health.message).slice(0, 60) : node.figure ? figureText(node.figure) : node.health.state}
        {node.dropped > 0 && <span className="box-dropped">{count(node.dropped)} dropped</span>}
      </span>
      <End type="source" side="right" />
    </div>
  );
});

/** Where edges end: what React Flow looks for in a box. Its own Handle, which can be dragged from, costs a third of the box. */
function End({ type, side }: { type: "source" | "target"; side: "left" | "right" }) {
  return <i className={`react-flow__handle react-flow__handle-${side} ${type}`} data-handlepos={side} />;
}

export const ModuleBox = memo(function ModuleBox({ data }: NodeProps) {
  return (
    <div className="module-box">
      <bdi>{visible(String(data.module))}</bdi>
    </div>
  );
});

export const FlowEdge = memo(function FlowEdge({ id, data, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition }: EdgeProps) {
  const graph = data!.graph as GraphData;
  const state = useSyncExternalStore(graph.subscribe, () => graph.edges.get(id));
  const labelled = useContext(Labelled);
  const [path, x, y] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const flow = state?.flow;
  const isBusy = (flow?.items ?? 0) > 0;
  const text = flow ? (isBusy ? rate(flow.items) : "idle") : state?.type === "target" ? count(state.items) : "";
  return (
    <>
      <BaseEdge path={path} className={`flow ${state?.type ?? ""} ${isBusy ? "busy" : ""} ${state?.lit === false ? "dimmed" : ""} ${state?.drops ? "drops" : ""} ${state?.fails ? "fails" : ""}`} style={{ strokeWidth: widthOf(flow?.items ?? 0), ...(flow && state?.lit !== false && !state?.drops && !state?.fails ? { opacity: opacityOf(flow.items) } : {}) }} interactionWidth={14} />
      {labelled && text && state?.lit !== false && (
        <EdgeLabelRenderer>
          <div className={`edge-label ${isBusy ? "" : "quiet"} ${state?.drops ? "drops" : ""} ${state?.fails ? "fails" : ""}`} style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
            {state?.drops && <span aria-label="something is dropped">▼ </span>}
            {text}
            {isBusy && <div className="edge-bytes">{byteRate(flow!.bytes)}</div>}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
