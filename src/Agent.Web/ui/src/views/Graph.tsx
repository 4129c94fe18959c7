import { Background, BackgroundVariant, Controls, Position, ReactFlow, ReactFlowProvider, useReactFlow, useStore, type Edge, type Node } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useEffect, useMemo, useRef, type FocusEvent, type KeyboardEvent } from "react";
import type { ViewProps } from "../App";
import { apiUrl, usePolled } from "../lib/api";
import { connected, edgeKey, familyOf, fits, flows, neighbour, shapeOf, type Direction } from "../lib/graph";
import { layOut, type Box, type Layout } from "../lib/layout";
import { componentPath, href, Link, navigate, useQuery } from "../lib/route";
import type { Graph, GraphEdge, GraphNode } from "../lib/types";
import { Chips, Choice, Search, useTitle, Waiting } from "../parts/basics";
import { ComponentBox, EdgeTexts, FlowEdge, GraphData, isFarOf, ModuleBox, publish } from "../parts/graphparts";

const arrows: Record<string, Direction> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
// Below stands the legend.
const fitting = { padding: { top: "24px", left: "40px", right: "40px", bottom: "84px" }, maxZoom: 1.1 } as const;
const minZoom = 0.05;
const nodeTypes = { component: ComponentBox, module: ModuleBox };
const edgeTypes = { flow: FlowEdge };

export default function GraphPage(_: ViewProps) {
  useTitle("Graph");
  const { data, error } = usePolled<Graph>(apiUrl("graph"), 2000);
  if (!data) return <Waiting error={error} />;
  if (data.nodes.length === 0) return <p className="empty">The configuration has no components.</p>;
  return <Canvas graph={data} />;
}

/** Boxes and lines stand in the page with its first drawing, and not only once their container has been measured. */
function Canvas({ graph }: { graph: Graph }) {
  const parts = useRef<GraphData>(null);
  parts.current ??= partsOf(graph);
  const shape = shapeOf(graph.nodes, graph.edges);
  // Numbers change all the time and move nothing; places follow from the shape alone.
  const drawing = useMemo(() => {
    const layout = layOut(graph.nodes, graph.edges);
    return { shape, layout, parts: parts.current!, nodes: nodesOf(layout, graph.nodes, parts.current!), edges: edgesOf(graph.edges, parts.current!) };
  }, [shape]);
  return (
    <ReactFlowProvider initialNodes={drawing.nodes} initialEdges={drawing.edges} fitView initialFitViewOptions={fitting} initialMinZoom={minZoom} initialMaxZoom={fitting.maxZoom} {...likelySize()}>
      <EdgeTexts>
        <Flow graph={graph} drawing={drawing} />
      </EdgeTexts>
    </ReactFlowProvider>
  );
}

/** Of the graph, before it can be measured: the window without menu, bar and filters. */
function likelySize() {
  return { initialWidth: window.innerWidth - 175, initialHeight: window.innerHeight - 90 };
}

/** Rates over about that many seconds: scrapes come in bursts. */
function useEarlier(graph: Graph, seconds: number): Graph {
  const kept = useRef<Graph[]>([]);
  if (kept.current.at(-1)?.at !== graph.at) kept.current.push(graph);
  while (kept.current.length > 2 && kept.current[1]!.at <= graph.at - seconds * 1000) kept.current.shift();
  return kept.current[0]!;
}

function partsOf(graph: Graph): GraphData {
  const parts = new GraphData();
  publish(parts, graph, graph, new Map(), new Set(graph.nodes.map((node) => node.id)));
  return parts;
}

interface Drawing {
  shape: string;
  layout: Layout;
  parts: GraphData;
  nodes: Node[];
  edges: Edge[];
}

