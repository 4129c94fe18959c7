using System.Diagnostics;
using System.Text;
using Agent.Components.Loki.SourceJournal;
using Agent.Sdk.Metrics;
using Agent.Testing;
using ChildProcess = System.Diagnostics.Process;

namespace Agent.Components.Tests.Loki.SourceJournal;

/// <summary>A folder of journal files, and one loki.source.journal on it, which can be stopped and started again.</summary>
internal sealed class JournalFixture : IAsyncDisposable
{
    private readonly StringBuilder _export = new();
    private CancellationTokenSource _stop = new();
    private LokiSourceJournal? _component;
    private int _count;

    public TestComponentContext Context { get; } = new("loki.source.journal.test", new FakeTimeProvider());

    public string Folder { get; } = Directory.CreateTempSubdirectory("invar-journal-").FullName;

    public LogCollector Collected { get; } = new();

    public Task Run { get; private set; } = Task.CompletedTask;

    public LokiSourceJournal Component => _component!;

    public LokiSourceJournal.Arguments Arguments => new() { Path = Folder, ForwardTo = [Collected] };

    /// <summary>The time of the clock, in microseconds: entries lie a second apart, the first a minute before it.</summary>
    private long Now => (Context.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Adds an entry to the next file or append; a field with a line break in it is written in the binary form.</summary>
    public void Entry(params (string Name, string Value)[] fields) => Entry(TimeSpan.FromMinutes(1), fields);

    public void Entry(TimeSpan age, params (string Name, string Value)[] fields)
    {
        long time = Now - (age.Ticks / TimeSpan.TicksPerMicrosecond) + (++_count * 1_000_000L);
        _export.Append($"__REALTIME_TIMESTAMP={time}\n__MONOTONIC_TIMESTAMP={_count * 1_000_000L}\n_BOOT_ID=0123456789abcdef0123456789abcdef\n");
        foreach ((string name, string value) in fields)
        {
            if (value.Contains('\n', StringComparison.Ordinal))
            {
                byte[] length = BitConverter.GetBytes((ulong)Encoding.Latin1.GetByteCount(value));
                _export.Append(name).Append('\n').Append(Encoding.Latin1.GetString(length)).Append(value).Append('\n');
            }
            else
            {
                _export.Append(name).Append('=').Append(value).Append('\n');
            }
        }
        _export.Append('\n');
    }

    public void Messages(params string[] messages)
    {
        foreach (string message in messages)
        {
            Entry(("MESSAGE", message));
        }
    }

    /// <summary>Writes the added entries to a journal file, behind what that holds already.</summary>
    public string Flush(string name = "system.journal")
    {
        string export = Path.Combine(Folder, "entries.export");
        File.WriteAllText(export, _export.ToString(), Encoding.Latin1);
        _export.Clear();
        string journal = Path.Combine(Folder, name);
        var command = new ProcessStartInfo(JournalFactAttribute.Find("systemd-journal-remote")!, ["-o", journal, export]) { RedirectStandardError = true };
        using ChildProcess process = ChildProcess.Start(command)!;
        string complaint = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, complaint);
        File.Delete(export);
        return journal;
    }

    public async Task StartAsync(LokiSourceJournal.Arguments? arguments = null, Func<JournalSource, JournalStart, IJournalReader>? open = null)
    {
        _stop = new CancellationTokenSource();
        _component = open is null ? new LokiSourceJournal(Context) : new LokiSourceJournal(Context) { OpenReader = open };
        await _component.ApplyAsync(arguments ?? Arguments, CancellationToken.None);
        Run = _component.RunAsync(_stop.Token);
    }

    public async Task StopAsync()
    {
        if (_component is null)
        {
            return;
        }
        await _stop.CancelAsync();
        await Run.WaitAsync(TimeSpan.FromSeconds(30));
        Task disposing = _component.DisposeAsync().AsTask();
        // What is never settled is waited for, by the clock.
        await ((FakeTimeProvider)Context.Time).AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => disposing.IsCompleted);
        _component = null;
        _stop.Dispose();
    }

    public double Metric(string name, string? error = null) =>
        Context.Registry.Families().Where(family => family.Name == name).SelectMany(static family => family.Series)
            .Where(series => error is null || series.LabelValues[Array.IndexOf(series.LabelNames, "error")] == error)
            .Sum(static series => ((Counter)series.Instrument).Value);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Context.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
