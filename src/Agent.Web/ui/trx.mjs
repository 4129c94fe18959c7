// A reporter of Vitest that leaves what build/tally reads, at the path of --outputFile: the counters of a .trx file and
// the tests that failed, with what they said.
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
    const failed = tests.filter((test) => test.result().state === "failed").map((test) => failure(test.fullName, test.result().errors));
    const unloaded = modules.filter((module) => module.errors().length > 0).map((module) => failure(module.moduleId, module.errors()));
    const results = [...failed, ...unloaded].join("");
    writeFileSync(this.path, `<TestRun>\n${results}<ResultSummary><Counters total="${total}" executed="${executed}" passed="${count("passed")}" failed="${executed - count("passed")}" /></ResultSummary></TestRun>\n`);
  }
}

function failure(name, errors) {
  const message = errors.map((error) => error.message).join("\n");
  return `<UnitTestResult testName="${text(name)}" outcome="Failed">\n<ErrorInfo>\n<Message>${text(message)}</Message>\n<StackTrace></StackTrace>\n</ErrorInfo>\n</UnitTestResult>\n`;
}

function text(value) {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
