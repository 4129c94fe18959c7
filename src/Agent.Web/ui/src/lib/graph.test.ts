import { expect, test } from "vitest";
import { connected, fits, flows, neighbour, opacityOf, shapeOf, widthOf } from "./graph";
import { layOut, nodeWidth, widthOfNode } from "./layout";
import type { Graph, GraphEdge, GraphNode } from "./types";

const node = (id: string, more: Partial<GraphNode> = {}): GraphNode => {
  const slash = id.lastIndexOf("/");
  const local = id.slice(slash + 1);
  return {
    id,
    name: local.slice(0, local.lastIndexOf(".")),
    label: local.slice(local.lastIndexOf(".") + 1),
    module: slash < 0 ? "" : id.slice(0, slash),
    health: { state: "healthy", message: "", since: "" },
    dropped: 0,
    ...more,
  };
};
const edge = (from: string, to: string, more: Partial<GraphEdge> = {}): GraphEdge => ({ from, to, type: "loki_log", items: 0, bytes: 0, ...more });

test("data flows from left to right", () => {
  const layout = layOut([node("a.x"), node("b.x"), node("c.x")], [edge("a.x", "b.x"), edge("b.x", "c.x")]);
  const x = (id: string) => layout.nodes.get(id)!.x;
  expect(x("b.x")).toBeGreaterThan(x("a.x") + nodeWidth);
  expect(x("c.x")).toBeGreaterThan(x("b.x") + nodeWidth);
});

test("a module's box holds its components, and those of modules inside of it", () => {
  const nodes = [node("out.x"), node("m.one/a.x"), node("m.one/n.two/b.x")];
  const layout = layOut(nodes, [edge("m.one/a.x", "m.one/n.two/b.x"), edge("m.one/n.two/b.x", "out.x")]);
  const outer = layout.modules.get("m.one")!;
  const inner = layout.modules.get("m.one/n.two")!;
  for (const box of [layout.nodes.get("m.one/a.x")!, layout.nodes.get("m.one/n.two/b.x")!, inner]) {
    expect(box.x).toBeGreaterThanOrEqual(outer.x);
    expect(box.x + box.width).toBeLessThanOrEqual(outer.x + outer.width);
  }
  expect(layout.nodes.get("out.x")!.x).toBeGreaterThan(outer.x + outer.width);
});

test("pipelines that share nothing stand beside each other without touching", () => {
  const nodes = Array.from({ length: 60 }, (_, at) => node(`a.n${at}`));
  const edges = Array.from({ length: 30 }, (_, at) => edge(`a.n${2 * at}`, `a.n${2 * at + 1}`));
  const boxes = [...layOut(nodes, edges).nodes.values()];
  expect(boxes).toHaveLength(60);
  const width = Math.max(...boxes.map((box) => box.x + box.width));
  const height = Math.max(...boxes.map((box) => box.y + box.height));
  expect(width / height).toBeGreaterThan(0.8);
  expect(width / height).toBeLessThan(3.5);
  for (const a of boxes) {
    for (const b of boxes) {
      if (a !== b) expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true);
    }
  }
});

test("edges to components that are not there, and to oneself, do not break the layout", () => {
  expect(layOut([node("a.x")], [edge("a.x", "gone.x"), edge("a.x", "a.x")]).nodes.size).toBe(1);
});

test("three hundred components are laid out", () => {
  const nodes = Array.from({ length: 300 }, (_, at) => node(`a.n${at}`));
  const edges = nodes.slice(1).map((one, at) => edge(`a.n${Math.floor(at / 2)}`, one.id));
  expect(layOut(nodes, edges).nodes.size).toBe(300);
});

test("numbers do not change the shape, edges do", () => {
  const nodes = [node("a.x"), node("b.x")];
  expect(shapeOf(nodes, [edge("a.x", "b.x", { items: 5 })])).toBe(shapeOf(nodes, [edge("a.x", "b.x")]));
  expect(shapeOf(nodes, [])).not.toBe(shapeOf(nodes, [edge("a.x", "b.x")]));
});

test("what is up- and downstream is found through all steps, and siblings are not", () => {
  const edges = [edge("a", "b"), edge("b", "c"), edge("a", "sibling"), edge("other", "c"), edge("c", "b")];
  expect([...connected("b", edges)].sort()).toEqual(["a", "b", "c", "other"]);
});

test("filters go by text, health and kind or family", () => {
  const one = node("loki.write.here", { health: { state: "unhealthy", message: "endpoint is DOWN", since: "" } });
  expect(fits(one, { text: "down", health: "unhealthy", kind: "loki" })).toBe(true);
  expect(fits(one, { text: "", health: "healthy", kind: "" })).toBe(false);
  expect(fits(one, { text: "", health: "", kind: "loki.write" })).toBe(true);
  expect(fits(one, { text: "", health: "", kind: "loki.process" })).toBe(false);
});