function Flow({ graph, drawing }: { graph: Graph; drawing: Drawing }) {
  const [text, setText] = useQuery("q");
  const [health, setHealth] = useQuery("health");
  const [kind, setKind] = useQuery("kind");
  const [focus, setFocus] = useQuery("focus");
  const [window, setWindow] = useQuery("window", "10");
  const { fitView } = useReactFlow();
  // From far away texts on edges are not readable and cost the most to draw.
  const isFar = useStore(isFarOf);
  const { shape, layout, parts, nodes, edges } = drawing;
  const earlier = useEarlier(graph, Number(window) || 10);
  const rates = useMemo(() => flows(earlier, graph), [earlier, graph]);
  const path = useMemo(() => (focus && graph.nodes.some((node) => node.id === focus) ? connected(focus, graph.edges) : null), [focus, shape]);
  const filter = { text, health, kind };
  const lit = (node: GraphNode) => fits(node, filter) && (path === null || path.has(node.id));
  const litIds = graph.nodes.filter(lit).map((node) => node.id).join(" ");
  const count = litIds === "" ? 0 : litIds.split(" ").length;

  const box = useRef<HTMLDivElement>(null);
  useEffect(() => publish(parts, graph, earlier, rates, new Set(litIds.split(" "))), [graph, earlier, rates, litIds]);

  // All of it, or what a filter leaves.
  const fit = () => {
    const wanted = litIds === "" ? [] : litIds.split(" ");
    const options = { ...fitting, duration: 200 };
    void fitView(wanted.length > 0 && wanted.length < graph.nodes.length ? { ...options, nodes: wanted.map((id) => ({ id })) } : options);
  };
  const isFirst = useRef(true);
  useEffect(() => {
    // All of it is what the first drawing shows anyway.
    const isShown = isFirst.current && count === graph.nodes.length && !focus;
    isFirst.current = false;
    if (isShown) return;
    const timer = setTimeout(fit, 60);
    return () => clearTimeout(timer);
  }, [shape, focus]);

  const onKey = (event: KeyboardEvent) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>(".react-flow__node-component")?.dataset.id;
    if (id === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const direction = arrows[event.key];
    if (direction) {
      const next = neighbour(id, direction, layout, graph.edges);
      if (next !== undefined) boxOf(next)?.focus();
    } else if (event.key === "Enter") navigate(href(componentPath(id)));
    else if (event.key === " ") setFocus(id === focus ? "" : id);
    else if (event.key === "Escape") setFocus("");
    else return;
    event.preventDefault();
  };
  const boxOf = (id: string) => box.current?.querySelector<HTMLElement>(`.react-flow__node[data-id=${CSS.escape(id)}]`);
  // The whole graph is one stop of the tab key, at the component that had the focus last; within it arrow keys lead on.
  const onFocus = (event: FocusEvent) => {
    const node = (event.target as HTMLElement).closest<HTMLElement>(".react-flow__node-component");
    if (!node) return;
    box.current?.querySelectorAll<HTMLElement>(".react-flow__node-component[tabindex='0']").forEach((other) => other !== node && (other.tabIndex = -1));
    node.tabIndex = 0;
  };

  const kinds = [...new Set(graph.nodes.map((node) => node.name))].sort();
  const number = (state: string) => graph.nodes.filter((node) => node.health.state === state).length;
  return (
    <div className={isFar ? "graph far" : "graph"} ref={box} onKeyDown={onKey} onFocus={onFocus}>
      <h1 className="sr-only">Graph</h1>
      <div className="filters graph-filters">
        <Search value={text} onChange={setText} label="Search components" />
        <Chips value={health} onChange={setHealth} label="Health" options={[["healthy", "Healthy", number("healthy")], ["unhealthy", "Unhealthy", number("unhealthy")], ["exited", "Exited", number("exited")], ["unknown", "Unknown", number("unknown")]]} />
        <Choice value={kind} onChange={setKind} label="Kind" options={[["", "all"], ...[...new Set(kinds.map(familyOf))].map((one): [string, string] => [one, `${one}.*`]), ...kinds.map((one): [string, string] => [one, one])]} />
        <Choice value={window} onChange={setWindow} label="Rates over" options={[["5", "5 s"], ["10", "10 s"], ["30", "30 s"], ["60", "60 s"]]} />
        <button onClick={fit}>Fit</button>
        {focus && (
          <span className="focus-note">
            Up- and downstream of <Link to={href(componentPath(focus))} className="mono">{focus}</Link>
            <button onClick={() => setFocus("")}>Show all</button>
          </span>
        )}
        <span className="dim small">
          {count === graph.nodes.length ? `${count} components` : `${count} of ${graph.nodes.length} components`}
        </span>
      </div>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        minZoom={minZoom}
        maxZoom={2}
        fitView
        fitViewOptions={fitting}
        proOptions={{ hideAttribution: true }}
        onNodeClick={(event, node) => !event.defaultPrevented && node.type === "component" && setFocus(node.id === focus ? "" : node.id)}
        onNodeDoubleClick={(_, node) => node.type === "component" && navigate(href(componentPath(node.id)))}
        onEdgeClick={(_, edge) => graph.live && navigate(href("live", { from: edge.source, to: edge.target }))}
        onMoveStart={() => box.current?.classList.add("moving")}
        onMoveEnd={() => box.current?.classList.remove("moving")}
        onPaneClick={() => setFocus("")}
        ariaLabelConfig={{ "node.a11yDescription.default": "Arrow keys lead along the flow, Enter opens the component, space shows what is up- and downstream of it, Escape shows all." }}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1} />
        <Controls showInteractive={false} />
      </ReactFlow>
      <Legend live={graph.live} />
    </div>
  );
}

function nodesOf(layout: Layout, nodes: GraphNode[], data: GraphData): Node[] {
  const modules: Node[] = [...layout.modules].map(([module, box]) => ({
    id: `module ${module}`,
    type: "module",
    position: { x: box.x, y: box.y },
    ...sized(box),
    data: { module },
    selectable: false,
    focusable: false,
    zIndex: -1,
  }));
  const components: Node[] = nodes.map((node, at) => {
    const box = layout.nodes.get(node.id)!;
    return { id: node.id, type: "component", position: { x: box.x, y: box.y }, ...sized(box), data: { graph: data }, ariaLabel: node.id, domAttributes: { tabIndex: at === 0 ? 0 : -1 } };
  });
  return [...modules, ...components];
}

/** Sizes and ends are known: nothing has to be measured in the page before it is drawn for the first time. */
function sized({ width, height }: Box) {
  const end = { y: height / 2 - 0.5, width: 1, height: 1 };
  return {
    width,
    height,
    measured: { width, height },
    handles: [
      { ...end, type: "target" as const, position: Position.Left, x: -0.5 },
      { ...end, type: "source" as const, position: Position.Right, x: width - 0.5 },
    ],
  };
}

function edgesOf(edges: GraphEdge[], data: GraphData): Edge[] {
  return edges.map((edge) => ({ id: edgeKey(edge), source: edge.from, target: edge.to, type: "flow", data: { graph: data }, focusable: false }));
}

function Legend({ live }: { live: boolean }) {
  return (
    <ul className="legend" aria-label="legend">
      <li className="loki_log">logs</li>
      <li className="prometheus_metric">metrics</li>
      <li className="target">targets</li>
      <li className="value">values</li>
      <li className="drops">dropped or failing there</li>
      <li className="hint" title="What series carry as labels travels as references and is not counted.">Bytes: of log lines; of metrics 16 a sample.</li>
      <li className="hint">Click or space: up- and downstream. Double click or Enter: open. Arrow keys: along the flow.{live ? " Click an edge: live data." : ""}</li>
    </ul>
  );
}
