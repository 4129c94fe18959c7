using System.Globalization;
using Agent.Wire;
using Microsoft.AspNetCore.Http;

namespace Agent.EndToEnd.Torture;

/// <summary>Loki's push API, which counts what comes.</summary>
internal sealed class CountingSink : FaultySink
{
    private readonly ArrivalLedger _ledger = new();
    private int _mostEntries;

    private CountingSink()
    {
    }

    public string Url => $"{Address}/loki/api/v1/push";

    /// <summary>Most entries that one request brought.</summary>
    public int MostEntries => Volatile.Read(ref _mostEntries);

    public static async Task<CountingSink> StartAsync()
    {
        var sink = new CountingSink();
        await sink.ListenAsync();
        return sink;
    }

    /// <summary>Reads what was counted.</summary>
    public T Read<T>(Func<ArrivalLedger, T> read)
    {
        lock (Gate)
        {
            return read(_ledger);
        }
    }

    protected override (int Status, string? Text) Accept(ReadOnlySpan<byte> body, GrowableBuffer plain, bool refusesFirst, out string? error)
    {
        var request = new SinkRequest(_ledger, refusesFirst);
        error = request.Read(body, plain, LongestBody);
        Volatile.Write(ref _mostEntries, Math.Max(_mostEntries, error is null ? request.Entries : 0));
        return request.Entries > 0 && refusesFirst
            ? (StatusCodes.Status400BadRequest, Rejection(request.Entries))
            : (StatusCodes.Status204NoContent, null);
    }

    /// <summary>In the ingester's words.</summary>
    private static string Rejection(int entries) => string.Create(
        CultureInfo.InvariantCulture,
        $"entry with timestamp 2026-05-04 03:02:01 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-05-04T03:02:01Z, oldest acceptable timestamp is: 2026-05-04T04:02:01Z',\nuser 'fake', total ignored: 1 out of {entries} for stream: {{job=\"torture\"}}");
}
