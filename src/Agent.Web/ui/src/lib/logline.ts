// Lines of the agent's own log: logfmt, or JSON.

export type Level = "debug" | "info" | "warn" | "error";

export const levels: Level[] = ["debug", "info", "warn", "error"];

export interface LogLine {
  time: string;
  level: Level;
  /** The line without time and level. */
  text: string;
  component: string;
}

export function parseLogLine(line: string): LogLine {
  return line.startsWith("{") ? fromJson(line) : fromLogfmt(line);
}

function fromJson(line: string): LogLine {
  try {
    const { ts, level, msg, component_id, ...rest } = JSON.parse(line) as Record<string, string>;
    const others = Object.entries(rest).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
    return { time: ts ?? "", level: levelOf(level), text: (msg ?? "") + others.join(""), component: component_id ?? "" };
  } catch {
    return { time: "", level: "info", text: line, component: "" };
  }
}

function fromLogfmt(line: string): LogLine {
  const head = /^ts=(\S+) level=(\w+) /.exec(line);
  if (!head) return { time: "", level: "info", text: line, component: "" };
  const component = / component_id=(\S+)/.exec(line);
  return { time: head[1]!, level: levelOf(head[2]), text: line.slice(head[0].length), component: component?.[1] ?? "" };
}

function levelOf(text: string | undefined): Level {
  return levels.includes(text as Level) ? (text as Level) : "info";
}
