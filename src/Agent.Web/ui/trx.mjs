// A reporter of Vitest that leaves what build/tally sums up: the counters of a .trx file, at the path of --outputFile.
import { writeFileSync } from "node:fs";

export default class Trx {
  onInit(vitest) {
    const file = vitest.config.outputFile;
    this.path = typeof file === "string" ? file : "results.trx";
  }

  onTestRunEnd(modules) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state) => tests.filter((test) => test.result().state === state).length;
    // A file that could not even be loaded counts as one test that failed.
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const executed = count("passed") + count("failed") + broken;
    const total = executed + count("skipped");
    writeFileSync(this.path, `<TestRun><ResultSummary><Counters total="${total}" executed="${executed}" passed="${count("passed")}" failed="${executed - count("passed")}" /></ResultSummary></TestRun>\n`);
  }
}
