using System.Buffers;
using System.IO.Compression;
using Agent.Components.Common.Files;
using Microsoft.Win32.SafeHandles;

namespace Agent.Components.Loki.PodTails;

/// <summary>The log of a container in files of the own node: what was rotated away, then the live file as it grows, until another one stands in its place.</summary>
internal sealed class FileLog : IDisposable
{
    // The runtime goes on writing to a rotated file until it has opened the new one.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly PodTailServices _services;
    private readonly TailDelivery _delivery;
    private readonly PodLines _lines;
    private readonly CriLineReader _reader;
    private readonly CancellationToken _stop;

    public FileLog(PodTailServices services, TailDelivery delivery, CancellationToken stop)
    {
        _services = services;
        _delivery = delivery;
        _stop = stop;
        _lines = new PodLines(services.Metrics, delivery.Recent);
        _reader = new CriLineReader(_lines, services.Metrics.Errors.Increment);
    }

    /// <summary>Reads what is there and what comes, until the live file is no longer that one, or is gone; then whoever called begins again.</summary>
    /// <param name="folder">The container's.</param>
    /// <param name="waitAsync">Waits until something may have changed; false where no more is to be read than what is there.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">There is no right to.</exception>
    public async Task ReadAsync(string folder, Func<TimeSpan?, Task<bool>> waitAsync)
    {
        long since = _delivery.Recent.Since;
        if (LogFile.In(folder) is not [.., { IsLive: true } newest])
        {
            return;
        }
        using SafeFileHandle handle = Open(newest.Path, out FileStat stat);
        // Listed once it is open: what is renamed from now on is read all the same.
        if (LogFile.In(folder) is not [.. var older, { IsLive: true } live] || !IsAt(live.Path, stat))
        {
            return;
        }
        foreach (LogFile file in older)
        {
            if (!await ReadOlderAsync(file, since))
            {
                return;
            }
        }
        _delivery.Restarts = live.Restarts;
        long offset = LogSearch.Find(handle, stat.Size, since);
        TimeSpan? grace = null;
        while (true)
        {
            offset = await ReadToEndAsync(handle, offset);
            if (grace is not null || !await waitAsync(null))
            {
                break;
            }
            if (FileStat.TryGet(handle, out FileStat now, out _) && now.Size < offset)
            {
                // Nobody who should writes a log anew; what is in it now is told from what was by its time.
                return;
            }
            if (!IsLive(folder, stat))
            {
                grace = Grace;
                await waitAsync(grace);
            }
        }
        await ReadToEndAsync(handle, offset);
    }

    public void Dispose() => _reader.Dispose();

    private static SafeFileHandle Open(string path, out FileStat stat)
    {
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (FileStat.TryGet(handle, out stat, out string error))
        {
            return handle;
        }
        handle.Dispose();
        throw new IOException($"cannot read {path}: {error}");
    }

    private static bool IsLive(string folder, FileStat open) => LogFile.In(folder) is [.., { IsLive: true } live] && IsAt(live.Path, open);

    private static bool IsAt(string path, FileStat open) => FileStat.TryGet(path, out FileStat stat, out _) && stat.Identity == open.Identity;

    /// <returns>False where it has just got another name.</returns>
    private async Task<bool> ReadOlderAsync(LogFile file, long since)
    {
        if (file.Modified is { } modified && (modified - DateTimeOffset.UnixEpoch).Ticks * 100 < since)
        {
            return true;
        }
        try
        {
            using SafeFileHandle handle = Open(file.Path, out FileStat stat);
            if (!file.IsCompressed)
            {
                await ReadToEndAsync(handle, LogSearch.Find(handle, stat.Size, since));
            }
            else
            {
                await using var packed = new FileStream(handle, FileAccess.Read, bufferSize: 0);
                await using var stream = new GZipStream(packed, CompressionMode.Decompress);
                await ReadAllAsync(buffer => stream.Read(buffer));
            }
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (InvalidDataException)
        {
            // Damaged for good: what could be read of it was.
            _services.Metrics.Errors.Increment();
        }
        _reader.EndFile();
        return true;
    }

    private async Task<long> ReadToEndAsync(SafeFileHandle handle, long offset)
    {
        await ReadAllAsync(buffer =>
        {
            int read = RandomAccess.Read(handle, buffer, offset);
            offset += read;
            return read;
        });
        return offset;
    }

    private async Task ReadAllAsync(Func<byte[], int> read)
    {
        byte[]? buffer = null;
        try
        {
            while (true)
            {
                await _services.Memory.WaitAsync(_stop);
                await _services.Turns.WaitAsync(_stop);
                try
                {
                    buffer ??= ArrayPool<byte>.Shared.Rent(PodLimits.BufferSize);
                    int length = read(buffer);
                    if (length <= 0)
                    {
                        return;
                    }
                    await _delivery.TakeAsync(_lines, _reader.Add, buffer.AsMemory(0, length), _stop);
                }
                finally
                {
                    _services.Turns.Release();
                }
            }
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
