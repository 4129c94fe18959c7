// Server-sent events of what passes some edges. The browser opens a broken stream again by itself.
import { useEffect, useRef, useState } from "react";
import { apiUrl, get, useConnection } from "./api";
import type { Sample } from "./types";

export interface LiveSample extends Sample {
  key: number;
}

export interface LiveState {
  samples: LiveSample[];
  /** Items that passed, and those that were left out because they were too many. */
  seen: number;
  skipped: number;
  connected: boolean;
  error: string;
}

const kept = 500;

/** Follows while it is not paused; samples stand still then, and the stream is closed: nothing is looked at that nobody sees. */
export function useLive(query: { from: string; to: string; q: string }, held: boolean): LiveState & { clear: () => void } {
  const [state, setState] = useState<LiveState>({ samples: [], seen: 0, skipped: 0, connected: false, error: "" });
  const waiting = useRef<LiveSample[]>([]);
  const key = useRef(0);
  const { from, to, q } = query;
  // Whoever pauses the page pauses this with it.
  const paused = useConnection().paused || held;
  useEffect(() => {
    waiting.current = [];
    setState((last) => ({ ...last, seen: 0, skipped: 0, connected: false, error: "" }));
    if (paused || (from === "" && to === "")) return;
    const url = apiUrl("live", { from, to, q });
    const source = new EventSource(url);
    const counts = { seen: 0, skipped: 0 };
    let stopped = false;
    source.addEventListener("sample", (event) => waiting.current.push({ ...(JSON.parse(event.data) as Sample), key: key.current++ }));
    source.addEventListener("beat", (event) => Object.assign(counts, JSON.parse(event.data)));
    source.addEventListener("off", () => {
      source.close();
      setState((last) => ({ ...last, connected: false, error: "live debugging was switched off" }));
    });
    source.onopen = () => setState((last) => ({ ...last, connected: true, error: "" }));
    source.onerror = () => {
      setState((last) => ({ ...last, connected: false }));
      // A stream that was refused tells no reason; the same question as an ordinary one does.
      if (source.readyState === EventSource.CLOSED) {
        get(url, AbortSignal.timeout(3000)).catch((error: Error) => stopped || setState((last) => ({ ...last, error: error.message })));
      }
    };
    // Drawn a few times a second, however fast they come.
    const timer = setInterval(() => {
      const arrived = waiting.current.splice(0);
      setState((last) =>
        arrived.length === 0 && last.seen === counts.seen ? last : { ...last, samples: arrived.length > 0 ? [...last.samples, ...arrived].slice(-kept) : last.samples, ...counts },
      );
    }, 250);
    return () => {
      stopped = true;
      source.close();
      clearInterval(timer);
    };
  }, [from, to, q, paused]);
  return { ...state, clear: () => setState((last) => ({ ...last, samples: [] })) };
}
