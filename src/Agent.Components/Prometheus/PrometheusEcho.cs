using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry.Metrics;
using Agent.Wire;

namespace Agent.Components.Prometheus;

/// <summary>Prints metrics to standard output in a text format of Prometheus.</summary>
/// <example>
/// prometheus.echo "default" {
///     format = "openmetrics"
/// }
/// </example>
[Component("prometheus.echo")]
public sealed class PrometheusEcho : IComponent<PrometheusEcho.Arguments>, IMetricConsumer
{
    private const string Text = "text";
    private const string OpenMetrics = "openmetrics";

    private readonly Lock _gate = new();
    private readonly GrowableBuffer _text = new();
    private readonly Stream _output;
    private volatile bool _openMetrics;

    public PrometheusEcho(ComponentContext context)
        : this(context, Console.OpenStandardOutput())
    {
    }

    /// <param name="context">Names the component.</param>
    /// <param name="output">Where metrics are printed.</param>
    public PrometheusEcho(ComponentContext context, Stream output)
    {
        _output = output;
        context.Export(new Exports(this));
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Format of the output: text or openmetrics.</summary>
        public string Format { get; init; } = Text;

        public void Validate(ValidationContext context)
        {
            if (Format is not (Text or OpenMetrics or ""))
            {
                context.Warn("format", $"unknown format \"{Format}\", using text", "use \"text\" or \"openmetrics\"");
            }
        }
    }

    /// <param name="Receiver">Takes metrics from other components.</param>
    public sealed record Exports(IMetricConsumer Receiver);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _openMetrics = arguments.Format == OpenMetrics;
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask ConsumeAsync(MetricBatch batch, CancellationToken stop)
    {
        lock (_gate)
        {
            try
            {
                new EchoFormat(_text, _openMetrics).Append(batch);
                _output.Write(_text.Written);
            }
            catch (IOException failed)
            {
                throw new ComponentException($"cannot print: {failed.Message}", failed);
            }
            finally
            {
                _text.Release();
            }
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _text.Release();
        return ValueTask.CompletedTask;
    }
}
