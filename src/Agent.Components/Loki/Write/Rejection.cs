namespace Agent.Components.Loki.Write;

/// <summary>What a server said it dropped of a batch.</summary>
/// <param name="Reason">In Loki's words.</param>
/// <param name="Count">Entries, or streams where <paramref name="WholeStreams"/>.</param>
/// <param name="WholeStreams">The labels were at fault: all entries of the stream were dropped.</param>
/// <param name="Text">The server's message, which names the stream.</param>
internal readonly record struct Rejection(string Reason, int Count, bool WholeStreams, string Text);