test("rates are differences over time; counters that begin again and new edges have none", () => {
  const graph = (at: number, edges: GraphEdge[]): Graph => ({ at, live: false, nodes: [], edges });
  const rates = flows(
    graph(1000, [edge("a", "b", { items: 10, bytes: 100 }), edge("b", "c", { items: 50 })]),
    graph(3000, [edge("a", "b", { items: 30, bytes: 500 }), edge("b", "c", { items: 5 }), edge("c", "d", { items: 9 })]),
  );
  expect(rates.get("a b loki_log")).toEqual({ items: 10, bytes: 200 });
  expect(rates.size).toBe(1);
});

test("lines grow with the rate, up to a limit", () => {
  expect(widthOf(0)).toBeLessThan(widthOf(1));
  expect(widthOf(10)).toBeLessThan(widthOf(1000));
  expect(widthOf(1e12)).toBe(7);
});

test("arrow keys follow the flow, and go to what is near where there is none", () => {
  const nodes = [node("a.source.x"), node("b.process.x"), node("b.process.y"), node("c.write.x"), node("d.alone.x")];
  const edges = [edge("a.source.x", "b.process.x"), edge("a.source.x", "b.process.y"), edge("b.process.x", "c.write.x"), edge("b.process.y", "c.write.x")];
  const layout = layOut(nodes, edges);
  const right = neighbour("a.source.x", "right", layout, edges)!;
  expect(["b.process.x", "b.process.y"]).toContain(right);
  expect(neighbour(right, "right", layout, edges)).toBe("c.write.x");
  expect(neighbour(right, "left", layout, edges)).toBe("a.source.x");
  const [upper, lower] = layout.nodes.get("b.process.x")!.y < layout.nodes.get("b.process.y")!.y ? ["b.process.x", "b.process.y"] : ["b.process.y", "b.process.x"];
  expect(neighbour(upper!, "down", layout, edges)).toBe(lower);
  expect(neighbour(lower!, "up", layout, edges)).toBe(upper);
  expect(neighbour("nobody", "up", layout, edges)).toBeUndefined();
});

test("long names make a box wider, up to a limit", () => {
  expect(widthOfNode({ name: "loki.write", label: "a" })).toBe(nodeWidth);
  const wide = widthOfNode({ name: "discovery.relabel", label: "kubernetes_pods_of_the_control_plane" });
  expect(wide).toBeGreaterThan(300);
  expect(widthOfNode({ name: "loki.write", label: "x".repeat(1000) })).toBe(460);
  const layout = layOut([node("discovery.relabel.kubernetes_pods_of_the_control_plane")], []);
  expect(layout.nodes.get("discovery.relabel.kubernetes_pods_of_the_control_plane")!.width).toBe(wide);
});

test("an edge is fuller the more passes", () => {
  expect(opacityOf(0)).toBeLessThan(opacityOf(1));
  expect(opacityOf(1)).toBeLessThan(opacityOf(1000));
  expect(opacityOf(1e12)).toBe(1);
});

test("columns stand as close with modules as without, and a module encloses what it runs and itself", () => {
  const nodes = [node("a.source.x"), node("m.one"), node("m.one/b.process.x"), node("m.one/n.two/c.process.x"), node("d.write.x")];
  const edges = [edge("a.source.x", "m.one/b.process.x"), edge("m.one/b.process.x", "m.one/n.two/c.process.x"), edge("m.one/n.two/c.process.x", "d.write.x")];
  const { nodes: boxes, modules } = layOut(nodes, edges);
  const at = (id: string) => boxes.get(id)!;
  for (const { from, to } of edges) {
    const gap = at(to).x - at(from).x - at(from).width;
    expect(gap).toBeGreaterThanOrEqual(100);
    expect(gap).toBeLessThan(250);
  }
  const outer = modules.get("m.one")!;
  const inner = modules.get("m.one/n.two")!;
  for (const [outline, box] of [[outer, at("m.one")], [outer, at("m.one/b.process.x")], [outer, inner], [inner, at("m.one/n.two/c.process.x")]] as const) {
    expect(outline.x).toBeLessThan(box.x);
    expect(outline.y).toBeLessThan(box.y);
    expect(outline.x + outline.width).toBeGreaterThan(box.x + box.width);
    expect(outline.y + outline.height).toBeGreaterThanOrEqual(box.y + box.height);
  }
  expect(outer.x).toBeGreaterThan(at("a.source.x").x + at("a.source.x").width);
});
