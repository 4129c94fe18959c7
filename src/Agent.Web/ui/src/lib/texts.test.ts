import { expect, test } from "vitest";
import { tokens } from "./alloy";
import { labelsText, parseLabels, sameLabels } from "./labels";
import { parseLogLine } from "./logline";
import { inline, parseMarkdown } from "./markdown";

test("configuration text is cut into pieces that give the text again, however broken", () => {
  const text = 'loki.write "a" {\n\turl = "http://x" // end\n\tn = 5\n\tr = `raw\n';
  expect(tokens(text).map((token) => token.text).join("")).toBe(text);
  expect(tokens(text).filter((token) => token.kind !== "plain").map((token) => [token.kind, token.text])).toEqual([
    ["block", "loki.write"],
    ["string", '"a"'],
    ["name", "url"],
    ["string", '"http://x"'],
    ["comment", "// end"],
    ["name", "n"],
    ["number", "5"],
    ["name", "r"],
    ["string", "`raw\n"],
  ]);
});

test("a very long line is cut in reasonable time", () => {
  const text = `x = "${"a\\\\".repeat(200_000)}`;
  expect(tokens(text).map((token) => token.text).join("")).toBe(text);
});

test("log lines are read as logfmt and as JSON, and others stand as they are", () => {
  expect(parseLogLine('ts=2026-01-01T00:00:00Z level=warn msg="a b" component_path=/ component_id=loki.write.x')).toEqual({
    time: "2026-01-01T00:00:00Z",
    level: "warn",
    text: 'msg="a b" component_path=/ component_id=loki.write.x',
    component: "loki.write.x",
  });
  expect(parseLogLine('{"ts":"2026-01-01T00:00:00Z","level":"error","msg":"no","err":"x"}')).toMatchObject({ level: "error", text: 'no err="x"' });
  expect(parseLogLine("{half")).toMatchObject({ level: "info", text: "{half" });
});

test("labels are an object of texts", () => {
  expect(parseLabels('{"a":"b"}')).toEqual({ a: "b" });
  expect(parseLabels(" ")).toEqual({});
  for (const wrong of ["[]", '{"a":1}', "null", "{", '"x"']) expect(parseLabels(wrong)).toBeNull();
  expect(sameLabels({ a: "1", b: "2" }, { b: "2", a: "1" })).toBe(true);
  expect(sameLabels({ a: "1" }, { a: "1", b: "2" })).toBe(false);
});

test("reference pages are headings, text, code and tables", () => {
  const page = "# loki.write\n\nSends\nentries.\n\n```alloy\na {\n```\n\n| Name | What |\n| --- | --- |\n| `a` | x \\| y |\n";
  expect(parseMarkdown(page)).toEqual([
    { kind: "heading", level: 1, text: "loki.write" },
    { kind: "paragraph", text: "Sends entries." },
    { kind: "code", text: "a {" },
    { kind: "table", head: ["Name", "What"], rows: [["`a`", "x | y"]] },
  ]);
  expect(inline("use `a` and `b`.")).toEqual([
    { code: false, text: "use " },
    { code: true, text: "a" },
    { code: false, text: " and " },
    { code: true, text: "b" },
    { code: false, text: "." },
  ]);
});

test("a fence that is never closed ends with the page", () => expect(parseMarkdown("```\na\nb")).toEqual([{ kind: "code", text: "a\nb" }]));

test("labels that are written for people to change hold no signs that turn the direction of writing", () => {
  const labels = { a: "evil\u202egnp.exe", "b\u2066": 'quote " and \\' };
  const text = labelsText(labels);
  expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  expect(parseLabels(text)).toEqual(labels);
});
