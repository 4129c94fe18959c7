using Agent.Components.Common.Relabel;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceApi;

/// <summary>What is done to a request; swapped as a whole, read once per request.</summary>
internal sealed class PushSettings(LokiSourceApi.Arguments arguments)
{
    public ILogConsumer Receivers { get; } = LogFanOut.Of(arguments.ForwardTo);

    public LabelSet FixedLabels { get; } = LabelSet.From(arguments.Labels);

    public Relabeler Rules { get; } = new(arguments.RelabelRules.Rules, LabelNameRule.Legacy);

    public bool UseIncomingTimestamp => arguments.UseIncomingTimestamp;

    public int MaxMessage => (int)arguments.MaxMessage;

    public TimeSpan ReadTimeout => arguments.Http.ServerReadTimeout;

    public TimeSpan WriteTimeout => arguments.Http.ServerWriteTimeout;
}
