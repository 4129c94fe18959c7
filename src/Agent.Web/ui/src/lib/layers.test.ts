import { expect, test } from "vitest";
import { LayeredGraph, type Placed } from "./layers";

const gaps = { rank: 100, node: 20, head: 30 };

function drawn(nodes: string[], edges: [string, string][], parents: Record<string, string> = {}): LayeredGraph {
  const graph = new LayeredGraph(gaps);
  for (const id of nodes) graph.setNode(id, { width: 200, height: 60 });
  for (const cluster of new Set(Object.values(parents))) graph.setNode(cluster);
  for (const [id, parent] of Object.entries(parents)) graph.setParent(id, parent);
  for (const [from, to] of edges) graph.setEdge(from, to);
  graph.layout();
  return graph;
}

const apart = (a: Placed, b: Placed) => Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;

test("a chain is a straight line", () => {
  const graph = drawn(["a", "b", "c"], [["a", "b"], ["b", "c"]]);
  expect(graph.node("a").y).toBe(graph.node("b").y);
  expect(graph.node("b").y).toBe(graph.node("c").y);
  expect(graph.node("b").x - graph.node("a").x).toBe(300);
});

test("chains into one node do not cross, whatever order they are given in", () => {
  const graph = drawn(["a1", "a2", "a3", "b3", "b1", "b2", "end"], [["a1", "b1"], ["a2", "b2"], ["a3", "b3"], ["b1", "end"], ["b2", "end"], ["b3", "end"]]);
  for (const at of [1, 2, 3]) expect(graph.node(`a${at}`).y).toBe(graph.node(`b${at}`).y);
  expect(graph.node("end").y).toBeCloseTo((graph.node("b1").y + graph.node("b2").y + graph.node("b3").y) / 3);
});

test("a source stands before what it leads to, and not at the far left", () => {
  const graph = drawn(["a", "b", "c", "late"], [["a", "b"], ["b", "c"], ["late", "c"]]);
  expect(graph.node("late").x).toBe(graph.node("b").x);
});

test("a line over several ranks has room beside what it passes", () => {
  const graph = drawn(["a", "b", "c", "d"], [["a", "b"], ["b", "c"], ["c", "d"], ["a", "d"]]);
  expect(graph.node("d").x).toBeGreaterThan(graph.node("c").x);
  expect(apart(graph.node("b"), graph.node("c"))).toBe(true);
});

test("circles are drawn as well", () => {
  const graph = drawn(["a", "b", "c"], [["a", "b"], ["b", "c"], ["c", "a"]]);
  expect(graph.node("a").x).toBeLessThan(graph.node("b").x);
  expect(graph.node("b").x).toBeLessThan(graph.node("c").x);
});

test("what stands in a rank does not touch, clusters with their heads included", () => {
  const ids = ["a", "m1", "m2", "n1", "n2", "z"];
  const graph = drawn(ids, [["a", "m1"], ["a", "n1"], ["m1", "m2"], ["n1", "n2"], ["m2", "z"], ["n2", "z"]], { m1: "m", m2: "m", n1: "n", n2: "n" });
  for (const a of ids) for (const b of ids) if (a !== b) expect(apart(graph.node(a), graph.node(b))).toBe(true);
  const withHead = (box: Placed) => ({ ...box, y: box.y - gaps.head / 2, height: box.height + gaps.head });
  expect(apart(withHead(graph.node("m")), withHead(graph.node("n")))).toBe(true);
  for (const id of ["m1", "m2"]) {
    const inner = graph.node(id);
    const outer = graph.node("m");
    expect(Math.abs(inner.x - outer.x) + inner.width / 2).toBeLessThanOrEqual(outer.width / 2);
    expect(Math.abs(inner.y - outer.y) + inner.height / 2).toBeLessThanOrEqual(outer.height / 2);
  }
});
