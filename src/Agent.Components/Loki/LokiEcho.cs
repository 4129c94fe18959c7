using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Telemetry.Logs;
using Agent.Wire;

namespace Agent.Components.Loki;

/// <summary>Prints log entries to standard output, one logfmt line each.</summary>
/// <example>loki.echo "default" { }</example>
[Component("loki.echo")]
public sealed partial class LokiEcho : IComponent<LokiEcho.Arguments>, ILogConsumer
{
    /// <summary>A batch is printed in pieces of about this size.</summary>
    private const int PieceSize = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly GrowableBuffer _text = new();
    private readonly EchoFormat _format;
    private readonly Stream _output;

    public LokiEcho(ComponentContext context)
        : this(context, Console.OpenStandardOutput())
    {
    }

    /// <param name="context">Names the component in what is printed.</param>
    /// <param name="output">Where it is printed.</param>
    public LokiEcho(ComponentContext context, Stream output)
    {
        _output = output;
        _format = new EchoFormat(PathOf(context), context.Id, context.Time);
        context.Export(new Exports(this));
    }

    public sealed record Arguments;

    /// <param name="Receiver">Takes log entries from other components.</param>
    public sealed record Exports(ILogConsumer Receiver);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => ValueTask.CompletedTask;

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        lock (_gate)
        {
            foreach (ref readonly LogEntry entry in batch.Entries)
            {
                _format.Append(_text, entry);
                if (_text.Length >= PieceSize)
                {
                    Flush();
                }
            }
            Flush();
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _text.Release();
        _format.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The modules that the component is part of, as logs show them.</summary>
    private static string PathOf(ComponentContext context) => "/" + context.GlobalId[..^context.Id.Length].TrimEnd('/');

    private void Flush()
    {
        try
        {
            _output.Write(_text.Written);
        }
        catch (IOException failed)
        {
            throw new ComponentException($"cannot print: {failed.Message}", failed);
        }
        finally
        {
            _text.Clear();
        }
    }
}
