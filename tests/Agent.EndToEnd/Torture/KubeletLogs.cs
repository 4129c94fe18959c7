using System.IO.Compression;

namespace Agent.EndToEnd.Torture;

/// <summary>Writes the logs of a busy node, rotates them, compresses rotated files that are old and deletes those that are older.</summary>
/// <param name="folder">Gets the layout of <c>/var/log/pods</c>.</param>
/// <param name="compressAfter">The age at which a rotated file is compressed; null where none is rotated.</param>
/// <param name="inParts">How many of the messages are written in parts, from 0 to 1.</param>
/// <param name="seed">Decides which ones.</param>
internal sealed class KubeletLogs(string folder, TimeSpan? compressAfter, double inParts, int seed) : IAsyncDisposable
{
    public const int Files = 50;
    private const int LinesPerSecond = 20_000;
    private const int TicksPerSecond = 10;
    private const int MostCompressedPerTick = 5;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1) / TicksPerSecond;
    private static readonly TimeSpan RotateEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DeleteAfter = TimeSpan.FromMinutes(3);
    private readonly PodLog[] _logs = Open(folder, inParts);
    private readonly Random _random = new(seed);
    private readonly Queue<(string Path, TimeSpan Time)> _rotated = new();
    private readonly Queue<(string Path, TimeSpan Time)> _compressed = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;

    /// <summary>How many files were rotated.</summary>
    public int Rotations { get; private set; }

    /// <summary>Messages of each source that are in the files as a whole.</summary>
    public int[] Written => [.. _logs.Select(static log => log.Written)];

    public long Total => _logs.Sum(static log => (long)log.Written);

    public void Start() => _writing = Task.Run(WriteAsync);

    /// <summary>Fails where writing has failed.</summary>
    public Task CheckAsync() => _writing.IsFaulted ? _writing : Task.CompletedTask;

    /// <summary>Ends the last messages and stops.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _writing;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (PodLog log in _logs)
        {
            log.Dispose();
        }
        _stop.Dispose();
    }

    private async Task WriteAsync()
    {
        TimeProvider time = TimeProvider.System;
        long started = time.GetTimestamp();
        // The files take turns at being rotated.
        TimeSpan[] rotateAt = [.. Enumerable.Range(0, Files).Select(static file => RotateEvery + (RotateEvery * file / Files))];
        int[] begun = new int[Files];
        using var timer = new PeriodicTimer(Tick, time);
        while (await NextAsync(timer))
        {
            DateTime now = time.GetUtcNow().UtcDateTime;
            TimeSpan elapsed = time.GetElapsedTime(started);
            for (int i = 0; i < Files; i++)
            {
                begun[i] += _logs[i].Append((int)(elapsed.TotalSeconds * LinesPerSecond / Files) - begun[i], _random, now);
                if (compressAfter is not null && elapsed >= rotateAt[i])
                {
                    rotateAt[i] = elapsed + RotateEvery;
                    _rotated.Enqueue((_logs[i].Rotate(now), elapsed));
                    Rotations++;
                }
            }
            Age(elapsed);
        }
        foreach (PodLog log in _logs)
        {
            log.Finish(time.GetUtcNow().UtcDateTime);
        }
    }

    private static PodLog[] Open(string folder, double inParts)
    {
        byte[] buffer = new byte[PodLog.BufferSize];
        return [.. Enumerable.Range(0, Files).Select(source => new PodLog(folder, source, inParts, buffer))];
    }

    private async ValueTask<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Age(TimeSpan now)
    {
        for (int i = 0; i < MostCompressedPerTick && _rotated.TryPeek(out (string Path, TimeSpan Time) oldest) && now - oldest.Time > compressAfter; i++)
        {
            _rotated.Dequeue();
            _compressed.Enqueue((Compress(oldest.Path), oldest.Time));
        }
        while (_compressed.TryPeek(out (string Path, TimeSpan Time) oldest) && now - oldest.Time > DeleteAfter)
        {
            _compressed.Dequeue();
            File.Delete(oldest.Path);
        }
    }

    /// <summary>As the kubelet does it: under a temporary name, so that the file with the final name is whole.</summary>
    private static string Compress(string path)
    {
        string temporary = path + ".tmp";
        using (FileStream from = File.OpenRead(path))
        using (var to = new GZipStream(File.Create(temporary), CompressionLevel.Fastest))
        {
            from.CopyTo(to);
        }
        File.Move(temporary, path + ".gz");
        File.Delete(path);
        return path + ".gz";
    }
}
