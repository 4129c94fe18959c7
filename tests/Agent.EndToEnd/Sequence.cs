using System.Globalization;
using Agent.Testing;

namespace Agent.EndToEnd;

/// <summary>Numbered lines: appended to a file without end, and looked for where they arrive.</summary>
internal sealed class Sequence(string path, string name) : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(2);
    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;
    private int _written;

    public int Written => Volatile.Read(ref _written);

    /// <summary>Appends so many lines at once.</summary>
    public void Append(int count)
    {
        using var writer = new StreamWriter(path, append: true);
        for (int i = 0; i < count; i++)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{name} {_written + i:D8} and the rest of a line of usual length\n"));
        }
        writer.Flush();
        Volatile.Write(ref _written, _written + count);
    }

    /// <summary>Appends some 5,000 lines a second, in small pieces, until <see cref="StopAsync"/>.</summary>
    public void Start() => _writing = Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested)
        {
            Append(10);
            await Task.Delay(Pace, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    });

    /// <returns>How many lines were written in all.</returns>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        return Written;
    }

    /// <summary>How often each number arrived.</summary>
    public int[] Arrivals(IEnumerable<string> lines)
    {
        int[] arrivals = new int[Written];
        foreach (string line in lines)
        {
            if (line.StartsWith(name + " ", StringComparison.Ordinal))
            {
                arrivals[int.Parse(line.AsSpan(name.Length + 1, 8), CultureInfo.InvariantCulture)]++;
            }
        }
        return arrivals;
    }

    /// <summary>Waits until the last line that was written has arrived.</summary>
    public Task ArrivedAsync(LokiSink sink) => Eventually.TrueAsync(
        () => Arrivals(sink.Lines) is [.., > 0], () => $"the last of {Written} lines of {name} did not arrive; {sink.Count} lines did");

    /// <summary>Numbers of lines that arrived, but not as often as they should, as text; empty where all is well.</summary>
    public static string Differences(int[] arrivals, Func<int, bool> differs) =>
        string.Join(' ', arrivals.Select(static (times, number) => (times, number)).Where(pair => differs(pair.times))
            .Take(20).Select(static pair => $"{pair.number}×{pair.times}"));

    /// <summary>Fails unless every line arrived exactly once.</summary>
    public void AssertOnceEach(LokiSink sink) => Assert.Equal("", Differences(Arrivals(sink.Lines), static times => times != 1));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }
}
