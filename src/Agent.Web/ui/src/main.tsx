import { createRoot } from "react-dom/client";
import { App, viewLoaded } from "./App";
import { firstAnswers } from "./lib/api";
import "./style.css";

/** In milliseconds. One drawing of everything is sooner there than one of the frame and another of what it holds; yet the frame waits no longer than this. */
const patience = 300;

const late = new Promise<void>((resolve) => setTimeout(resolve, patience));
const view = Promise.race([viewLoaded(), late]);
void Promise.all([view, firstAnswers(AbortSignal.timeout(patience))]).then(() => createRoot(document.getElementById("root")!).render(<App />));
