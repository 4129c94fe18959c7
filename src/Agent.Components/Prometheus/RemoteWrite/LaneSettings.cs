using Agent.Components.Common.Relabel;
using Agent.Sdk;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>What decides of the blocks of an endpoint. Endpoints that agree share the encoded blocks.</summary>
/// <param name="Version">Form of the requests.</param>
/// <param name="External">Labels added to series that lack them.</param>
/// <param name="Rules">What is then done to the labels.</param>
/// <param name="Content">What is sent at all.</param>
/// <param name="Batching">Which samples share a request.</param>
internal sealed record LaneSettings(
    WriteVersion Version, ValueMap<string> External, ValueList<RelabelRule> Rules, ContentSettings Content, BatchingSettings Batching);

/// <param name="Exemplars">Whether exemplars are.</param>
/// <param name="Histograms">Whether native histograms are.</param>
/// <param name="Metadata">Whether and how descriptions of metrics are.</param>
/// <param name="AgeLimit">Older samples are not; zero sets no limit.</param>
internal sealed record ContentSettings(bool Exemplars, bool Histograms, MetadataOptions Metadata, TimeSpan AgeLimit);

/// <param name="Samples">Most samples of a request.</param>
/// <param name="Wait">Longest age of the first one.</param>
/// <param name="Shards">Series are spread over this many requests, each sent by a loop of its own.</param>
internal sealed record BatchingSettings(int Samples, TimeSpan Wait, int Shards);
