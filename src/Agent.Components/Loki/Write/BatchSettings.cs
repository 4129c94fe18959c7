using Agent.Sdk;

namespace Agent.Components.Loki.Write;

/// <summary>What decides which entries share a request. Endpoints that agree share the encoded batches.</summary>
/// <param name="Size">Most bytes of lines and structured metadata.</param>
/// <param name="Wait">Longest age.</param>
/// <param name="Shards">Streams are spread over this many batches, each sent by a loop of its own.</param>
internal sealed record BatchSettings(long Size, TimeSpan Wait, int Shards);

/// <summary>What is done to streams before they are batched.</summary>
/// <param name="External">Labels that are added where an entry lacks them.</param>
/// <param name="MaxStreams">Most streams of a batch; 0 sets no limit.</param>
/// <param name="Limits">What is never sent.</param>
internal sealed record StreamSettings(ValueMap<string> External, int MaxStreams, EntryLimits Limits);
