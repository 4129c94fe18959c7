using Agent.Components.Common.Http;
using Agent.Telemetry.Metrics;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.ReceiveHttp;

/// <summary>What is done to a request; swapped as a whole, read once per request.</summary>
internal sealed class ReceiveSettings(PrometheusReceiveHttp.Arguments arguments)
{
    /// <summary>Longest request, before and after decompression. Senders keep far below it: Prometheus sends some 2,000 samples at once.</summary>
    public const int MaxMessage = 32 << 20;

    /// <summary>Most samples, histograms and exemplars of a request, for a short message can hold many empty ones.</summary>
    public const int MaxItems = 1_000_000;

    public IMetricConsumer Receivers { get; } = MetricFanOut.Of(arguments.ForwardTo);

    public TimeSpan WriteTimeout => arguments.Http.ServerWriteTimeout;

    public bool AppendMetadata => arguments.AppendMetadata;

    public bool TypeAndUnitLabels => arguments.EnableTypeAndUnitLabels;

    public BodyLimits BodyLimits(TimeProvider time) => new(MaxMessage, arguments.Http.ServerReadTimeout, time);

    public bool Accepts(WriteVersion version) => arguments.AcceptedRemoteWriteProtobufMessages.Contains(NameOf(version));

    public string AcceptedMessages => string.Join(", ", arguments.AcceptedRemoteWriteProtobufMessages);

    public static string NameOf(WriteVersion version) =>
        version == WriteVersion.V1 ? PrometheusReceiveHttp.V1Message : PrometheusReceiveHttp.V2Message;
}
