using Agent.Wire;
using Agent.Wire.Snappy;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Common.Http;

/// <summary>How much of a request is read, and for how long.</summary>
/// <param name="MaxBytes">Longest body, before and after decompression.</param>
/// <param name="Timeout">Longest time to arrive; zero sets no limit.</param>
/// <param name="Time">The clock.</param>
internal sealed record BodyLimits(int MaxBytes, TimeSpan Timeout, TimeProvider Time);

/// <summary>Reads the bodies of requests into memory, within limits.</summary>
internal static class RequestBody
{
    /// <summary>Reads all of a body; null when that went well, else the answer.</summary>
    /// <param name="request">Announces the length.</param>
    /// <param name="body">The request's body, or what decompresses it. Disposed of.</param>
    /// <param name="into">Where the body is appended.</param>
    /// <param name="limits">What is read at most.</param>
    /// <param name="stop">Gives up, with an exception.</param>
    public static async Task<HttpReply?> ReadAsync(
        HttpRequest request, Stream body, GrowableBuffer into, BodyLimits limits, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(limits.Timeout.OrNever(), limits.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        await using (body)
        {
            try
            {
                return await ReadAllAsync(body, request.ContentLength ?? 0, into, limits, either.Token);
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stop.IsCancellationRequested)
            {
                return new HttpReply(StatusCodes.Status408RequestTimeout, "the request took too long to arrive");
            }
            catch (BadHttpRequestException bad)
            {
                return new HttpReply(bad.StatusCode, bad.Message);
            }
            catch (InvalidDataException bad)
            {
                return HttpReply.Bad($"cannot decompress the request: {bad.Message}");
            }
        }
    }

    /// <summary>Takes a body out of its snappy block; null when that went well.</summary>
    public static HttpReply? OpenSnappy(ReadOnlySpan<byte> body, int maxBytes, GrowableBuffer into)
    {
        if (SnappyDecoder.TryGetUncompressedLength(body, out int length) && length > maxBytes)
        {
            return HttpReply.TooLong(maxBytes);
        }
        return SnappyDecoder.TryDecompress(body, maxBytes, into) ? null : HttpReply.Bad("cannot read the request: it is no snappy block");
    }

    /// <summary>As a timer takes it.</summary>
    public static TimeSpan OrNever(this TimeSpan timeout) => timeout > TimeSpan.Zero ? timeout : Timeout.InfiniteTimeSpan;

    private static async Task<HttpReply?> ReadAllAsync(
        Stream body, long announced, GrowableBuffer into, BodyLimits limits, CancellationToken stop)
    {
        const int Step = 64 * 1024;
        while (true)
        {
            // Memory is taken as data arrives, not as it is announced.
            int room = (int)Math.Clamp(Math.Min(announced, limits.MaxBytes) - into.Length + 1, 1024, Step);
            int read = await body.ReadAsync(into.GetMemory(room), stop);
            if (read == 0)
            {
                return null;
            }
            into.Advance(read);
            if (into.Length > limits.MaxBytes)
            {
                return HttpReply.TooLong(limits.MaxBytes);
            }
        }
    }
}
