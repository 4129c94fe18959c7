using System.Threading.Channels;
using Agent.Components.Common;
using Agent.Components.Loki.SourceFile;
using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>One run of the component: a thread that reads the journal and hands batches on, and a loop that saves the cursor.</summary>
internal sealed partial class JournalRun : IAsyncDisposable
{
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(2);

    private readonly ComponentContext _context;
    private readonly CursorFile _file;
    private readonly Func<JournalSource, JournalStart, IJournalReader> _open;
    private readonly JournalMetrics _metrics;
    private readonly DeliveryOrder<string> _order;
    private readonly WakeSignal _wake = new();
    private readonly Channel<bool> _saveDue = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SavePace _saves;
    private readonly ILogger _logger;
    private volatile JournalSettings? _settings;
    private volatile string _means = "";
    private string _readTo;

    private JournalRun(ComponentContext context, CursorFile file, Func<JournalSource, JournalStart, IJournalReader> open)
    {
        _context = context;
        _file = file;
        _open = open;
        _logger = context.Logger;
        _metrics = new JournalMetrics(context.Metrics);
        _metrics.PositionErrors.Add(file.IsDamaged ? 1 : 0);
        _readTo = file.Start;
        _saves = new SavePace(context.Time, () => _saveDue.Writer.TryWrite(true));
        _order = new DeliveryOrder<string>(file.Start) { Moved = _saves.Ask };
    }

    public static JournalRun Open(
        ComponentContext context,
        LokiSourceJournal.LegacyPositionArguments? legacy,
        Func<JournalSource, JournalStart, IJournalReader> open) => new(context, CursorFile.Open(context, legacy), open);

    /// <summary>Takes new settings; they count from the next batch on.</summary>
    public void Apply(JournalSettings settings)
    {
        _settings = settings;
        _wake.Set();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using CancellationTokenRegistration registration = ending.Token.Register(_wake.Set);
        // A thread of its own: it blocks in the kernel, and a journal belongs to the thread that opened it.
        Task reading = Task.Factory.StartNew(
            () => Read(ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Task saving = SaveAsync(ending.Token);
        try
        {
            await await Task.WhenAny(reading, saving);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(reading, saving).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            _file.Save(_order.Delivered);
        }
    }

    /// <summary>Waits a moment for sinks that are still sending what was read: who reads next begins where they end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _order.SettledAsync(SettlePatience, _context.Time);
        _file.Save(_order.Delivered);
        _saves.Dispose();
        _wake.Dispose();
    }

    public Value DebugState() => _context.Memory.Describe(new(StringComparer.Ordinal)
    {
        ["read_through"] = Value.Of(_means),
        ["path"] = Value.Of(_settings?.Source.Path ?? ""),
        ["cursor"] = Value.Of(_order.Delivered),
    });

    private async Task SaveAsync(CancellationToken stop)
    {
        await foreach (bool _ in _saveDue.Reader.ReadAllAsync(stop))
        {
            if (_saves.Begin())
            {
                _file.Save(_order.Delivered);
                _saves.End();
            }
        }
    }

    private void Read(CancellationToken stop)
    {
        using var entries = new EntryReader(_metrics, _context.Time);
        while (!stop.IsCancellationRequested)
        {
            JournalSettings settings = _settings!;
            using IJournalReader reader = _open(settings.Source, new JournalStart(_readTo, Oldest(settings.MaxAge)));
            _means = reader.Means;
            LogReading(reader.Means);
            _context.ReportHealth(HealthState.Healthy, $"reading the journal through {reader.Means}");
            Follow(reader, entries, settings, stop);
        }
    }

    // Until the run ends or another journal is wanted.
    private void Follow(IJournalReader reader, EntryReader entries, JournalSettings settings, CancellationToken stop)
    {
        JournalSource source = settings.Source;
        while (!stop.IsCancellationRequested)
        {
            _context.Memory.Wait(stop);
            settings = _settings!;
            if (settings.Source != source)
            {
                return;
            }
            bool isAtEnd = entries.Fill(reader, settings, out bool hasRead);
            if (hasRead)
            {
                _readTo = reader.Cursor();
                Deliver(entries, settings, stop);
            }
            if (isAtEnd && !stop.IsCancellationRequested)
            {
                reader.Wait(_wake);
            }
        }
    }

    private void Deliver(EntryReader entries, JournalSettings settings, CancellationToken stop)
    {
        if (entries.Batch.Count == 0)
        {
            _order.Advance(_readTo);
            return;
        }
        _context.Memory.Count(entries.Batch.LineBytes);
        Receipt receipt = _order.Begin(_readTo);
        entries.Batch.Receipt = receipt;
        ValueTask taken = settings.Consumer.ConsumeAsync(entries.Batch, stop);
        if (taken.IsCompletedSuccessfully)
        {
            taken.GetAwaiter().GetResult();
        }
        else
        {
            // Backpressure: this thread has nothing else to do.
            taken.AsTask().GetAwaiter().GetResult();
        }
        receipt.Settle();
    }

    private long Oldest(TimeSpan maxAge) =>
        maxAge > TimeSpan.Zero ? Math.Max(1, (_context.Time.GetUtcNow() - maxAge - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond) : 0;

    [LoggerMessage(LogLevel.Information, "reading the journal through {Means}")]
    private partial void LogReading(string means);
}
