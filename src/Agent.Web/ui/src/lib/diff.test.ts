import { expect, test } from "vitest";
import { diffLines, withContext } from "./diff";

const shown = (left: string, right: string) => diffLines(left, right).map((line) => `${{ same: " ", removed: "-", added: "+" }[line.kind]}${line.text}`);

test("equal texts have no changes", () => expect(shown("a\nb", "a\nb")).toEqual([" a", " b"]));

test("a changed line is removed and added in its place", () => expect(shown("a\nb\nc", "a\nx\nc")).toEqual([" a", "-b", "+x", " c"]));

test("lines keep their numbers on both sides", () => {
  expect(diffLines("a\nc\nd", "a\nb\nc\nd")).toEqual([
    { kind: "same", text: "a", left: 1, right: 1 },
    { kind: "added", text: "b", right: 2 },
    { kind: "same", text: "c", left: 2, right: 3 },
    { kind: "same", text: "d", left: 3, right: 4 },
  ]);
});

test("a moved block is the shorter of the two changes", () => expect(shown("a\nb\nc\nd", "b\nc\nd\na")).toEqual(["-a", " b", " c", " d", "+a"]));

test("texts without anything in common are replaced as a whole, however long", () => {
  const left = Array.from({ length: 3000 }, (_, at) => `l${at}`).join("\n");
  const right = Array.from({ length: 3000 }, (_, at) => `r${at}`).join("\n");
  const lines = diffLines(left, right);
  expect(lines.filter((line) => line.kind === "removed")).toHaveLength(3000);
  expect(lines.filter((line) => line.kind === "added")).toHaveLength(3000);
});

test("long runs of equal lines shrink to what stands around changes", () => {
  const left = Array.from({ length: 20 }, (_, at) => `line ${at}`).join("\n");
  const right = left.replace("line 10", "changed");
  const lines = withContext(diffLines(left, right), 2);
  expect(lines.map((line) => line?.text ?? "…")).toEqual(["…", "line 8", "line 9", "line 10", "changed", "line 11", "line 12", "…"]);
});
