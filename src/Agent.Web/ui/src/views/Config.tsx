import { useState } from "react";
import type { ViewProps } from "../App";
import { apiUrl, post, usePolled } from "../lib/api";
import { diffLines, withContext } from "../lib/diff";
import { age, clock, seconds, visible } from "../lib/format";
import { useQuery } from "../lib/route";
import type { Configuration, Diagnostic, Load, SourceFile } from "../lib/types";
import { Alloy, Notice, Text, Title, useNow, useTitle, Waiting } from "../parts/basics";

export default function ConfigView(_: ViewProps) {
  useTitle("Configuration");
  const { data, refresh, error } = usePolled<Configuration>(apiUrl("configuration"), 5000);
  const [working, setWorking] = useState(false);
  const [outcome, setOutcome] = useState<{ ok: boolean; text: string }>();
  const now = useNow();
  if (!data) return <Waiting error={error} />;
  const reload = async () => {
    setWorking(true);
    try {
      const after = await post<Configuration>("configuration/reload");
      setOutcome(after.last?.success ? { ok: true, text: `Loaded in ${seconds(after.last.seconds)}.` } : { ok: false, text: "Refused: what ran before goes on. The reasons stand below." });
    } catch (error) {
      setOutcome({ ok: false, text: error instanceof Error ? error.message : String(error) });
    }
    setWorking(false);
    refresh();
  };
  const { running, last } = data;
  return (
    <>
      <Title
        aside={
          <button className="primary" onClick={() => void reload()} disabled={working || !data.canReload} title={data.canReload ? "Load the configuration from disk again" : "This agent allows no changes over HTTP"}>
            {working ? "Loading…" : "Reload"}
          </button>
        }
      >
        Configuration
      </Title>
      {outcome && <Notice kind={outcome.ok ? "info" : "error"}>{outcome.text}</Notice>}
      {running && (
        <dl className="facts">
          <div>
            <dt>Path</dt>
            <dd className="mono">
              <Text>{running.path}</Text>
            </dd>
          </div>
          <div>
            <dt>Loaded</dt>
            <dd title={clock(running.at)}>
              {age(running.at, now)}, in {seconds(running.seconds)}
            </dd>
          </div>
          <div>
            <dt>Last attempt</dt>
            <dd className={last?.success ? "" : "bad-text"} title={clock(last?.at)}>
              {last?.success ? "successful" : `refused ${age(last?.at, now)}`}
            </dd>
          </div>
          <div className="wide">
            <dt>SHA-256</dt>
            <dd className="mono small">{running.hash}</dd>
          </div>
        </dl>
      )}
      {last && !last.success && <Refused last={last} running={running} />}
      {running && <Diagnostics diagnostics={running.diagnostics} title="Warnings" />}
      {running?.files.map((file) => (
        <section key={file.name}>
          <h2 className="mono">
            <Text>{file.name}</Text> <span className="dim">as it runs; secrets and comments are left out</span>
          </h2>
          <Alloy text={textOf(file)} marks={marksOf(running.diagnostics, file.name)} />
        </section>
      ))}
    </>
  );
}

function Diagnostics({ diagnostics, title }: { diagnostics: Diagnostic[]; title: string }) {
  if (diagnostics.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul className="diagnostics">
        {diagnostics.map((one, at) => (
          <li key={at} className={one.severity}>
            <span className={`badge ${one.severity === "error" ? "unhealthy" : "exited"}`}>{one.severity}</span>
            <div>
              <div>
                <Text>{one.message}</Text>
              </div>
              {one.help && (
                <div className="dim">
                  <Text>{one.help}</Text>
                </div>
              )}
              {one.file && (
                <div className="mono small dim">
                  <Text>{`${one.file}:${one.line}:${one.column}`}</Text> {one.code}
                </div>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function textOf(file: SourceFile | undefined): string {
  return file?.lines.join("\n") ?? "";
}

function Refused({ last, running }: { last: Load; running: Load | null }) {
  const [view, setView] = useQuery("view", "diff");
  return (
    <section className="refused">
      <Diagnostics diagnostics={last.diagnostics} title="Why it was refused" />
      {last.files.length > 0 && (
        <div className="chips" role="group" aria-label="what to show">
          <button className="chip" aria-pressed={view === "diff"} onClick={() => setView("diff")}>
            Compared with what runs
          </button>
          <button className="chip" aria-pressed={view === "whole"} onClick={() => setView("whole")}>
            The refused source
          </button>
        </div>
      )}
      {last.files.map((file) => {
        const marks = marksOf(last.diagnostics, file.name);
        return (
          <div key={file.name}>
            <h2 className="mono">
              <Text>{file.name}</Text>
            </h2>
            {view === "whole" ? <Alloy text={textOf(file)} marks={marks} /> : <Diff left={textOf(running?.files.find((one) => one.name === file.name))} right={textOf(file)} marks={marks} />}
          </div>
        );
      })}
    </section>
  );
}

function marksOf(diagnostics: Diagnostic[], file: string): Map<number, string> {
  const marks = new Map<number, string>();
  for (const one of diagnostics) {
    if (one.file !== file || one.line === undefined) continue;
    for (let line = one.line; line <= Math.min(one.endLine ?? one.line, one.line + 50); line++) {
      if (marks.get(line) !== "error") marks.set(line, one.severity);
    }
  }
  return marks;
}

/** What runs on the left, what was refused on the right. Lines with a diagnostic count as changed: they are what one looks for. */
function Diff({ left, right, marks }: { left: string; right: string; marks: Map<number, string> }) {
  const lines = diffLines(left, right);
  const marked = lines.map((line) => (line.right !== undefined && marks.has(line.right) && line.kind === "same" ? { ...line, kind: "added" as const, marked: true } : line));
  const shown = withContext(marked, 4);
  return (
    <div className="table-box" tabIndex={0} role="region" aria-label="differences">
      <table className="diff">
        <thead>
          <tr>
            <th scope="col">runs</th>
            <th scope="col">refused</th>
            <th scope="col">
              <span className="sr-only">line</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((line, at) =>
            line === null ? (
              <tr key={at} className="gap">
                <td colSpan={3}>⋯</td>
              </tr>
            ) : (
              <tr key={at} className={`${"marked" in line ? "same" : line.kind} ${line.right !== undefined ? (marks.get(line.right) ?? "") : ""}`}>
                <td className="line-number">{line.left ?? ""}</td>
                <td className="line-number">{line.right ?? ""}</td>
                <td className="mono">
                  <span aria-hidden="true">{"marked" in line || line.kind === "same" ? "  " : line.kind === "added" ? "+ " : "− "}</span>
                  {visible(line.text)}
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
