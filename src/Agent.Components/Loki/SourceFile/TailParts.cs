namespace Agent.Components.Loki.SourceFile;

/// <summary>What a tail's files and its path have in common.</summary>
internal sealed record TailParts(OpenFiles Files, TailWatch Watch, TailProblem Problem, TailLag Lag);
