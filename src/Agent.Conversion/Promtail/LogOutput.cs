using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;

namespace Agent.Conversion.Promtail;

/// <summary>Where the conversion of a scrape config writes to.</summary>
internal sealed record LogOutput(AlloyFile File, Findings Findings);
