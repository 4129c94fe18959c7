import { useEffect, useState } from "react";
import { NotFound, type ViewProps } from "../App";
import { ApiError, apiUrl, getText } from "../lib/api";
import { inline, parseMarkdown } from "../lib/markdown";
import { Alloy, Notice, useTitle, Waiting } from "../parts/basics";

export default function DocsView({ rest: name }: ViewProps) {
  useTitle(name);
  const [page, setPage] = useState<{ text?: string; error?: Error }>({});
  useEffect(() => {
    const stop = new AbortController();
    setPage({});
    getText(apiUrl(`docs/${encodeURIComponent(name)}`), stop.signal).then(
      (text) => setPage({ text }),
      (error: Error) => stop.signal.aborted || setPage({ error }),
    );
    return () => stop.abort();
  }, [name]);
  if (page.error instanceof ApiError && page.error.status === 404) return <NotFound what={`reference page of ${name}`} />;
  if (page.error) return <Notice kind="error">{page.error.message}</Notice>;
  if (page.text === undefined) return <Waiting />;
  return (
    <article className="reference">
      {parseMarkdown(page.text).map((block, at) => {
        switch (block.kind) {
          case "heading":
            return block.level === 1 ? <h1 key={at}>{block.text}</h1> : block.level === 2 ? <h2 key={at}>{block.text}</h2> : <h3 key={at}><Inline text={block.text} /></h3>;
          case "code":
            return <Alloy key={at} text={block.text} />;
          case "table":
            return (
              <div key={at} className="table-box" tabIndex={0} role="region" aria-label={`${block.head.join(", ")} (${at})`}>
                <table>
                  <thead>
                    <tr>
                      {block.head.map((cell) => (
                        <th key={cell} scope="col">
                          {cell}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {block.rows.map((row, number) => (
                      <tr key={number}>
                        {row.map((cell, column) => (
                          <td key={column}>
                            <Inline text={cell} />
                          </td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            );
          case "paragraph":
            return (
              <p key={at}>
                <Inline text={block.text} />
              </p>
            );
        }
      })}
    </article>
  );
}

function Inline({ text }: { text: string }) {
  return <>{inline(text).map((part, at) => (part.code ? <code key={at}>{part.text}</code> : part.text))}</>;
}
